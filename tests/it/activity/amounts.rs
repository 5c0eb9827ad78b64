//! Money: in the currency of the deployment, without fractions of its minor unit, and lines that add up.

use guanxi::google::r#type::Money;
use guanxi::v1::{Interaction, Payment, Purchase, PurchaseLine};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::facts::least;
use super::kinds::{ever_listed, record};
use crate::support::{create_person, line, refusal, usd};

on_each_backend! {
    only_the_currency_of_the_deployment_is_taken,
    an_amount_is_whole_cents_of_one_sign_and_bounded,
    lines_are_filled_in_from_what_is_given,
    a_line_must_balance,
    no_amount_is_negative,
    the_total_is_the_sum_of_the_lines,
    the_original_amount_is_of_any_currency,
    amounts_of_payments_default_to_zero,
}

fn money(currency_code: &str, units: i64, nanos: i32) -> Option<Money> {
    Some(Money { currency_code: currency_code.into(), units, nanos })
}

/// The paths refused of a purchase with this line.
async fn refused_line(guanxi: &TestServer, line: PurchaseLine) -> Vec<String> {
    let fact = Purchase { lines: vec![line], ..least("ada", 1, "o-1") };
    let refused = refusal(&record(&guanxi.activity(), fact).await.unwrap_err());
    assert_eq!(refused.code, Code::InvalidArgument);
    refused.fields
}

fn priced(list: Option<i64>, discount: Option<i64>, net: i64) -> PurchaseLine {
    PurchaseLine { list_amount: list.map(usd), discount_amount: discount.map(usd), ..line(net) }
}

async fn only_the_currency_of_the_deployment_is_taken(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for code in ["EUR", "usd", "", "US", "USD ", "\0\0\0"] {
        let amount = money(code, 1, 0);
        let lines = PurchaseLine {
            list_amount: amount.clone(),
            discount_amount: amount.clone(),
            net_amount: amount.clone(),
            cost_amount: amount.clone(),
            ..PurchaseLine::default()
        };
        let expected = ["list_amount", "discount_amount", "net_amount", "cost_amount"];
        let expected = expected.map(|field| format!("purchase.lines[0].{field}.currency_code"));
        assert_eq!(refused_line(&guanxi, lines).await, expected, "{code:?}");
        let total = Purchase { net_amount: amount, ..least("ada", 1, "o-1") };
        let refused = refusal(&record(&guanxi.activity(), total).await.unwrap_err());
        assert_eq!(refused.fields, ["purchase.net_amount.currency_code"], "{code:?}");
    }
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/-").await, []);
}

async fn an_amount_is_whole_cents_of_one_sign_and_bounded(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let refused = [
        (0, 1),
        (1, 5_000_000),
        (1, 9_999_999),
        (1, -10_000_000),
        (-1, 10_000_000),
        (0, 1_000_000_000),
        (0, i32::MIN),
        (10_000_000_000_000, 10_000_000),
        (i64::MAX, 990_000_000),
        (i64::MIN, -990_000_000),
    ];
    for (units, nanos) in refused {
        let wrong = PurchaseLine { net_amount: money("USD", units, nanos), ..PurchaseLine::default() };
        let fields = refused_line(&guanxi, wrong).await;
        assert_eq!(fields, ["purchase.lines[0].net_amount"], "{units} {nanos}");
    }
    for (number, (units, nanos)) in [(0, 0), (0, 10_000_000), (10_000_000_000_000, 0)].into_iter().enumerate() {
        let lines = vec![PurchaseLine { net_amount: money("USD", units, nanos), ..PurchaseLine::default() }];
        let fact = Purchase { lines, ..least("ada", 1, &format!("good {number}")) };
        let answer = record(&guanxi.activity(), fact).await.unwrap();
        assert_eq!(answer.net_amount, money("USD", units, nanos));
    }
}

async fn lines_are_filled_in_from_what_is_given(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let lines = vec![
        priced(None, None, 900),
        priced(Some(1000), None, 900),
        priced(None, Some(100), 900),
        priced(Some(1000), Some(100), 900),
    ];
    let fact = Purchase { lines, ..least("ada", 1, "o-1") };
    let answer = record(&guanxi.activity(), fact).await.unwrap();
    assert_eq!(answer.net_amount, Some(usd(3600)));
    let full = |list, discount| PurchaseLine { quantity: 1, ..priced(Some(list), Some(discount), 900) };
    assert_eq!(answer.lines, [full(900, 0), full(1000, 100), full(1000, 100), full(1000, 100)]);
}

async fn a_line_must_balance(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let unbalanced = [
        priced(Some(1000), Some(100), 899),
        priced(Some(1000), Some(0), 900),
        // What is missing would have to be negative.
        priced(Some(800), None, 900),
    ];
    for line in unbalanced {
        let fields = refused_line(&guanxi, line.clone()).await;
        assert!(fields.len() == 1 && fields[0].starts_with("purchase.lines[0]"), "{fields:?} of {line:?}");
    }
}

async fn no_amount_is_negative(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let line = PurchaseLine { cost_amount: Some(usd(-1)), ..priced(Some(-2), Some(-1), -1) };
    let expected = ["list_amount", "discount_amount", "net_amount", "cost_amount"];
    assert_eq!(refused_line(&guanxi, line).await, expected.map(|field| format!("purchase.lines[0].{field}")));
    let amount = Some(usd(-1));
    let fact = Payment {
        amount_due: amount.clone(),
        amount_paid: amount.clone(),
        amount_withheld: amount.clone(),
        ..least("ada", 1, "p-1")
    };
    let refused = refusal(&record(&guanxi.activity(), fact).await.unwrap_err());
    assert_eq!(refused.fields, ["payment.amount_due", "payment.amount_paid", "payment.amount_withheld"]);
    let fact = Interaction { handling_cost: amount, ..least("ada", 1, "i-1") };
    assert_eq!(refusal(&record(&guanxi.activity(), fact).await.unwrap_err()).fields, ["interaction.handling_cost"]);
}

async fn the_total_is_the_sum_of_the_lines(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for total in [299, 301, -300, 0] {
        let fact =
            Purchase { lines: vec![line(100), line(200)], net_amount: Some(usd(total)), ..least("ada", 1, "o-1") };
        let refused = refusal(&record(&guanxi.activity(), fact).await.unwrap_err());
        assert_eq!(refused.fields, ["purchase.net_amount"], "{total}");
    }
    let fact = Purchase { lines: vec![line(100), line(200)], net_amount: Some(usd(300)), ..least("ada", 1, "o-1") };
    let answer = record(&guanxi.activity(), fact.clone()).await.unwrap();
    // The total that is left out is the same total.
    assert_eq!(record(&guanxi.activity(), Purchase { net_amount: None, ..fact }).await.unwrap(), answer);
}

async fn the_original_amount_is_of_any_currency(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let taken = [("JPY", 500, 0), ("KWD", 1, 1_000_000), ("USD", 1, 0), ("EUR", -1, -10_000_000)];
    for (code, units, nanos) in taken {
        let original_amount = money(code, units, nanos);
        let fact = Purchase { original_amount: original_amount.clone(), ..least("ada", 1, code) };
        assert_eq!(record(&guanxi.activity(), fact).await.unwrap().original_amount, original_amount);
    }
    for (code, units, nanos) in [("JPY", 1, 10_000_000), ("XXX", 1, 0), ("EUR", 1, -10_000_000), ("", 1, 0)] {
        let fact = Purchase { original_amount: money(code, units, nanos), ..least("ada", 1, "o-9") };
        let fields = refusal(&record(&guanxi.activity(), fact).await.unwrap_err()).fields;
        assert!(fields.len() == 1 && fields[0].starts_with("purchase.original_amount"), "{fields:?}");
    }
}

async fn amounts_of_payments_default_to_zero(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let answer = record(&guanxi.activity(), least::<Payment>("ada", 1, "p-1")).await.unwrap();
    let amounts = (answer.amount_due.clone(), answer.amount_paid.clone(), answer.amount_withheld.clone());
    assert_eq!(amounts, (Some(usd(1000)), Some(usd(0)), Some(usd(0))));
    let said = Payment { amount_paid: Some(usd(0)), amount_withheld: Some(usd(0)), ..least("ada", 1, "p-1") };
    assert_eq!(record(&guanxi.activity(), said).await.unwrap(), answer);
}

//! The limits that the contract's comments give: what is allowed just so, and what is one too many.

use guanxi::v1::{
    ExternalId, FactKey, Interaction, NextStep, Payment, Promotion, Purchase, PurchaseLine, StageChange, StageReason,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::Duration;

use super::facts::{Sample, least};
use super::kinds::{Kind, Recording, of_each_kind, record};
use crate::support::{create_person, line, refusal, shop};

on_each_backend! {
    texts_that_facts_share_have_limits,
    parts_of_purchases_have_limits,
    parts_of_interactions_have_limits,
    parts_of_payments_and_stage_changes_have_limits,
    a_fact_of_every_limit_fits_into_a_message,
}

/// Characters, not bytes, are counted.
fn chars(count: usize) -> String {
    "关".repeat(count)
}

/// A change to a fact that takes it to a size, the path of what is changed, and the largest size allowed.
type Limit<K> = (&'static str, usize, fn(&mut K, usize));

/// Each is allowed at its limit and refused one beyond.
async fn check<K: Sample>(guanxi: &TestServer, limits: &[Limit<K>]) {
    for (path, limit, change) in limits {
        let mut fact = least::<K>("ada", 1, path);
        change(&mut fact, limit + 1);
        let refused = refusal(&record(&guanxi.activity(), fact.clone()).await.unwrap_err());
        assert_eq!(refused.fields, [format!("{}.{path}", K::FIELD)]);
        change(&mut fact, *limit);
        record(&guanxi.activity(), fact).await.unwrap_or_else(|refused| panic!("{path} of {limit}: {refused:?}"));
    }
}

async fn share_limits<K: Sample>(guanxi: &TestServer) {
    let limits: [Limit<K>; 3] = [
        ("context.note", 4000, |fact, size| fact.context_mut().note = chars(size)),
        ("context.source_id", 200, |fact, size| fact.context_mut().source_id = chars(size)),
        ("context.source", 63, |fact, size| fact.context_mut().source = "s".repeat(size)),
    ];
    check(guanxi, &limits).await;
    let limits: [Limit<K>; 2] = [
        ("context.replaces.source_id", 200, |fact, size| {
            fact.context_mut().replaces = Some(FactKey { source: "till".into(), source_id: chars(size) });
        }),
        ("context.replaces.source", 63, |fact, size| {
            fact.context_mut().replaces = Some(FactKey { source: "s".repeat(size), source_id: "never".into() });
        }),
    ];
    check(guanxi, &limits).await;
    let named = |size: usize| {
        let mut fact = least::<K>("", 1, "by external id");
        fact.context_mut().customer = String::new();
        fact.context_mut().customer_external_id = Some(ExternalId { system: "crm".into(), id: chars(size) });
        Recording::creating(fact)
    };
    let refused = refusal(&K::record(guanxi.activity(), named(201)).await.unwrap_err());
    assert_eq!(refused.fields, [format!("{}.context.customer_external_id.id", K::FIELD)]);
    K::record(guanxi.activity(), named(200)).await.unwrap();
}

async fn texts_that_facts_share_have_limits(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(share_limits, &guanxi);
}

async fn parts_of_purchases_have_limits(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let limits: [Limit<Purchase>; 5] = [
        ("lines", 200, |fact, size| fact.lines = vec![line(1); size]),
        ("lines[0].product", 200, |fact, size| fact.lines[0].product = chars(size)),
        ("lines[0].quantity", 1_000_000_000, |fact, size| fact.lines[0].quantity = i64::try_from(size).unwrap()),
        ("promotion.promotion_id", 200, |fact, size| {
            fact.promotion = Some(Promotion { promotion_id: chars(size), purpose: 0 });
        }),
        ("channel", 100, |fact, size| fact.channel = chars(size)),
    ];
    check(&guanxi, &limits).await;
    for (quantity, refused) in [(-1, true), (i64::MIN, true), (i64::MAX, true), (0, false)] {
        let lines = vec![PurchaseLine { quantity, ..line(1) }];
        let fact = Purchase { lines, ..least("ada", 1, "quantity") };
        let answer = record(&guanxi.activity(), fact).await;
        match refused {
            true => assert_eq!(refusal(&answer.unwrap_err()).fields, ["purchase.lines[0].quantity"]),
            false => assert_eq!(answer.unwrap().lines[0].quantity, 1),
        }
    }
    let empty = Purchase { lines: Vec::new(), ..least("ada", 1, "no line") };
    assert_eq!(refusal(&record(&guanxi.activity(), empty).await.unwrap_err()).fields, ["purchase.lines"]);
}

async fn parts_of_interactions_have_limits(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    fn step(description: String, owner: String) -> Option<NextStep> {
        Some(NextStep { description, due_date: None, owner })
    }
    let limits: [Limit<Interaction>; 7] = [
        ("channel", 100, |fact, size| fact.channel = chars(size)),
        ("topic", 200, |fact, size| fact.topic = chars(size)),
        ("staff", 20, |fact, size| fact.staff = vec!["mei".into(); size]),
        ("contact_ids", 20, |fact, size| fact.contact_ids = vec!["owner".into(); size]),
        ("next_step.description", 500, |fact, size| fact.next_step = step(chars(size), String::new())),
        ("next_step.owner", 200, |fact, size| fact.next_step = step("call".into(), chars(size))),
        ("duration", 604_800, |fact, size| {
            fact.duration = Some(Duration { seconds: i64::try_from(size).unwrap(), nanos: 0 });
        }),
    ];
    check(&guanxi, &limits).await;
    for (seconds, nanos) in [(-1, 0), (0, -1), (0, 1), (604_800, 1), (i64::MAX, 0), (i64::MIN, -999_999_999)] {
        let fact = Interaction { duration: Some(Duration { seconds, nanos }), ..least("ada", 1, "duration") };
        let refused = refusal(&record(&guanxi.activity(), fact).await.unwrap_err());
        assert_eq!(refused.fields, ["interaction.duration"], "{seconds}.{nanos}");
    }
}

async fn parts_of_payments_and_stage_changes_have_limits(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let limits: [Limit<Payment>; 1] = [("purchase.source_id", 200, |fact, size| {
        fact.purchase = Some(FactKey { source_id: chars(size), ..shop("") });
    })];
    check(&guanxi, &limits).await;
    let limits: [Limit<StageChange>; 1] = [("reason.competitor", 200, |fact, size| {
        fact.reason = Some(StageReason { group: 1, cause: 6, competitor: chars(size), basis: 1 });
    })];
    check(&guanxi, &limits).await;
}

/// The largest purchase there can be comes back whole.
async fn a_fact_of_every_limit_fits_into_a_message(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let widest = PurchaseLine { product: "\u{1f600}".repeat(200), quantity: 1_000_000_000, ..line(9999) };
    let mut fact = Purchase { lines: vec![widest; 200], channel: chars(100), ..least("ada", 1, &chars(200)) };
    fact.context_mut().note = "\u{1f600}".repeat(4000);
    let answer = record(&guanxi.activity(), fact.clone()).await.unwrap();
    let products = |fact: &Purchase| fact.lines.iter().map(|line| line.product.clone()).collect::<Vec<_>>();
    assert_eq!(products(&answer), products(&fact));
    assert_eq!(answer.context().note, fact.context().note);
}

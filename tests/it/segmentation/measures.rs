//! What is measured, and how it becomes 0 to 1.

use guanxi::v1::score_part::RawValue;
use guanxi::v1::{
    Interaction, InteractionPurpose, Measure, MeasureDirection, MeasureKind, Payment, Population, Promotion,
    PromotionPurpose, Purchase, PurchaseLine, PurchaseType, PyramidRevision, RecordInteractionRequest,
    RecordPaymentRequest, WithholdingReason,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    BEFORE, active_pyramid, buys, creating, deal, explained, linear, logarithmic, measure, new_source_id, rank, scheme,
    thresholds,
};
use crate::support::{create_person, inbound, paid, record, usd};

on_each_backend! {
    every_kind_measures_what_it_says,
    linear_is_in_proportion_between_its_caps,
    logarithmic_is_by_the_logarithm_up_to_its_cap,
    rank_is_the_share_of_customers_not_above,
    rank_of_what_nobody_had_at_the_last_run_is_between_its_neighbours,
    parameters_of_money_are_whole_units,
}

/// Two sales, one of them in a promotion, and a return of one of three pieces.
async fn trades(guanxi: &TestServer) {
    let sold = PurchaseLine {
        quantity: 3,
        list_amount: Some(usd(10_000)),
        discount_amount: Some(usd(1_000)),
        net_amount: Some(usd(9_000)),
        cost_amount: Some(usd(4_000)),
        ..PurchaseLine::default()
    };
    let promotion = Promotion { promotion_id: "p".into(), purpose: PromotionPurpose::Unspecified.into() };
    let promoted = Purchase { lines: vec![sold.clone()], promotion: Some(promotion), ..deal("ada", 1) };
    guanxi.activity().record_purchase(creating(promoted)).await.unwrap();
    buys(guanxi, "ada", 5_000).await;
    let back = PurchaseLine {
        quantity: 1,
        list_amount: Some(usd(3_000)),
        discount_amount: Some(usd(300)),
        net_amount: Some(usd(2_700)),
        cost_amount: Some(usd(1_200)),
        ..PurchaseLine::default()
    };
    record(guanxi, Purchase { r#type: PurchaseType::Return.into(), lines: vec![back], ..deal("ada", 1) })
        .await
        .unwrap();
}

async fn talks_and_pays(guanxi: &TestServer) {
    use InteractionPurpose::{Complaint, Praise, Service};
    for (purpose, seconds, cost) in
        [(Complaint, Some(90), Some(1_500)), (Praise, Some(30), Some(0)), (Service, None, None)]
    {
        let interaction = Interaction {
            duration: seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
            handling_cost: cost.map(usd),
            ..inbound("ada", BEFORE, &new_source_id(), purpose)
        };
        let request = RecordInteractionRequest { interaction: Some(interaction), ..Default::default() };
        guanxi.activity().record_interaction(request).await.unwrap();
    }
    let payment = Payment {
        amount_paid: Some(usd(9_500)),
        amount_withheld: Some(usd(2_500)),
        withholding_reason: WithholdingReason::Quality.into(),
        ..paid("ada", BEFORE, &new_source_id(), 12_000)
    };
    let request = RecordPaymentRequest { payment: Some(payment), ..Default::default() };
    guanxi.activity().record_payment(request).await.unwrap();
}

async fn every_kind_measures_what_it_says(guanxi: TestServer) {
    trades(&guanxi).await;
    talks_and_pays(&guanxi).await;
    let count = RawValue::Count;
    let money = |cents| RawValue::Amount(usd(cents));
    let two_minutes = prost_types::Duration { seconds: 120, nanos: 0 };
    let expected = [
        (MeasureKind::PurchaseCount, count(2), 1.0),
        (MeasureKind::ReturnCount, count(1), 1.0),
        (MeasureKind::UnitCount, count(3), 1.0),
        (MeasureKind::PromotedPurchaseCount, count(1), 1.0),
        (MeasureKind::NetRevenue, money(11_300), 1.0),
        (MeasureKind::DiscountAmount, money(700), 1.0),
        // Of three lines, one of which says nothing of its cost.
        (MeasureKind::CostOfGoods, money(2_800), 2.0 / 3.0),
        (MeasureKind::CostToServe, money(1_500), 2.0 / 3.0),
        (MeasureKind::ContributionMargin, money(6_300 - 2_800 - 1_500), 2.0 / 3.0),
        (MeasureKind::AmountPaid, money(9_500), 1.0),
        (MeasureKind::AmountWithheld, money(2_500), 1.0),
        (MeasureKind::InteractionCount, count(3), 1.0),
        (MeasureKind::ComplaintCount, count(1), 1.0),
        (MeasureKind::PraiseCount, count(1), 1.0),
        (MeasureKind::ContactTime, RawValue::Duration(two_minutes), 2.0 / 3.0),
    ];
    let measures = expected.iter().map(|(kind, ..)| measure(*kind, linear(0.0, 1.0))).collect();
    active_pyramid(&guanxi, "value", scheme(measures, thresholds(&[50.0]))).await;
    let why = explained(&guanxi, "ada").await;
    assert_eq!(why.parts.len(), expected.len());
    for (part, (kind, value, coverage)) in why.parts.into_iter().zip(expected) {
        assert_eq!((part.kind(), part.raw_value, part.coverage), (kind, Some(value), Some(coverage)));
    }
}

/// The normalised value of purchases counted by this curve, of customers with so many of them.
async fn normalised(guanxi: &TestServer, curve: Measure, customers: &[(&str, f64)]) {
    let everyone =
        PyramidRevision { population: Population::AllCustomers.into(), ..scheme(vec![curve], thresholds(&[50.0])) };
    if super::kit::get_pyramid(guanxi, "value").await.is_err() {
        super::kit::create_pyramid(guanxi, "value").await;
    }
    let name = super::kit::add_revision(guanxi, "value", everyone).await;
    super::kit::activate(guanxi, &name).await;
    for (customer, expected) in customers {
        let value = explained(guanxi, customer).await.parts[0].normalized_value.unwrap();
        assert!((value - expected).abs() < 1e-12, "{customer}: {value} is not {expected}");
    }
}

/// Customers called by how many purchases they have made.
async fn buyers(guanxi: &TestServer, counts: &[usize]) {
    for count in counts {
        let customer = format!("c{count}");
        create_person(guanxi, &customer).await;
        for _ in 0..*count {
            buys(guanxi, &customer, 100).await;
        }
    }
}

fn counted(curve: guanxi::v1::measure::Normalizer) -> Measure {
    measure(MeasureKind::PurchaseCount, curve)
}

fn fewer(curve: guanxi::v1::measure::Normalizer) -> Measure {
    Measure { direction: MeasureDirection::LowerIsBetter.into(), ..counted(curve) }
}

async fn linear_is_in_proportion_between_its_caps(guanxi: TestServer) {
    buyers(&guanxi, &[0, 1, 2, 4, 6]).await;
    let up = [("c0", 0.0), ("c1", 0.0), ("c2", 0.25), ("c4", 0.75), ("c6", 1.0)];
    normalised(&guanxi, counted(linear(1.0, 5.0)), &up).await;
    normalised(&guanxi, fewer(linear(1.0, 5.0)), &up.map(|(customer, value)| (customer, 1.0 - value))).await;
    normalised(&guanxi, counted(linear(-2.0, 2.0)), &[("c0", 0.5), ("c1", 0.75)]).await;
    normalised(&guanxi, counted(linear(0.5, 2.5)), &[("c1", 0.25), ("c2", 0.75)]).await;
}

async fn logarithmic_is_by_the_logarithm_up_to_its_cap(guanxi: TestServer) {
    buyers(&guanxi, &[0, 1, 2, 5, 6]).await;
    let (scale, cap) = (0.5_f64, 5.0_f64);
    let height = |count: f64| (1.0 + count / scale).ln() / (1.0 + cap / scale).ln();
    let up = [("c0", 0.0), ("c1", height(1.0)), ("c2", height(2.0)), ("c5", 1.0), ("c6", 1.0)];
    normalised(&guanxi, counted(logarithmic(scale, cap)), &up).await;
    normalised(&guanxi, fewer(logarithmic(scale, cap)), &up.map(|(customer, value)| (customer, 1.0 - value))).await;
}

async fn rank_is_the_share_of_customers_not_above(guanxi: TestServer) {
    buyers(&guanxi, &[0, 1, 2, 5]).await;
    buys(&guanxi, "again", 100).await;
    let up = [("c0", 0.2), ("c1", 0.6), ("again", 0.6), ("c2", 0.8), ("c5", 1.0)];
    normalised(&guanxi, counted(rank()), &up).await;
    let down = [("c0", 1.0), ("c1", 0.8), ("again", 0.8), ("c2", 0.4), ("c5", 0.2)];
    normalised(&guanxi, fewer(rank()), &down).await;
}

async fn rank_of_what_nobody_had_at_the_last_run_is_between_its_neighbours(guanxi: TestServer) {
    buyers(&guanxi, &[1, 2, 5, 6]).await;
    normalised(&guanxi, counted(rank()), &[("c1", 0.25), ("c2", 0.5), ("c5", 0.75), ("c6", 1.0)]).await;
    buyers(&guanxi, &[0, 3, 9]).await;
    for (customer, expected) in [("c0", 0.0), ("c3", 0.5), ("c9", 1.0), ("c5", 0.75)] {
        assert_eq!(explained(&guanxi, customer).await.parts[0].normalized_value, Some(expected), "{customer}");
    }
}

async fn parameters_of_money_are_whole_units(guanxi: TestServer) {
    for (customer, amount) in [("ada", 1_000), ("ben", 1_500), ("cyd", 2_000)] {
        buys(&guanxi, customer, amount).await;
    }
    let amount = |curve| measure(MeasureKind::NetRevenue, curve);
    let halfway = [("ada", 0.0), ("ben", 0.5), ("cyd", 1.0)];
    normalised(&guanxi, amount(linear(10.0, 20.0)), &halfway).await;
    let height = |dollars: f64| (1.0 + dollars / 2.5_f64).ln() / (1.0 + 20.0 / 2.5_f64).ln();
    let by_logarithm = [("ada", height(10.0)), ("ben", height(15.0)), ("cyd", 1.0)];
    normalised(&guanxi, amount(logarithmic(2.5, 20.0)), &by_logarithm).await;
}

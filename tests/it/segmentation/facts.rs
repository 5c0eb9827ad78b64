//! A fact re-evaluates its customer in its own transaction: whoever reads after the acknowledgement sees the new tier.

use std::time::Duration;

use guanxi::v1::{
    DeleteCustomerRequest, FactKind, InteractionPurpose, Measure, MeasureDirection, MeasureKind, Population, Purchase,
    PyramidRevision, RecordInteractionRequest, RecordPaymentRequest, TierAssignment, UndeleteCustomerRequest,
    UnrankedReason, WithdrawFactRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::Code;

use super::kit::{
    BEFORE, active_pyramid, buys, by_revenue, deal, everybody, linear, measure, new_source_id, places, refused, report,
    scheme, standing, thresholds, try_standing,
};
use crate::support::{cents, create_person, inbound, paid, record, shop, time};

on_each_backend! {
    purchase_moves_its_customer_at_once,
    assign_time_moves_only_with_the_tier,
    return_correction_and_withdrawal_move_back,
    every_kind_of_fact_counts,
    first_purchase_ranks_and_its_withdrawal_unranks,
    new_customer_of_a_population_of_everybody_is_ranked_when_created,
    one_fact_moves_its_customer_in_every_pyramid,
    refused_fact_moves_nobody,
    deleted_customer_leaves_and_comes_back,
    customer_deleted_before_a_run_is_placed_by_it_after_coming_back,
}

fn place(assignment: &TierAssignment) -> (&str, Option<i64>) {
    (assignment.tier.as_str(), assignment.value.as_ref().map(cents))
}

fn source_id(purchase: &Purchase) -> String {
    purchase.context.as_ref().unwrap().source_id.clone()
}

async fn withdraw(guanxi: &TestServer, purchase: &Purchase) {
    let context = purchase.context.as_ref().unwrap();
    let request = WithdrawFactRequest {
        customer: context.customer.clone(),
        kind: FactKind::Purchase.into(),
        fact: Some(shop(&context.source_id)),
    };
    guanxi.activity().withdraw_fact(request).await.unwrap();
}

async fn purchase_moves_its_customer_at_once(guanxi: TestServer) {
    buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    assert_eq!(place(&standing(&guanxi, "ada").await), ("bronze", Some(10_000)));
    for (amount, expected) in
        [(20_000, ("silver", Some(30_000))), (29_999, ("silver", Some(59_999))), (1, ("gold", Some(60_000)))]
    {
        buys(&guanxi, "ada", amount).await;
        assert_eq!(place(&standing(&guanxi, "ada").await), expected);
    }
    buys(&guanxi, "ben", 60_000).await;
    assert_eq!(places(&everybody(&guanxi, "value").await), [("ada", "gold"), ("ben", "gold")]);
}

async fn assign_time_moves_only_with_the_tier(guanxi: TestServer) {
    buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    guanxi.clock.advance(Duration::from_secs(60));
    buys(&guanxi, "ada", 10_000).await;
    let still = standing(&guanxi, "ada").await;
    assert_eq!((place(&still), still.assign_time), (("bronze", Some(20_000)), Some(time(START))));
    buys(&guanxi, "ada", 10_000).await;
    let moved = standing(&guanxi, "ada").await;
    assert_eq!((place(&moved), moved.assign_time), (("silver", Some(30_000)), Some(time("2026-01-31T12:01:00Z"))));
    guanxi.clock.advance(Duration::from_secs(60));
    buys(&guanxi, "ada", 10_000).await;
    assert_eq!(standing(&guanxi, "ada").await.assign_time, moved.assign_time);
    super::kit::activate(&guanxi, "pyramids/value/revisions/1").await;
    assert_eq!(standing(&guanxi, "ada").await.assign_time, moved.assign_time, "nor with a run");
}

async fn return_correction_and_withdrawal_move_back(guanxi: TestServer) {
    buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let large = buys(&guanxi, "ada", 50_000).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
    let back = buys(&guanxi, "ada", -25_000).await;
    assert_eq!(place(&standing(&guanxi, "ada").await), ("silver", Some(35_000)));
    withdraw(&guanxi, &back).await;
    assert_eq!(place(&standing(&guanxi, "ada").await), ("gold", Some(60_000)));
    let mut smaller = deal("ada", 5_000);
    smaller.context.as_mut().unwrap().replaces = Some(shop(&source_id(&large)));
    let smaller = record(&guanxi, smaller).await.unwrap();
    assert_eq!(place(&standing(&guanxi, "ada").await), ("bronze", Some(15_000)));
    withdraw(&guanxi, &smaller).await;
    assert_eq!(place(&standing(&guanxi, "ada").await), ("bronze", Some(10_000)));
}

async fn every_kind_of_fact_counts(guanxi: TestServer) {
    buys(&guanxi, "ada", 100).await;
    let complaints = Measure {
        direction: MeasureDirection::LowerIsBetter.into(),
        ..measure(MeasureKind::ComplaintCount, linear(0.0, 2.0))
    };
    let paid_up = measure(MeasureKind::AmountPaid, linear(0.0, 100.0));
    active_pyramid(&guanxi, "value", scheme(vec![complaints, paid_up], thresholds(&[60.0, 30.0]))).await;
    let score = async || standing(&guanxi, "ada").await.score.unwrap();
    assert_eq!((score().await, standing(&guanxi, "ada").await.tier.as_str()), (50.0, "silver"));
    let payment = paid("ada", BEFORE, &new_source_id(), 5_000);
    let request = RecordPaymentRequest { payment: Some(payment), ..Default::default() };
    guanxi.activity().record_payment(request).await.unwrap();
    assert_eq!((score().await, standing(&guanxi, "ada").await.tier.as_str()), (75.0, "gold"));
    for expected in [(50.0, "silver"), (25.0, "bronze"), (25.0, "bronze")] {
        let complaint = inbound("ada", BEFORE, &new_source_id(), InteractionPurpose::Complaint);
        let request = RecordInteractionRequest { interaction: Some(complaint), ..Default::default() };
        guanxi.activity().record_interaction(request).await.unwrap();
        assert_eq!((score().await, standing(&guanxi, "ada").await.tier.as_str()), expected);
    }
}

async fn first_purchase_ranks_and_its_withdrawal_unranks(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    assert_eq!(standing(&guanxi, "ada").await.unranked_reason(), UnrankedReason::OutsidePopulation);
    let only = buys(&guanxi, "ada", 70_000).await;
    let ranked = standing(&guanxi, "ada").await;
    assert_eq!((place(&ranked), ranked.unranked_reason()), (("gold", Some(70_000)), UnrankedReason::Unspecified));
    withdraw(&guanxi, &only).await;
    let unranked = standing(&guanxi, "ada").await;
    assert_eq!((place(&unranked), unranked.unranked_reason()), (("", None), UnrankedReason::OutsidePopulation));
    assert_eq!(everybody(&guanxi, "value").await, []);
    assert_eq!(report(&guanxi, "value").await.unranked_count, 1);
}

async fn new_customer_of_a_population_of_everybody_is_ranked_when_created(guanxi: TestServer) {
    let everyone = PyramidRevision { population: Population::AllCustomers.into(), ..by_revenue() };
    active_pyramid(&guanxi, "value", everyone).await;
    create_person(&guanxi, "ada").await;
    assert_eq!(place(&standing(&guanxi, "ada").await), ("bronze", Some(0)));
    assert_eq!(places(&everybody(&guanxi, "value").await), [("ada", "bronze")]);
}

async fn one_fact_moves_its_customer_in_every_pyramid(guanxi: TestServer) {
    buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let by_count = measure(MeasureKind::PurchaseCount, linear(0.0, 4.0));
    active_pyramid(&guanxi, "count", scheme(vec![by_count], thresholds(&[50.0]))).await;
    let tiers = async || {
        let value = standing(&guanxi, "ada").await.tier;
        (value, try_standing(&guanxi, "ada", "count").await.unwrap().tier)
    };
    assert_eq!(tiers().await, ("bronze".into(), "silver".into()));
    buys(&guanxi, "ada", 50_000).await;
    assert_eq!(tiers().await, ("gold".into(), "gold".into()));
}

async fn refused_fact_moves_nobody(guanxi: TestServer) {
    let kept = buys(&guanxi, "ada", 10_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let before = standing(&guanxi, "ada").await;
    let mut other = deal("ada", 90_000);
    other.context.as_mut().unwrap().source_id = source_id(&kept);
    refused(record(&guanxi, other).await, Code::AlreadyExists, "FACT_DIFFERS");
    let mut negative = deal("ada", 90_000);
    negative.lines[0].quantity = -1;
    refused(record(&guanxi, negative).await, Code::InvalidArgument, "INVALID_FIELDS");
    assert_eq!(standing(&guanxi, "ada").await, before);
}

async fn delete(guanxi: &TestServer, customer: &str) {
    let request = DeleteCustomerRequest { name: format!("customers/{customer}"), ..Default::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
}

async fn undelete(guanxi: &TestServer, customer: &str) {
    let request = UndeleteCustomerRequest { name: format!("customers/{customer}"), ..Default::default() };
    guanxi.customers().undelete_customer(request).await.unwrap();
}

async fn deleted_customer_leaves_and_comes_back(guanxi: TestServer) {
    for (customer, amount) in [("ada", 70_000), ("ben", 10_000)] {
        buys(&guanxi, customer, amount).await;
    }
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let before = standing(&guanxi, "ada").await;
    guanxi.clock.advance(Duration::from_secs(60));
    delete(&guanxi, "ada").await;
    let refusal = try_standing(&guanxi, "ada", "value").await;
    let refusal = refused(refusal, Code::FailedPrecondition, "CUSTOMER_DELETED");
    assert_eq!(refusal.metadata["resource"], "customers/ada");
    assert_eq!(places(&everybody(&guanxi, "value").await), [("ben", "bronze")]);
    let without = report(&guanxi, "value").await;
    assert_eq!((without.ranked_count, without.unranked_count, cents(&without.total_value.unwrap())), (1, 0, 10_000));
    undelete(&guanxi, "ada").await;
    let back = standing(&guanxi, "ada").await;
    assert_eq!(place(&back), place(&before));
    assert_eq!(back.assign_time, Some(time("2026-01-31T12:01:00Z")), "it stood nowhere in between");
    assert_eq!(report(&guanxi, "value").await.ranked_count, 2);
}

async fn customer_deleted_before_a_run_is_placed_by_it_after_coming_back(guanxi: TestServer) {
    for (customer, amount) in [("ada", 70_000), ("ben", 10_000)] {
        buys(&guanxi, customer, amount).await;
    }
    delete(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    assert_eq!(report(&guanxi, "value").await.ranked_count, 1);
    let halves = scheme(vec![super::kit::revenue()], super::kit::customer_shares(&[5000, 5000]));
    let name = super::kit::add_revision(&guanxi, "value", halves).await;
    let done = super::kit::activate(&guanxi, &name).await;
    assert_eq!((done.ranked_count, done.moved_count), (1, 1), "the deleted one has no share");
    undelete(&guanxi, "ada").await;
    assert_eq!(places(&everybody(&guanxi, "value").await), [("ada", "gold"), ("ben", "gold")]);
}

//! Where a customer stood on a day that has passed: the tier as it was recorded, the measures of the facts up to then as
//! they are known now, the revision of then.

use guanxi::v1::MeasureKind;
use guanxi::v1::score_part::RawValue;
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::kit::{activate, active_pyramid, add_revision, by_revenue, linear, measure, revenue, scheme, thresholds};
use super::passing::{buys_at, clock, date, explained_as_of, holding, standing_as_of, trailing};
use crate::support::{cents, create_person, refused, time, wrong_fields};

on_each_backend! {
    the_tier_is_the_one_recorded_then,
    measures_are_of_the_facts_up_to_then_as_known_now,
    the_revision_is_the_one_in_force_then,
    an_override_of_then_is_seen_in_the_tier,
    before_the_first_activation_there_is_nothing,
    today_and_the_days_to_come_are_refused,
}

async fn tier_on(guanxi: &TestServer, day: i32) -> (String, Option<f64>) {
    let seen = standing_as_of(guanxi, "ada", date(2026, 2, day)).await.unwrap();
    (seen.tier, seen.score)
}

async fn the_tier_is_the_one_recorded_then(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    for (day, amount) in [(2, 20_000), (4, 20_000), (6, 30_000)] {
        clock(&guanxi, &format!("2026-02-0{day}T23:59:59Z"));
        buys_at(&guanxi, "ada", &format!("2026-02-0{day}T10:00:00Z"), amount).await;
    }
    clock(&guanxi, "2026-02-10T00:00:00Z");
    let mut stood = Vec::new();
    for day in [1, 2, 3, 4, 5, 6, 9] {
        stood.push(tier_on(&guanxi, day).await);
    }
    let expected = [
        ("", None),
        ("bronze", Some(20.0)),
        ("bronze", Some(20.0)),
        ("silver", Some(40.0)),
        ("silver", Some(40.0)),
        ("gold", Some(70.0)),
        ("gold", Some(70.0)),
    ];
    assert_eq!(stood, expected.map(|(tier, score)| (tier.to_owned(), score)));
    let fifth = standing_as_of(&guanxi, "ada", date(2026, 2, 5)).await.unwrap();
    assert_eq!(fifth.assign_time, Some(time("2026-02-04T23:59:59Z")));
    assert_eq!((fifth.tier_rank, cents(&fifth.value.unwrap())), (2, 40_000));
}

async fn measures_are_of_the_facts_up_to_then_as_known_now(guanxi: TestServer) {
    let count = |kind, window| guanxi::v1::Measure { window, ..measure(kind, linear(0.0, 10.0)) };
    let measures = vec![
        revenue(),
        count(MeasureKind::PurchaseCount, trailing(3)),
        count(MeasureKind::Recency, None),
        count(MeasureKind::DistinctProductCount, None),
    ];
    active_pyramid(&guanxi, "value", scheme(measures, thresholds(&[60.0, 30.0]))).await;
    for (day, product) in [(2, "tea"), (4, "cup")] {
        clock(&guanxi, &format!("2026-02-0{day}T12:00:00Z"));
        let mut bought = super::passing::deal_at("ada", &format!("2026-02-0{day}T10:00:00Z"), 10_000);
        bought.lines[0].product = product.into();
        guanxi.activity().record_purchase(super::kit::creating(bought)).await.unwrap();
    }
    clock(&guanxi, "2026-02-10T12:00:00Z");
    let raw = async |day| {
        let seen = explained_as_of(&guanxi, "ada", date(2026, 2, day)).await.unwrap();
        assert_eq!(
            seen.parts.iter().filter_map(|part| part.points).sum::<f64>(),
            seen.assignment.unwrap().score.unwrap()
        );
        assert_eq!((seen.review, seen.due_time), (None, None));
        seen.parts.into_iter().map(|part| part.raw_value.unwrap()).collect::<Vec<_>>()
    };
    let expected = |amount, counts: [i64; 3]| {
        let amount = RawValue::Amount(crate::support::usd(amount));
        [amount].into_iter().chain(counts.map(RawValue::Count)).collect::<Vec<_>>()
    };
    assert_eq!(raw(2).await, expected(10_000, [1, 0, 1]));
    assert_eq!(raw(4).await, expected(20_000, [2, 0, 2]));
    assert_eq!(raw(5).await, expected(20_000, [1, 1, 2]), "the 2nd has left the three days");
    assert_eq!(raw(9).await, expected(20_000, [0, 5, 2]));
    // Told late: it counts for the days from its own on.
    buys_at(&guanxi, "ada", "2026-02-03T10:00:00Z", 5_000).await;
    assert_eq!(raw(2).await, expected(10_000, [1, 0, 1]));
    assert_eq!(raw(3).await, expected(15_000, [2, 0, 1]));
    assert_eq!(raw(5).await, expected(25_000, [2, 1, 2]));
}

async fn the_revision_is_the_one_in_force_then(guanxi: TestServer) {
    buys_at(&guanxi, "ada", "2026-01-30T10:00:00Z", 40_000).await;
    let first = active_pyramid(&guanxi, "value", by_revenue()).await;
    clock(&guanxi, "2026-02-03T12:00:00Z");
    let second = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[90.0, 60.0]))).await;
    activate(&guanxi, &second).await;
    clock(&guanxi, "2026-02-05T12:00:00Z");
    for (day, revision, tier) in [(2, &first, "silver"), (3, &second, "bronze"), (4, &second, "bronze")] {
        let seen = explained_as_of(&guanxi, "ada", date(2026, 2, day)).await.unwrap();
        let stood = seen.assignment.unwrap();
        assert_eq!((&stood.pyramid_revision, stood.tier.as_str(), seen.placed_tier.as_str()), (revision, tier, tier));
    }
    let last = standing_as_of(&guanxi, "ada", date(2026, 1, 31)).await.unwrap();
    assert_eq!(last.tier, "silver", "activated at noon of that day");
}

async fn an_override_of_then_is_seen_in_the_tier(guanxi: TestServer) {
    buys_at(&guanxi, "ada", "2026-01-30T10:00:00Z", 40_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    clock(&guanxi, "2026-02-02T12:00:00Z");
    guanxi.segmentation().set_tier_override(holding("ada", "gold", Some("2026-02-04T06:00:00Z"))).await.unwrap();
    clock(&guanxi, "2026-02-04T06:00:00Z");
    super::passing::comes_into(&guanxi, "ada", "silver").await;
    clock(&guanxi, "2026-02-06T06:00:00Z");
    let mut stood = Vec::new();
    for day in 1..=5 {
        stood.push(tier_on(&guanxi, day).await.0);
    }
    assert_eq!(stood, ["silver", "gold", "gold", "silver", "silver"]);
    let held = explained_as_of(&guanxi, "ada", date(2026, 2, 3)).await.unwrap();
    assert_eq!(held.placed_tier, "silver");
    assert_eq!(held.assignment.unwrap().r#override, None, "which is for the changes to tell");
}

async fn before_the_first_activation_there_is_nothing(guanxi: TestServer) {
    buys_at(&guanxi, "ada", "2026-01-20T10:00:00Z", 40_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    clock(&guanxi, "2026-02-06T06:00:00Z");
    refused(standing_as_of(&guanxi, "ada", date(2026, 1, 30)).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    refused(explained_as_of(&guanxi, "ada", date(1, 1, 1)).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    refused(standing_as_of(&guanxi, "ben", date(2026, 2, 1)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    // Who came later stood nowhere.
    create_person(&guanxi, "cyd").await;
    let seen = standing_as_of(&guanxi, "cyd", date(2026, 2, 1)).await.unwrap();
    assert_eq!((seen.tier.as_str(), seen.score, seen.unranked_reason), ("", None, 1));
}

async fn today_and_the_days_to_come_are_refused(guanxi: TestServer) {
    buys_at(&guanxi, "ada", "2026-01-30T10:00:00Z", 40_000).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    for day in [date(2026, 1, 31), date(2026, 2, 1), date(9999, 12, 31), date(2026, 2, 29), date(2026, 0, 1)] {
        assert_eq!(wrong_fields(standing_as_of(&guanxi, "ada", day).await), ["as_of_date"], "{day:?}");
        assert_eq!(wrong_fields(explained_as_of(&guanxi, "ada", day).await), ["as_of_date"], "{day:?}");
    }
}

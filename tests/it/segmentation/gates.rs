//! Gates: whom they keep out, what is told of those, and what becomes of them under movement rules.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::{MovementRules, PyramidRevision, ValueType};
use guanxi_testkit::{TestServer, on_each_backend};

use super::expressions::{define, set};
use super::kit::{active_pyramid, buys, explained, revenue, scheme, standing, thresholds};
use super::passing::{buys_at, changes, clock, comes_into, date, settled, steps};

on_each_backend! {
    gate_keeps_out_whoever_does_not_fulfil_it,
    closed_gate_is_not_kept_at_reviews,
}

/// Says whether a customer is audited.
async fn audit(guanxi: &TestServer, customer: &str, audited: bool) {
    set(guanxi, customer, &[("audited", Value::Boolean(audited))]).await;
}

/// Gold from 600 dollars, silver from 300; gold is for the audited.
async fn gold_for_the_audited(guanxi: &TestServer) -> PyramidRevision {
    define(guanxi, "audited", ValueType::Boolean).await;
    let mut revision = scheme(vec![revenue()], thresholds(&[60.0, 30.0]));
    revision.tiers[0].gate = "attribute.audited && measure.net_revenue >= 100".into();
    revision
}

async fn gate_keeps_out_whoever_does_not_fulfil_it(guanxi: TestServer) {
    for customer in ["ada", "bob", "cleo"] {
        buys(&guanxi, customer, 90_000).await;
    }
    let revision = gold_for_the_audited(&guanxi).await;
    audit(&guanxi, "ada", true).await;
    audit(&guanxi, "bob", false).await;
    active_pyramid(&guanxi, "value", revision).await;
    for (customer, tier, closed) in
        [("ada", "gold", &[][..]), ("bob", "silver", &["gold"]), ("cleo", "silver", &["gold"])]
    {
        let explanation = explained(&guanxi, customer).await;
        assert_eq!(explanation.assignment.unwrap().tier, tier, "{customer}");
        assert_eq!(explanation.closed_tiers, closed, "{customer}");
    }
}

/// What the explanation says of the next review is what the review then finds.
async fn closed_gate_is_not_kept_at_reviews(guanxi: TestServer) {
    let rules = MovementRules { review_count: Some(2), minimum_stay_days: Some(0), ..MovementRules::default() };
    let revision = PyramidRevision { movement_rules: Some(rules), ..gold_for_the_audited(&guanxi).await };
    buys(&guanxi, "ada", 70_000).await;
    audit(&guanxi, "ada", true).await;
    active_pyramid(&guanxi, "value", revision).await;
    buys_at(&guanxi, "ada", "2026-01-30T11:00:00Z", -20_000).await;
    let review = explained(&guanxi, "ada").await.review.unwrap();
    assert!(review.keeps, "500 dollars are more than eight tenths of 600");
    audit(&guanxi, "ada", false).await;
    let seen = explained(&guanxi, "ada").await;
    assert_eq!((seen.assignment.unwrap().tier.as_str(), seen.placed_tier.as_str()), ("gold", "silver"));
    let review = seen.review.unwrap();
    assert_eq!((review.keeps, review.earliest_fall_date), (false, Some(date(2026, 3, 31))));
    clock(&guanxi, "2026-02-28T00:00:00Z");
    let review = settled(&guanxi, "ada").await.review.unwrap();
    assert_eq!((review.keeps, review.below_count), (false, 1));
    audit(&guanxi, "ada", true).await;
    assert!(explained(&guanxi, "ada").await.review.unwrap().keeps);
    audit(&guanxi, "ada", false).await;
    clock(&guanxi, "2026-03-31T00:00:00Z");
    comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("TIME", "gold", "silver"));
    let review = explained(&guanxi, "ada").await.review.unwrap();
    assert!(review.keeps, "silver has no gate");
    assert_eq!(standing(&guanxi, "ada").await.score, Some(50.0));
}

//! Gates: whom they keep out, what is told of those, and what becomes of them under movement rules.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::simulate_pyramid_request::Candidate;
use guanxi::v1::{MovementRules, PyramidRevision, TierBoundary, ValueType};
use guanxi_testkit::{TestServer, on_each_backend};

use super::expressions::{define, set};
use super::kit::{active_pyramid, buys, explained, revenue, scheme, standing, thresholds};
use super::passing::{buys_at, changes, clock, comes_into, date, settled, steps};
use super::simulation::{of, simulate};

on_each_backend! {
    gate_keeps_out_whoever_does_not_fulfil_it,
    boundaries_are_those_of_the_tier_that_lets_in,
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

/// The tier of a boundary, and how many points the customer is past it.
fn told(boundary: Option<&TierBoundary>) -> Option<(&str, f64)> {
    boundary.map(|boundary| (boundary.tier.as_str(), boundary.score_distance.unwrap()))
}

async fn boundaries_are_those_of_the_tier_that_lets_in(guanxi: TestServer) {
    let revision = gold_for_the_audited(&guanxi).await;
    for customer in ["ada", "bob"] {
        buys(&guanxi, customer, 90_000).await;
    }
    buys(&guanxi, "cleo", 40_000).await;
    audit(&guanxi, "ada", true).await;
    active_pyramid(&guanxi, "value", revision.clone()).await;
    let cases = [
        ("ada", "gold", Some(("gold", 30.0)), None),
        ("bob", "silver", Some(("silver", 60.0)), Some(("gold", 30.0))),
        ("cleo", "silver", Some(("silver", 10.0)), Some(("gold", -20.0))),
    ];
    let made = simulate(&guanxi, of(Candidate::Draft(revision))).await;
    let examples: Vec<_> = made.moves.iter().flat_map(|one| &one.examples).collect();
    for (customer, placed, met, next) in cases {
        let seen = explained(&guanxi, customer).await;
        assert_eq!((seen.placed_tier.as_str(), told(seen.boundary_met.as_ref())), (placed, met), "{customer}");
        assert_eq!(told(seen.next_boundary.as_ref()), next, "{customer}");
        let found = examples.iter().find(|one| one.customer == format!("customers/{customer}")).unwrap();
        assert_eq!((&found.placed_tier, &found.boundary_met), (&seen.placed_tier, &seen.boundary_met));
        assert_eq!((&found.next_boundary, &found.closed_tiers), (&seen.next_boundary, &seen.closed_tiers));
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

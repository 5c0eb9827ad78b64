//! Movement rules: rises at once, falls late and softly, reviews on monthly anniversaries.

use guanxi::v1::{DeleteCustomerRequest, MovementRules, PyramidRevision, TierReview};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, customer_shares, explained, invalid, linear, measure,
    member, populate, revenue, scheme, standing, thresholds, try_revision,
};
use super::passing::{assign_tiers, buys_at, changes, clock, comes_into, date, settled, steps, until};

on_each_backend! {
    gold_is_lost_at_the_third_review_in_a_row,
    minimum_stay_is_waited_for,
    maximum_fall_is_so_many_tiers_at_a_review,
    stay_after_a_late_review_begins_when_that_is_held,
    new_revision_places_afresh,
    renewed_calibration_raises_at_once_and_lets_falls_wait,
    without_movement_rules_a_renewed_calibration_moves_both_ways,
    every_fault_of_movement_rules_is_named,
}

/// Rules as they come to be when nothing is said, with some of it changed.
fn with_rules(revision: PyramidRevision, rules: MovementRules) -> PyramidRevision {
    PyramidRevision { movement_rules: Some(rules), ..revision }
}

/// One review below is enough, after any time.
fn swift() -> MovementRules {
    MovementRules { review_count: Some(1), minimum_stay_days: Some(0), ..MovementRules::default() }
}

/// Gold from 1000 dollars, silver from 400; half a dollar is a thousandth of a point.
fn of_two_thousand() -> PyramidRevision {
    let revenue = measure(guanxi::v1::MeasureKind::NetRevenue, linear(0.0, 2000.0));
    scheme(vec![revenue], thresholds(&[50.0, 20.0]))
}

async fn review(guanxi: &TestServer, customer: &str) -> TierReview {
    settled(guanxi, customer).await.review.unwrap()
}

/// The hysteresis trace of gold that takes 1,000 dollars to enter and 800 to keep.
async fn gold_is_lost_at_the_third_review_in_a_row(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", with_rules(of_two_thousand(), MovementRules::default())).await;
    // Gold at once, on the last day of January: reviews are on the last days of the months.
    buys_at(&guanxi, "ada", "2026-01-31T11:00:00Z", 101_000).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
    let first = review(&guanxi, "ada").await;
    assert_eq!((first.keeps, first.below_count, first.review_count), (true, 0, 3));
    assert_eq!(first.next_review_date, Some(date(2026, 2, 28)));
    assert_eq!(first.earliest_fall_date, Some(date(2026, 5, 31)), "89 days on the 30th of April are too few");
    let reviews = [(2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30)];
    let mut value = 1_010;
    for ((month, day), (to, below)) in
        reviews.into_iter().zip([(950, 0), (790, 1), (780, 2), (820, 0), (790, 1), (780, 2)])
    {
        let on = format!("2026-{month:02}-{day:02}");
        // What happens on the day before the review is seen by it.
        clock(&guanxi, &format!("2026-{month:02}-{:02}T12:00:00Z", day - 1));
        buys_at(&guanxi, "ada", &format!("2026-{month:02}-{:02}T11:00:00Z", day - 1), (to - value) * 100).await;
        value = to;
        assert_eq!(standing(&guanxi, "ada").await.tier, "gold", "a fact lowers nobody");
        clock(&guanxi, &format!("{on}T00:00:00Z"));
        let held =
            until(async || review(&guanxi, "ada").await, |seen| seen.next_review_date != Some(date(2026, month, day)));
        let held = held.await;
        assert_eq!((held.below_count, held.keeps), (below, to >= 800), "at {to} on {on}");
        assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
    }
    // At the latest review so far (July) it was the second time below.
    let seen = review(&guanxi, "ada").await;
    assert_eq!(seen.next_review_date, Some(date(2026, 8, 31)));
    assert_eq!(seen.earliest_fall_date, Some(date(2026, 8, 31)));
    clock(&guanxi, "2026-08-30T12:00:00Z");
    buys_at(&guanxi, "ada", "2026-08-30T11:00:00Z", (770 - value) * 100).await;
    clock(&guanxi, "2026-08-31T00:00:00Z");
    let lowered = comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(lowered.assign_time, Some(crate::support::time("2026-08-31T00:00:00Z")));
    let after = review(&guanxi, "ada").await;
    assert_eq!((after.below_count, after.keeps, after.next_review_date), (0, true, Some(date(2026, 9, 30))));
    buys_at(&guanxi, "ada", "2026-08-30T11:00:00Z", -1_000).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
    // Back at once.
    buys_at(&guanxi, "ada", "2026-08-30T11:00:00Z", 24_000).await;
    let seen = changes(&guanxi, "ada").await;
    let expected = [("OWN_CHANGE", "silver", "gold"), ("TIME", "gold", "silver"), ("OWN_CHANGE", "", "gold")];
    assert_eq!(steps(&seen), expected);
    assert_eq!(seen[1].score, Some(38.5));
}

async fn minimum_stay_is_waited_for(guanxi: TestServer) {
    let rules = MovementRules { minimum_stay_days: Some(60), ..swift() };
    active_pyramid(&guanxi, "value", with_rules(by_revenue(), rules)).await;
    buys(&guanxi, "ada", 100_000).await;
    buys(&guanxi, "ada", -70_000).await;
    assert_eq!(review(&guanxi, "ada").await.earliest_fall_date, Some(date(2026, 4, 30)));
    for (time, below, next) in
        [("2026-02-28T00:00:00Z", 1, date(2026, 3, 31)), ("2026-03-31T00:00:00Z", 2, date(2026, 4, 30))]
    {
        clock(&guanxi, time);
        let seen = until(async || review(&guanxi, "ada").await, |seen| seen.next_review_date == Some(next)).await;
        let tier = standing(&guanxi, "ada").await.tier;
        assert_eq!((seen.below_count, tier.as_str()), (below, "gold"), "{time}");
    }
    clock(&guanxi, "2026-04-30T00:00:00Z");
    comes_into(&guanxi, "ada", "silver").await;
}

async fn maximum_fall_is_so_many_tiers_at_a_review(guanxi: TestServer) {
    let four = || scheme(vec![revenue()], thresholds(&[90.0, 60.0, 30.0]));
    active_pyramid(&guanxi, "value", with_rules(four(), MovementRules { maximum_fall: Some(2), ..swift() })).await;
    buys(&guanxi, "ada", 100_000).await;
    buys(&guanxi, "ada", -100_000).await;
    clock(&guanxi, "2026-02-28T00:00:00Z");
    comes_into(&guanxi, "ada", "bronze").await;
    clock(&guanxi, "2026-03-28T00:00:00Z");
    comes_into(&guanxi, "ada", "lead").await;
    let seen = explained(&guanxi, "ada").await;
    assert_eq!((seen.review, seen.due_time), (None, None), "nobody falls from the last tier");
    assert_eq!(
        steps(&changes(&guanxi, "ada").await),
        [("TIME", "bronze", "lead"), ("TIME", "gold", "bronze"), ("OWN_CHANGE", "", "gold")]
    );
}

/// Nobody looked for five months: of all reviews that passed, the first one lowers.
async fn stay_after_a_late_review_begins_when_that_is_held(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", with_rules(by_revenue(), swift())).await;
    buys(&guanxi, "ada", 100_000).await;
    buys(&guanxi, "ada", -100_000).await;
    clock(&guanxi, "2026-07-10T12:00:00Z");
    let lowered = comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(lowered.assign_time, Some(crate::support::time("2026-07-10T12:00:00Z")));
    let seen = review(&guanxi, "ada").await;
    assert_eq!((seen.below_count, seen.next_review_date), (0, Some(date(2026, 8, 10))));
}

async fn new_revision_places_afresh(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", with_rules(by_revenue(), MovementRules::default())).await;
    for customer in ["ada", "ben"] {
        buys(&guanxi, customer, 60_000).await;
    }
    buys(&guanxi, "ada", -40_000).await;
    clock(&guanxi, "2026-03-31T12:00:00Z");
    for customer in ["ada", "ben"] {
        let seen = review(&guanxi, customer).await;
        assert_eq!(
            (seen.below_count, standing(&guanxi, customer).await.tier.as_str()),
            (if customer == "ada" { 2 } else { 0 }, "gold")
        );
    }
    let again = add_revision(&guanxi, "value", with_rules(by_revenue(), MovementRules::default())).await;
    assert_eq!(activate(&guanxi, &again).await.moved_count, 1);
    assert_eq!(standing(&guanxi, "ada").await.tier, "bronze", "past every step between");
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("NEW_REVISION", "gold", "bronze"));
    let kept = standing(&guanxi, "ben").await;
    assert_eq!((kept.tier.as_str(), kept.assign_time), ("gold", Some(crate::support::time(guanxi_testkit::START))));
    assert_eq!(review(&guanxi, "ben").await.next_review_date, Some(date(2026, 4, 30)));
}

async fn renewed_calibration_raises_at_once_and_lets_falls_wait(guanxi: TestServer) {
    // Keeping asks for as much as entering.
    let rules = MovementRules { keep_basis_points: Some(10_000), ..swift() };
    ada_is_overtaken(&guanxi, with_rules(first_quarter(), rules)).await;
    let ada = explained(&guanxi, "ada").await;
    assert_eq!((ada.assignment.unwrap().tier.as_str(), ada.placed_tier.as_str()), ("gold", "silver"));
    assert!(!ada.review.unwrap().keeps);
    assert_eq!(steps(&changes(&guanxi, "ada").await), [("NEW_REVISION", "", "gold")]);
    clock(&guanxi, "2026-02-28T00:00:00Z");
    comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("TIME", "gold", "silver"));
    others_come_below(&guanxi).await;
}

async fn without_movement_rules_a_renewed_calibration_moves_both_ways(guanxi: TestServer) {
    ada_is_overtaken(&guanxi, first_quarter()).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("NEW_CALIBRATION", "gold", "silver"));
    others_come_below(&guanxi).await;
}

/// The first quarter of the customers by revenue is gold.
fn first_quarter() -> PyramidRevision {
    let by_rank = measure(guanxi::v1::MeasureKind::NetRevenue, super::kit::rank());
    scheme(vec![by_rank], customer_shares(&[2_500, 7_500]))
}

/// Ada is the first of four and alone in gold; then another one comes above her, and the last one goes.
async fn ada_is_overtaken(guanxi: &TestServer, revision: PyramidRevision) {
    for (customer, cents) in [("ada", 40_000), ("ben", 30_000), ("cyd", 20_000), ("dan", 10_000)] {
        buys(guanxi, customer, cents).await;
    }
    active_pyramid(guanxi, "value", revision).await;
    buys(guanxi, "eve", 50_000).await;
    let request = DeleteCustomerRequest { name: "customers/dan".into(), ..Default::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    for customer in ["ada", "eve"] {
        assert_eq!(standing(guanxi, customer).await.tier, "gold", "boundaries move in runs only");
    }
    assert_eq!(assign_tiers(guanxi).await.ranked_count, 4);
    assert_eq!(standing(guanxi, "eve").await.tier, "gold");
}

/// Of ten customers three are the first quarter: Ada and Ben rise at once.
async fn others_come_below(guanxi: &TestServer) {
    populate(guanxi, (0..6).map(|number| (member(number), 100))).await;
    let renewed = assign_tiers(guanxi).await;
    assert_eq!(renewed.ranked_count, 10);
    for customer in ["ada", "ben"] {
        assert_eq!(standing(guanxi, customer).await.tier, "gold", "{customer}");
        assert_eq!(steps(&changes(guanxi, customer).await)[0], ("NEW_CALIBRATION", "silver", "gold"));
    }
}

async fn every_fault_of_movement_rules_is_named(guanxi: TestServer) {
    super::kit::create_pyramid(&guanxi, "value").await;
    let rules = MovementRules {
        keep_basis_points: Some(10_001),
        review_count: Some(0),
        minimum_stay_days: Some(-1),
        maximum_fall: Some(20),
    };
    let fields = ["keep_basis_points", "review_count", "minimum_stay_days", "maximum_fall"]
        .map(|field| format!("pyramid_revision.movement_rules.{field}"));
    let refused = try_revision(&guanxi, "value", with_rules(by_revenue(), rules)).await;
    invalid(refused, &fields.each_ref().map(String::as_str));
    let kept = try_revision(&guanxi, "value", with_rules(by_revenue(), MovementRules::default())).await.unwrap();
    let said = MovementRules {
        keep_basis_points: Some(8_000),
        review_count: Some(3),
        minimum_stay_days: Some(90),
        maximum_fall: Some(1),
    };
    assert_eq!(kept.movement_rules, Some(said));
}

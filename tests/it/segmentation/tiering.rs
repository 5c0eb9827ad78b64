//! How customers come into tiers: by score, by shares of the customers, by shares of the value.

use guanxi::v1::{PyramidRevision, TierAssignment};
use guanxi_testkit::{TestServer, on_each_backend};

use super::kit::{
    activate, active_pyramid, add_revision, buys, crowd, customer_shares, everybody, places, populate, revenue, scheme,
    standing, thresholds, value_shares,
};

on_each_backend! {
    score_of_exactly_the_threshold_is_inside,
    share_of_customers_is_rounded_up,
    equal_scores_are_ordered_by_value_and_then_by_id,
    share_may_be_of_nobody,
    single_giant_is_in_the_first_share_of_value,
    shares_of_value_end_where_the_value_before_reaches_them,
    negative_value_is_in_the_last_share,
    boundaries_of_the_last_run_place_whoever_comes_later,
    new_run_draws_the_boundaries_anew,
}

fn sizes(assignments: &[TierAssignment], tiers: &[&str]) -> Vec<usize> {
    tiers.iter().map(|tier| assignments.iter().filter(|one| one.tier == *tier).count()).collect()
}

fn shares(basis_points: &[i32]) -> PyramidRevision {
    scheme(vec![revenue()], customer_shares(basis_points))
}

fn abc() -> PyramidRevision {
    scheme(vec![revenue()], value_shares(&[8000, 1500, 500]))
}

/// Customers `c-1`, `c-2` ... with these revenues.
async fn spending(guanxi: &TestServer, cents: &[i64]) {
    populate(guanxi, cents.iter().enumerate().map(|(index, cents)| (format!("c-{}", index + 1), *cents))).await;
}

async fn tiers_of(guanxi: &TestServer, customers: &[&str]) -> Vec<String> {
    let mut tiers = Vec::new();
    for customer in customers {
        tiers.push(standing(guanxi, customer).await.tier);
    }
    tiers
}

async fn score_of_exactly_the_threshold_is_inside(guanxi: TestServer) {
    spending(&guanxi, &[100_000, 60_000, 59_999, 30_000, 29_999, 0]).await;
    active_pyramid(&guanxi, "value", scheme(vec![revenue()], thresholds(&[60.0, 30.0]))).await;
    let expected =
        [("c-1", "gold"), ("c-2", "gold"), ("c-3", "silver"), ("c-4", "silver"), ("c-5", "bronze"), ("c-6", "bronze")];
    let seen = everybody(&guanxi, "value").await;
    assert_eq!(places(&seen), expected);
    assert_eq!(seen.iter().map(|one| one.tier_rank).collect::<Vec<_>>(), [1, 1, 2, 2, 3, 3]);
    // A threshold that no double holds exactly is met by the score that is nearest to it.
    let odd = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[59.999, 29.999]))).await;
    activate(&guanxi, &odd).await;
    assert_eq!(sizes(&everybody(&guanxi, "value").await, &["gold", "silver", "bronze"]), [3, 2, 1]);
}

async fn share_of_customers_is_rounded_up(guanxi: TestServer) {
    crowd(&guanxi, 11).await;
    active_pyramid(&guanxi, "value", shares(&[1000, 2000, 7000])).await;
    let seen = everybody(&guanxi, "value").await;
    // The boundaries lie at 1.1 and 3.3 of 11.
    assert_eq!(sizes(&seen, &["gold", "silver", "bronze"]), [2, 2, 7]);
    assert_eq!(
        places(&seen)[7..],
        [("m-00007", "silver"), ("m-00008", "silver"), ("m-00009", "gold"), ("m-00010", "gold")]
    );
}

async fn equal_scores_are_ordered_by_value_and_then_by_id(guanxi: TestServer) {
    // All at the cap of 1000 dollars.
    spending(&guanxi, &[200_000, 200_000, 300_000, 200_000]).await;
    active_pyramid(&guanxi, "value", shares(&[5000, 5000])).await;
    let expected = [("c-1", "gold"), ("c-2", "silver"), ("c-3", "gold"), ("c-4", "silver")];
    assert_eq!(places(&everybody(&guanxi, "value").await), expected);
}

async fn share_may_be_of_nobody(guanxi: TestServer) {
    spending(&guanxi, &[300, 200]).await;
    active_pyramid(&guanxi, "value", shares(&[100, 100, 9800])).await;
    // Both boundaries lie at the first of two.
    assert_eq!(tiers_of(&guanxi, &["c-1", "c-2"]).await, ["gold", "bronze"]);
}

async fn single_giant_is_in_the_first_share_of_value(guanxi: TestServer) {
    spending(&guanxi, &[1_000_000, 10, 10, 10]).await;
    active_pyramid(&guanxi, "value", abc()).await;
    assert_eq!(tiers_of(&guanxi, &["c-1", "c-2", "c-3", "c-4"]).await, ["gold", "bronze", "bronze", "bronze"]);
}

async fn shares_of_value_end_where_the_value_before_reaches_them(guanxi: TestServer) {
    // Before them: 0, 40, 80, 90, 95, 100 of 100.
    spending(&guanxi, &[4_000, 4_000, 1_000, 500, 500, 0]).await;
    active_pyramid(&guanxi, "value", abc()).await;
    let expected =
        [("c-1", "gold"), ("c-2", "gold"), ("c-3", "silver"), ("c-4", "silver"), ("c-5", "bronze"), ("c-6", "bronze")];
    assert_eq!(places(&everybody(&guanxi, "value").await), expected);
}

async fn negative_value_is_in_the_last_share(guanxi: TestServer) {
    spending(&guanxi, &[100, 100]).await;
    buys(&guanxi, "c-2", -300).await;
    active_pyramid(&guanxi, "value", abc()).await;
    assert_eq!(tiers_of(&guanxi, &["c-1", "c-2"]).await, ["gold", "bronze"]);
    assert_eq!(crate::support::cents(&standing(&guanxi, "c-2").await.value.unwrap()), -200);
}

async fn boundaries_of_the_last_run_place_whoever_comes_later(guanxi: TestServer) {
    spending(&guanxi, &[50_000, 40_000, 30_000, 20_000]).await;
    active_pyramid(&guanxi, "value", shares(&[2500, 2500, 5000])).await;
    let later = [("a", 50_000), ("d", 50_000), ("e", 90_000), ("f", 40_001), ("g", 39_999)];
    populate(&guanxi, later.map(|(customer, cents)| (customer.to_owned(), cents))).await;
    // Like the last of gold by score and value, `a` sorts before it by id, `d` after it.
    assert_eq!(tiers_of(&guanxi, &["a", "d", "e", "f", "g"]).await, ["gold", "silver", "gold", "silver", "bronze"]);
    assert_eq!(tiers_of(&guanxi, &["c-1", "c-2", "c-3", "c-4"]).await, ["gold", "silver", "bronze", "bronze"]);
}

async fn new_run_draws_the_boundaries_anew(guanxi: TestServer) {
    spending(&guanxi, &[50_000, 40_000, 30_000, 20_000]).await;
    let revision = active_pyramid(&guanxi, "value", shares(&[2500, 7500])).await;
    populate(&guanxi, (1..=4).map(|number| (format!("d-{number}"), 60_000 + number))).await;
    assert_eq!(sizes(&everybody(&guanxi, "value").await, &["gold", "silver"]), [5, 3]);
    let renewed = activate(&guanxi, &revision).await;
    assert_eq!((renewed.ranked_count, renewed.moved_count), (8, 3));
    let gold: Vec<_> = everybody(&guanxi, "value").await.into_iter().filter(|one| one.tier == "gold").collect();
    assert_eq!(places(&gold), [("d-3", "gold"), ("d-4", "gold")]);
}

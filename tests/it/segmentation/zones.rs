//! Days of a zone with summer time. In Europe/Berlin the 29th of March 2026 has 23 hours and ends at 22:00 UTC, the 25th
//! of October has 25 and ends at 23:00 UTC.

use guanxi::v1::{MovementRules, PyramidRevision};
use guanxi_testkit::{TestServer, empty_database, on_each_backend};

use super::kit::{active_pyramid, buys, by_revenue, explained};
use super::movement_report::movement;
use super::passing::{buys_at, clock, comes_into, date, settled, standing_as_of};
use crate::support::time;

on_each_backend! {
    reviews_fall_on_midnights_of_winter_and_of_summer,
    a_day_on_which_the_clock_changes_ends_at_its_own_midnight,
    movement_is_between_midnights_of_the_zone,
}

async fn in_berlin(guanxi: &TestServer) -> TestServer {
    let backend = guanxi.backend();
    let database = tokio::task::spawn_blocking(move || empty_database(backend)).await.unwrap().unwrap();
    let zone = |config: &mut guanxi_server::Config| config.deployment.time_zone = "Europe/Berlin".into();
    TestServer::start_with(database, zone).await
}

async fn reviews_fall_on_midnights_of_winter_and_of_summer(guanxi: TestServer) {
    let guanxi = in_berlin(&guanxi).await;
    let rules = MovementRules { review_count: Some(2), minimum_stay_days: Some(0), ..MovementRules::default() };
    let revision = PyramidRevision { movement_rules: Some(rules), ..by_revenue() };
    active_pyramid(&guanxi, "value", revision).await;
    // The 1st of February there: without summer time all reviews would be at 23:00.
    clock(&guanxi, "2026-01-31T23:00:00Z");
    buys(&guanxi, "ada", 100_000).await;
    buys(&guanxi, "ada", -70_000).await;
    let due = async || explained(&guanxi, "ada").await.due_time;
    assert_eq!(due().await, Some(time("2026-02-28T23:00:00Z")));
    clock(&guanxi, "2026-02-28T23:00:00Z");
    let review = settled(&guanxi, "ada").await.review.unwrap();
    assert_eq!((review.below_count, review.next_review_date), (1, Some(date(2026, 4, 1))));
    assert_eq!(due().await, Some(time("2026-03-31T22:00:00Z")));
    clock(&guanxi, "2026-03-31T22:00:00Z");
    let lowered = comes_into(&guanxi, "ada", "silver").await;
    assert_eq!(lowered.assign_time, Some(time("2026-03-31T22:00:00Z")));
    assert_eq!(explained(&guanxi, "ada").await.review.unwrap().next_review_date, Some(date(2026, 5, 1)));
}

/// One customer comes in the last second of the day on which the clock changes, the other in the first of the next.
async fn around_the_change(guanxi: &TestServer, [early, late]: [&str; 2], [last, first]: [&str; 2]) {
    for (customer, moment) in [(early, last), (late, first)] {
        clock(guanxi, moment);
        buys_at(guanxi, customer, moment, 70_000).await;
    }
}

async fn a_day_on_which_the_clock_changes_ends_at_its_own_midnight(guanxi: TestServer) {
    let guanxi = in_berlin(&guanxi).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    around_the_change(&guanxi, ["ada", "ben"], ["2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"]).await;
    around_the_change(&guanxi, ["cyd", "dan"], ["2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"]).await;
    clock(&guanxi, "2026-10-28T12:00:00Z");
    for (early, late, month, day) in [("ada", "ben", 3, 29), ("cyd", "dan", 10, 25)] {
        let stood = async |customer, day| {
            let seen = standing_as_of(&guanxi, customer, date(2026, month, day)).await.unwrap();
            (seen.tier, seen.score)
        };
        let (nowhere, gold) = ((String::new(), None), ("gold".to_owned(), Some(70.0)));
        assert_eq!(stood(early, day - 1).await, nowhere);
        assert_eq!(stood(early, day).await, gold);
        assert_eq!(stood(late, day).await, nowhere);
        assert_eq!(stood(late, day + 1).await, gold);
    }
}

async fn movement_is_between_midnights_of_the_zone(guanxi: TestServer) {
    let guanxi = in_berlin(&guanxi).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    around_the_change(&guanxi, ["ada", "ben"], ["2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"]).await;
    around_the_change(&guanxi, ["cyd", "dan"], ["2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"]).await;
    clock(&guanxi, "2026-10-28T12:00:00Z");
    for (month, day, before) in [(3, 29, 0), (10, 25, 2)] {
        for (from, to, unchanged) in [(day - 1, day, before), (day, day + 1, before + 1)] {
            let on = |day| Some(date(2026, month, day));
            let moved = movement(&guanxi, on(from), on(to)).await.unwrap();
            assert_eq!((moved.entrant_count, moved.unchanged_count), (1, Some(unchanged)), "{from} to {to} of {month}");
        }
    }
}

//! Who went from which tier to which, as the report tells it.

use guanxi::google::r#type::Date;
use guanxi::v1::window::Span;
use guanxi::v1::{GetPyramidReportRequest, Measure, PyramidMovement, PyramidRevision, Tier, Window};
use guanxi_testkit::{TestServer, data_file, on_each_backend};
use tonic::{Code, Status};

use super::golden::{import, purchases};
use super::kit::{active_pyramid, buys, by_revenue, crowd, invalid, refused, report, revenue, scheme, thresholds};
use super::passing::{clock, until};

on_each_backend! {
    real_customers_move_as_computed_elsewhere,
    entrants_and_leavers_are_told_apart,
    days_of_movement_are_two_that_have_passed_in_order,
}

/// Rows: the tier of nine months to the end of September 1997; columns: of the nine months after.
const MOVED: [[i64; 5]; 5] = [
    [69, 75, 38, 19, 35],
    [39, 168, 254, 208, 274],
    [28, 180, 646, 1_101, 1_580],
    [7, 105, 681, 3_438, 14_555],
    [0, 0, 0, 2, 68],
];

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// Who moved between the ends of two days.
pub(super) async fn movement(
    guanxi: &TestServer,
    movement_start_date: Option<Date>,
    movement_end_date: Option<Date>,
) -> Result<PyramidMovement, Status> {
    let request = GetPyramidReportRequest { name: "pyramids/value".into(), movement_start_date, movement_end_date };
    Ok(guanxi.segmentation().get_pyramid_report(request).await?.into_inner().movement.unwrap())
}

/// By what was spent in 273 days, from 568.60, 248.69, 93.97, more than 0, and 0.
fn by_spending() -> PyramidRevision {
    let window = Some(Window { span: Some(Span::TrailingDays(273)) });
    let tier = |number: i32| Tier { tier_id: format!("t{number}"), ..Tier::default() };
    PyramidRevision {
        tiers: (1..=5).map(tier).collect(),
        ..scheme(vec![Measure { window, ..revenue() }], thresholds(&[56.86, 24.869, 9.397, 0.001]))
    }
}

fn matrix(movement: &PyramidMovement) -> Vec<Vec<i64>> {
    movement.rows.iter().map(|row| row.cells.iter().map(|cell| cell.customer_count).collect()).collect()
}

async fn real_customers_move_as_computed_elsewhere(guanxi: TestServer) {
    let Some(file) = data_file("cdnow/transactions.csv") else { return };
    let all = purchases(&std::fs::read_to_string(file).unwrap());
    // 1 October 1997.
    let is_early = |at: i64| at < 875_664_000;
    let occurred = |one: &guanxi::v1::Purchase| one.context.as_ref().unwrap().occur_time.unwrap().seconds;
    let (early, late): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| is_early(occurred(one)));
    clock(&guanxi, "1997-09-30T13:00:00Z");
    import(&guanxi, &early).await;
    active_pyramid(&guanxi, "value", by_spending()).await;
    clock(&guanxi, "1998-06-30T13:00:00Z");
    import(&guanxi, &late).await;
    let moved: Vec<i64> = (0..5).map(|to| MOVED.iter().map(|row| row[to]).sum()).collect();
    let counts =
        async || -> Vec<i64> { report(&guanxi, "value").await.tiers.iter().map(|tier| tier.customer_count).collect() };
    until(counts, |seen| *seen == moved).await;
    clock(&guanxi, "1998-07-01T13:00:00Z");
    let movement = movement(&guanxi, date(1997, 9, 30), date(1998, 6, 30)).await.unwrap();
    let expected: Vec<Vec<i64>> =
        MOVED.iter().map(|row| row.iter().copied().chain([0]).collect()).chain([vec![0; 6]]).collect();
    assert_eq!(matrix(&movement), expected);
    assert!((movement.mobility_index.unwrap() - 0.798_072_777_5).abs() < 5e-11, "{movement:?}");
    let ways = (movement.upward_count, movement.unchanged_count, movement.downward_count);
    assert_eq!(ways, (Some(1_042), Some(4_389), Some(18_139)));
}

async fn entrants_and_leavers_are_told_apart(guanxi: TestServer) {
    clock(&guanxi, "2026-01-31T12:00:00Z");
    crowd(&guanxi, 2).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    clock(&guanxi, "2026-02-10T12:00:00Z");
    buys(&guanxi, "ada", 90_000).await;
    let delete = guanxi::v1::DeleteCustomerRequest {
        name: format!("customers/{}", super::kit::member(0)),
        ..Default::default()
    };
    guanxi.customers().delete_customer(delete).await.unwrap();
    clock(&guanxi, "2026-02-12T12:00:00Z");
    let movement = movement(&guanxi, date(2026, 1, 31), date(2026, 2, 10)).await.unwrap();
    assert_eq!((movement.entrant_count, movement.leaver_count, movement.unchanged_count), (1, 1, Some(1)));
    let outside = movement.rows.last().unwrap();
    assert_eq!((outside.tier.as_str(), outside.customer_count, outside.cells[0].customer_count), ("", 1, 1));
    assert_eq!(outside.cells[0].tier, "gold");
}

async fn days_of_movement_are_two_that_have_passed_in_order(guanxi: TestServer) {
    crowd(&guanxi, 1).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let (start, end) = ("movement_start_date", "movement_end_date");
    invalid(movement(&guanxi, date(2025, 1, 1), None).await, &[end]);
    invalid(movement(&guanxi, None, date(2025, 1, 1)).await, &[start]);
    invalid(movement(&guanxi, date(2025, 1, 2), date(2025, 1, 2)).await, &[start]);
    invalid(movement(&guanxi, date(2025, 2, 30), date(2999, 1, 1)).await, &[start, end]);
    let early = movement(&guanxi, date(2020, 1, 1), date(2020, 2, 1)).await;
    refused(early, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
}

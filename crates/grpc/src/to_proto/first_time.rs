//! Which services were right first time.

use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_app::operations::{FirstTimeOutcome, FirstTimeRequest, RecordsProgress};
use guanxi_model::statistics::Evidence;
use guanxi_model::statistics::chart::drift::Ewma;
use guanxi_model::{Day, Violations};
use guanxi_satisfaction::first_time::report::{self, FirstTimeReport, FirstTimeRow};
use guanxi_satisfaction::first_time::{FirstTimeCounts, MOST_ROWS};
use guanxi_store::Operation;

use super::report::count;
use super::{chart, number, number_or_zero, time};

/// How far it is.
pub(crate) fn metadata(
    operation: &Operation,
    request: &FirstTimeRequest,
    progress: &RecordsProgress,
) -> pb::AnalyzeFirstTimeRightMetadata {
    let (first, last) = request.question.days;
    pb::AnalyzeFirstTimeRightMetadata {
        start_date: Some(time::day(first)),
        end_date: Some(time::day(last)),
        filter: request.filter.clone(),
        done_count: progress.done,
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    }
}

/// What was found.
pub(crate) fn response(request: FirstTimeRequest, outcome: FirstTimeOutcome) -> pb::FirstTimeRightReport {
    let (FirstTimeRequest { question, filter }, FirstTimeOutcome { counted, time: read }) = (request, outcome);
    let FirstTimeReport { periods, total, rows } = report::report(&question, counted);
    let starts: Vec<Day> = periods.iter().map(|(first, _)| *first).collect();
    let told = |(key, told)| row(key, told, (question.ewma, &starts));
    pb::FirstTimeRightReport {
        period: number(question.period),
        window_days: question.window_days,
        group_by: number_or_zero(question.group_by),
        filter,
        read_time: Some(time::timestamp(read)),
        periods: periods.iter().map(|(first, last)| range(*first, *last)).collect(),
        total: Some(told((String::new(), total))),
        rows: rows.into_iter().map(told).collect(),
    }
}

fn range(first: Day, last: Day) -> pb::DateRange {
    pb::DateRange { start_date: Some(time::day(first)), end_date: Some(time::day(last)) }
}

fn row(key: String, told: FirstTimeRow, (ewma, starts): (Ewma, &[Day])) -> pb::FirstTimeRightRow {
    let FirstTimeRow { whole, periods, chart: drawn } = told;
    let (chart, points) = chart::chart(drawn, ewma.into(), starts);
    // Without a chart no period has a point.
    let points = points.into_iter().chain(std::iter::repeat(None));
    let period = |(counts, control)| pb::FirstTimeRightPeriod { figures: Some(figures(counts)), control };
    pb::FirstTimeRightRow {
        key,
        total: Some(figures(whole)),
        periods: periods.into_iter().zip(points).map(period).collect(),
        chart: Some(chart),
    }
}

fn figures(counts: FirstTimeCounts) -> pb::FirstTimeRightFigures {
    let FirstTimeCounts { services, pending, right, unresolved, returned, complained, came_again } = counts;
    let share = counts.share();
    pb::FirstTimeRightFigures {
        service_count: count(services),
        pending_count: count(pending),
        right_count: count(right),
        unresolved_count: count(unresolved),
        returned_count: count(returned),
        complained_count: count(complained),
        came_again_count: count(came_again),
        evidence: number(Evidence::of(counts.settled())),
        share: share.map(|share| share.share()),
        lower_bound: share.map(|share| share.interval().low),
        upper_bound: share.map(|share| share.interval().high),
    }
}

/// More rows than fit a reply.
pub(crate) fn too_many_rows() -> Error {
    let fault =
        format!("leads to more than the {MOST_ROWS} rows that can be told; ask for longer periods, or for fewer keys");
    Error::Invalid(Violations::one("group_by", fault))
}

//! Control charts.

use guanxi::v1 as pb;
use guanxi_model::Day;
use guanxi_model::statistics::chart::Unfit;
use guanxi_model::statistics::chart::drift::{Cusum, Ewma, Summed};
use guanxi_satisfaction::chart::{Bounded, Change, ChartKind, ControlChart, ControlPoint, Drift, Rule};

use super::{number, time};

/// A chart of periods that begin on these days, and its points.
pub(super) fn chart(
    chart: Result<ControlChart, Unfit>,
    rule: Rule,
    starts: &[Day],
) -> (pb::ControlChart, Vec<Option<pb::ControlPoint>>) {
    use pb::ControlChartStatus as Status;
    let (ewma, cusum) = match rule {
        Rule::Ewma(ewma) => (ewma, None),
        Rule::Cusum(cusum) => (Ewma { share: 0.0, width: 0.0 }, Some(cusum)),
    };
    let (cusum_allowance, cusum_limit) = cusum.map(|Cusum { allowance, limit }| (allowance, limit)).unzip();
    let none = |status: Status, missing: usize| pb::ControlChart {
        status: status.into(),
        kind: pb::ControlChartKind::Unspecified.into(),
        centre: None,
        standard_deviation: None,
        spread: None,
        baseline_period_count: None,
        missing_period_count: few(missing),
        alarm_dates: Vec::new(),
        change_date: None,
        ewma_share: ewma.share,
        ewma_width: ewma.width,
        cusum_allowance,
        cusum_limit,
    };
    let ControlChart { kind, centre, deviation, spread, baseline_periods, points, change } = match chart {
        Ok(chart) => chart,
        Err(Unfit::TooFewPeriods(missing)) => return (none(Status::TooFewPeriods, missing), Vec::new()),
        Err(Unfit::WithoutVariation) => return (none(Status::WithoutVariation, 0), Vec::new()),
    };
    let date = |index: usize| starts.get(index).map(|day| time::day(*day));
    let alarms = |point: &Option<ControlPoint>| {
        point.is_some_and(|point| point.drift.alarms() || point.limits.is_some_and(|limits| limits.alarm))
    };
    let alarmed = points.iter().zip(starts).filter(|(point, _)| alarms(point));
    let alarm_dates = alarmed.map(|(_, start)| time::day(*start)).collect();
    let told = pb::ControlChart {
        status: Status::Drawn.into(),
        kind: number(kind),
        centre: Some(centre),
        standard_deviation: deviation,
        spread: matches!(kind, ChartKind::LaneyShare | ChartKind::LaneyRate).then_some(spread),
        baseline_period_count: baseline_periods.map(few),
        missing_period_count: 0,
        alarm_dates,
        change_date: change.and_then(|Change { began, alarmed: _, direction: _ }| date(began)),
        ewma_share: ewma.share,
        ewma_width: ewma.width,
        cusum_allowance,
        cusum_limit,
    };
    (told, points.into_iter().map(|point| point.map(control_point)).collect())
}

fn control_point(ControlPoint { limits, drift }: ControlPoint) -> pb::ControlPoint {
    let (drift, sums) = match drift {
        Drift::Average(average) => (Some(bounded(average)), None),
        Drift::Sums(Summed { above, below, alarm }) => (None, Some(pb::CumulativeSums { above, below, alarm })),
    };
    pb::ControlPoint { limits: limits.map(bounded), drift, sums }
}

fn bounded(Bounded { value, low, high, alarm }: Bounded) -> pb::ControlLimits {
    pb::ControlLimits { value, lower_limit: low, upper_limit: high, alarm }
}

/// A number of periods, of which there are few.
fn few(periods: usize) -> i32 {
    i32::try_from(periods).unwrap_or(i32::MAX)
}

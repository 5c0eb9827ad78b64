//! How well a service standard is kept.

use guanxi::v1 as pb;
use guanxi_model::statistics::proportion::Proportion;
use guanxi_model::statistics::{Evidence, Interval};
use guanxi_model::{Day, ServiceStandardId, name};
use guanxi_satisfaction::standard::measured::Sums;
use guanxi_satisfaction::standard::report::{DefectFigures, Figures, PeriodFigures, ReportQuestion, StandardReport};

use super::{chart, number, time};

/// GetServiceStandardReport.
pub(crate) fn report(
    standard: &ServiceStandardId,
    question: &ReportQuestion,
    report: StandardReport,
) -> pb::ServiceStandardReport {
    let StandardReport { total, periods, chart: drawn } = report;
    let starts: Vec<Day> = periods.iter().map(|period| period.days.0).collect();
    let (chart, points) = chart::chart(drawn, question.ewma.into(), &starts);
    // Without a chart no period has a point.
    let points = points.into_iter().chain(std::iter::repeat(None));
    pb::ServiceStandardReport {
        service_standard: name::service_standard(standard),
        period: number(question.period),
        total: Some(figures(total)),
        periods: periods.into_iter().zip(points).map(|(part, control)| period(part, control)).collect(),
        chart: Some(chart),
    }
}

fn period(
    PeriodFigures { days, figures: found }: PeriodFigures,
    control: Option<pb::ControlPoint>,
) -> pb::ServiceStandardPeriod {
    pb::ServiceStandardPeriod {
        start_date: Some(time::day(days.0)),
        end_date: Some(time::day(days.1)),
        figures: Some(figures(found)),
        control,
    }
}

fn figures(figures: Figures) -> pb::ServiceStandardFigures {
    let Figures { sums, value, interval, met, attainment: attained, defects } = figures;
    let Sums { measurements, units, total, .. } = sums;
    pb::ServiceStandardFigures {
        measurement_count: measurements,
        unit_count: units,
        total,
        evidence: number(Evidence::of(u64::try_from(units).unwrap_or(0))),
        value,
        lower_bound: interval.map(|interval| interval.low),
        upper_bound: interval.map(|interval| interval.high),
        met,
        attainment: attained.map(attainment),
        defect_level: defects.map(defect_level),
    }
}

fn attainment(attained: Proportion) -> pb::ServiceAttainment {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let Interval { low, high } = attained.interval();
    pb::ServiceAttainment {
        known_unit_count: count(attained.of()),
        met_unit_count: count(attained.hits()),
        share: attained.share(),
        lower_bound: low,
        upper_bound: high,
    }
}

fn defect_level(DefectFigures { per_million, sigma, bound }: DefectFigures) -> pb::DefectLevel {
    pb::DefectLevel {
        defects_per_million: per_million,
        sigma,
        upper_bound: bound.map(|(most, _)| most),
        sigma_lower_bound: bound.and_then(|(_, least)| least),
    }
}

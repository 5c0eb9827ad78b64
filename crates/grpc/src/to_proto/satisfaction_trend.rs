//! A number over time.

use guanxi::v1 as pb;
use guanxi_model::Day;
use guanxi_model::fact::CollectionMethod;
use guanxi_satisfaction::difference::Against;
use guanxi_satisfaction::quantity::{Quantity, QuantityKind};
use guanxi_satisfaction::trend::{GapSplit, Side, Trend, TrendPoint, TrendQuestion};

use super::satisfaction_figure::{difference, figure, quantity};
use super::{chart, number, time};

/// GetSatisfactionTrend.
pub(crate) fn trend(
    (revision, of): (String, Quantity),
    methods: &[CollectionMethod],
    question: &TrendQuestion,
    (trend, split): (Trend, Option<GapSplit>),
) -> pb::SatisfactionTrend {
    let Trend { total, points, chart: drawn, change } = trend;
    let starts: Vec<Day> = points.iter().map(|point| point.days.0).collect();
    let (chart, controls) = chart::chart(drawn, question.rule, &starts);
    // Without a chart no period has a point.
    let controls = controls.into_iter().chain(std::iter::repeat(None));
    let date = |index: usize| starts.get(index).map(|day| time::day(*day));
    let change = change.map(|(change, verdict)| pb::SatisfactionChange {
        start_date: date(change.began),
        alarm_date: date(change.alarmed),
        direction: number(change.direction),
        verdict: number(verdict),
    });
    pb::SatisfactionTrend {
        questionnaire_revision: revision,
        collection_methods: methods.iter().copied().map(number).collect(),
        period: number(question.period),
        total: Some(figure(total)),
        points: points.into_iter().zip(controls).map(|(one, control)| point(one, control)).collect(),
        chart: Some(chart),
        change,
        gap_split: split.map(|split| gap_split(&of, split)),
        quantity: Some(quantity(of)),
    }
}

fn point(TrendPoint { days, reading }: TrendPoint, control: Option<pb::ControlPoint>) -> pb::SatisfactionTrendPoint {
    pb::SatisfactionTrendPoint {
        start_date: Some(time::day(days.0)),
        end_date: Some(time::day(days.1)),
        figure: Some(figure(reading)),
        control,
    }
}

fn gap_split(of: &Quantity, split: GapSplit) -> pb::SatisfactionGapSplit {
    let GapSplit { gap, perception, expectation } = split;
    let told = |Side { after, before, apart }: Side| {
        let of = Quantity { kind: QuantityKind::Gap, part: of.part.clone() };
        Some(difference(of, (after, Against::Set(before)), apart))
    };
    pb::SatisfactionGapSplit { gap: told(gap), perception: told(perception), expectation: told(expectation) }
}

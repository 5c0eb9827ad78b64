//! One number over time: period by period, on a control chart that says since when it has really changed, and what that
//! means for customers.

use std::collections::BTreeMap;

use guanxi_model::statistics::chart::{MIN_BASELINE, Unfit};
use guanxi_model::{Day, Period};

use crate::chart::{self, Change, ControlChart, Direction, Rule, Usual};
use crate::cube::Sums;
use crate::difference::{self, Against, Apart, Verdict, apart};
use crate::quantity::{Polarity, Reading, Samples, Source};

/// Of days that somebody vouches for, so many periods are enough.
pub const MIN_FROZEN: usize = 5;

/// What is followed, and how.
#[derive(Clone, Debug)]
pub struct TrendQuestion {
    pub source: Source,
    pub polarity: Polarity,
    /// The first and the last day.
    pub days: (Day, Day),
    pub period: Period,
    pub rule: Rule,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    pub total: Reading,
    pub points: Vec<TrendPoint>,
    pub chart: Result<ControlChart, Unfit>,
    pub change: Option<(Change, Verdict)>,
}

/// A period, as far as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendPoint {
    pub days: (Day, Day),
    pub reading: Reading,
}

/// A change of a gap, which is exactly that of perceptions less that of expectations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GapSplit {
    pub gap: Side,
    pub perception: Side,
    pub expectation: Side,
}

/// A number after and before, and what lies between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    pub after: Reading,
    pub before: Reading,
    pub apart: Option<Apart>,
}

/// Follows a number through the sums of periods by their first days. The centre of the chart is that of the frozen periods,
/// or else of the first that are large enough to be told of.
pub fn trend(question: &TrendQuestion, sums: &BTreeMap<Day, Sums>, frozen: Option<&BTreeMap<Day, Sums>>) -> Trend {
    let nothing = Sums::default();
    let periods: Vec<(Day, Day)> = question.period.parts(question.days).collect();
    let start = |(first, _): &(Day, Day)| question.period.start_of(*first);
    let held: Vec<&Sums> = periods.iter().map(|days| sums.get(&start(days)).unwrap_or(&nothing)).collect();
    let point = |(days, sums): ((Day, Day), &&Sums)| TrendPoint { days, reading: question.source.read(sums) };
    let chart = draw(question, &held, frozen);
    let change = chart.as_ref().ok().and_then(|chart| chart.change).map(|change| {
        let rises = change.direction == Direction::Rise;
        (change, difference::direction(rises, question.polarity))
    });
    let mut total = Sums::default();
    held.iter().for_each(|sums| total.plus(sums));
    let points = periods.into_iter().zip(&held).map(point).collect();
    Trend { total: question.source.read(&total), points, chart, change }
}

fn draw(
    question: &TrendQuestion,
    periods: &[&Sums],
    frozen: Option<&BTreeMap<Day, Sums>>,
) -> Result<ControlChart, Unfit> {
    let (source, rule) = (&question.source, question.rule);
    let (usual, least) = match frozen {
        Some(frozen) => (frozen.values().collect(), MIN_FROZEN),
        None => (first_told(source, periods), MIN_BASELINE),
    };
    match (source.samples(periods), source.samples(&usual)) {
        (Samples::Answers(periods, steps), Samples::Answers(usual, _)) => {
            let mut chart = chart::answers((&periods, steps), (&usual, least), rule)?;
            chart.centre = source.centre(chart.centre);
            Ok(chart)
        }
        (Samples::Events(counting, periods), Samples::Events(_, usual)) => {
            chart::counts(&periods, Usual::Periods(&usual, least), counting, (rule, 1.0))
        }
        // Both are of one source.
        _ => Err(Unfit::WithoutVariation),
    }
}

/// The first periods that are large enough, as many as a baseline needs.
fn first_told<'a>(source: &Source, periods: &[&'a Sums]) -> Vec<&'a Sums> {
    let told = |sums: &&&Sums| source.read(sums).size().is_told();
    periods.iter().filter(told).take(MIN_BASELINE).copied().collect()
}

/// Takes the change of a gap apart; none of what is no gap.
pub fn split(source: &Source, (after, before): (&Sums, &Sums)) -> Option<GapSplit> {
    let ((perceived, expected), (perceived_before, expected_before)) = (source.halves(after)?, source.halves(before)?);
    let side = |after: Reading, before: Reading, polarity: Polarity| Side {
        after,
        before,
        apart: apart(after, Against::Set(before), polarity),
    };
    Some(GapSplit {
        gap: side(source.read(after), source.read(before), Polarity::HigherIsBetter),
        perception: side(perceived, perceived_before, Polarity::HigherIsBetter),
        expectation: side(expected, expected_before, Polarity::Neither),
    })
}

#[cfg(test)]
mod tests {
    use guanxi_model::fact::QuestionKind::{DesiredExpectation, Perception};
    use guanxi_model::statistics::chart::drift::Ewma;

    use super::*;
    use crate::chart::ChartKind;
    use crate::quantity::{Part, Quantity, QuantityKind};
    use crate::sample::{answer, draft, pair, rated, rating, scheme};
    use crate::scheme::{IndexForm, QuestionnaireScheme};

    const NEW_YEAR: Day = Day(20_454);

    fn plain() -> QuestionnaireScheme {
        scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1)]))
    }

    fn sums(scheme: &QuestionnaireScheme, answers: &[i32]) -> Sums {
        let mut sums = Sums::default();
        answers.iter().for_each(|value| sums.plus(&scheme.count(&[rating("one", *value)]).sums));
        sums
    }

    fn asked(scheme: &QuestionnaireScheme, quantity: &Quantity, days: i32) -> TrendQuestion {
        TrendQuestion {
            source: scheme.source(quantity).unwrap(),
            polarity: quantity.kind.polarity(),
            days: (NEW_YEAR, NEW_YEAR.plus_days(days - 1)),
            period: Period::Day,
            rule: Rule::Ewma(Ewma::USUAL),
        }
    }

    #[test]
    fn too_few_answers_are_no_point_and_too_few_periods_no_chart() {
        let scheme = plain();
        let index = Quantity::whole(QuantityKind::Index);
        let days = (0..24).map(|day| {
            // 75 and 50 in turns; on the 3rd day there are only four answers.
            let answers: &[i32] = match day {
                2 => &[4, 4, 4, 4],
                day if day % 2 == 0 => &[4, 4, 4, 5, 3],
                _ => &[3, 3, 3, 4, 2],
            };
            (NEW_YEAR.plus_days(day), sums(&scheme, answers))
        });
        let days: BTreeMap<_, _> = days.collect();
        let told = trend(&asked(&scheme, &index, 24), &days, None);
        assert_eq!((told.points.len(), told.points[1].reading.value()), (24, Some(50.0)));
        let chart = told.chart.unwrap();
        assert_eq!((chart.kind, chart.baseline_periods), (ChartKind::MeanOfAnswers, Some(20)));
        // Of the first 20 large enough, the 1st to the 21st day without the 3rd, ten are of 75.
        assert!((chart.centre - 62.5).abs() < 1e-9, "{}", chart.centre);
        assert_eq!((chart.points[2], chart.change), (None, None));
        let short = trend(&asked(&scheme, &index, 20), &days, None);
        assert_eq!(short.chart, Err(Unfit::TooFewPeriods(1)));
        let frozen: BTreeMap<_, _> = days.range(NEW_YEAR.plus_days(4)..NEW_YEAR.plus_days(8)).collect();
        let frozen = frozen.into_iter().map(|(day, sums)| (*day, sums.clone())).collect();
        assert_eq!(trend(&asked(&scheme, &index, 20), &days, Some(&frozen)).chart, Err(Unfit::TooFewPeriods(1)));
    }

    #[test]
    fn an_item_is_drawn_about_its_score() {
        let scheme = plain();
        let item = Quantity { kind: QuantityKind::Score, part: Part::Item("one".into()) };
        let days: BTreeMap<_, _> =
            (0..20).map(|day| (NEW_YEAR.plus_days(day), sums(&scheme, &[4, 4, 4, 5, 3]))).collect();
        let told = trend(&asked(&scheme, &item, 20), &days, None);
        assert_eq!((told.total.value(), told.chart.unwrap().centre), (Some(75.0), 75.0));
    }

    #[test]
    fn a_gap_that_falls_because_more_is_expected() {
        let scheme = scheme(draft(IndexForm::Gap, Vec::new(), vec![pair("one")]));
        let of = |answers: &[(i32, i32)]| {
            let mut sums = Sums::default();
            for (perceived, expected) in answers {
                let answers = [answer("one", Perception, *perceived), answer("one", DesiredExpectation, *expected)];
                sums.plus(&scheme.count(&answers).sums);
            }
            sums
        };
        // Perceptions 5, 5, 5, 4, 6 both times; expectations of 5 on average, then of 6.
        let before = of(&[(5, 5), (5, 5), (5, 6), (4, 4), (6, 5)]);
        let after = of(&[(5, 6), (5, 6), (5, 7), (4, 5), (6, 6)]);
        let source = scheme.source(&Quantity::whole(QuantityKind::Gap)).unwrap();
        let told = split(&source, (&after, &before)).unwrap();
        let difference = |side: Side| side.apart.unwrap().difference;
        assert_eq!((difference(told.gap), difference(told.perception), difference(told.expectation)), (-1.0, 0.0, 1.0));
        assert_eq!((told.gap.after.value(), told.expectation.before.value()), (Some(-1.0), Some(5.0)));
        // Expectations have a variance of 1/2 both times: 1 by sqrt(2 * .5 / 5), with 8 degrees.
        let expected = told.expectation.apart.unwrap();
        assert!((expected.statistic.unwrap() - 5.0_f64.sqrt()).abs() < 1e-9, "{expected:?}");
        assert!((expected.degrees.unwrap() - 8.0).abs() < 1e-9);
        assert_eq!(expected.verdict, Some(Verdict::NotReal), "t of 8 degrees at 5 % is 2.306");
        let index = scheme.source(&Quantity::whole(QuantityKind::Index)).unwrap();
        assert_eq!(split(&index, (&after, &before)), None);
    }
}

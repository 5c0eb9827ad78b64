//! The value score, 0 to 100: the weighted mean of the normalised measures, kept as its parts. Nothing here knows of
//! tiers or other customers, except through the knots of rank measures.
//!
//! Points are whole multiples of 2^-32. Below 2^53 of them sums are exact, so the parts add up to the score in any
//! order and in any language, never past 100, and noise in the last bits of a division does not decide a threshold.

pub(crate) use guanxi_model::grid::on_grid;

use crate::measure::Reading;
use crate::normalise::{Knots, Ranks};
use crate::readings::Readings;
use crate::scheme::{Measure, MissingRule, PyramidScheme};

/// What one customer's measures come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Where the customer stands, or why nowhere.
    pub standing: Result<Standing, Unranked>,
    /// One per measure of the scheme, in its order; their points add up to the score.
    pub parts: Vec<Part>,
}

/// What customers are ordered by, ties apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// 0 to 100.
    pub score: f64,
    /// The pyramid's value measure, in minor units.
    pub value: i64,
}

/// Why a customer is in no tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unranked {
    /// Not of the pyramid's population.
    OutsidePopulation,
    /// The pyramid's value is not known of this customer.
    ValueMissing,
    /// The measure of this index is missing, and its rule is to rank nobody without it.
    MeasureMissing { measure: usize },
    /// Every measure is missing and skipped.
    NothingMeasured,
}

/// One measure's share of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Index into the measures of the scheme.
    pub measure: usize,
    pub reading: Reading,
    /// 0 to 1; nothing when the measure takes no part.
    pub normalised: Option<f64>,
    /// The measure's weight among those that take part, 0 to 1.
    pub weight_share: f64,
    /// 100 x weight share x normalised.
    pub points: f64,
}

/// The score of a customer with its parts.
pub fn score(scheme: &PyramidScheme, knots: &Knots, readings: &Readings) -> Scored {
    let mut parts = Vec::with_capacity(scheme.measures.len());
    let score = walk(scheme, knots, readings, |part| parts.push(part));
    Scored { standing: standing(readings, score), parts }
}

/// The same score, bit for bit, without its parts.
pub fn score_only(scheme: &PyramidScheme, knots: &Knots, readings: &Readings) -> Result<Standing, Unranked> {
    if !readings.admitted {
        return Err(Unranked::OutsidePopulation);
    }
    standing(readings, walk(scheme, knots, readings, |_| ()))
}

fn standing(readings: &Readings, score: Result<f64, Unranked>) -> Result<Standing, Unranked> {
    if !readings.admitted {
        return Err(Unranked::OutsidePopulation);
    }
    Ok(Standing { score: score?, value: readings.value.ok_or(Unranked::ValueMissing)? })
}

/// Visits every measure in order and returns the sum of the points.
fn walk(
    scheme: &PyramidScheme,
    knots: &Knots,
    readings: &Readings,
    mut visit: impl FnMut(Part),
) -> Result<f64, Unranked> {
    let measured = || scheme.measures.iter().zip(readings.measures.iter().copied());
    let taking_part = measured().filter(|(measure, reading)| takes_part(measure, *reading));
    let all: f64 = taking_part.map(|(measure, _)| measure.weight).sum();
    let mut refusal = None;
    let mut weight_so_far = 0.0;
    let mut full_so_far = 0.0;
    let mut score = 0.0;
    for (index, (measure, reading)) in measured().enumerate() {
        let mut part = Part { measure: index, reading, normalised: None, weight_share: 0.0, points: 0.0 };
        if takes_part(measure, reading) {
            // Differences of a running share, not shares one by one: so the full points of all add up to exactly 100.
            weight_so_far += measure.weight;
            let full = on_grid(weight_so_far / all * 100.0);
            let normalised = normalise(measure, reading, knots.of(index));
            part.normalised = Some(normalised);
            part.weight_share = measure.weight / all;
            part.points = on_grid((full - full_so_far) * normalised);
            full_so_far = full;
        } else if measure.missing == MissingRule::Unranked {
            refusal.get_or_insert(Unranked::MeasureMissing { measure: index });
        }
        score += part.points;
        visit(part);
    }
    match refusal {
        Some(reason) => Err(reason),
        None if weight_so_far > 0.0 => Ok(score),
        None => Err(Unranked::NothingMeasured),
    }
}

fn takes_part(measure: &Measure, reading: Reading) -> bool {
    reading.value.is_some() || measure.missing == MissingRule::Lowest
}

fn normalise(measure: &Measure, reading: Reading, ranks: Option<&Ranks>) -> f64 {
    reading.value.map_or(0.0, |value| measure.normaliser.apply(value, measure.direction, ranks))
}

#[cfg(test)]
mod tests {
    use guanxi_model::Counter;
    use proptest::prelude::*;

    use super::*;
    use crate::measure::MeasureKind;
    use crate::normalise::Normaliser;
    use crate::sample::{calibration, draft, linear, population, scheme, schemes, tally};
    use crate::scheme::{MeasureDraft, TieringRule};
    use crate::subject::Subject;

    fn scored(measures: Vec<MeasureDraft>, counters: &[(Counter, i64)]) -> Scored {
        let scheme = scheme(draft(measures, TieringRule::ScoreThresholds(vec![50.0])));
        score(&scheme, &Knots::default(), &scheme.read(Subject::of_lifetime(&tally(counters))))
    }

    fn points(scored: &Scored) -> Vec<f64> {
        scored.parts.iter().map(|part| part.points).collect()
    }

    /// Revenue is known, contact time is not.
    const UNTIMED: [(Counter, i64); 3] =
        [(Counter::Purchases, 1), (Counter::NetRevenue, 500), (Counter::Interactions, 2)];

    fn revenue_and_time(missing: MissingRule) -> Vec<MeasureDraft> {
        let time = MeasureDraft { missing, ..linear(MeasureKind::ContactSeconds, 3.0, 0.0, 60.0) };
        vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1_000.0), time]
    }

    #[test]
    fn entry_and_keep_values_of_the_hysteresis_rule() {
        for (revenue, points) in [(1_000, 50.0), (800, 40.0), (574, 28.7), (2_000, 100.0), (-1, 0.0)] {
            let counters = [(Counter::Purchases, 1), (Counter::NetRevenue, revenue)];
            let scored = scored(vec![linear(MeasureKind::NetRevenue, 7.0, 0.0, 2_000.0)], &counters);
            assert_eq!(scored.standing, Ok(Standing { score: on_grid(points), value: revenue }));
        }
    }

    #[test]
    fn skipped_measure_leaves_its_weight_to_the_others() {
        let scored = scored(revenue_and_time(MissingRule::Skip), &UNTIMED);
        assert_eq!(points(&scored), [50.0, 0.0]);
        assert_eq!((scored.parts[0].weight_share, scored.parts[1].normalised), (1.0, None));
    }

    #[test]
    fn missing_measure_ruled_lowest_costs_its_points() {
        let scored = scored(revenue_and_time(MissingRule::Lowest), &UNTIMED);
        assert_eq!(points(&scored), [12.5, 0.0]);
        assert_eq!((scored.parts[1].weight_share, scored.parts[1].normalised), (0.75, Some(0.0)));
    }

    #[test]
    fn each_reason_to_rank_nobody() {
        let standing = |measures, counters: &[_]| scored(measures, counters).standing;
        let time = |missing| vec![revenue_and_time(missing).remove(1)];
        assert_eq!(standing(revenue_and_time(MissingRule::Skip), &UNTIMED[1..]), Err(Unranked::OutsidePopulation));
        let refused = standing(revenue_and_time(MissingRule::Unranked), &UNTIMED);
        assert_eq!(refused, Err(Unranked::MeasureMissing { measure: 1 }));
        assert_eq!(standing(time(MissingRule::Skip), &UNTIMED), Err(Unranked::NothingMeasured));
        let mut margin = draft(time(MissingRule::Lowest), TieringRule::ScoreThresholds(vec![50.0]));
        margin.value = Some(MeasureKind::ContributionMargin);
        let uncosted = tally(&[(Counter::Purchases, 1), (Counter::Lines, 1)]);
        let margin = scheme(margin);
        let standing = score_only(&margin, &Knots::default(), &margin.read(Subject::of_lifetime(&uncosted)));
        assert_eq!(standing, Err(Unranked::ValueMissing));
    }

    #[test]
    fn best_of_all_scores_exactly_100() {
        let thirds =
            [MeasureKind::NetRevenue, MeasureKind::UnitCount, MeasureKind::PurchaseCount, MeasureKind::AmountPaid];
        let measures = thirds.map(|kind| linear(kind, 0.1, -1.0, 0.0)).to_vec();
        let scored = scored(measures, &[(Counter::Purchases, 1)]);
        assert_eq!(scored.standing.map(|standing| standing.score), Ok(100.0));
    }

    #[test]
    fn rank_before_the_first_run_is_worth_nothing() {
        let rank =
            MeasureDraft { normaliser: Some(Normaliser::Rank), ..linear(MeasureKind::NetRevenue, 1.0, 0.0, 1.0) };
        assert_eq!(points(&scored(vec![rank], &UNTIMED)), [0.0]);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_score_bit_for_bit(scheme in schemes(), people in population(1..30)) {
            let knots = calibration(&scheme, &people).knots;
            for (_, tally) in &people {
                let readings = scheme.read(Subject::of_lifetime(tally));
                let scored = score(&scheme, &knots, &readings);
                let forwards = points(&scored).iter().fold(0.0, |sum, part| sum + part);
                let backwards = points(&scored).iter().rev().fold(0.0, |sum, part| sum + part);
                prop_assert_eq!(forwards.to_bits(), backwards.to_bits());
                prop_assert_eq!(score_only(&scheme, &knots, &readings), scored.standing);
                if let Ok(standing) = scored.standing {
                    prop_assert_eq!(standing.score.to_bits(), forwards.to_bits());
                    prop_assert!((0.0..=100.0).contains(&standing.score));
                }
                for part in &scored.parts {
                    let plain = 100.0 * part.weight_share * part.normalised.unwrap_or(0.0);
                    prop_assert!((part.points - plain).abs() < 1e-8, "{:?}", part);
                }
            }
        }
    }
}

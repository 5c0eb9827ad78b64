//! The value score, 0 to 100: the weighted mean of the normalised measures, kept as its parts. Nothing here knows of
//! tiers or other customers, except through the knots of rank measures.
//!
//! Points are whole multiples of 2^-32. Below 2^53 of them sums are exact, so the parts add up to the score in any
//! order and in any language, never past 100, and noise in the last bits of a division does not decide a threshold.

use guanxi_model::tally::Tally;

use crate::measure::Reading;
use crate::normalise::Knots;
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
pub fn score(scheme: &PyramidScheme, knots: &Knots, tally: &Tally) -> Scored {
    let mut parts = Vec::with_capacity(scheme.measures.len());
    let score = walk(scheme, knots, tally, |part| parts.push(part));
    Scored { standing: standing(scheme, tally, score), parts }
}

/// The same score, bit for bit, without its parts: nothing is allocated.
pub fn score_only(scheme: &PyramidScheme, knots: &Knots, tally: &Tally) -> Result<Standing, Unranked> {
    if !scheme.population.admits(tally) {
        return Err(Unranked::OutsidePopulation);
    }
    standing(scheme, tally, walk(scheme, knots, tally, |_| ()))
}

/// To the nearest multiple of 2^-32.
pub(crate) fn on_grid(points: f64) -> f64 {
    const STEPS_PER_POINT: f64 = (1_u64 << 32) as f64;
    (points * STEPS_PER_POINT).round() / STEPS_PER_POINT
}

fn standing(scheme: &PyramidScheme, tally: &Tally, score: Result<f64, Unranked>) -> Result<Standing, Unranked> {
    if !scheme.population.admits(tally) {
        return Err(Unranked::OutsidePopulation);
    }
    let score = score?;
    let value = scheme.value.read(tally, 0).value.ok_or(Unranked::ValueMissing)?;
    Ok(Standing { score, value })
}

/// Visits every measure in order and returns the sum of the points.
fn walk(
    scheme: &PyramidScheme,
    knots: &Knots,
    tally: &Tally,
    mut visit: impl FnMut(Part),
) -> Result<f64, Unranked> {
    let all: f64 = scheme.measures.iter().filter(|measure| takes_part(measure, measure.read(tally))).map(|m| m.weight).sum();
    let mut refusal = None;
    let mut weight_so_far = 0.0;
    let mut full_so_far = 0.0;
    let mut score = 0.0;
    for (index, measure) in scheme.measures.iter().enumerate() {
        let reading = measure.read(tally);
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

fn normalise(measure: &Measure, reading: Reading, ranks: Option<&crate::normalise::Ranks>) -> f64 {
    reading.value.map_or(0.0, |value| measure.normaliser.apply(value, measure.direction, ranks))
}

//! From a measure's integer value to 0..1: linear between two caps, logarithmic up to a cap, or the share of the
//! population that is no better. Only the curves and the knots of the empirical distribution live here.
//!
//! The rank is the empirical distribution function, so ties share one value; above [`Ranks::MAX_KNOTS`] distinct values
//! it is kept at quantile knots, which puts it off by less than 1/4095 of the population.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::exact;
use crate::readings::Inputs;

/// How a value becomes 0..1. Caps and scale are in the integer unit of the measure (money: minor units), but need not
/// be whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normaliser {
    /// 0 at `low` and below, 1 at `high` and above.
    Linear {
        #[serde(with = "exact")]
        low: f64,
        #[serde(with = "exact")]
        high: f64,
    },
    /// ln(1 + x/scale) / ln(1 + cap/scale): 0 at zero and below, 1 at `cap` and above.
    Logarithmic {
        #[serde(with = "exact")]
        scale: f64,
        #[serde(with = "exact")]
        cap: f64,
    },
    /// The share of the population that is no better.
    Rank,
}

/// Which end of a measure is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    HigherIsBetter,
    LowerIsBetter,
}

/// The empirical distribution of one measure over the population.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranks {
    knots: Vec<Knot>,
    count: u64,
}

/// A value somebody has, and how many have it or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Knot {
    value: i64,
    at_or_below: u64,
}

/// The distributions a scheme needs: one entry per measure of the scheme, empty where it does not rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Knots(Vec<Option<Ranks>>);

impl Normaliser {
    /// 0 (worst) to 1 (best).
    pub(crate) fn apply(self, value: i64, direction: Direction, ranks: Option<&Ranks>) -> f64 {
        let height = match self {
            Self::Linear { low, high } => linear(value, low, high),
            Self::Logarithmic { scale, cap } => logarithmic(value, scale, cap),
            // Before the first run there is nobody to be better than.
            Self::Rank => return ranks.map_or(0.0, |ranks| ranks.share(value, direction)),
        };
        match direction {
            Direction::HigherIsBetter => height,
            Direction::LowerIsBetter => 1.0 - height,
        }
    }
}

fn linear(value: i64, low: f64, high: f64) -> f64 {
    ((value as f64 - low) / (high - low)).clamp(0.0, 1.0)
}

fn logarithmic(value: i64, scale: f64, cap: f64) -> f64 {
    let value = (value as f64).clamp(0.0, cap);
    ((value / scale).ln_1p() / (cap / scale).ln_1p()).clamp(0.0, 1.0)
}

impl Ranks {
    /// Distinct values up to this many are kept one by one.
    pub const MAX_KNOTS: usize = 4_096;

    /// The distribution of these values, whatever their order.
    pub(crate) fn of(mut values: Vec<i64>) -> Ranks {
        values.sort_unstable();
        let exact = distinct(&values).take(Self::MAX_KNOTS + 1).count() <= Self::MAX_KNOTS;
        let count = values.len() as u64;
        let knots = if exact { distinct(&values).collect() } else { quantiles(&values) };
        Ranks { knots, count }
    }

    /// The share of the population with a value no better than this one, ties included.
    fn share(&self, value: i64, direction: Direction) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let no_better = match direction {
            Direction::HigherIsBetter => self.counted(|knot| knot.value <= value),
            Direction::LowerIsBetter => self.count.saturating_sub(self.counted(|knot| knot.value < value)),
        };
        no_better as f64 / self.count as f64
    }

    /// As much of it as tells the shares of these values as before.
    fn only_for(&self, values: impl Iterator<Item = i64>) -> Ranks {
        let mut asked = BTreeSet::new();
        for value in values {
            let passed = [
                self.knots.partition_point(|knot| knot.value <= value),
                self.knots.partition_point(|knot| knot.value < value),
            ];
            asked.extend(passed.into_iter().filter_map(|passed| passed.checked_sub(1)));
        }
        Ranks { knots: asked.into_iter().map(|index| self.knots[index]).collect(), count: self.count }
    }

    /// How many of the population lie below the last knot that passes.
    fn counted(&self, passes: impl Fn(&Knot) -> bool) -> u64 {
        let passed = self.knots.partition_point(passes);
        passed.checked_sub(1).and_then(|last| self.knots.get(last)).map_or(0, |knot| knot.at_or_below)
    }
}

/// The distinct values of a sorted slice.
fn distinct(sorted: &[i64]) -> impl Iterator<Item = Knot> + '_ {
    let mut at_or_below = 0;
    sorted.chunk_by(i64::eq).map(move |ties| {
        at_or_below += ties.len() as u64;
        Knot { value: ties[0], at_or_below }
    })
}

/// The least value and the 4,095 quantiles of a sorted slice, the greatest value among them.
fn quantiles(sorted: &[i64]) -> Vec<Knot> {
    let steps = Ranks::MAX_KNOTS as u128 - 1;
    let step_of = |knot: &Knot| u128::from(knot.at_or_below) * steps / sorted.len() as u128;
    let mut reached = None;
    distinct(sorted)
        .filter(|knot| {
            let step = Some(step_of(knot));
            let is_new = step > reached;
            reached = step;
            is_new
        })
        .collect()
}

impl Knots {
    pub(crate) fn new(ranks: Vec<Option<Ranks>>) -> Knots {
        Knots(ranks)
    }

    /// As much of them as explains these customers as before.
    #[must_use]
    pub fn only_for(&self, customers: &[&Inputs]) -> Knots {
        let read = |index: usize| customers.iter().filter_map(move |one| one.values().get(index).copied().flatten());
        let ranks = self.0.iter().enumerate();
        Knots(ranks.map(|(index, ranks)| ranks.as_ref().map(|ranks| ranks.only_for(read(index)))).collect())
    }

    pub(crate) fn of(&self, measure: usize) -> Option<&Ranks> {
        self.0.get(measure).and_then(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HIGH: Direction = Direction::HigherIsBetter;
    const LOW: Direction = Direction::LowerIsBetter;

    fn naive(values: &[i64], value: i64, direction: Direction) -> f64 {
        let no_better = |other: &&i64| if direction == HIGH { **other <= value } else { **other >= value };
        values.iter().filter(no_better).count() as f64 / values.len() as f64
    }

    #[test]
    fn linear_is_capped_at_both_ends() {
        let linear = Normaliser::Linear { low: 100.0, high: 300.0 };
        let heights = [i64::MIN, 100, 150, 300, i64::MAX].map(|value| linear.apply(value, HIGH, None));
        assert_eq!(heights, [0.0, 0.0, 0.25, 1.0, 1.0]);
        assert_eq!(linear.apply(150, LOW, None), 0.75);
    }

    #[test]
    fn logarithm_starts_at_zero_and_ends_at_the_cap() {
        let log = Normaliser::Logarithmic { scale: 1.0, cap: 99.0 };
        let heights = [-5, 0, 9, 99, i64::MAX].map(|value| log.apply(value, HIGH, None));
        assert_eq!([heights[0], heights[1], heights[3], heights[4]], [0.0, 0.0, 1.0, 1.0]);
        assert!((heights[2] - 0.5).abs() < 1e-15, "log10(10) is half of log10(100)");
    }

    #[test]
    fn rank_treats_ties_alike_in_both_directions() {
        let ranks = Ranks::of(vec![5, 1, 5, 9]);
        let share = |value, direction| Normaliser::Rank.apply(value, direction, Some(&ranks));
        assert_eq!([0, 1, 5, 8, 9, 99].map(|value| share(value, HIGH)), [0.0, 0.25, 0.75, 0.75, 1.0, 1.0]);
        assert_eq!([0, 1, 5, 8, 9, 99].map(|value| share(value, LOW)), [1.0, 1.0, 0.75, 0.25, 0.25, 0.0]);
    }

    #[test]
    fn rank_in_an_empty_population_is_zero() {
        assert_eq!(Normaliser::Rank.apply(7, HIGH, Some(&Ranks::of(vec![]))), 0.0);
        assert_eq!(Normaliser::Rank.apply(7, LOW, None), 0.0);
    }

    #[test]
    fn knots_are_thinned_past_the_limit_and_not_before() {
        let limit = Ranks::MAX_KNOTS as i64;
        assert_eq!(Ranks::of((0..limit).collect()).knots.len(), Ranks::MAX_KNOTS);
        let values: Vec<i64> = (0..20 * limit).collect();
        let ranks = Ranks::of(values.clone());
        assert!(ranks.knots.len() <= Ranks::MAX_KNOTS, "{}", ranks.knots.len());
        assert_eq!((ranks.knots[0].value, ranks.knots.last().unwrap().value), (0, 20 * limit - 1));
        for value in (0..20 * limit).step_by(997) {
            for direction in [HIGH, LOW] {
                let off = (ranks.share(value, direction) - (naive(&values, value, direction))).abs();
                assert!(off < 1.0 / 4_095.0, "{value} {direction:?} {off}");
            }
        }
    }

    proptest! {
        #[test]
        fn rank_equals_counting(values in proptest::collection::vec(-50_i64..50, 1..200), value in -60_i64..60) {
            let ranks = Ranks::of(values.clone());
            for direction in [HIGH, LOW] {
                prop_assert_eq!(ranks.share(value, direction), naive(&values, value, direction));
            }
        }

        #[test]
        fn what_is_kept_for_some_values_ranks_them_as_before(
            values in proptest::collection::vec(-50_i64..50, 0..200), asked in proptest::collection::vec(-60_i64..60, 0..5)
        ) {
            let ranks = Ranks::of(values);
            let kept = ranks.only_for(asked.iter().copied());
            prop_assert!(kept.knots.len() <= 2 * asked.len());
            for (value, direction) in asked.iter().flat_map(|value| [(*value, HIGH), (*value, LOW)]) {
                prop_assert_eq!(kept.share(value, direction), ranks.share(value, direction));
            }
        }

        #[test]
        fn better_is_never_lower(a: i64, b: i64, low in -1e3_f64..0.0, high in 1e-3_f64..1e6) {
            let (less, more) = (a.min(b), a.max(b));
            for curve in [Normaliser::Linear { low, high }, Normaliser::Logarithmic { scale: 3.5, cap: high }] {
                prop_assert!(curve.apply(less, HIGH, None) <= curve.apply(more, HIGH, None));
                prop_assert!(curve.apply(less, LOW, None) >= curve.apply(more, LOW, None));
            }
        }
    }
}

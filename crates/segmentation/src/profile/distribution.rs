//! How the values of one measure are distributed. Only arithmetic lives here.
//!
//! Quartiles are those of type 7 of R. J. Hyndman & Y. Fan (1996), "Sample quantiles in statistical packages", which R,
//! NumPy and spreadsheets use. Many different values are rounded to their first binary digits, so that how far off one is
//! depends on itself only, as in the histograms of G. Tene (HdrHistogram, 2012).

use std::collections::BTreeMap;

/// Collects values; holds at most so many different ones.
#[derive(Debug)]
pub(super) struct Distribution {
    /// How often each value was met, cut to its first `digits` binary digits.
    counts: BTreeMap<i64, u64>,
    digits: u32,
    known: u64,
    sum: i128,
    /// The least and the greatest value.
    ends: Option<(i64, i64)>,
}

/// Quartiles and mean of the values of a measure, in what it counts in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureFigures {
    pub first_quartile: f64,
    pub median: f64,
    pub third_quartile: f64,
    pub mean: f64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution { counts: BTreeMap::new(), digits: u64::BITS, known: 0, sum: 0, ends: None }
    }
}

impl Distribution {
    /// Enough for seven digits of any values whatever, since there are no more than 7,424 such numbers. Seven digits,
    /// rounded to the middle, are off by less than 1 in 128.
    const MAX_DISTINCT: usize = 8_192;

    pub(super) fn add(&mut self, value: i64) {
        self.known += 1;
        self.sum += i128::from(value);
        let (least, greatest) = self.ends.unwrap_or((value, value));
        self.ends = Some((least.min(value), greatest.max(value)));
        *self.counts.entry(cut(value, self.digits)).or_default() += 1;
        while self.counts.len() > Self::MAX_DISTINCT {
            self.coarsen();
        }
    }

    /// How many values there were.
    pub(super) fn known(&self) -> u64 {
        self.known
    }

    /// Nothing when there are no values.
    pub(super) fn figures(&self) -> Option<MeasureFigures> {
        Some(MeasureFigures {
            first_quartile: self.quartile(1)?,
            median: self.quartile(2)?,
            third_quartile: self.quartile(3)?,
            mean: self.sum as f64 / self.known as f64,
        })
    }

    /// Drops the last binary digit that any value has. How many values are alike then does not depend on the order in
    /// which they came, so neither does how many digits are left in the end.
    fn coarsen(&mut self) {
        let longest = self.ends.map_or(0, |(least, greatest)| length(least).max(length(greatest)));
        self.digits = self.digits.min(longest).saturating_sub(1);
        for (value, count) in std::mem::take(&mut self.counts) {
            *self.counts.entry(cut(value, self.digits)).or_default() += count;
        }
    }

    /// The value at (n - 1) x quarters / 4, counted from 0; between two values, on the straight line. In integers up to
    /// the last division.
    fn quartile(&self, quarters: u64) -> Option<f64> {
        let steps = u128::from(self.known.checked_sub(1)?) * u128::from(quarters);
        let (place, past) = ((steps / 4) as u64, (steps % 4) as i128);
        let lower = self.nth(place)?;
        let upper = if past == 0 { lower } else { self.nth(place + 1)? };
        Some((lower * (4 - past) + upper * past) as f64 / 4.0)
    }

    /// The value at this place in ascending order, counted from 0.
    fn nth(&self, place: u64) -> Option<i128> {
        let (least, greatest) = self.ends?;
        let mut before = 0;
        let (value, _) = self.counts.iter().find(|(_, count)| {
            before += **count;
            before > place
        })?;
        Some(i128::from(middle(*value, self.digits).clamp(least, greatest)))
    }
}

/// How many binary digits a value has.
fn length(value: i64) -> u32 {
    u64::BITS - value.unsigned_abs().leading_zeros()
}

/// The value with all but its first digits made 0.
fn cut(value: i64, digits: u32) -> i64 {
    let dropped = length(value).saturating_sub(digits);
    away_from_zero(value, value.unsigned_abs() >> dropped << dropped, 0)
}

/// The middle of the values that are alike when cut.
fn middle(cut: i64, digits: u32) -> i64 {
    let dropped = length(cut).saturating_sub(digits);
    away_from_zero(cut, cut.unsigned_abs(), (1 << dropped) / 2)
}

/// A size with something added to it, on the side of 0 where a value is.
fn away_from_zero(value: i64, size: u64, more: u64) -> i64 {
    if value < 0 {
        0_i64.saturating_sub_unsigned(size).saturating_sub_unsigned(more)
    } else {
        0_i64.saturating_add_unsigned(size).saturating_add_unsigned(more)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[i64]) -> Distribution {
        let mut distribution = Distribution::default();
        values.iter().for_each(|value| distribution.add(*value));
        distribution
    }

    fn quartiles(values: &[i64]) -> [f64; 3] {
        let MeasureFigures { first_quartile, median, third_quartile, mean: _ } = of(values).figures().unwrap();
        [first_quartile, median, third_quartile]
    }

    /// By Python's `statistics.quantiles(.., method="inclusive")`, which is type 7.
    #[test]
    fn quartiles_are_those_of_others() {
        assert_eq!(quartiles(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), [3.25, 5.5, 7.75]);
        assert_eq!(quartiles(&[99_999, 0, 5, -700, 812, 1_300, 5]), [2.5, 5.0, 1_056.0]);
        assert_eq!(quartiles(&[-700, 0, 5, 5, 812, 1_300, 99_999, 100_001]), [3.75, 408.5, 25_974.75]);
    }

    #[test]
    fn one_value_is_all_figures_and_none_is_none() {
        assert_eq!(quartiles(&[7]), [7.0; 3]);
        assert_eq!(of(&[]).figures(), None);
    }

    #[test]
    fn farthest_values_do_not_overflow() {
        let ends = [i64::MIN, i64::MAX];
        assert_eq!(quartiles(&ends), [i64::MIN as f64 / 2.0, -0.5, i64::MAX as f64 / 2.0]);
        assert_eq!(of(&ends).figures().unwrap().mean, -0.5);
    }

    #[test]
    fn no_more_different_values_are_held_than_allowed() {
        let most = i64::try_from(Distribution::MAX_DISTINCT).unwrap();
        let exact: Vec<i64> = (0..most).map(|number| 1_000_001 + number).collect();
        assert_eq!(quartiles(&exact)[1], 1_000_001.0 + (most - 1) as f64 / 2.0);
        // All lengths on both sides of 0, as many as it takes.
        let spread = |number: i64| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)) >> (number % 63);
        let many: Vec<i64> = (0..200_000).map(spread).collect();
        let distribution = of(&many);
        assert!(distribution.counts.len() <= Distribution::MAX_DISTINCT);
        assert!(distribution.digits >= 7, "{} digits", distribution.digits);
        let sum: i128 = many.iter().map(|value| i128::from(*value)).sum();
        assert_eq!((distribution.known, distribution.sum), (200_000, sum));
    }

    #[test]
    fn rounded_quartiles_are_nearly_those_of_all_values() {
        let mut values: Vec<i64> = (0..100_000_i64).map(|number| number * number % 9_999_991).collect();
        let rounded = quartiles(&values);
        values.reverse();
        assert_eq!(quartiles(&values), rounded, "in any order");
        values.sort_unstable();
        for (quarters, rounded) in (1_usize..).zip(rounded) {
            let exact = values[99_999 * quarters / 4] as f64;
            assert!((rounded / exact - 1.0).abs() < 0.002, "{rounded} for {exact}");
        }
    }

    proptest! {
        #[test]
        fn cut_values_keep_their_order_and_their_middle_is_near(a: i64, b: i64, digits in 7_u32..=64) {
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(cut(a, digits) <= cut(b, digits));
            prop_assert_eq!(cut(cut(a, digits), digits), cut(a, digits));
            let middle = middle(cut(a, digits), digits);
            prop_assert_eq!(cut(middle, digits), cut(a, digits));
            let off = i128::from(middle) - i128::from(a);
            prop_assert!(off.abs() * 128 <= i128::from(a).abs(), "{} for {}", middle, a);
        }

        #[test]
        fn figures_ascend(mut values in prop::collection::vec(-1_000_i64..1_000, 1..50)) {
            let [first, median, third] = quartiles(&values);
            values.sort_unstable();
            let (least, greatest) = (values[0] as f64, values[values.len() - 1] as f64);
            prop_assert!([least, first, median, third, greatest].is_sorted());
            // Mirrored values have mirrored quartiles.
            let mirrored: Vec<i64> = values.iter().map(|value| -value).collect();
            prop_assert_eq!(quartiles(&mirrored), [-third, -median, -first]);
        }
    }
}

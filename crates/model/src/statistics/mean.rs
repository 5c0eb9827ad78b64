//! Means: from integer sums, with the interval of Student's t, and two of them compared by Welch's test.

use serde::{Deserialize, Serialize};

use crate::grid::without_noise;

use super::distribution::{t_beyond, t95};
use super::{Difference, Interval, Test};

/// Integer sums of values, which do not depend on the order in which these came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub n: u64,
    pub sum: i128,
    pub squares: i128,
}

/// A mean of `n` values, an effective number where they are weighted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub mean: f64,
    /// The standard deviation of the values, by n - 1; none of a single one.
    pub deviation: Option<f64>,
    pub n: f64,
}

impl Sums {
    /// Counts a value.
    pub fn add(&mut self, value: i64) {
        let value = i128::from(value);
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
    }

    /// Of values that were counted in so many steps to the unit; none of no values.
    pub fn mean(self, steps: f64) -> Option<Mean> {
        let n = self.n as f64;
        let mean = self.sum as f64 / n / steps;
        (self.n > 0).then(|| Mean { mean, deviation: self.deviation().map(|deviation| deviation / steps), n })
    }

    /// The difference is taken of integers, so that a small spread about a large mean keeps its digits.
    fn deviation(self) -> Option<f64> {
        let n = i128::from(self.n);
        let exact = n.checked_mul(self.squares).zip(self.sum.checked_mul(self.sum));
        let rounded = || self.n as f64 * self.squares as f64 - (self.sum as f64).powi(2);
        let spread = exact.map_or_else(rounded, |(whole, part)| (whole - part) as f64);
        (self.n > 1).then(|| (spread.max(0.0) / self.n as f64 / (self.n - 1) as f64).sqrt())
    }
}

impl Mean {
    /// Of weighted values, an effective number of them, by the mean square of what they are off their mean.
    pub fn weighted(mean: f64, square: f64, n: f64) -> Mean {
        // Of less than two there is no spread to speak of.
        let deviation = (n >= 2.0).then(|| (square * n / (n - 1.0)).sqrt());
        Mean { mean: without_noise(mean), deviation, n }
    }

    /// Of the mean; none of less than two values.
    pub fn standard_error(self) -> Option<f64> {
        Some(self.deviation? / self.n.sqrt())
    }

    /// None of less than two values.
    pub fn interval(self) -> Option<Interval> {
        Some(Interval::around(self.mean, t95(self.n - 1.0)? * self.standard_error()?))
    }
}

/// The first mean less the second, whatever the spread of either (Welch 1947, Biometrika 34, 28-35), with the degrees of
/// freedom; none where one is of less than two values.
pub fn welch(first: Mean, second: Mean) -> Option<(Difference, f64)> {
    let difference = first.mean - second.mean;
    let (a, b) = (first.standard_error()?.powi(2), second.standard_error()?.powi(2));
    let error = (a + b).sqrt();
    if error == 0.0 {
        // Neither varies: the difference is what it is.
        let interval = Interval::around(difference, 0.0);
        return Some((Difference { difference, interval, test: None }, first.n + second.n - 2.0));
    }
    let degrees = (a + b).powi(2) / (a * a / (first.n - 1.0) + b * b / (second.n - 1.0));
    let statistic = difference / error;
    let test = Test { statistic, p_value: t_beyond(statistic, degrees)? };
    let interval = Interval::around(difference, t95(degrees)? * error);
    Some((Difference { difference, interval, test: Some(test) }, degrees))
}

/// A mean less a value of which nothing else is known, by Student's t with the degrees of freedom; none of less than two
/// values.
pub fn against(mean: Mean, value: f64) -> Option<(Difference, f64)> {
    let (difference, error, degrees) = (mean.mean - value, mean.standard_error()?, mean.n - 1.0);
    let test = if error > 0.0 {
        let statistic = difference / error;
        Some(Test { statistic, p_value: t_beyond(statistic, degrees)? })
    } else {
        None
    };
    let interval = Interval::around(difference, t95(degrees)? * error);
    Some((Difference { difference, interval, test }, degrees))
}

#[cfg(test)]
mod tests {
    use super::super::near::{near, near_interval};
    use super::*;

    fn mean(mean: f64, deviation: f64, n: f64) -> Mean {
        Mean { mean, deviation: Some(deviation), n }
    }

    #[test]
    fn welch_1947() {
        let (told, degrees) = welch(mean(4.35, 0.8, 180.0), mean(4.1, 0.9, 150.0)).unwrap();
        near(told.test.unwrap().statistic, 2.641_762_326_3);
        near(degrees, 301.137_301_5);
        near(told.test.unwrap().p_value, 0.008_678_389_528);
        near_interval(told.interval, (0.063_772_714_4, 0.436_227_285_6));
    }

    #[test]
    fn a_mean_against_a_value() {
        // 1, 2, 3, 4, 5 against 2: 1 by sqrt(2.5 / 5) is sqrt(2), with 4 degrees; of Student's t there is a closed form for
        // 4 degrees: with s = t / sqrt(4 + t^2), beyond either way is 1 - s (3 - s^2) / 2.
        let (told, degrees) = against(mean(3.0, 2.5_f64.sqrt(), 5.0), 2.0).unwrap();
        let s = (2.0_f64 / 6.0).sqrt();
        near(told.test.unwrap().statistic, 2.0_f64.sqrt());
        near(told.test.unwrap().p_value, 1.0 - s * (3.0 - s * s) / 2.0);
        near(told.interval.high, 1.0 + 2.776_445_105_197_79 * 0.5_f64.sqrt());
        assert_eq!((told.difference, degrees), (1.0, 4.0));
        assert_eq!(against(mean(3.0, 0.0, 5.0), 2.0).unwrap().0.test, None);
    }

    #[test]
    fn gap_of_the_bank() {
        // Five gaps to a respondent: the sums of data/bank-satisfaction in fifths of a point.
        let told = mean(-0.5376, 0.942_325_93, 250.0).interval().unwrap();
        near_interval(told, (-0.654_980_31, -0.420_219_69));
    }

    #[test]
    fn integers_keep_a_small_spread_about_a_large_mean() {
        let mut sums = Sums::default();
        [1_000_000_000, 1_000_000_001, 1_000_000_002].into_iter().for_each(|value| sums.add(value));
        assert_eq!(sums.mean(1.0), Some(mean(1_000_000_001.0, 1.0, 3.0)));
        assert_eq!(sums.mean(1_000.0).unwrap().deviation, Some(0.001));
    }

    #[test]
    fn weighted_values_of_equal_weight_are_values() {
        // 1, 2, 3: the mean square is 2/3, the variance 1.
        let told = Mean::weighted(2.0, 2.0 / 3.0, 3.0);
        near(told.deviation.unwrap(), 1.0);
        assert_eq!(Mean::weighted(2.0, 2.0 / 3.0, 1.9).interval(), None);
    }

    #[test]
    fn one_value_has_no_spread_and_none_no_mean() {
        let mut sums = Sums::default();
        assert_eq!(sums.mean(1.0), None);
        sums.add(7);
        let one = sums.mean(1.0).unwrap();
        assert_eq!((one.mean, one.deviation, one.interval(), welch(one, one)), (7.0, None, None, None));
        sums.add(7);
        let two = sums.mean(1.0).unwrap();
        assert_eq!(two.interval(), Some(Interval { low: 7.0, high: 7.0 }));
        assert_eq!(welch(two, two).unwrap().0.test, None);
    }
}

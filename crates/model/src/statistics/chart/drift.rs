//! Charts that carry the past, and so see a small change that stays sooner than limits for a single point do.

use serde::{Deserialize, Serialize};

/// How a chart of drifts is tuned. Values are compared with the mean `centre`, their standard deviation is `deviation`: 0 and
/// 1 for the standardised points of another chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    pub centre: f64,
    pub deviation: f64,
}

impl Baseline {
    /// For points in standard errors.
    pub const STANDARD: Baseline = Baseline { centre: 0.0, deviation: 1.0 };
}

/// The exponentially weighted moving average (Lucas & Saccucci 1990, Technometrics 32(1)).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ewma {
    /// How much of the average the last value is, above 0 to 1.
    pub share: f64,
    /// How many of its standard deviations the average may be off the centre.
    pub width: f64,
}

/// The average after a period, and its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaged {
    pub average: f64,
    pub low: f64,
    pub high: f64,
    pub alarm: bool,
}

/// Cumulative sums of what goes beyond an allowance, upwards and downwards (Page 1954, Biometrika 41, 100-115).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    /// What a value may be off the centre without being summed, in standard deviations.
    pub allowance: f64,
    /// The sum that alarms, in standard deviations.
    pub limit: f64,
}

/// The sums after a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summed {
    pub above: f64,
    pub below: f64,
    pub alarm: bool,
}

impl Ewma {
    /// A false alarm in about 500 periods.
    pub const USUAL: Ewma = Ewma { share: 0.2, width: 2.962 };

    /// One per value; a period without one leaves the average as it was, and has none.
    pub fn chart(self, values: &[Option<f64>], baseline: Baseline) -> Vec<Option<Averaged>> {
        let Baseline { centre, deviation } = baseline;
        let kept = 1.0 - self.share;
        let (mut average, mut seen) = (centre, 0);
        let mut step = |value: f64| {
            seen += 1;
            average = self.share * value + kept * average;
            let settled = 1.0 - kept.powi(2).powi(seen);
            let half = self.width * deviation * (self.share / (2.0 - self.share) * settled).sqrt();
            let (low, high) = (centre - half, centre + half);
            Averaged { average, low, high, alarm: average < low || average > high }
        };
        values.iter().map(|value| value.map(&mut step)).collect()
    }
}

impl Cusum {
    /// A false alarm in about 465 periods.
    pub const USUAL: Cusum = Cusum { allowance: 0.5, limit: 5.0 };

    /// One per value; a period without one leaves the sums as they were, and has none.
    pub fn chart(self, values: &[Option<f64>], baseline: Baseline) -> Vec<Option<Summed>> {
        let Baseline { centre, deviation } = baseline;
        let (allowance, limit) = (self.allowance * deviation, self.limit * deviation);
        let (mut above, mut below) = (0.0_f64, 0.0_f64);
        let mut step = |value: f64| {
            above = (above + value - centre - allowance).max(0.0);
            below = (below + centre - value - allowance).max(0.0);
            Summed { above, below, alarm: above > limit || below > limit }
        };
        values.iter().map(|value| value.map(&mut step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::near::near;
    use super::*;

    /// Montgomery, Introduction to Statistical Quality Control: the mean is 10, and 11 from the 21st on.
    const MONTGOMERY: [f64; 30] = [
        9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
        10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];
    const TEN: Baseline = Baseline { centre: 10.0, deviation: 1.0 };

    fn alarms<T>(points: &[Option<T>], alarm: impl Fn(&T) -> bool) -> Vec<usize> {
        let alarmed = points.iter().enumerate().filter(|(_, point)| point.as_ref().is_some_and(&alarm));
        alarmed.map(|(index, _)| index + 1).collect()
    }

    #[test]
    fn cusum_of_montgomery() {
        let chart = Cusum::USUAL.chart(&MONTGOMERY.map(Some), TEN);
        for (point, expected) in chart[25..].iter().zip([3.47, 3.35, 4.47, 5.28, 5.30]) {
            assert!((point.unwrap().above - expected).abs() < 1e-9, "{point:?}");
        }
        assert_eq!(alarms(&chart, |point| point.alarm), [29, 30]);
    }

    #[test]
    fn ewma_of_montgomery() {
        let chart = Ewma { share: 0.1, width: 2.7 }.chart(&MONTGOMERY.map(Some), TEN);
        let (first, last) = (chart[0].unwrap(), chart[29].unwrap());
        near(first.average, 9.945);
        near(first.low, 9.73);
        near(first.high, 10.27);
        near(last.average, 10.634_141_1);
        near(last.low, 9.381_134_3);
        near(last.high, 10.618_865_7);
        assert_eq!(alarms(&chart, |point| point.alarm), [29, 30]);
    }

    #[test]
    fn a_period_without_a_value_changes_nothing() {
        let mut values = MONTGOMERY.map(Some).to_vec();
        values.insert(3, None);
        let without = Ewma::USUAL.chart(&MONTGOMERY.map(Some), TEN);
        let with = Ewma::USUAL.chart(&values, TEN);
        assert_eq!((with[3], with[4]), (None, without[3]));
        assert_eq!(Cusum::USUAL.chart(&values, TEN)[30], Cusum::USUAL.chart(&MONTGOMERY.map(Some), TEN)[29]);
    }

    #[test]
    fn a_fall_is_seen_as_a_rise_is() {
        let turned = MONTGOMERY.map(|value| Some(20.0 - value));
        assert_eq!(alarms(&Cusum::USUAL.chart(&turned, TEN), |point| point.alarm), [29, 30]);
        assert_eq!(alarms(&Ewma { share: 0.1, width: 2.7 }.chart(&turned, TEN), |point| point.alarm), [29, 30]);
    }
}

//! Rates: events in an exposure, such as complaints per thousand customers and week.

use super::Interval;
use super::distribution::{Z95, binomial_beyond};

/// Events in an exposure, which is counted in whatever both sides of a comparison are counted in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub events: u64,
    pub exposure: f64,
}

/// How two rates compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// How many times the second the first is; none where nothing happened in the second.
    pub ratio: Option<f64>,
    /// The probability of events shared out as unevenly, or more so, if the rates were the same.
    pub p_value: f64,
}

impl Rate {
    /// Events per unit of exposure; none without exposure.
    pub fn per_unit(self) -> Option<f64> {
        (self.exposure > 0.0).then(|| self.events as f64 / self.exposure)
    }

    /// Of the events per unit, by Byar's approximation of the exact interval (Breslow & Day 1987, Statistical Methods in Cancer
    /// Research II); none without exposure.
    pub fn interval(self) -> Option<Interval> {
        let bound = |events: f64, z: f64| events * (1.0 - 1.0 / (9.0 * events) + z / (3.0 * events.sqrt())).powi(3);
        let events = self.events as f64;
        // The lower bound of nothing is nothing.
        let low = if self.events == 0 { 0.0 } else { bound(events, -Z95) };
        let high = bound(events + 1.0, Z95);
        (self.exposure > 0.0).then(|| Interval { low: low / self.exposure, high: high / self.exposure })
    }
}

/// Exact: given all events of both, those of the first are binomial with its share of the exposure (Przyborowski & Wilenski
/// 1940, Biometrika 31, 313-323). None where either has no exposure, or nothing happened at all.
pub fn compare(first: Rate, second: Rate) -> Option<Comparison> {
    let (a, b) = (first.per_unit()?, second.per_unit()?);
    let events = first.events + second.events;
    if events == 0 {
        return None;
    }
    let share = first.exposure / (first.exposure + second.exposure);
    let p_value = binomial_beyond(first.events, events, share)?;
    Some(Comparison { ratio: (b > 0.0).then(|| a / b), p_value })
}

#[cfg(test)]
mod tests {
    use super::super::near::near;
    use super::*;

    fn rate(events: u64, exposure: f64) -> Rate {
        Rate { events, exposure }
    }

    #[test]
    fn przyborowski_and_wilenski_1940() {
        let told = compare(rate(30, 1_000.0), rate(15, 1_100.0)).unwrap();
        near(told.p_value, 0.011_103_697_2);
        near(told.ratio.unwrap(), 2.2);
        near(compare(rate(15, 1_100.0), rate(30, 1_000.0)).unwrap().p_value, 0.011_103_697_2);
    }

    #[test]
    fn byar_is_near_the_exact_interval() {
        // Exact: half the quantiles of chi squared (Garwood 1936), of 0, 10 and 100 events.
        for (events, low, high) in [(0, 0.0, 3.688_879), (10, 4.795_389, 18.390_356), (100, 81.363_990, 121.627_017)] {
            let told = rate(events, 1.0).interval().unwrap();
            assert!((told.low - low).abs() < 0.03 && (told.high - high).abs() < 0.03, "{events}: {told:?}");
        }
        near(rate(10, 2.0).interval().unwrap().low, rate(10, 1.0).interval().unwrap().low / 2.0);
        assert_eq!(rate(10, 0.0).interval(), None);
    }

    #[test]
    fn nothing_to_compare() {
        assert_eq!(compare(rate(0, 10.0), rate(0, 10.0)), None);
        assert_eq!(compare(rate(1, 0.0), rate(1, 10.0)), None);
        assert_eq!(compare(rate(3, 10.0), rate(0, 10.0)).unwrap().ratio, None);
        near(compare(rate(3, 10.0), rate(0, 10.0)).unwrap().p_value, 0.25);
    }
}

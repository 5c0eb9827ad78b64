//! Rates: events in an exposure, such as complaints per thousand customers and week.

use super::distribution::binomial_beyond;

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
    fn nothing_to_compare() {
        assert_eq!(compare(rate(0, 10.0), rate(0, 10.0)), None);
        assert_eq!(compare(rate(1, 0.0), rate(1, 10.0)), None);
        assert_eq!(compare(rate(3, 10.0), rate(0, 10.0)).unwrap().ratio, None);
        near(compare(rate(3, 10.0), rate(0, 10.0)).unwrap().p_value, 0.25);
    }
}

//! What lies between two bounds, and what a comparison of two numbers says.

use serde::{Deserialize, Serialize};

/// The bounds between which a number lies, with a confidence of 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// As far above a number as below.
    pub fn around(point: f64, half_width: f64) -> Interval {
        Interval { low: point - half_width, high: point + half_width }
    }

    /// What of it lies within what is possible.
    pub fn clipped(self, low: f64, high: f64) -> Interval {
        Interval { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    /// Whether a number is one of those it may be, bounds included.
    pub fn contains(self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

/// Whether a difference may be noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// In standard errors.
    pub statistic: f64,
    /// The probability of a difference as large or larger, either way, if there were none.
    pub p_value: f64,
}

/// How far one number lies above another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The first less the second.
    pub difference: f64,
    pub interval: Interval,
    /// None where neither number varies.
    pub test: Option<Test>,
}

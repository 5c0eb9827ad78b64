//! The stretch of time a measure looks at: the whole life, the last days, or everything with a weight that halves. All
//! are whole days of the deployment's time zone.
//!
//! Forgetting at a constant rate is the exponential smoothing of R. G. Brown (1956), here by whole days.

use serde::{Deserialize, Serialize};

use crate::subject::Span;

/// One in the parts that sums are reckoned in.
pub(crate) const PARTS: i128 = 1 << 32;
/// After so many half-lives nothing is left of a part.
const HALF_LIVES: i32 = 33;

/// Which days a measure looks at, and how much each weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    #[default]
    Lifetime,
    /// The last days, today included.
    Trailing { days: i32 },
    /// Everything; what is so many days old weighs half.
    HalfLife { days: i32 },
}

impl Window {
    /// The longest window: ten years.
    pub const MAX_DAYS: i32 = 3_660;

    /// What a day of this age weighs, in 2^-32 parts; 0 outside the window.
    pub(crate) fn weight(self, age: i32) -> i128 {
        match self {
            Window::Lifetime => PARTS,
            Window::Trailing { days } if age < days => PARTS,
            Window::Trailing { .. } => 0,
            Window::HalfLife { days } => (f64::exp2(-f64::from(age) / f64::from(days)) * PARTS as f64).round() as i128,
        }
    }

    /// How far back there is anything that weighs.
    pub(crate) fn span(self) -> Span {
        match self {
            Window::Lifetime => Span::Everything,
            Window::Trailing { days } => Span::Days(days),
            Window::HalfLife { days } => Span::Days(days.saturating_mul(HALF_LIVES).saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_weighs_beyond_the_span() {
        for window in [Window::Trailing { days: 1 }, Window::Trailing { days: 365 }, Window::HalfLife { days: 30 }] {
            let Span::Days(days) = window.span() else { panic!("{window:?}") };
            assert_eq!((window.weight(days), window.weight(i32::MAX)), (0, 0), "{window:?}");
        }
    }

    #[test]
    fn weights_fall_by_half() {
        let weight = |age| Window::HalfLife { days: 30 }.weight(age);
        assert_eq!([0, 30, 60, 300].map(weight), [PARTS, PARTS / 2, PARTS / 4, PARTS / 1024]);
        assert!((0..990).all(|age| weight(age + 1) <= weight(age)));
    }
}

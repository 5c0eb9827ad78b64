//! The stretch of time a measure looks at: the whole life, the last days, or everything with a weight that halves. All
//! are whole days of the deployment's time zone.
//!
//! Forgetting at a constant rate is the exponential smoothing of R. G. Brown (1956), here by whole days.

use std::sync::OnceLock;

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
            Window::HalfLife { days } => halved(age, days),
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

/// What is left after so many days: a table of the days of one half-life, and a shift for each whole one. Reckoning a
/// power for every day of every customer took most of the time of judging one.
fn halved(age: i32, half_life: i32) -> i128 {
    let (whole, rest) = (age / half_life, age % half_life);
    if whole >= HALF_LIVES { 0 } else { weights(half_life)[rest as usize] >> whole }
}

/// The weights of the days of a half-life, reckoned once.
fn weights(half_life: i32) -> &'static [i128] {
    static WEIGHTS: [OnceLock<Box<[i128]>>; Window::MAX_DAYS as usize + 1] =
        [const { OnceLock::new() }; Window::MAX_DAYS as usize + 1];
    let weight = |age: i32| (f64::exp2(-f64::from(age) / f64::from(half_life)) * PARTS as f64).round() as i128;
    WEIGHTS[half_life as usize].get_or_init(|| (0..half_life).map(weight).collect())
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

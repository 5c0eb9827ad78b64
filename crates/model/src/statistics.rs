//! What may be said of a number that was counted or measured: its interval, whether two of them differ, how much of it is
//! noise. Formulas with their sources, and nothing of the domain: what is counted, and what follows, is for the capabilities.
//!
//! It lives in the model because shares of respondents, of members who left and of needs that were met have the same
//! interval, and capabilities never import each other. Regressions stay with the capability that fits them.
//!
//! - Every interval, and every bound, is of 95 %.
//! - What cannot be said is `None`: the share of nothing, the spread of one value. It is never 0, 100 or a NaN.
//! - A number of respondents is an `f64` where weights may have made it smaller than their count ([`decay::Decayed`]).

pub mod chart;
pub mod decay;
pub mod defects;
pub mod distribution;
pub mod evidence;
pub mod interval;
pub mod mean;
pub mod nps;
pub mod proportion;
pub mod rate;

pub use evidence::Evidence;
pub use interval::{Difference, Interval, Test};

#[cfg(test)]
mod near {
    //! Golden numbers are met to 1e-8 of themselves, or to as many decimals as their source prints.

    pub(super) fn near(found: f64, expected: f64) {
        let off = (found - expected).abs();
        assert!(off <= 1e-8 * expected.abs().max(1e-300), "{found} is not {expected}");
    }

    pub(super) fn printed(found: f64, expected: f64, decimals: i32) {
        assert!((found - expected).abs() <= 0.500_001 * 0.1_f64.powi(decimals), "{found} is not {expected}");
    }

    pub(super) fn near_interval(found: super::Interval, (low, high): (f64, f64)) {
        near(found.low, low);
        near(found.high, high);
    }
}

//! The normal distribution, Student's t and the binomial, as far as intervals and tests ask for them. `statrs` computes
//! them; where it loses digits (Student's t of thousands of degrees of freedom) the expansions of the literature take over.

use statrs::distribution::{Binomial, ContinuousCDF, Discrete, Normal, StudentsT};
use statrs::function::erf;

/// The normal quantile of 0.975: 95 % of all values lie within so many standard deviations.
pub const Z95: f64 = 1.959_963_984_540_054;
/// From here on Student's t is computed from the normal distribution.
const MANY_DEGREES: f64 = 1_000.0;
/// Two probabilities are equal if they differ by less than this part of them.
const TIED: f64 = 1e-7;

/// The share of the standard normal distribution above `z`.
pub fn normal_above(z: f64) -> f64 {
    0.5 * erf::erfc(z / std::f64::consts::SQRT_2)
}

/// The point below which a share of the standard normal distribution lies; none of 0 and 1.
pub fn normal_quantile(share: f64) -> Option<f64> {
    (share > 0.0 && share < 1.0).then(|| Normal::standard().inverse_cdf(share))
}

/// The probability of a standard normal value at least as far from 0 as `z`.
pub fn normal_beyond(z: f64) -> f64 {
    erf::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The 0.975 quantile of Student's t; none without a degree of freedom.
pub fn t95(degrees: f64) -> Option<f64> {
    match degrees {
        many if many >= MANY_DEGREES => Some(fisher_cornish(many)),
        some if some > 0.0 => Some(StudentsT::new(0.0, 1.0, some).ok()?.inverse_cdf(0.975)),
        _ => None,
    }
}

/// Cornish & Fisher's expansion of the quantile about the normal one (Abramowitz & Stegun 26.7.5).
fn fisher_cornish(degrees: f64) -> f64 {
    let (z, z2, v) = (Z95, Z95 * Z95, degrees);
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * (5.0 * z2 * z2 + 16.0 * z2 + 3.0) / 96.0;
    let third = z * (3.0 * z2.powi(3) + 19.0 * z2 * z2 + 17.0 * z2 - 15.0) / 384.0;
    z + (first + (second + third / v) / v) / v
}

/// The probability of a value of Student's t at least as far from 0 as `t`; none without a degree of freedom.
pub fn t_beyond(t: f64, degrees: f64) -> Option<f64> {
    match degrees {
        many if many >= 100.0 * MANY_DEGREES => Some(normal_beyond(wallace(t, many))),
        some if some > 0.0 => Some(2.0 * StudentsT::new(0.0, 1.0, some).ok()?.sf(t.abs())),
        _ => None,
    }
}

/// The normal value that is as rare as `t` (Wallace 1959, Annals of Mathematical Statistics 30, 1121-1130).
fn wallace(t: f64, degrees: f64) -> f64 {
    let stretched = (degrees * (t * t / degrees).ln_1p()).sqrt();
    stretched * (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0)
}

/// The probability of a number of successes no likelier than `seen` among `trials`: the exact two-sided test of `share`.
/// None where `share` is no share, or more was seen than tried.
pub fn binomial_beyond(seen: u64, trials: u64, share: f64) -> Option<f64> {
    let binomial = Binomial::new(share, trials).ok()?;
    if seen > trials {
        return None;
    }
    let likelihood = |count: u64| binomial.ln_pmf(count);
    let mode = ((trials as f64 + 1.0) * share).floor() as u64;
    let (mode, limit) = (mode.min(trials), likelihood(seen) + TIED);
    if likelihood(mode) <= limit {
        return Some(1.0);
    }
    // Outcomes get rarer on either side of the mode, so those as rare as what was seen are two tails.
    let below = partition(0, mode, |count| likelihood(count) <= limit);
    let above = partition(mode, trials + 1, |count| likelihood(count) > limit);
    let odds = share / (1.0 - share);
    let lower = below.checked_sub(1).map_or(0.0, |last| {
        let less = |count: u64| count as f64 / ((trials - count + 1) as f64 * odds);
        tail(likelihood(last).exp(), (0..=last).rev().map(less))
    });
    let upper = if above > trials {
        0.0
    } else {
        let more = |count: u64| (trials - count) as f64 * odds / (count + 1) as f64;
        tail(likelihood(above).exp(), (above..=trials).map(more))
    };
    Some((lower + upper).min(1.0))
}

/// The first of a range that does not have what all before it have.
fn partition(from: u64, to: u64, has: impl Fn(u64) -> bool) -> u64 {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = from + (to - from) / 2;
        if has(middle) { from = middle + 1 } else { to = middle }
    }
    from
}

/// The sum of probabilities of which each is the one before times a ratio below 1, until they no longer count.
fn tail(first: f64, ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut term) = (0.0, first);
    for ratio in ratios {
        sum += term;
        term *= ratio;
        if term <= sum * f64::EPSILON * 1e-3 {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::near::near;
    use super::*;

    #[test]
    fn quantiles_of_r() {
        near(normal_quantile(0.975).unwrap(), Z95);
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (None, None));
        for (degrees, expected) in [
            (1.0, 12.706_204_736_174_71),
            (10.0, 2.228_138_851_986_274),
            (249.0, 1.969_536_867_6),
            (999.0, 1.962_341_461_1),
            (1_000.0, 1.962_339_080_8),
            (1e6, 1.959_966_356_8),
        ] {
            near(t95(degrees).unwrap(), expected);
        }
        assert_eq!((t95(0.0), t_beyond(1.0, -1.0)), (None, None));
    }

    #[test]
    fn a_t_of_many_degrees_is_as_rare_as_its_quantile_says() {
        for degrees in [5.0, 249.0, 999.0, 1_000.0, 99_999.0, 100_000.0, 1e9] {
            let beyond = t_beyond(t95(degrees).unwrap(), degrees).unwrap();
            assert!((beyond - 0.05).abs() < 1e-9, "{degrees}: {beyond}");
        }
    }

    #[test]
    fn all_outcomes_are_no_likelier_than_the_likeliest() {
        assert_eq!(binomial_beyond(5, 10, 0.5), Some(1.0));
        assert_eq!(binomial_beyond(0, 0, 0.5), Some(1.0));
        assert_eq!(binomial_beyond(11, 10, 0.5), None);
        near(binomial_beyond(0, 10, 0.5).unwrap(), 2.0 / 1024.0);
        near(binomial_beyond(10, 10, 0.5).unwrap(), 2.0 / 1024.0);
        near(binomial_beyond(1, 10, 0.5).unwrap(), 22.0 / 1024.0);
        // One-sided, as nothing above the mode is as rare: 0.9^10 of 0.1.
        near(binomial_beyond(0, 2, 0.9).unwrap(), 0.01);
    }

    #[test]
    fn a_billion_trials_are_told_as_the_normal_distribution_tells_them() {
        let trials = 1_000_000_000_u64;
        let seen = 500_000_000 + 31_623;
        let z = (31_623.0 - 0.5) / (trials as f64 * 0.25).sqrt();
        let exact = binomial_beyond(seen, trials, 0.5).unwrap();
        assert!((exact / normal_beyond(z) - 1.0).abs() < 1e-3, "{exact}");
    }
}

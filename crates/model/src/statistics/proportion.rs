//! Shares: their intervals, comparisons, how many to ask, and what is known of a share when nothing was seen.

use super::distribution::{Z95, normal_beyond};
use super::{Difference, Interval, Test};

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    hits: u64,
    of: u64,
}

impl Proportion {
    /// None of nothing, and of more hits than there were chances.
    pub fn new(hits: u64, of: u64) -> Option<Proportion> {
        (of > 0 && hits <= of).then_some(Proportion { hits, of })
    }

    pub fn hits(self) -> u64 {
        self.hits
    }

    pub fn of(self) -> u64 {
        self.of
    }

    /// 0 to 1.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// Wilson's.
    pub fn interval(self) -> Interval {
        bounds(self.share(), self.of as f64)
    }
}

/// Wilson's interval (1927, JASA 22, 209-212) of a share of `n` answers, an effective number where they are weighted; none of
/// no answers. Never Wald's, which of a share of 0 says that it is certain (Brown, Cai & DasGupta 2001, Statistical Science
/// 16(2)).
pub fn wilson(share: f64, n: f64) -> Option<Interval> {
    (n > 0.0 && (0.0..=1.0).contains(&share)).then(|| bounds(share, n))
}

fn bounds(share: f64, n: f64) -> Interval {
    let z2 = Z95 * Z95;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    // The bound on the side of what was always so is exact; only rounding moves it.
    let low = if share == 0.0 { 0.0 } else { centre - half };
    let high = if share == 1.0 { 1.0 } else { centre + half };
    Interval { low, high }.clipped(0.0, 1.0)
}

/// The first share less the second: tested by the pooled z, with Newcombe's interval (1998, Statistics in Medicine 17,
/// 873-890, method 10).
pub fn difference(first: Proportion, second: Proportion) -> Difference {
    let (p, q) = (first.share(), second.share());
    let (a, b) = (first.interval(), second.interval());
    let below = (p - a.low).hypot(b.high - q);
    let above = (a.high - p).hypot(q - b.low);
    let interval = Interval { low: p - q - below, high: p - q + above };
    Difference { difference: p - q, interval, test: pooled_z(first, second) }
}

fn pooled_z(first: Proportion, second: Proportion) -> Option<Test> {
    let (n, m) = (first.of as f64, second.of as f64);
    let pooled = (first.hits as f64 + second.hits as f64) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    (error > 0.0).then(|| {
        let statistic = (first.share() - second.share()) / error;
        Test { statistic, p_value: normal_beyond(statistic) }
    })
}

/// A share less a value of which nothing else is known: tested by the z that the value gives, with Wilson's interval.
pub fn against(share: Proportion, value: f64) -> Difference {
    let (difference, around) = (share.share() - value, share.interval());
    let interval = Interval { low: around.low - value, high: around.high - value };
    let error = (value * (1.0 - value) / share.of as f64).sqrt();
    let test = (error > 0.0).then(|| {
        let statistic = difference / error;
        Test { statistic, p_value: normal_beyond(statistic) }
    });
    Difference { difference, interval, test }
}

/// How many times the second share the first is; none of a second of 0.
pub fn ratio(first: Proportion, second: Proportion) -> Option<f64> {
    (second.hits > 0).then(|| first.share() / second.share())
}

/// The share that something which never happened in `n` chances stays below: 1 - 0.05^(1/n).
pub fn bound_without_hits(n: u64) -> Option<f64> {
    (n > 0).then(|| -(0.05_f64.ln() / n as f64).exp_m1())
}

/// How many have to answer so that a share about `expected` is known to within `margin` either way (Cochran 1977, Sampling
/// Techniques, 3rd ed., 4.4): of endlessly many, or of a population. None where margin or share lie outside 0 to 1, and of nobody.
pub fn sample_size(expected: f64, margin: f64, population: Option<u64>) -> Option<u64> {
    if !(margin > 0.0 && margin < 1.0 && (0.0..=1.0).contains(&expected)) || population == Some(0) {
        return None;
    }
    let endless = unrounded(expected, margin);
    let needed = population.map_or(endless, |size| endless / (1.0 + (endless - 1.0) / size as f64));
    Some((needed.ceil() as u64).clamp(1, population.unwrap_or(u64::MAX)))
}

/// How many to ask so that as many answer, where a share of them does. None where that lies outside 0 to 1, or is 0.
pub fn to_ask(answers: u64, share: f64) -> Option<u64> {
    // A quotient that is whole but for its rounding is not rounded up.
    let asked = answers as f64 / share * (1.0 - 1e-12);
    (share > 0.0 && share <= 1.0).then(|| (asked.ceil() as u64).max(answers))
}

fn unrounded(expected: f64, margin: f64) -> f64 {
    Z95 * Z95 * expected * (1.0 - expected) / (margin * margin)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::near::{near, near_interval};
    use super::*;

    fn of(hits: u64, of: u64) -> Proportion {
        Proportion::new(hits, of).unwrap()
    }

    #[test]
    fn wilson_1927() {
        near_interval(of(42, 50).interval(), (0.714_857_839_4, 0.916_625_793_2));
        near_interval(of(0, 5).interval(), (0.0, 0.434_482_464_8));
        near_interval(of(5, 5).interval(), (0.565_517_535_2, 1.0));
        near_interval(of(1, 1).interval(), (0.206_549_314_4, 1.0));
        // Top two boxes of data/ecsi-mobile.
        near_interval(of(67, 250).interval(), (0.216_911_321_5, 0.326_110_529_5));
        assert_eq!((Proportion::new(0, 0), wilson(0.5, 0.0), wilson(1.1, 5.0)), (None, None, None));
        assert_eq!(wilson(0.84, 50.0), Some(of(42, 50).interval()));
    }

    #[test]
    fn newcombe_1998_method_10() {
        let told = difference(of(60, 500), of(40, 520));
        let test = told.test.unwrap();
        near(told.difference, 0.043_076_923_1);
        near_interval(told.interval, (0.006_477_790_0, 0.080_282_446_2));
        near(test.statistic, 2.312_797_029_6);
        near(test.p_value, 0.020_733_801_2);
        near(ratio(of(60, 500), of(40, 520)).unwrap(), 1.56);
        assert_eq!((difference(of(0, 5), of(0, 7)).test, ratio(of(1, 5), of(0, 7))), (None, None));
    }

    #[test]
    fn a_share_against_a_value() {
        // 42 of 50 against .8: .04 by sqrt(.16 / 50), .0565685; the interval is Wilson's of 42 of 50 less .8. It holds the
        // value exactly where z is at most 1.96, since Wilson's is made from that test.
        let told = against(of(42, 50), 0.8);
        near(told.test.unwrap().statistic, 0.5_f64.sqrt());
        near(told.interval.low, 0.714_857_839_4 - 0.8);
        near(told.interval.high, 0.916_625_793_2 - 0.8);
        assert_eq!(against(of(42, 50), 1.0).test, None);
    }

    #[test]
    fn nothing_in_thirty() {
        near(bound_without_hits(30).unwrap(), 0.095_033_852_9);
        assert_eq!(bound_without_hits(0), None);
    }

    #[test]
    fn sample_sizes_of_methods_1_10() {
        near(unrounded(0.5, 0.05), 384.145_882_1);
        near(unrounded(0.5, 0.03), 1_067.071_894_6);
        assert_eq!(sample_size(0.5, 0.05, None), Some(385));
        assert_eq!(sample_size(0.5, 0.05, Some(1_000)), Some(278));
        assert_eq!(sample_size(0.5, 0.05, Some(2_357)), Some(331));
        assert_eq!(sample_size(0.5, 0.03, None), Some(1_068));
        assert_eq!(sample_size(0.5, 0.05, Some(1)), Some(1));
        assert_eq!((sample_size(0.5, 0.0, None), sample_size(0.5, 0.05, Some(0))), (None, None));
    }

    #[test]
    fn as_many_are_asked_as_let_enough_answer() {
        assert_eq!(
            [0.2, 0.3, 0.35, 0.7, 1.0].map(|share| to_ask(385, share)),
            [1_925, 1_284, 1_100, 550, 385].map(Some)
        );
        assert_eq!([0.0, -0.1, 1.1, f64::NAN].map(|share| to_ask(385, share)), [None; 4]);
    }

    proptest! {
        #[test]
        fn the_share_lies_within_its_interval(n in 1..1_000_000_u64, part in 0.0..=1.0_f64) {
            let share = of((n as f64 * part) as u64, n);
            prop_assert!(share.interval().contains(share.share()), "{:?}", share);
        }

        #[test]
        fn exchanging_the_two_turns_the_sign(a in 0..=50_u64, b in 0..=70_u64) {
            let (there, back) = (difference(of(a, 50), of(b, 70)), difference(of(b, 70), of(a, 50)));
            prop_assert_eq!(there.difference, -back.difference);
            prop_assert!((there.interval.low + back.interval.high).abs() < 1e-12);
            prop_assert!(there.interval.contains(there.difference));
        }
    }
}

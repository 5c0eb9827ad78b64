//! The pyramid as a whole: how many customers and how much value each tier holds, and how unequal the value is. Built
//! from a stream of places; it knows nothing of scores or rules.
//!
//! Gini and Lorenz follow M. O. Lorenz (1905) and C. Gini (1912), over the customers whose value is known and not
//! negative. All sums are integers, so the order of the stream does not show.

use serde::{Deserialize, Serialize};

use crate::exact;

/// Collects one place per customer; holds one integer per customer.
#[derive(Clone, Debug)]
pub struct ReportBuilder {
    tiers: Vec<TierSums>,
    values: Vec<i64>,
    unranked: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct TierSums {
    customers: u64,
    value: i128,
    lowest: Option<i64>,
    negative: Share,
}

/// A number of customers and the sum of their values, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub customers: u64,
    #[serde(with = "exact")]
    pub value: i128,
}

/// The report on one pyramid.
#[derive(Clone, Debug, PartialEq)]
pub struct PyramidReport {
    /// From top to bottom.
    pub tiers: Vec<TierReport>,
    /// Customers in a tier, and the sum of their values that are known and not negative.
    pub ranked: Share,
    /// The customers in a tier whose value is negative.
    pub negative: Share,
    /// Customers outside every tier.
    pub unranked: u64,
    /// 0 (equal) to nearly 1; nothing when there is no value to share.
    pub gini: Option<f64>,
    /// From (0, 0) to (1, 1); empty when there is no value to share.
    pub lorenz: Vec<LorenzPoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierReport {
    pub customers: u64,
    /// Of the customers in a tier.
    pub customer_share: Option<f64>,
    /// Sum of the values that are not negative, in minor units.
    #[serde(with = "exact")]
    pub value: i128,
    /// Of all values that are not negative.
    pub value_share: Option<f64>,
    /// The cut-off: the lowest value in the tier that is not negative.
    pub lowest_value: Option<i64>,
    pub negative: Share,
}

/// The poorest `customer_share` of the customers hold `value_share` of the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LorenzPoint {
    pub customer_share: f64,
    pub value_share: f64,
}

impl Share {
    fn add(&mut self, value: i64) {
        self.customers += 1;
        self.value += i128::from(value);
    }
}

impl ReportBuilder {
    pub fn new(tiers: usize) -> ReportBuilder {
        ReportBuilder { tiers: vec![TierSums::default(); tiers], values: Vec::new(), unranked: 0 }
    }

    /// A customer in the tier of this index, counted from the top; an index past the last tier counts as the last. Whose
    /// value is missing counts and adds nothing: an override may hold such a one.
    pub fn add(&mut self, tier: usize, value: Option<i64>) {
        let last = self.tiers.len().saturating_sub(1);
        let Some(sums) = self.tiers.get_mut(tier.min(last)) else { return };
        sums.customers += 1;
        match value {
            None => {}
            Some(value) if value < 0 => sums.negative.add(value),
            Some(value) => {
                sums.value += i128::from(value);
                sums.lowest = Some(sums.lowest.map_or(value, |lowest| lowest.min(value)));
                self.values.push(value);
            }
        }
    }

    /// A customer outside every tier.
    pub fn add_unranked(&mut self) {
        self.unranked += 1;
    }

    /// The report, with the Lorenz curve at `lorenz_steps` equal steps, which makes one point more.
    pub fn finish(mut self, lorenz_steps: u32) -> PyramidReport {
        self.values.sort_unstable();
        let ranked = Share {
            customers: total(&self.tiers, |tier| tier.customers),
            value: total(&self.tiers, |tier| tier.value),
        };
        let negative = Share {
            customers: total(&self.tiers, |tier| tier.negative.customers),
            value: total(&self.tiers, |tier| tier.negative.value),
        };
        PyramidReport {
            tiers: self.tiers.iter().map(|tier| tier.report(ranked)).collect(),
            ranked,
            negative,
            unranked: self.unranked,
            gini: gini(&self.values, ranked.value),
            lorenz: lorenz(&self.values, ranked.value, lorenz_steps),
        }
    }
}

impl TierSums {
    fn report(&self, ranked: Share) -> TierReport {
        TierReport {
            customers: self.customers,
            customer_share: (ranked.customers > 0).then(|| self.customers as f64 / ranked.customers as f64),
            value: self.value,
            value_share: (ranked.value > 0).then(|| self.value as f64 / ranked.value as f64),
            lowest_value: self.lowest,
            negative: self.negative,
        }
    }
}

fn total<N: std::iter::Sum>(tiers: &[TierSums], of: impl Fn(&TierSums) -> N) -> N {
    tiers.iter().map(of).sum()
}

/// sum of (2i - n - 1) x_i / (n * sum of x), over ascending x.
fn gini(ascending: &[i64], sum: i128) -> Option<f64> {
    let n = ascending.len() as i128;
    let weighted = |(index, value): (usize, &i64)| (2 * (index as i128 + 1) - n - 1) * i128::from(*value);
    let numerator: i128 = ascending.iter().enumerate().map(weighted).sum();
    (sum > 0).then(|| numerator as f64 / (n as f64 * sum as f64))
}

/// Between two customers the curve is a straight line, so a step may end inside one of them.
fn lorenz(ascending: &[i64], sum: i128, steps: u32) -> Vec<LorenzPoint> {
    if sum <= 0 || steps == 0 {
        return Vec::new();
    }
    let n = ascending.len() as u128;
    let mut passed = 0;
    let mut held: i128 = 0;
    let point = |step: u32| {
        let whole = (u128::from(step) * n / u128::from(steps)) as usize;
        held += ascending[passed..whole].iter().map(|value| i128::from(*value)).sum::<i128>();
        passed = whole;
        let rest = (u128::from(step) * n % u128::from(steps)) as i128;
        let inside = ascending.get(whole).map_or(0, |value| i128::from(*value) * rest);
        LorenzPoint {
            customer_share: f64::from(step) / f64::from(steps),
            value_share: (held * i128::from(steps) + inside) as f64 / (sum * i128::from(steps)) as f64,
        }
    };
    (0..=steps).map(point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(places: &[(usize, i64)], steps: u32) -> PyramidReport {
        let mut builder = ReportBuilder::new(2);
        for (tier, value) in places {
            builder.add(*tier, Some(*value));
        }
        builder.finish(steps)
    }

    #[test]
    fn empty_pyramid_has_no_shares() {
        let report = report(&[], 4);
        assert_eq!((report.gini, report.lorenz.len()), (None, 0));
        assert_eq!(report.tiers[0].customer_share, None);
        assert_eq!(report.tiers[0].lowest_value, None);
    }

    #[test]
    fn negative_value_is_listed_apart() {
        let report = report(&[(0, 30), (1, 10), (1, -5), (1, 0)], 0);
        assert_eq!(report.ranked, Share { customers: 4, value: 40 });
        assert_eq!(report.negative, Share { customers: 1, value: -5 });
        assert_eq!((report.tiers[0].value_share, report.tiers[1].value_share), (Some(0.75), Some(0.25)));
        assert_eq!((report.tiers[1].customers, report.tiers[1].lowest_value), (3, Some(0)));
    }

    #[test]
    fn who_has_no_value_counts_and_adds_nothing() {
        let places = [(0, 30), (1, 10)];
        let mut builder = ReportBuilder::new(2);
        for (tier, value) in [(0, Some(30)), (1, Some(10)), (1, None)] {
            builder.add(tier, value);
        }
        let (with, without) = (builder.finish(4), report(&places, 4));
        assert_eq!((with.tiers[1].customers, with.tiers[1].customer_share), (2, Some(2.0 / 3.0)));
        assert_eq!(with.ranked, Share { customers: 3, value: 40 });
        assert_eq!((with.tiers[1].value, with.tiers[1].lowest_value), (10, Some(10)));
        assert_eq!((with.gini, with.lorenz), (without.gini, without.lorenz));
    }

    #[test]
    fn one_owner_of_four_is_as_unequal_as_four_allow() {
        let places = [(0, 100), (1, 0), (1, 0), (1, 0)];
        assert_eq!(report(&places, 0).gini, Some(0.75));
        let shares: Vec<f64> = report(&places, 8).lorenz.iter().map(|point| point.value_share).collect();
        assert_eq!(shares, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn largest_values_do_not_overflow() {
        let report = report(&[(0, i64::MAX), (0, i64::MAX), (1, i64::MIN)], 100);
        assert_eq!(report.gini, Some(0.0));
        assert_eq!(report.ranked.value, 2 * i128::from(i64::MAX));
    }

    proptest! {
        #[test]
        fn order_of_customers_does_not_show(
            mut places in proptest::collection::vec((0_usize..2, -100_i64..1_000), 0..60), seed: u64
        ) {
            let first = report(&places, 10);
            let turn = (seed as usize).checked_rem(places.len()).unwrap_or(0);
            places.rotate_left(turn);
            places.reverse();
            prop_assert_eq!(&report(&places, 10), &first);
            prop_assert!(first.gini.is_none_or(|gini| (0.0..1.0).contains(&gini)));
            prop_assert!(first.lorenz.windows(2).all(|pair| pair[0].value_share <= pair[1].value_share));
        }
    }
}

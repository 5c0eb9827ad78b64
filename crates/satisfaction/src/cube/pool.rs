//! The sums of a set with the weights of what is in it: each response once, or the less the older it is, or each customer
//! once.

use std::collections::BTreeMap;

use guanxi_model::Day;
use guanxi_model::grid::without_noise;
use guanxi_model::statistics::decay;
use guanxi_model::statistics::mean::{self, Mean};

use super::Sums;
use super::layout::{Compared, Layout, Measured, OfDimension, OfItem, RECORDS};

/// Sums and their weights.
pub(super) enum Pool {
    Equal(Sums),
    /// Also weighted, and weighted twice: Kish 1965 needs the sum of the squares of the weights.
    Decayed {
        counted: Sums,
        once: Vec<f64>,
        twice: Vec<f64>,
    },
    Customers(CustomerMeans),
}

/// Each customer's own means, added up: in every place its share of those it belongs to.
#[derive(Default)]
pub(super) struct CustomerMeans {
    records: i128,
    sums: Vec<f64>,
}

impl Pool {
    /// Of the sums of days. After so many days a record weighs half, where that is said.
    pub(super) fn of_days(days: &BTreeMap<Day, Sums>, half_life_days: Option<i32>) -> Pool {
        let total = total(days);
        match half_life_days {
            Some(half_life_days) => Pool::decayed(total, days, half_life_days),
            None => Pool::Equal(total),
        }
    }

    /// Only ratios of weights matter, so any day may be the one of weight 1.
    fn decayed(counted: Sums, sums: &BTreeMap<Day, Sums>, half_life_days: i32) -> Pool {
        // Not of a day on which everything was taken back: of that nothing would be known to whoever reads the records.
        let last = sums.iter().rev().find(|(_, sums)| sums.at(RECORDS) != 0).map_or(Day::default(), |(day, _)| *day);
        let (mut once, mut twice) = (vec![0.0; counted.len()], vec![0.0; counted.len()]);
        for (day, sums) in sums {
            let age = f64::from(last.0 - day.0);
            let weight = decay::weight(age, f64::from(half_life_days)).unwrap_or_default();
            for (place, (once, twice)) in once.iter_mut().zip(&mut twice).enumerate() {
                let sum = sums.at(place) as f64;
                *once += weight * sum;
                *twice += weight * weight * sum;
            }
        }
        Pool::Decayed { counted, once, twice }
    }

    /// How many records there are, whatever they weigh.
    pub(super) fn records(&self) -> i64 {
        let records = match self {
            Pool::Equal(sums) | Pool::Decayed { counted: sums, .. } => sums.at(RECORDS),
            Pool::Customers(means) => means.records,
        };
        i64::try_from(records).unwrap_or(i64::MAX)
    }

    /// How many are in some places: responses, or customers.
    pub(super) fn count(&self, places: &[usize]) -> i64 {
        match self {
            Pool::Equal(sums) | Pool::Decayed { counted: sums, .. } => {
                let count: i128 = places.iter().map(|place| sums.at(*place)).sum();
                i64::try_from(count).unwrap_or(i64::MAX)
            }
            Pool::Customers(_) => self.weight(places).round() as i64,
        }
    }

    /// What is in some places weighs together.
    pub(super) fn weight(&self, places: &[usize]) -> f64 {
        match self {
            // Whole numbers are added before they are rounded.
            Pool::Equal(sums) => places.iter().map(|place| sums.at(*place)).sum::<i128>() as f64,
            Pool::Decayed { once: sums, .. } | Pool::Customers(CustomerMeans { sums, .. }) => {
                places.iter().map(|place| sums.get(*place).copied().unwrap_or_default()).sum()
            }
        }
    }

    /// As many responses of equal weight say as much (Kish 1965).
    pub(super) fn effective(&self, places: &[usize]) -> f64 {
        match self {
            Pool::Equal(_) | Pool::Customers(_) => self.weight(places),
            Pool::Decayed { twice, .. } => {
                let squares: f64 = places.iter().map(|place| twice[*place]).sum();
                decay::effective_n(self.weight(places), squares).unwrap_or_default()
            }
        }
    }

    /// What is in a place, by what is in others: a share, or a mean of numbers in a unit.
    pub(super) fn per(&self, part: usize, of: &[usize], unit: f64) -> f64 {
        let per = self.weight(&[part]) / self.weight(of) * unit;
        match self {
            Pool::Equal(_) => per,
            // These are sums of fractions.
            Pool::Decayed { .. } | Pool::Customers(_) => without_noise(per),
        }
    }

    /// The mean of what is measured, with its spread; none where nothing is.
    pub(super) fn mean(&self, Measured { at, unit }: Measured) -> Option<Mean> {
        if let Pool::Equal(sums) = self {
            let n = u64::try_from(sums.at(at)).unwrap_or_default();
            return mean::Sums { n, sum: sums.at(at + 1), squares: sums.at(at + 2) }.mean(1.0 / unit);
        }
        let (weight, n) = (self.weight(&[at]), self.effective(&[at]));
        if weight <= 0.0 {
            return None;
        }
        let mean = self.weight(&[at + 1]) / weight;
        let square = (self.weight(&[at + 2]) / weight - mean * mean).max(0.0);
        Some(Mean::weighted(mean * unit, square * unit * unit, n))
    }
}

/// The sums of all days.
pub(super) fn total(sums: &BTreeMap<Day, Sums>) -> Sums {
    let mut total = Sums::default();
    sums.values().for_each(|sums| total.plus(sums));
    total
}

impl CustomerMeans {
    /// Adds a customer by the sums of its records.
    pub(super) fn add(&mut self, layout: &Layout, sums: &Sums) {
        self.records += sums.at(RECORDS);
        self.sums.resize(layout.places, 0.0);
        let mut means = Means { of: sums, into: &mut self.sums };
        let Layout { index, comparison, promoters, satisfied, easy, dimensions, items, places: _ } = layout;
        means.share(&[RECORDS], &[RECORDS]);
        means.measured(Some(*index));
        means.compared(comparison.as_ref());
        if let Some(at) = promoters {
            means.share(&[*at, at + 1, at + 2], &[*at, at + 1, at + 2]);
        }
        for at in [satisfied, easy].into_iter().flatten() {
            means.share(&[*at, at + 1], &[at + 1]);
        }
        for OfDimension { score, comparison, importance } in dimensions {
            means.measured(*score);
            means.compared(comparison.as_ref());
            means.measured(*importance);
        }
        for OfItem { outcome, importance, comparisons, zone, questions } in items {
            means.measured(*outcome);
            means.measured(*importance);
            comparisons.iter().for_each(|one| means.compared(Some(one)));
            if let Some(at) = zone {
                let places: [usize; 7] = std::array::from_fn(|offset| at + offset);
                means.share(&places, &places[..4]);
            }
            questions.iter().for_each(|(_, at)| means.share(&[*at, at + 1], &[RECORDS]));
        }
    }
}

/// The means of one customer on their way to those of all.
struct Means<'a> {
    of: &'a Sums,
    into: &'a mut [f64],
}

impl Means<'_> {
    /// What is in places as a share of what is in others.
    fn share(&mut self, places: &[usize], of: &[usize]) {
        let whole = of.iter().map(|place| self.of.at(*place)).sum::<i128>();
        if whole != 0 {
            places.iter().for_each(|place| self.into[*place] += self.of.at(*place) as f64 / whole as f64);
        }
    }

    /// The mean, and its square.
    fn measured(&mut self, measured: Option<Measured>) {
        let Some(Measured { at, unit: _ }) = measured else { return };
        self.share(&[at, at + 1], &[at]);
        if self.of.at(at) != 0 {
            let mean = self.of.at(at + 1) as f64 / self.of.at(at) as f64;
            self.into[at + 2] += mean * mean;
        }
    }

    fn compared(&mut self, compared: Option<&Compared>) {
        let Some(Compared { kind: _, gap, perception, expectation, bands }) = compared else { return };
        self.measured(Some(*gap));
        self.share(&[*perception, *expectation], &[gap.at]);
        let bands = [*bands, bands + 1, bands + 2];
        self.share(&bands, &bands);
    }
}

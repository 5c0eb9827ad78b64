//! What a run over the population leaves behind: the distributions behind rank measures and the key of the last
//! customer inside each tier. A calibration is immutable; the builders that make one live here too.
//!
//! A boundary is a whole ordering key, never a value: the ties of real data straddle every quantile.

use std::cmp::Ordering;

use guanxi_model::CustomerId;
use serde::{Deserialize, Serialize};

use crate::arena::{Arena, Slot};
use crate::exact;
use crate::normalise::{Knots, Ranks};
use crate::scheme::PyramidScheme;
use crate::score::{Standing, Unranked, score_only};
use crate::subject::Subject;
use crate::tiering::SortOrder;

/// The result of a run. The default is that of a run over nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub knots: Knots,
    /// One per tier but the last: who is the last inside this tier or a higher one; nothing when nobody is. Empty for
    /// score thresholds, which hold for every population.
    pub boundaries: Vec<Option<Boundary>>,
    /// Ranked customers.
    pub customers: u64,
    /// Sum of the ranked customers' values that are not negative, in minor units.
    #[serde(with = "exact")]
    pub value: i128,
    /// Those of `customers` whose value is negative.
    pub negative_customers: u64,
    /// Sum of the negative values.
    #[serde(with = "exact")]
    pub negative_value: i128,
}

/// The last customer inside a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boundary {
    #[serde(with = "exact")]
    pub score: f64,
    pub value: i64,
    pub customer: CustomerId,
}

/// What customers are ordered by, ties included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderKey<'a> {
    pub score: f64,
    pub value: i64,
    pub customer: &'a CustomerId,
}

impl Boundary {
    pub fn key(&self) -> OrderKey<'_> {
        OrderKey { score: self.score, value: self.value, customer: &self.customer }
    }
}

impl<'a> OrderKey<'a> {
    pub fn new(standing: Standing, customer: &'a CustomerId) -> OrderKey<'a> {
        OrderKey { score: standing.score, value: standing.value, customer }
    }
}

/// First pass of a run, for schemes that rank: collects the population's values, in any order.
#[derive(Clone, Debug)]
pub struct RankSurvey<'a> {
    scheme: &'a PyramidScheme,
    values: Vec<Option<Vec<i64>>>,
}

impl<'a> RankSurvey<'a> {
    pub fn new(scheme: &'a PyramidScheme) -> RankSurvey<'a> {
        let values = scheme.measures().iter().map(|measure| measure.ranks_population().then(Vec::new)).collect();
        RankSurvey { scheme, values }
    }

    /// One customer; those outside the population and missing values do not count.
    pub fn add(&mut self, subject: Subject<'_>) {
        if self.scheme.ranks_population() && self.scheme.population().admits(subject.lifetime) {
            for (reading, values) in self.scheme.read(subject).measures.iter().zip(&mut self.values) {
                if let Some(values) = values {
                    values.extend(reading.value);
                }
            }
        }
    }

    pub fn finish(self) -> Knots {
        Knots::new(self.values.into_iter().map(|values| values.map(Ranks::of)).collect())
    }
}

/// Second pass of a run: scores every customer once, in any order. Holds 24 bytes and the id per ranked customer, and
/// nothing per customer for score thresholds.
#[derive(Debug)]
pub struct Calibrator<'a> {
    scheme: &'a PyramidScheme,
    totals: Calibration,
    rows: Vec<Row>,
    ids: Arena,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    score: f64,
    value: i64,
    id: Slot,
}

impl<'a> Calibrator<'a> {
    /// `expected` customers, at a guess: being right saves memory, being wrong costs nothing else.
    pub fn new(scheme: &'a PyramidScheme, knots: Knots, expected: usize) -> Calibrator<'a> {
        let rows = if scheme.tiering().order().is_some() { Vec::with_capacity(expected) } else { Vec::new() };
        Calibrator { scheme, totals: Calibration { knots, ..Calibration::default() }, rows, ids: Arena::default() }
    }

    /// One customer; says where it stands.
    ///
    /// # Errors
    /// Why the customer has no standing, and so no part in the calibration.
    pub fn add(&mut self, customer: &CustomerId, subject: Subject<'_>) -> Result<Standing, Unranked> {
        if !self.scheme.population().admits(subject.lifetime) {
            return Err(Unranked::OutsidePopulation);
        }
        let standing = score_only(self.scheme, &self.totals.knots, &self.scheme.read(subject))?;
        self.totals.count(standing.value);
        if self.scheme.tiering().order().is_some() {
            let id = self.ids.keep(customer.as_str());
            self.rows.push(Row { score: standing.score, value: standing.value, id });
        }
        Ok(standing)
    }

    pub fn finish(mut self) -> Calibration {
        let Some(order) = self.scheme.tiering().order() else { return self.totals };
        let ids = &self.ids;
        let compare = |a: &Row, b: &Row| a.compare(b, ids, order);
        let ends = match self.scheme.tiering().ends_among(self.rows.len()) {
            Some(ends) => {
                put_in_place(&mut self.rows, &ends, compare);
                ends
            }
            None => {
                self.rows.sort_unstable_by(compare);
                self.scheme.tiering().ends_by_value(self.rows.iter().map(|row| row.value), self.totals.value)
            }
        };
        let boundary = |end: Option<usize>| end.and_then(|index| self.rows.get(index)).map(|row| row.boundary(ids));
        self.totals.boundaries = ends.into_iter().map(boundary).collect();
        self.totals
    }
}

/// Puts at each of these places, which ascend, what sorting would put there. Sorting everybody takes far longer.
fn put_in_place(rows: &mut [Row], places: &[Option<usize>], compare: impl Fn(&Row, &Row) -> Ordering) {
    let mut first = 0;
    for place in places.iter().flatten() {
        // Two tiers may end at the same place.
        if *place >= first {
            rows[first..].select_nth_unstable_by(place - first, &compare);
            first = place + 1;
        }
    }
}

impl Calibration {
    fn count(&mut self, value: i64) {
        self.customers += 1;
        if value < 0 {
            self.negative_customers += 1;
            self.negative_value += i128::from(value);
        } else {
            self.value += i128::from(value);
        }
    }
}

impl Row {
    fn compare(&self, other: &Row, ids: &Arena, order: SortOrder) -> Ordering {
        order
            .compare((self.score, self.value), (other.score, other.value))
            .then_with(|| ids.bytes(self.id).cmp(ids.bytes(other.id)))
    }

    fn boundary(&self, ids: &Arena) -> Boundary {
        let customer = CustomerId::from_trusted(String::from_utf8_lossy(ids.bytes(self.id)).into_owned());
        Boundary { score: self.score, value: self.value, customer }
    }
}

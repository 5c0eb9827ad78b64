//! Who went from which tier to which, between two dates or two revisions: the migration matrix and how mobile it is.
//! Built from a stream of customers; where they stood on either side is for the caller to say.
//!
//! The index is that of S. J. Prais (1955) and A. F. Shorrocks (1978): 0 when everybody stays, 1 when where one ends
//! says nothing about where one began. All sums are integers, so the order of the stream does not show.

use std::cmp::Ordering;

use crate::scheme::Tier;

/// Collects one customer at a time; holds one cell per pair of tiers.
#[derive(Clone, Debug)]
pub struct MigrationBuilder {
    /// Row by row. The last row and the last column are for those outside.
    cells: Vec<Flow>,
    from_tiers: usize,
    to_tiers: usize,
    is_comparable: bool,
}

/// Where a customer in a tier stood on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Index of the tier, from the top.
    pub tier: usize,
    /// In minor units.
    pub value: i64,
}

/// Customers who went one way, and the sums of their values on either side, in minor units. Outside there is no value:
/// it adds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub customers: u64,
    pub value_from: i128,
    pub value_to: i128,
}

/// The migration between two sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// One for each tier of the first side from top to bottom, then one for those who were outside.
    pub rows: Vec<MigrationRow>,
    /// Outside first, then in a tier.
    pub entrants: Flow,
    /// In a tier first, then outside.
    pub leavers: Flow,
    /// Nothing when the sides do not have the same tiers in the same order: then no way is up.
    pub mobility: Option<Mobility>,
}

/// Where those went who began in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct MigrationRow {
    pub total: Flow,
    /// One for each tier of the second side from top to bottom, then one for those who are outside.
    pub cells: Vec<MigrationCell>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MigrationCell {
    pub flow: Flow,
    /// Of the customers of the row; nothing when it has none.
    pub share: Option<f64>,
}

/// How those moved who were in a tier on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mobility {
    pub upward: Flow,
    pub unchanged: Flow,
    pub downward: Flow,
    /// Prais and Shorrocks: (k - trace) / (k - 1) over the k tiers of which somebody is still in a tier; nothing when
    /// there are fewer than two.
    pub index: Option<f64>,
}

impl Flow {
    fn add(&mut self, other: Flow) {
        self.customers += other.customers;
        self.value_from += other.value_from;
        self.value_to += other.value_to;
    }

    fn sum(flows: impl Iterator<Item = Flow>) -> Flow {
        flows.fold(Flow::default(), |mut sum, flow| {
            sum.add(flow);
            sum
        })
    }
}

impl MigrationBuilder {
    /// Between the tiers of the first side and those of the second, both from top to bottom.
    pub fn new(from: &[Tier], to: &[Tier]) -> MigrationBuilder {
        MigrationBuilder {
            cells: vec![Flow::default(); (from.len() + 1) * (to.len() + 1)],
            from_tiers: from.len(),
            to_tiers: to.len(),
            is_comparable: from.iter().map(|tier| &tier.id).eq(to.iter().map(|tier| &tier.id)),
        }
    }

    /// A customer; `None` is outside. Whoever is outside on both sides is not counted. An index past the last tier
    /// counts as the last.
    pub fn add(&mut self, from: Option<Position>, to: Option<Position>) {
        if from.is_none() && to.is_none() {
            return;
        }
        let value = |position: Option<Position>| position.map_or(0, |position| i128::from(position.value));
        let cell = state(from, self.from_tiers) * (self.to_tiers + 1) + state(to, self.to_tiers);
        if let Some(sums) = self.cells.get_mut(cell) {
            sums.add(Flow { customers: 1, value_from: value(from), value_to: value(to) });
        }
    }

    /// The matrix and what follows from it.
    pub fn finish(self) -> Migration {
        let rows: Vec<&[Flow]> = self.cells.chunks(self.to_tiers + 1).collect();
        let tiers = rows.get(..self.from_tiers).unwrap_or_default();
        let outside = rows.last().copied().unwrap_or_default();
        Migration {
            rows: rows.iter().map(|row| MigrationRow::of(row)).collect(),
            entrants: Flow::sum(outside.iter().copied()),
            leavers: Flow::sum(tiers.iter().filter_map(|row| row.last()).copied()),
            mobility: self.is_comparable.then(|| Mobility::of(tiers)),
        }
    }
}

/// The row or column of a position.
fn state(position: Option<Position>, tiers: usize) -> usize {
    position.map_or(tiers, |position| position.tier.min(tiers.saturating_sub(1)))
}

impl MigrationRow {
    fn of(row: &[Flow]) -> MigrationRow {
        let total = Flow::sum(row.iter().copied());
        let share = |flow: &Flow| (total.customers > 0).then(|| flow.customers as f64 / total.customers as f64);
        MigrationRow {
            total,
            cells: row.iter().map(|flow| MigrationCell { flow: *flow, share: share(flow) }).collect(),
        }
    }
}

impl Mobility {
    /// Of the rows of tiers; the last column of each is for leavers.
    fn of(tiers: &[&[Flow]]) -> Mobility {
        let [mut upward, mut unchanged, mut downward] = [Flow::default(); 3];
        for (from, row) in tiers.iter().enumerate() {
            for (to, flow) in row.iter().take(tiers.len()).enumerate() {
                match to.cmp(&from) {
                    Ordering::Less => upward.add(*flow),
                    Ordering::Equal => unchanged.add(*flow),
                    Ordering::Greater => downward.add(*flow),
                }
            }
        }
        Mobility { upward, unchanged, downward, index: prais_shorrocks(tiers) }
    }
}

/// Rows are normalised without leavers, so that leaving does not pass for moving. A row that all left is like one in
/// which nobody began.
fn prais_shorrocks(tiers: &[&[Flow]]) -> Option<f64> {
    let staying = |(tier, row): (usize, &&[Flow])| {
        let stayed = row.get(tier).map_or(0, |flow| flow.customers);
        let began: u64 = row.iter().take(tiers.len()).map(|flow| flow.customers).sum();
        (began > 0).then(|| stayed as f64 / began as f64)
    };
    let diagonal: Vec<f64> = tiers.iter().enumerate().filter_map(staying).collect();
    let k = diagonal.len() as f64;
    (diagonal.len() >= 2).then(|| (k - diagonal.iter().sum::<f64>()) / (k - 1.0))
}

#[cfg(test)]
mod tests;

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
mod tests {
    use guanxi_model::TierId;
    use proptest::prelude::*;

    use super::*;

    fn tiers(ids: &[&str]) -> Vec<Tier> {
        let tier = |id: &&str| Tier {
            id: TierId::parse(*id).unwrap(),
            display_name: String::new(),
            strategy: None,
            data_standard: None,
            gate: None,
        };
        ids.iter().map(tier).collect()
    }

    fn at(tier: usize, value: i64) -> Option<Position> {
        Some(Position { tier, value })
    }

    fn counts(migration: &Migration) -> Vec<Vec<u64>> {
        let row = |row: &MigrationRow| row.cells.iter().map(|cell| cell.flow.customers).collect();
        migration.rows.iter().map(row).collect()
    }

    /// The customers of CDNOW by what they spent to 30 September 1997 and after; computed independently with NumPy and
    /// in R.
    #[test]
    fn mobility_of_cdnow() {
        let golden = [
            [69, 75, 38, 19, 35],
            [39, 168, 254, 208, 274],
            [28, 180, 646, 1_101, 1_580],
            [7, 105, 681, 3_438, 14_555],
            [0, 0, 0, 2, 68],
        ];
        let five = tiers(&["a", "b", "c", "d", "e"]);
        let mut builder = MigrationBuilder::new(&five, &five);
        for (from, row) in golden.iter().enumerate() {
            for (to, customers) in row.iter().enumerate() {
                (0..*customers).for_each(|_| builder.add(at(from, 2), at(to, 1)));
            }
        }
        let migration = builder.finish();
        let mobility = migration.mobility.unwrap();
        assert!((mobility.index.unwrap() - 0.798_072_777_5).abs() < 5e-11, "{mobility:?}");
        let ways = [mobility.upward, mobility.unchanged, mobility.downward].map(|flow| flow.customers);
        assert_eq!(ways, [1_042, 4_389, 18_139]);
        assert_eq!(migration.rows[0].total, Flow { customers: 236, value_from: 472, value_to: 236 });
        assert_eq!(migration.rows[0].cells[1].share, Some(75.0 / 236.0));
        assert_eq!((migration.entrants, migration.leavers), (Flow::default(), Flow::default()));
        assert!(migration.rows[5].cells.iter().all(|cell| cell.share.is_none()));
    }

    #[test]
    fn entrants_and_leavers_are_states_and_no_movers() {
        let two = tiers(&["a", "b"]);
        let mut builder = MigrationBuilder::new(&two, &two);
        builder.add(None, at(0, 7));
        builder.add(at(1, 5), None);
        builder.add(at(1, 5), at(1, 6));
        builder.add(at(0, 9), at(1, -3));
        builder.add(None, None);
        let migration = builder.finish();
        assert_eq!(counts(&migration), [[0, 1, 0], [0, 1, 1], [1, 0, 0]]);
        assert_eq!(migration.entrants, Flow { customers: 1, value_from: 0, value_to: 7 });
        assert_eq!(migration.leavers, Flow { customers: 1, value_from: 5, value_to: 0 });
        assert_eq!(migration.rows[1].cells[2].share, Some(0.5));
        let mobility = migration.mobility.unwrap();
        assert_eq!(mobility.downward, Flow { customers: 1, value_from: 9, value_to: -3 });
        // The leaver is out of the second row: all who were still there stayed. (2 - 0 - 1) / 1.
        assert_eq!((mobility.upward.customers, mobility.index), (0, Some(1.0)));
    }

    #[test]
    fn tiers_nobody_began_in_are_out_of_the_index() {
        let three = tiers(&["a", "b", "c"]);
        let mut builder = MigrationBuilder::new(&three, &three);
        builder.add(at(0, 0), at(0, 0));
        builder.add(at(1, 0), None);
        assert_eq!(builder.clone().finish().mobility.unwrap().index, None);
        builder.add(at(2, 0), at(2, 0));
        builder.add(at(2, 0), at(1, 0));
        // (2 - 1 - 1/2) / 1.
        assert_eq!(builder.finish().mobility.unwrap().index, Some(0.5));
    }

    #[test]
    fn between_other_tiers_no_way_is_up() {
        for to in [&["a", "b", "c"][..], &["b", "a"]] {
            let mut builder = MigrationBuilder::new(&tiers(&["a", "b"]), &tiers(to));
            builder.add(at(1, 1), at(9, 1));
            let migration = builder.finish();
            assert_eq!((migration.rows.len(), migration.rows[1].cells.len()), (3, to.len() + 1));
            assert_eq!(migration.rows[1].cells[to.len() - 1].share, Some(1.0));
            assert_eq!(migration.mobility, None);
        }
    }

    #[test]
    fn nobody_makes_an_empty_matrix() {
        let migration = MigrationBuilder::new(&[], &[]).finish();
        assert_eq!((migration.rows.len(), migration.mobility.unwrap().index), (1, None));
    }

    fn position() -> impl Strategy<Value = Option<Position>> {
        prop::option::of((0_usize..3, any::<i64>()).prop_map(|(tier, value)| Position { tier, value }))
    }

    proptest! {
        #[test]
        fn order_does_not_show_and_nobody_is_lost(
            people in prop::collection::vec((position(), position()), 0..40)
                .prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle()))
        ) {
            let three = tiers(&["a", "b", "c"]);
            let of = |people: &[(Option<Position>, Option<Position>)]| {
                let mut builder = MigrationBuilder::new(&three, &three);
                people.iter().for_each(|(from, to)| builder.add(*from, *to));
                builder.finish()
            };
            let migration = of(&people.0);
            prop_assert_eq!(&of(&people.1), &migration);

            let mobility = migration.mobility.unwrap();
            let ways = [mobility.upward, mobility.unchanged, mobility.downward, migration.entrants, migration.leavers];
            let all = Flow::sum(ways.into_iter());
            prop_assert_eq!(all, Flow::sum(migration.rows.iter().map(|row| row.total)));
            let counted = people.0.iter().filter(|(from, to)| from.or(*to).is_some()).count();
            prop_assert_eq!(all.customers, counted as u64);
            for row in migration.rows.iter().filter(|row| row.total.customers > 0) {
                let shares: f64 = row.cells.iter().filter_map(|cell| cell.share).sum();
                prop_assert!((shares - 1.0).abs() < 1e-12);
            }
            // 1 is independence; a matrix that sends everybody elsewhere is above it, at most by 1/(k - 1).
            prop_assert!(mobility.index.is_none_or(|index| (0.0..=2.0).contains(&index)));
        }
    }
}

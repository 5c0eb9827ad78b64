//! The matrix against an independent computation, small ones by hand, and the laws of both.

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

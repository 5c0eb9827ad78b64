//! How customers moved between two days.

use guanxi::v1 as pb;
use guanxi_model::Day;
use guanxi_segmentation::{Flow, Migration, MigrationCell, MigrationRow, Mobility, Tier};

use super::time;

/// The movement between two days, whose tiers are those in force at the end of each.
pub(crate) fn movement(
    (start, end): (Day, Day),
    (from, to): (&[Tier], &[Tier]),
    migration: Migration,
) -> pb::PyramidMovement {
    let Migration { rows, entrants, leavers, mobility } = migration;
    let flow = |of: fn(&Mobility) -> Flow| mobility.as_ref().map(|mobility| count(of(mobility)));
    pb::PyramidMovement {
        start_date: Some(time::day(start)),
        end_date: Some(time::day(end)),
        rows: rows.into_iter().enumerate().map(|(index, one)| row(name(from, index), to, one)).collect(),
        entrant_count: count(entrants),
        leaver_count: count(leavers),
        upward_count: flow(|mobility| mobility.upward),
        unchanged_count: flow(|mobility| mobility.unchanged),
        downward_count: flow(|mobility| mobility.downward),
        mobility_index: mobility.and_then(|mobility| mobility.index),
    }
}

fn row(tier: String, to: &[Tier], row: MigrationRow) -> pb::MovementRow {
    let MigrationRow { total, cells } = row;
    let cell = |(index, MigrationCell { flow, share })| pb::MovementCell {
        tier: name(to, index),
        customer_count: count(flow),
        share,
    };
    pb::MovementRow { tier, customer_count: count(total), cells: cells.into_iter().enumerate().map(cell).collect() }
}

/// Empty for those in no tier, who come last.
fn name(tiers: &[Tier], index: usize) -> String {
    tiers.get(index).map(|tier| tier.id.to_string()).unwrap_or_default()
}

fn count(flow: Flow) -> i64 {
    i64::try_from(flow.customers).unwrap_or(i64::MAX)
}

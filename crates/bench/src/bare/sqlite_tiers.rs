//! The bare activation on SQLite: one pass reads, one writes those who move.

use std::path::Path;
use std::time::{Duration, Instant};

use guanxi_model::{CustomerId, Timestamp};
use guanxi_segmentation::PyramidScheme;
use rusqlite::{Connection, params};

use super::{Candidate, TRANSACTION, inputs, moves, sqlite, tally};
use crate::Result;

pub(super) fn activate(
    file: &Path,
    (pyramid, generation): (&str, i64),
    scheme: &PyramidScheme,
    now: Timestamp,
) -> Result<(u64, Duration)> {
    let mut connection = sqlite::open(file, true)?;
    let began = Instant::now();
    let candidates = read(&connection, pyramid)?;
    let moves = moves(scheme, &candidates);
    for part in moves.chunks(TRANSACTION) {
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut put = tx.prepare_cached(
                "INSERT INTO tiers (customer_id, pyramid_id, tier, generation, assign_time, below, version) \
                 VALUES (?, ?, ?, ?, ?, 0, ?) \
                 ON CONFLICT DO UPDATE SET tier = excluded.tier, generation = excluded.generation, \
                 assign_time = excluded.assign_time, version = excluded.version",
            )?;
            let mut change =
                tx.prepare_cached("INSERT INTO tier_changes VALUES (?, ?, ?, ?, ?, ?, 2, ?, ?, NULL, NULL)")?;
            for (index, tier) in part {
                let one = &candidates[*index];
                let id = one.customer.as_str();
                put.execute(params![id, pyramid, tier, generation, now.0, one.version])?;
                change.execute(params![
                    id,
                    pyramid,
                    generation,
                    one.version,
                    one.tier,
                    tier,
                    now.0,
                    inputs(scheme, one)
                ])?;
            }
        }
        tx.commit()?;
    }
    Ok((moves.len() as u64, began.elapsed()))
}

fn read(connection: &Connection, pyramid: &str) -> Result<Vec<Candidate>> {
    let mut query = connection.prepare(
        "SELECT s.customer_id, s.version, s.purchases, s.net_revenue, t.tier FROM summaries s LEFT JOIN tiers t \
         ON t.customer_id = s.customer_id AND t.pyramid_id = ? WHERE s.delete_time IS NULL ORDER BY s.customer_id",
    )?;
    let rows = query.query_map([pyramid], |row| {
        Ok(Candidate {
            customer: CustomerId::from_trusted(row.get(0)?),
            version: row.get(1)?,
            tally: tally(row.get(2)?, row.get(3)?),
            tier: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

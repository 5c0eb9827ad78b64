//! The steps of a run over everybody: who stands where, where they go, and making it so.

use std::collections::{BTreeSet, HashMap};

use guanxi_model::{Counter, CustomerId, Day, PyramidId, Tally, TierId, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, TransactionTrait};

use super::{Stood, everybody, last_of_next, read_some};
use crate::bulk::{self, Column, Rows, int, text};
use crate::catalogue::{each, execute, rows};
use crate::ledger::Slot;
use crate::rows::tier::slot_cells;
use crate::rows::tier_change;
use crate::{Active, Error, Reader, Run, Tx};

/// A customer as a run places it: what it is judged by, and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    pub customer: CustomerId,
    pub version: i64,
    /// Of the counters asked for; the others are zero.
    pub tally: Tally,
    slot: Slot,
    since: Timestamp,
    held: Option<(TierId, Option<Timestamp>)>,
    /// Whether it has ever stood in the pyramid.
    known: bool,
}

/// Where a run moves a customer.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    /// As it was judged.
    pub of: &'a Placed,
    pub to: Slot,
    /// What was read of the customer.
    pub inputs: String,
}

impl Placed {
    /// Where the customer stands.
    pub fn stood(&self) -> Stood<'_> {
        Stood { slot: &self.slot, since: self.since, held: self.held.as_ref().map(|(tier, until)| (tier, *until)) }
    }
}

impl Reader {
    /// Everybody not deleted after a customer, by id, and where readers see them; without what they see, the first slot.
    pub async fn placed(
        &self,
        (pyramid, active): (&PyramidId, Option<Active>),
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Placed>, Error> {
        let sql = everybody(", s.version", counters);
        let page = each(self.reports(), &sql, [after.into(), rows(limit)], |row| read_placed(&row, counters)).await?;
        let Some(last) = page.last() else { return Ok(page) };
        // Not a join: PostgreSQL does not know how few rows the page has, and would read all tiers through.
        let mut values = vec![after.into(), last.customer.as_str().into(), pyramid.as_str().into()];
        let stands = match active {
            None => "t.tier, t.assign_time, t.below, t.review_day, t.due_time".to_owned(),
            Some(Active { generation, time, number: _ }) => {
                values.extend([generation.into(), time.0.into()]);
                let seen =
                    |next: &str, first: &str| format!("CASE WHEN t.next_generation = $4 THEN {next} ELSE {first} END");
                let moved = "CASE WHEN t.next_generation = $4 AND t.next_tier IS DISTINCT FROM t.tier \
                             THEN CAST($5 AS BIGINT) ELSE t.assign_time END";
                [
                    seen("t.next_tier", "t.tier"),
                    moved.to_owned(),
                    seen("t.next_below", "t.below"),
                    seen("t.next_review_day", "t.review_day"),
                    seen("t.next_due_time", "t.due_time"),
                ]
                .join(", ")
            }
        };
        let sql = format!(
            "SELECT t.customer_id, {stands}, t.override_tier, t.override_expire_time FROM tiers t \
             WHERE t.customer_id > $1 AND t.customer_id <= $2 AND t.pyramid_id = $3"
        );
        let stood = each(self.reports(), &sql, values, |row| read_stood(&row)).await?;
        let mut stood: HashMap<_, _> = stood.into_iter().collect();
        let with_row = |one: Placed| match stood.remove(&one.customer) {
            Some((slot, since, held)) => Placed { slot, since, held, known: true, ..one },
            None => one,
        };
        Ok(page.into_iter().map(with_row).collect())
    }

    /// The ends of the next chunks after a customer, each of at most so many customers; fewer where there are no more.
    /// Chunks of everybody: to look only for rows with a second slot would take an index that all writes keep up. Not on
    /// the pool for reports: what is asked before every chunk must not wait until nobody else wants the processor.
    pub async fn chunks(&self, after: &str, most: usize, chunks: usize) -> Result<Vec<String>, Error> {
        let mut ends: Vec<String> = Vec::new();
        while ends.len() < chunks {
            let after = ends.last().map_or(after, String::as_str);
            let Some(last) = last_of_next(self.connection(), after, most).await? else { break };
            ends.push(last);
        }
        Ok(ends)
    }
}

impl Tx {
    /// Fills the second slot of those who move. A row that a fact has judged since, by a later version of the customer, is
    /// left alone: the fact has filled both slots itself.
    pub async fn put_next_tiers(
        &self,
        pyramid: &PyramidId,
        generation: i64,
        moves: &[Move<'_>],
        now: Timestamp,
    ) -> Result<(), Error> {
        let rows = |moves: &[&Move<'_>]| next_rows((pyramid, generation), moves, now);
        let (known, new): (Vec<_>, Vec<_>) = moves.iter().partition(|one| one.of.known);
        let left = if self.insert_tiers(rows(&new)).await? { known } else { moves.iter().collect() };
        let tail = "ON CONFLICT (customer_id, pyramid_id) DO UPDATE SET next_tier = excluded.next_tier, \
                    next_below = excluded.next_below, next_review_day = excluded.next_review_day, \
                    next_due_time = excluded.next_due_time, next_generation = excluded.next_generation, \
                    next_inputs = excluded.next_inputs, version = excluded.version \
                    WHERE tiers.version <= excluded.version";
        bulk::insert(self.connection(), "tiers", rows(&left), tail).await?;
        Ok(())
    }

    /// Inserts rows as if nobody could have done so since: with a way out on conflict PostgreSQL takes nearly twice as long.
    /// False where somebody has, and then none of them is inserted.
    async fn insert_tiers(&self, rows: Rows<'_>) -> Result<bool, Error> {
        if rows.is_empty() {
            return Ok(true);
        }
        let savepoint = self.connection().begin().await?;
        match bulk::insert(&savepoint, "tiers", rows, "").await {
            Ok(_) => savepoint.commit().await?,
            Err(Error::Conflict) => {
                savepoint.rollback().await?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Folds the second slot into the first for the customers after one up to another, and keeps the changes of tier.
    /// Returns how many rows were folded. Done twice it does nothing the second time.
    pub async fn fold(&self, pyramid: &PyramidId, run: &Run, (after, last): (&str, &str)) -> Result<u64, Error> {
        const CHUNK: &str = "t.pyramid_id = $1 AND t.customer_id > $2 AND t.customer_id <= $3";
        let generation = run.active.generation;
        let values = || [pyramid.as_str().into(), after.into(), last.into()];
        let backend = self.connection().get_database_backend();
        if backend == DbBackend::Postgres {
            // Whoever writes a fact has the row of a customer before its change, and rows in the order of the keys. Taken the
            // other way round, each could wait for the other.
            let hold = format!(
                "SELECT 1 FROM tiers t WHERE {CHUNK} AND t.next_generation = {generation} ORDER BY t.customer_id FOR UPDATE"
            );
            execute(self.connection(), &hold, values()).await?;
        }
        let (columns, changes, fold) = (tier_change::SELECT, run.unfolded(), run.fold());
        let or_fail = bulk::or_fail(backend);
        // None is there yet: a change is kept in the transaction that folds its row.
        let keep = format!("INSERT {or_fail}INTO tier_changes ({columns}) {changes} AND {CHUNK}");
        execute(self.connection(), &keep, values()).await?;
        let fold = format!("UPDATE {or_fail}tiers AS t SET {fold} WHERE {CHUNK} AND t.next_generation = {generation}");
        execute(self.connection(), &fold, values()).await
    }
}

/// The first slot as it is where the customer never stood in the pyramid; a row that is there keeps its own.
fn next_rows((pyramid, generation): (&PyramidId, i64), moves: &[&Move<'_>], now: Timestamp) -> Rows<'static> {
    const COLUMNS: &[Column] = &[
        text("customer_id"),
        text("pyramid_id"),
        int("generation"),
        int("assign_time"),
        int("below"),
        text("next_tier"),
        int("next_below"),
        int("next_review_day"),
        int("next_due_time"),
        int("next_generation"),
        text("next_inputs"),
        int("version"),
    ];
    let mut rows = Rows::new(COLUMNS);
    for Move { of, to, inputs } in moves {
        let [tier, below, review, due] = slot_cells(Some(to));
        let first = [of.customer.as_str().into(), pyramid.as_str().into(), 0_i64.into(), now.0.into(), 0_i64.into()];
        let next = [tier, below, review, due, generation.into(), inputs.as_str().into(), of.version.into()];
        rows.push(first.into_iter().chain(next));
    }
    rows
}

fn read_placed(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Placed, Error> {
    Ok(Placed {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        version: row.try_get_by_index(1)?,
        tally: read_some(row, counters, 2)?,
        slot: Slot::default(),
        since: Timestamp(0),
        held: None,
        known: false,
    })
}

type Row = (Slot, Timestamp, Option<(TierId, Option<Timestamp>)>);

fn read_stood(row: &QueryResult) -> Result<(CustomerId, Row), Error> {
    let day = |day: i64| i32::try_from(day).map(Day).map_err(|error| Error::corrupt("day", error));
    let below: i64 = row.try_get_by_index(3)?;
    let slot = Slot {
        tier: row.try_get_by_index::<Option<String>>(1)?.map(TierId::from_trusted),
        below: i32::try_from(below).map_err(|error| Error::corrupt("number of reviews", error))?,
        review: row.try_get_by_index::<Option<i64>>(4)?.map(day).transpose()?,
        due: row.try_get_by_index::<Option<i64>>(5)?.map(Timestamp),
    };
    let held = row.try_get_by_index::<Option<String>>(6)?.map(TierId::from_trusted);
    let until = row.try_get_by_index::<Option<i64>>(7)?.map(Timestamp);
    let stood = (slot, Timestamp(row.try_get_by_index(2)?), held.map(|tier| (tier, until)));
    Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), stood))
}

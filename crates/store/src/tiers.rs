//! Where customers stand: reading assignments, and the steps of a run over everybody.
//!
//! A tier row has two slots. A reader takes the second where its generation is the pyramid's active one, else the first;
//! so one update of the pyramid switches every reader. A run writes the second slot, and only of those who move.

use std::collections::BTreeSet;

use guanxi_model::{Counter, CustomerId, PyramidId, Tally, TierId, Timestamp};
use sea_orm::{DbBackend, QueryResult};

use crate::bulk::{self, Cell, Column, Rows, int, text};
use crate::catalogue::{execute, find, query, rows};
use crate::ledger::{NextTier, Summary, TierChangeReason, TierRow};
use crate::rows::summary;
use crate::{Active, Error, Reader, Tx};

/// All columns of a tier row; the first two are its key.
pub(crate) const COLUMNS: &[Column] = &[
    text("customer_id"),
    text("pyramid_id"),
    text("tier"),
    int("generation"),
    int("assign_time"),
    text("next_tier"),
    int("next_generation"),
    int("version"),
];

pub(crate) fn cells(customer: &CustomerId, pyramid: &PyramidId, row: &TierRow) -> [Cell; 8] {
    let next = row.next.as_ref();
    [
        customer.as_str().into(),
        pyramid.as_str().into(),
        row.tier.as_ref().map(|tier| tier.as_str()).into(),
        row.generation.into(),
        row.assign_time.0.into(),
        next.and_then(|next| next.tier.as_ref()).map(|tier| tier.as_str()).into(),
        next.map(|next| next.generation).into(),
        row.version.into(),
    ]
}

/// A customer as a report or a list sees it.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub customer: CustomerId,
    /// Of the counters asked for; the others are zero.
    pub tally: Tally,
    /// The present slot and the next one; none where the customer never stood in the pyramid.
    pub tier: Option<TierRow>,
}

/// A customer as a run places it: what it is judged by, and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    pub customer: CustomerId,
    pub version: i64,
    /// Of the counters asked for; the others are zero.
    pub tally: Tally,
    pub tier: Option<TierId>,
}

/// Where a run moves a customer.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    pub customer: &'a CustomerId,
    /// The version of the customer that it was judged by.
    pub version: i64,
    pub to: Option<TierId>,
}

/// Where the tiers of a pyramid that readers see are written.
#[derive(Clone, Copy, Debug)]
pub struct Slots<'a> {
    pub pyramid: &'a PyramidId,
    /// The generation in force, while a run may have rows whose second slot is of that generation; else all are in the
    /// first.
    pub second: Option<i64>,
}

impl TierRow {
    /// The tier that readers see while this generation is the active one, and since when; the run that filled the second
    /// slot became visible at `activated`.
    pub fn seen_at(&self, active: i64, activated: Timestamp) -> (Option<&TierId>, Timestamp) {
        match &self.next {
            Some(next) if next.generation == active => (next.tier.as_ref(), activated),
            _ => (self.tier.as_ref(), self.assign_time),
        }
    }
}

impl Reader {
    /// The summary of a customer and its row in a pyramid.
    pub async fn standing(
        &self,
        customer: &CustomerId,
        pyramid: &PyramidId,
    ) -> Result<Option<(Summary, Option<TierRow>)>, Error> {
        let sql = format!(
            "SELECT {}, {SLOTS} FROM summaries s \
             LEFT JOIN tiers t ON t.customer_id = s.customer_id AND t.pyramid_id = $1 WHERE s.customer_id = $2",
            *summary::SELECT
        );
        let found = find(self.connection(), &sql, [pyramid.as_str().into(), customer.as_str().into()]).await?;
        let Some(row) = found else { return Ok(None) };
        let (_, summary) = summary::read(&row)?;
        Ok(Some((summary, read_slots(&row, summary::WIDTH)?)))
    }

    /// The customers of a pyramid after one, by id: those that stand in the tier, or in any. Unranked ones are left out.
    pub async fn assignments(
        &self,
        slots: &Slots<'_>,
        tier: Option<&TierId>,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Candidate>, Error> {
        let mut values = vec![slots.pyramid.as_str().into(), after.into(), rows(limit)];
        let mut bind = |value: sea_orm::Value| {
            values.push(value);
            format!("${}", values.len())
        };
        // The plain column is found by an index; both slots are looked at only while a run is being folded.
        let seen = match slots.second {
            None => "t.tier".to_owned(),
            Some(generation) => {
                format!("CASE WHEN t.next_generation = {} THEN t.next_tier ELSE t.tier END", bind(generation.into()))
            }
        };
        let wanted = match tier {
            Some(tier) => format!("{seen} = {}", bind(tier.as_str().into())),
            None => format!("{seen} IS NOT NULL"),
        };
        // SQLite would begin with any index that begins with the pyramid, read it whole and sort; the plus, which changes
        // nothing else, leaves it only the key, which is in the order of the list.
        let by_tier = tier.is_some() && slots.second.is_none();
        let plus = if self.pools.backend == DbBackend::Sqlite && !by_tier { "+" } else { "" };
        let sql = format!(
            "SELECT s.customer_id, {SLOTS}{} FROM tiers t JOIN summaries s ON s.customer_id = t.customer_id \
             WHERE {plus}t.pyramid_id = $1 AND {wanted} AND t.customer_id > $2 AND s.delete_time IS NULL \
             ORDER BY t.customer_id LIMIT $3",
            select(counters)
        );
        let found = query(self.connection(), &sql, values).await?;
        found.iter().map(|row| read_candidate(row, counters)).collect()
    }

    /// Everybody not deleted after a customer, by id, for a report.
    pub async fn candidates(
        &self,
        pyramid: &PyramidId,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Candidate>, Error> {
        let sql = format!(
            "SELECT s.customer_id, {SLOTS}{} FROM summaries s \
             LEFT JOIN tiers t ON t.customer_id = s.customer_id AND t.pyramid_id = $1 \
             WHERE s.customer_id > $2 AND s.delete_time IS NULL ORDER BY s.customer_id LIMIT $3",
            select(counters)
        );
        let values = [pyramid.as_str().into(), after.into(), rows(limit)];
        let found = query(self.reports(), &sql, values).await?;
        found.iter().map(|row| read_candidate(row, counters)).collect()
    }

    /// What everybody not deleted after a customer adds up to, by id, for the calibration of a run.
    pub async fn population(
        &self,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<(CustomerId, Tally)>, Error> {
        let sql = format!(
            "SELECT s.customer_id{} FROM summaries s WHERE s.customer_id > $1 AND s.delete_time IS NULL \
             ORDER BY s.customer_id LIMIT $2",
            select(counters)
        );
        let found = query(self.reports(), &sql, [after.into(), rows(limit)]).await?;
        let person =
            |row| Ok((CustomerId::from_trusted(QueryResult::try_get_by_index(row, 0)?), read_some(row, counters, 1)?));
        found.iter().map(person).collect()
    }

    /// How many customers there are that are not deleted.
    pub async fn customer_count(&self) -> Result<i64, Error> {
        let found = find(self.reports(), "SELECT COUNT(*) FROM summaries WHERE delete_time IS NULL", []).await?;
        Ok(found.map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }
}

impl Tx {
    /// Everybody not deleted after a customer, by id, as this transaction sees them.
    pub async fn placed(
        &self,
        pyramid: &PyramidId,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Placed>, Error> {
        // A value, not a join: PostgreSQL does not know how few rows the page has, and would read all tiers through.
        let sql = format!(
            "SELECT s.customer_id, s.version, \
             (SELECT t.tier FROM tiers t WHERE t.customer_id = s.customer_id AND t.pyramid_id = $1){} \
             FROM summaries s WHERE s.customer_id > $2 AND s.delete_time IS NULL ORDER BY s.customer_id LIMIT $3",
            select(counters)
        );
        let found = query(self.connection(), &sql, [pyramid.as_str().into(), after.into(), rows(limit)]).await?;
        found.iter().map(|row| read_placed(row, counters)).collect()
    }

    /// Fills the second slot of those who move. A row that a fact has judged since, by a later version of the customer, is
    /// left alone: the fact has filled both slots itself.
    pub async fn put_next_tiers(
        &self,
        pyramid: &PyramidId,
        generation: i64,
        moves: &[Move<'_>],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut rows = Rows::new(COLUMNS);
        for one in moves {
            // As it is where the customer never stood in the pyramid; a row that is there keeps its first slot.
            let next = Some(NextTier { tier: one.to.clone(), generation });
            let row = TierRow { tier: None, generation: 0, assign_time: now, next, version: one.version };
            rows.push(cells(one.customer, pyramid, &row));
        }
        let tail = "ON CONFLICT (customer_id, pyramid_id) DO UPDATE SET next_tier = excluded.next_tier, \
                    next_generation = excluded.next_generation, version = excluded.version \
                    WHERE tiers.version <= excluded.version";
        bulk::insert(self.connection(), "tiers", rows, tail).await?;
        Ok(())
    }

    /// Folds the second slot into the first for the next `limit` customers after one, and keeps the changes of tier.
    /// Returns the last of these customers and how many rows were folded; nothing when there are no more customers.
    pub async fn fold(
        &self,
        pyramid: &PyramidId,
        active: Active,
        (after, limit): (&str, usize),
    ) -> Result<Option<(String, u64)>, Error> {
        // Everybody: to look only for rows with a second slot would take an index that all writes keep up.
        let bound = "SELECT MAX(customer_id) FROM \
                     (SELECT customer_id FROM summaries WHERE customer_id > $1 ORDER BY customer_id LIMIT $2) AS chunk";
        let found = find(self.connection(), bound, [after.into(), rows(limit)]).await?;
        let last: Option<String> = found.map_or(Ok(None), |row| row.try_get_by_index(0))?;
        let Some(last) = last else { return Ok(None) };
        let values = || {
            let (from, to) = (after.into(), last.as_str().into());
            [pyramid.as_str().into(), active.generation.into(), from, to, active.time.0.into()]
        };
        // The rows that are found can only become fewer meanwhile (a fact folds its own customer's row and keeps the same
        // change), so every row that is folded below has its change kept above.
        const CHUNK: &str = "pyramid_id = $1 AND next_generation = $2 AND customer_id > $3 AND customer_id <= $4";
        let keep = format!(
            "INSERT INTO tier_changes (customer_id, pyramid_id, generation, version, from_tier, to_tier, reason, change_time) \
             SELECT customer_id, pyramid_id, next_generation, version, tier, next_tier, {}, CAST($5 AS BIGINT) FROM tiers \
             WHERE {CHUNK} ON CONFLICT DO NOTHING",
            TierChangeReason::Run as i64
        );
        execute(self.connection(), &keep, values()).await?;
        let fold = format!(
            "UPDATE tiers SET tier = next_tier, generation = next_generation, assign_time = CAST($5 AS BIGINT), \
             next_tier = NULL, next_generation = NULL WHERE {CHUNK}"
        );
        let folded = execute(self.connection(), &fold, values()).await?;
        Ok(Some((last, folded)))
    }
}

const SLOTS: &str = "t.tier, t.generation, t.assign_time, t.next_tier, t.next_generation, t.version";

/// Counters as the rest of a select list.
fn select(counters: &BTreeSet<Counter>) -> String {
    counters.iter().map(|counter| format!(", s.{}", counter.name())).collect()
}

/// Reads the counters of `select`, from a column on.
fn read_some(row: &QueryResult, counters: &BTreeSet<Counter>, first: usize) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for (offset, counter) in counters.iter().enumerate() {
        tally[*counter] = row.try_get_by_index(first + offset)?;
    }
    Ok(tally)
}

fn read_candidate(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Candidate, Error> {
    let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
    Ok(Candidate { customer, tier: read_slots(row, 1)?, tally: read_some(row, counters, 7)? })
}

fn read_placed(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Placed, Error> {
    Ok(Placed {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        version: row.try_get_by_index(1)?,
        tier: row.try_get_by_index::<Option<String>>(2)?.map(TierId::from_trusted),
        tally: read_some(row, counters, 3)?,
    })
}

/// Reads `SLOTS`, from a column on.
fn read_slots(row: &QueryResult, first: usize) -> Result<Option<TierRow>, Error> {
    let Some(generation) = row.try_get_by_index::<Option<i64>>(first + 1)? else { return Ok(None) };
    let next_tier = row.try_get_by_index::<Option<String>>(first + 3)?.map(TierId::from_trusted);
    let next_generation = row.try_get_by_index::<Option<i64>>(first + 4)?;
    Ok(Some(TierRow {
        tier: row.try_get_by_index::<Option<String>>(first)?.map(TierId::from_trusted),
        generation,
        assign_time: Timestamp(row.try_get_by_index(first + 2)?),
        next: next_generation.map(|generation| NextTier { tier: next_tier, generation }),
        version: row.try_get_by_index(first + 5)?,
    }))
}

//! Where customers stand: reading assignments, and the steps of a run over everybody.
//!
//! A tier row has two slots. A reader takes the second where its generation is the pyramid's active one, else the first;
//! so one update of the pyramid switches every reader. A run writes the second slot, and only of those who move.

use std::collections::{BTreeSet, HashMap};

use guanxi_model::{Counter, CustomerId, Day, PyramidId, Tally, TierId, Timestamp, Words};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use crate::bulk::{self, Column, Rows, int, text};
use crate::catalogue::{execute, find, query, rows};
use crate::ledger::{Slot, Summary, TierChangeReason, TierRow};
use crate::rows::tier::{SELECT, WIDTH, read, slot_cells};
use crate::rows::{summary, tier_change};
use crate::{Active, Error, Reader, Tx};

/// A customer of a pyramid, for a list.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub customer: CustomerId,
    /// Of the counters asked for; the others are zero.
    pub tally: Tally,
    pub row: TierRow,
}

/// A customer in the tier that readers see, for a report; none where it never stood in the pyramid or is unranked.
#[derive(Clone, Debug)]
pub struct Seated {
    pub customer: CustomerId,
    /// Of the counters asked for; the others are zero.
    pub tally: Tally,
    pub tier: Option<TierId>,
    /// Of the first slot; 0 where there is none.
    pub generation: i64,
}

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
}

/// Where a customer stands, as far as judging it anew asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Stood<'a> {
    pub slot: &'a Slot,
    /// Since when in the tier.
    pub since: Timestamp,
    /// The tier an override holds it in, and until when.
    pub held: Option<(&'a TierId, Option<Timestamp>)>,
}

/// Where a run moves a customer.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    pub customer: &'a CustomerId,
    /// The version of the customer that it was judged by.
    pub version: i64,
    pub to: Slot,
    /// What was read of the customer.
    pub inputs: String,
}

/// Where the tiers of a pyramid that readers see are written.
#[derive(Clone, Copy, Debug)]
pub struct Slots<'a> {
    pub pyramid: &'a PyramidId,
    /// The generation in force, while a run may have rows whose second slot is of that generation; else all are in the
    /// first.
    pub second: Option<i64>,
}

impl Slots<'_> {
    /// The tier of `tiers t` that readers see. The plain column is found by an index; both slots are looked at only while
    /// a run is being folded.
    pub(crate) fn seen(&self, bind: &mut impl FnMut(sea_orm::Value) -> String) -> String {
        match self.second {
            None => "t.tier".to_owned(),
            Some(generation) => {
                format!("CASE WHEN t.next_generation = {} THEN t.next_tier ELSE t.tier END", bind(generation.into()))
            }
        }
    }
}

impl Stood<'_> {
    /// Whether there is an override that has come to its end.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.held.and_then(|(_, until)| until).is_some_and(|until| until <= now)
    }
}

impl TierRow {
    /// The slot that readers see while this generation is the active one, and since when the customer is in its tier; the
    /// run that filled the second slot became visible at `activated`.
    pub fn seen_at(&self, active: i64, activated: Timestamp) -> (&Slot, Timestamp) {
        match &self.next {
            Some(next) if next.generation == active && next.slot.tier == self.slot.tier => {
                (&next.slot, self.assign_time)
            }
            Some(next) if next.generation == active => (&next.slot, activated),
            _ => (&self.slot, self.assign_time),
        }
    }

    /// Where the customer stands in the first slot.
    pub fn stood(&self) -> Stood<'_> {
        let held = self.held.as_ref().map(|held| (&held.tier, held.expire_time));
        Stood { slot: &self.slot, since: self.assign_time, held }
    }
}

impl Placed {
    /// Where the customer stands.
    pub fn stood(&self) -> Stood<'_> {
        Stood { slot: &self.slot, since: self.since, held: self.held.as_ref().map(|(tier, until)| (tier, *until)) }
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
            "SELECT {}, {SELECT} FROM summaries s \
             LEFT JOIN tiers t ON t.customer_id = s.customer_id AND t.pyramid_id = $1 WHERE s.customer_id = $2",
            *summary::SELECT
        );
        let found = find(self.connection(), &sql, [pyramid.as_str().into(), customer.as_str().into()]).await?;
        let Some(row) = found else { return Ok(None) };
        let (_, summary) = summary::read(&row)?;
        Ok(Some((summary, read(&row, summary::WIDTH)?)))
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
        let seen = slots.seen(&mut bind);
        let wanted = match tier {
            Some(tier) => format!("{seen} = {}", bind(tier.as_str().into())),
            None => format!("{seen} IS NOT NULL"),
        };
        // SQLite would begin with any index that begins with the pyramid, read it whole and sort; the plus, which changes
        // nothing else, leaves it only the key, which is in the order of the list.
        let by_tier = tier.is_some() && slots.second.is_none();
        let plus = if self.pools.backend == DbBackend::Sqlite && !by_tier { "+" } else { "" };
        let sql = format!(
            "SELECT s.customer_id, {SELECT}{} FROM tiers t JOIN summaries s ON s.customer_id = t.customer_id \
             WHERE {plus}t.pyramid_id = $1 AND {wanted} AND t.customer_id > $2 AND s.delete_time IS NULL \
             ORDER BY t.customer_id LIMIT $3",
            select(counters)
        );
        let found = query(self.connection(), &sql, values).await?;
        found.iter().map(|row| read_candidate(row, counters)).collect()
    }

    /// Everybody not deleted after a customer, by id, for a report.
    pub async fn seated(
        &self,
        pyramid: &PyramidId,
        generation: i64,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Seated>, Error> {
        let sql = format!(
            "SELECT s.customer_id, CASE WHEN t.next_generation = $2 THEN t.next_tier ELSE t.tier END, t.generation{} \
             FROM summaries s LEFT JOIN tiers t ON t.customer_id = s.customer_id AND t.pyramid_id = $1 \
             WHERE s.customer_id > $3 AND s.delete_time IS NULL ORDER BY s.customer_id LIMIT $4",
            select(counters)
        );
        let values = [pyramid.as_str().into(), generation.into(), after.into(), rows(limit)];
        let found = query(self.reports(), &sql, values).await?;
        found.iter().map(|row| read_seated(row, counters)).collect()
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

    /// Everybody not deleted after a customer, by id, and where readers see them, for a simulation.
    pub async fn placed(
        &self,
        (pyramid, active): (&PyramidId, Option<Active>),
        counters: &BTreeSet<Counter>,
        page: (&str, usize),
    ) -> Result<Vec<Placed>, Error> {
        placed(self.reports(), (pyramid, active), counters, page).await
    }

    /// How many customers there are that are not deleted.
    pub async fn customer_count(&self) -> Result<i64, Error> {
        let found = find(self.reports(), "SELECT COUNT(*) FROM summaries WHERE delete_time IS NULL", []).await?;
        Ok(found.map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    /// The customers that have been due the longest.
    pub async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<CustomerId>, Error> {
        let sql = "SELECT customer_id FROM tiers WHERE due_time <= $1 ORDER BY due_time LIMIT $2";
        let found = query(self.connection(), sql, [now.0.into(), rows(limit)]).await?;
        found.iter().map(|row| Ok(CustomerId::from_trusted(row.try_get_by_index(0)?))).collect()
    }
}

impl Tx {
    /// Everybody not deleted after a customer, by id, as this transaction sees them. Of a run of its own: nobody's second
    /// slot is what readers see.
    pub async fn placed(
        &self,
        pyramid: &PyramidId,
        counters: &BTreeSet<Counter>,
        page: (&str, usize),
    ) -> Result<Vec<Placed>, Error> {
        placed(self.connection(), (pyramid, None), counters, page).await
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
        for Move { customer, version, to, inputs } in moves {
            let [tier, below, review, due] = slot_cells(Some(to));
            // The first slot as it is where the customer never stood in the pyramid; a row that is there keeps its own.
            let (customer, pyramid) = (customer.as_str().into(), pyramid.as_str().into());
            let first = [customer, pyramid, 0_i64.into(), now.0.into(), 0_i64.into()];
            let next = [tier, below, review, due, generation.into(), inputs.as_str().into(), (*version).into()];
            rows.push(first.into_iter().chain(next));
        }
        let tail = "ON CONFLICT (customer_id, pyramid_id) DO UPDATE SET next_tier = excluded.next_tier, \
                    next_below = excluded.next_below, next_review_day = excluded.next_review_day, \
                    next_due_time = excluded.next_due_time, next_generation = excluded.next_generation, \
                    next_inputs = excluded.next_inputs, version = excluded.version \
                    WHERE tiers.version <= excluded.version";
        bulk::insert(self.connection(), "tiers", rows, tail).await?;
        Ok(())
    }

    /// Folds the second slot into the first for the next `limit` customers after one, and keeps the changes of tier.
    /// Returns the last of these customers and how many rows were folded; nothing when there are no more customers.
    pub async fn fold(
        &self,
        pyramid: &PyramidId,
        (active, reason): (Active, TierChangeReason),
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
            "INSERT INTO tier_changes ({}) \
             SELECT customer_id, pyramid_id, next_generation, version, tier, next_tier, {}, CAST($5 AS BIGINT), \
             next_inputs, NULL, NULL FROM tiers WHERE {CHUNK} AND tier IS DISTINCT FROM next_tier ON CONFLICT DO NOTHING",
            tier_change::SELECT,
            reason.code()
        );
        execute(self.connection(), &keep, values()).await?;
        let fold = format!(
            "UPDATE tiers SET tier = next_tier, generation = next_generation, below = next_below, \
             review_day = next_review_day, due_time = next_due_time, \
             assign_time = CASE WHEN tier IS DISTINCT FROM next_tier THEN CAST($5 AS BIGINT) ELSE assign_time END, \
             next_tier = NULL, next_generation = NULL, next_below = NULL, next_review_day = NULL, \
             next_due_time = NULL, next_inputs = NULL WHERE {CHUNK}"
        );
        let folded = execute(self.connection(), &fold, values()).await?;
        Ok(Some((last, folded)))
    }
}

/// See `Reader::placed`. Without what is in force it is the first slot.
async fn placed(
    connection: &impl ConnectionTrait,
    (pyramid, active): (&PyramidId, Option<Active>),
    counters: &BTreeSet<Counter>,
    (after, limit): (&str, usize),
) -> Result<Vec<Placed>, Error> {
    let sql = format!(
        "SELECT s.customer_id, s.version{} FROM summaries s WHERE s.customer_id > $1 AND s.delete_time IS NULL \
         ORDER BY s.customer_id LIMIT $2",
        select(counters)
    );
    let found = query(connection, &sql, [after.into(), rows(limit)]).await?;
    let page = found.iter().map(|row| read_placed(row, counters)).collect::<Result<Vec<_>, _>>()?;
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
    let stood = query(connection, &sql, values).await?;
    let mut stood = stood.iter().map(read_stood).collect::<Result<HashMap<_, _>, _>>()?;
    let with_row = |one: Placed| match stood.remove(&one.customer) {
        Some((slot, since, held)) => Placed { slot, since, held, ..one },
        None => one,
    };
    Ok(page.into_iter().map(with_row).collect())
}

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
    let tier = read(row, 1)?.ok_or_else(|| Error::corrupt("tier", "no generation"))?;
    Ok(Candidate { customer, row: tier, tally: read_some(row, counters, 1 + WIDTH)? })
}

fn read_seated(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Seated, Error> {
    Ok(Seated {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        tier: row.try_get_by_index::<Option<String>>(1)?.map(TierId::from_trusted),
        generation: row.try_get_by_index::<Option<i64>>(2)?.unwrap_or(0),
        tally: read_some(row, counters, 3)?,
    })
}

fn read_placed(row: &QueryResult, counters: &BTreeSet<Counter>) -> Result<Placed, Error> {
    Ok(Placed {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        version: row.try_get_by_index(1)?,
        tally: read_some(row, counters, 2)?,
        slot: Slot::default(),
        since: Timestamp(0),
        held: None,
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

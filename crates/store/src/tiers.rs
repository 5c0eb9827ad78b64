//! Where customers stand: reading assignments; in `run` the steps of a run over everybody.
//!
//! A tier row has two slots. A reader takes the second where its generation is the pyramid's active one, else the first;
//! so one update of the pyramid switches every reader. A run writes the second slot, and only of those who move.

mod run;

use std::collections::{BTreeSet, HashMap};

use guanxi_model::customer::Stage;
use guanxi_model::{Counter, CustomerId, Day, PyramidId, Tally, TierId, Timestamp};
use guanxi_segmentation::Needs;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, StreamTrait, Value};

pub use self::run::{Move, Placed};
use crate::catalogue::{each, find, query, rows};
use crate::history::{self, Histories, Whose};
use crate::ledger::{Slot, Summary, TierRow};
use crate::pyramids::{PYRAMID, Pyramid, read_pyramid};
use crate::rows::tier::{SELECT, WIDTH, read};
use crate::rows::{summary, word};
use crate::{Error, Reader};

/// A customer and a pyramid, and where the one stands in the other.
#[derive(Clone, Debug)]
pub struct Standing {
    pub summary: Summary,
    /// None where there is no such pyramid.
    pub pyramid: Option<Pyramid>,
    /// None where the customer never stood in it.
    pub row: Option<TierRow>,
}

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
    pub stage: Stage,
    pub tier: Option<TierId>,
    /// Of the first slot; 0 where there is none.
    pub generation: i64,
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
    pub(crate) fn seen(&self, bind: &mut impl FnMut(Value) -> String) -> String {
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

impl Reader {
    /// A customer and a pyramid as they are at one moment; nothing where the customer is not there.
    pub async fn standing(&self, customer: &CustomerId, pyramid: &PyramidId) -> Result<Option<Standing>, Error> {
        let sql = format!(
            "SELECT {}, {SELECT}, p.* FROM summaries s \
             LEFT JOIN tiers t ON t.customer_id = s.customer_id AND t.pyramid_id = $1 \
             LEFT JOIN (SELECT {PYRAMID} FROM pyramids WHERE pyramid_id = $1) p ON TRUE WHERE s.customer_id = $2",
            *summary::SELECT
        );
        let found = find(self.connection(), &sql, [pyramid.as_str().into(), customer.as_str().into()]).await?;
        let Some(row) = found else { return Ok(None) };
        let (_, summary) = summary::read(&row)?;
        let (tier, pyramid) = (summary::WIDTH, summary::WIDTH + WIDTH);
        let is_there = row.try_get_by_index::<Option<String>>(pyramid)?.is_some();
        let pyramid = is_there.then(|| read_pyramid(&row, pyramid)).transpose()?;
        Ok(Some(Standing { summary, pyramid, row: read(&row, tier)? }))
    }

    /// The version of a customer, which every write about it raises.
    pub async fn version(&self, customer: &CustomerId) -> Result<Option<i64>, Error> {
        let sql = "SELECT version FROM summaries WHERE customer_id = $1";
        let found = find(self.connection(), sql, [customer.as_str().into()]).await?;
        Ok(found.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// The customers of a pyramid after one, by id: those that stand in the tier, or in any. Unranked ones are left out.
    /// With them their histories, as far as they are asked for, of the same moment.
    pub async fn assignments(
        &self,
        slots: &Slots<'_>,
        tier: Option<&TierId>,
        (needs, today): (&Needs, Day),
        page: (&str, usize),
    ) -> Result<(Vec<Candidate>, Histories), Error> {
        if needs.no_history() {
            return Ok((candidates(self.connection(), slots, tier, (&needs.counters, page)).await?, Histories::new()));
        }
        let snapshot = self.snapshot(self.connection()).await?;
        let found = candidates(&snapshot, slots, tier, (&needs.counters, page)).await?;
        let customers: Vec<&CustomerId> = found.iter().map(|one| &one.customer).collect();
        let histories = match customers.is_empty() {
            true => Histories::new(),
            false => history::histories(&snapshot, &Whose::Some(&customers), needs, today).await?,
        };
        snapshot.commit().await?;
        Ok((found, histories))
    }

    /// Everybody not deleted after a customer, by id, for a report; with their histories, as far as they are asked for, of
    /// the same moment.
    pub async fn seated(
        &self,
        (pyramid, generation): (&PyramidId, i64),
        counters: &BTreeSet<Counter>,
        (needs, today): (&Needs, Day),
        page: (&str, usize),
    ) -> Result<(Vec<Seated>, Histories), Error> {
        let snapshot = self.snapshot(self.reports()).await?;
        let found = seated(&snapshot, (pyramid, generation, counters), page).await?;
        let histories = match found.last() {
            Some(last) if !needs.no_history() => {
                history::histories(&snapshot, &Whose::Between(page.0, last.customer.as_str()), needs, today).await?
            }
            _ => Histories::new(),
        };
        snapshot.commit().await?;
        Ok((found, histories))
    }

    /// What everybody not deleted after a customer adds up to, by id, for the calibration of a run.
    pub async fn population(
        &self,
        counters: &BTreeSet<Counter>,
        (after, limit): (&str, usize),
    ) -> Result<Vec<(CustomerId, Tally)>, Error> {
        let person =
            |row: QueryResult| Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), read_some(&row, counters, 1)?));
        each(self.reports(), &everybody("", counters), [after.into(), rows(limit)], person).await
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

/// The last of the next `limit` customers after one, deleted ones as well; nothing when there are no more.
pub(crate) async fn last_of_next(
    connection: &impl ConnectionTrait,
    after: &str,
    limit: usize,
) -> Result<Option<String>, Error> {
    let sql = "SELECT MAX(customer_id) FROM \
               (SELECT customer_id FROM summaries s WHERE customer_id > $1 ORDER BY customer_id LIMIT $2) AS chunk";
    let found = find(connection, sql, [after.into(), rows(limit)]).await?;
    Ok(found.map_or(Ok(None), |row| row.try_get_by_index(0))?)
}

/// See `Reader::assignments`.
async fn candidates(
    connection: &impl ConnectionTrait,
    slots: &Slots<'_>,
    tier: Option<&TierId>,
    (counters, (after, limit)): (&BTreeSet<Counter>, (&str, usize)),
) -> Result<Vec<Candidate>, Error> {
    let mut values = vec![slots.pyramid.as_str().into(), after.into(), rows(limit)];
    let mut bind = |value: Value| {
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
    let plus = if connection.get_database_backend() == DbBackend::Sqlite && !by_tier { "+" } else { "" };
    let sql = format!(
        "SELECT s.customer_id, {SELECT}{} FROM tiers t JOIN summaries s ON s.customer_id = t.customer_id \
         WHERE {plus}t.pyramid_id = $1 AND {wanted} AND t.customer_id > $2 AND s.delete_time IS NULL \
         ORDER BY t.customer_id LIMIT $3",
        select(counters)
    );
    let found = query(connection, &sql, values).await?;
    found.iter().map(|row| read_candidate(row, counters)).collect()
}

/// See `Reader::seated`.
async fn seated(
    connection: &impl StreamTrait,
    (pyramid, generation, counters): (&PyramidId, i64, &BTreeSet<Counter>),
    (after, limit): (&str, usize),
) -> Result<Vec<Seated>, Error> {
    let sql = everybody(", s.stage", counters);
    let mut page = each(connection, &sql, [after.into(), rows(limit)], |row| read_seated(&row, counters)).await?;
    let Some(last) = page.last() else { return Ok(page) };
    let mut seats = seats(connection, (after, last.customer.as_str()), (pyramid, generation)).await?;
    for one in &mut page {
        (one.tier, one.generation) = seats.remove(&one.customer).unwrap_or_default();
    }
    Ok(page)
}

/// The tier that readers see, and the generation of the first slot.
type Seat = (Option<TierId>, i64);

/// The seats in a pyramid of the customers after one, up to and including another. Not joined to a page of them: PostgreSQL
/// does not know how few rows that has, and would read all tiers through.
pub(crate) async fn seats(
    connection: &impl StreamTrait,
    (after, last): (&str, &str),
    (pyramid, generation): (&PyramidId, i64),
) -> Result<HashMap<CustomerId, Seat>, Error> {
    let sql = "SELECT t.customer_id, CASE WHEN t.next_generation = $4 THEN t.next_tier ELSE t.tier END, t.generation \
               FROM tiers t WHERE t.customer_id > $1 AND t.customer_id <= $2 AND t.pyramid_id = $3";
    let values: [Value; 4] = [after.into(), last.into(), pyramid.as_str().into(), generation.into()];
    Ok(each(connection, sql, values, |row| read_seat(&row)).await?.into_iter().collect())
}

/// The statement for a page of everybody not deleted after a customer, by id: what else is asked of each, and counters.
fn everybody(asked: &str, counters: &BTreeSet<Counter>) -> String {
    format!(
        "SELECT s.customer_id{asked}{} FROM summaries s WHERE s.customer_id > $1 AND s.delete_time IS NULL \
         ORDER BY s.customer_id LIMIT $2",
        select(counters)
    )
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
        stage: word(row, 1, "stage")?,
        tally: read_some(row, counters, 2)?,
        tier: None,
        generation: 0,
    })
}

fn read_seat(row: &QueryResult) -> Result<(CustomerId, Seat), Error> {
    let tier = row.try_get_by_index::<Option<String>>(1)?.map(TierId::from_trusted);
    Ok((CustomerId::from_trusted(row.try_get_by_index(0)?), (tier, row.try_get_by_index(2)?)))
}

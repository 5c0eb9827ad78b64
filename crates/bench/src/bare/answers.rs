//! Satisfaction records past the server: the facts, the versions of their customers, the changes, and the cells. A loader
//! keeps the cells of a shard of its own in memory, so it reads none of them back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use guanxi_model::fact::{Fact, FactBody, SatisfactionRecord};
use guanxi_model::{Day, QuestionnaireId, RevisionNumber, Timestamp, Words as _, Zone};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Face, Placed, Span, Sums, places};
use rusqlite::params;
use sqlx::{Connection as _, PgConnection};

use super::copy::Copy;
use super::postgres::run;
use super::{TRANSACTION, id_text, sqlite};
use crate::Result;
use crate::database::Database;
use crate::survey::Reply;

/// No server writes to it on SQLite, and few on PostgreSQL.
const SHARD: i16 = 7;
const FACTS: &str =
    "facts (customer_id, kind, source, source_id, fact_id, occur_time, record_time, state, type, channel, body)";

/// Loads records, and remembers the cells.
pub(crate) struct Loader {
    revision: (QuestionnaireId, RevisionNumber),
    scheme: QuestionnaireScheme,
    cells: BTreeMap<Placed, Sums>,
}

/// What a transaction writes, in the order of customers.
struct Batch {
    facts: Vec<(u64, Fact, String)>,
    /// Customers with the facts (`first..first + count`) that are theirs.
    customers: Vec<(u64, usize, usize)>,
    /// The cells that it changes, as they are afterwards.
    cells: Vec<(Placed, Vec<u8>)>,
}

impl Loader {
    /// For a questionnaire that is in use and has no records yet.
    pub(crate) fn new(questionnaire: &str, scheme: QuestionnaireScheme) -> Result<Loader> {
        let first = RevisionNumber::new(1).ok_or("revisions are counted from 1")?;
        let revision = (QuestionnaireId::from_trusted(questionnaire.to_owned()), first);
        Ok(Loader { revision, scheme, cells: BTreeMap::new() })
    }

    /// Loads records of customers that are there, and says how long it took.
    pub(crate) async fn load(
        &mut self,
        database: &Database,
        replies: &[Reply],
        (source, now): (&str, Timestamp),
    ) -> Result<Duration> {
        let began = Instant::now();
        match database {
            Database::Sqlite { file } => {
                let mut connection = sqlite::open(file, true)?;
                for part in replies.chunks(TRANSACTION) {
                    let batch = self.batch(part, (source, now))?;
                    tokio::task::block_in_place(|| self.write_sqlite(&mut connection, &batch, now))?;
                }
            }
            Database::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await?;
                prepare(&mut connection).await?;
                for part in replies.chunks(TRANSACTION) {
                    let batch = self.batch(part, (source, now))?;
                    self.write_postgres(&mut connection, batch, now).await?;
                }
                connection.close().await?;
            }
        }
        Ok(began.elapsed())
    }

    fn batch(&mut self, replies: &[Reply], (source, now): (&str, Timestamp)) -> Result<Batch> {
        let mut changed = BTreeSet::new();
        let mut sorted = replies.to_vec();
        sorted.sort_by_key(|reply| reply.customer);
        let mut batch = Batch { facts: Vec::with_capacity(sorted.len()), customers: Vec::new(), cells: Vec::new() };
        for (index, reply) in sorted.iter().enumerate() {
            let fact = reply.fact(&self.revision, source, now);
            let FactBody::SatisfactionRecord(record) = &fact.body else { continue };
            self.count(record, Zone::utc().day_of(fact.occur_time), &mut changed);
            match batch.customers.last_mut().filter(|(customer, ..)| *customer == reply.customer) {
                Some((_, _, count)) => *count += 1,
                None => batch.customers.push((reply.customer, index, 1)),
            }
            let body = serde_json::to_string(record)?;
            batch.facts.push((reply.customer, fact, body));
        }
        let cell = |placed: Placed| {
            let sums = self.cells.get(&placed).map(Sums::encode).unwrap_or_default();
            (placed, sums)
        };
        batch.cells = changed.into_iter().map(cell).collect();
        Ok(batch)
    }

    /// Adds a record to its cells.
    fn count(&mut self, record: &SatisfactionRecord, day: Day, changed: &mut BTreeSet<Placed>) {
        let counted = self.scheme.count(&record.answers);
        for place in places(record) {
            let sums = if place.face == Face::Moments { counted.moments.as_ref() } else { Some(&counted.sums) };
            let Some(sums) = sums else { continue };
            for span in [Span::Day, Span::Month] {
                let placed = Placed { place: place.clone(), span, start: span.start_of(day), method: record.method };
                self.cells.entry(placed.clone()).or_default().plus(sums);
                changed.insert(placed);
            }
        }
    }

    fn write_sqlite(&self, connection: &mut rusqlite::Connection, batch: &Batch, now: Timestamp) -> Result<()> {
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        facts_sqlite(&tx, batch, now)?;
        let sql = "INSERT INTO satisfaction_cells VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?) \
                   ON CONFLICT DO UPDATE SET sums = excluded.sums";
        let mut cell = tx.prepare_cached(sql)?;
        for (Placed { place, span, start, method }, sums) in &batch.cells {
            let (face, span, method) = (place.face.code(), span.code(), method.code());
            let (questionnaire, first, second) = (self.revision.0.as_str(), &place.first, &place.second);
            cell.execute(params![questionnaire, face, span, start.0, method, first, second, SHARD, sums])?;
        }
        drop(cell);
        Ok(tx.commit()?)
    }

    async fn write_postgres(&self, connection: &mut PgConnection, batch: Batch, now: Timestamp) -> Result<()> {
        let (mut facts, mut sums, mut order, mut cells) = (Copy::new(), Copy::new(), Copy::new(), Copy::new());
        for (customer, fact, body) in &batch.facts {
            let (source, source_id) = (fact.key.source.as_str(), &fact.key.source_id);
            facts.row(11).text(&id_text(*customer)).small(5).text(source).text(source_id).bytes(fact.id.as_bytes());
            facts.big(fact.occur_time.0).big(now.0).small(1).small(fact.body.type_code());
            facts.text_or_null(fact.body.channel()).text(body);
        }
        for (customer, first, count) in &batch.customers {
            let id = id_text(*customer);
            sums.row(2).text(&id).big(*count as i64);
            for (place, (_, fact, _)) in batch.facts[*first..first + count].iter().enumerate() {
                order.row(3).text(&id).big(place as i64 + 1).bytes(fact.id.as_bytes());
            }
        }
        for (Placed { place, span, start, method }, bytes) in &batch.cells {
            cells.row(10).text(self.revision.0.as_str()).big(1).small(place.face.code()).small(span.code());
            cells.big(i64::from(start.0)).small(method.code()).text(&place.first).text(&place.second);
            cells.small(SHARD).bytes(bytes);
        }
        run(connection, "BEGIN").await?;
        facts.send(connection, FACTS).await?;
        sums.send(connection, "answer_counts").await?;
        order.send(connection, "answer_order").await?;
        cells.send(connection, "answer_cells").await?;
        let sql = format!(
            "WITH u AS (UPDATE summaries s SET version = s.version + c.count FROM answer_counts c \
             WHERE s.customer_id = c.customer_id RETURNING s.customer_id, s.version - c.count AS before) \
             INSERT INTO changes (customer_id, version, kind, fact_id, record_time) \
             SELECT u.customer_id, u.before + o.place, 5, o.fact_id, {} FROM u \
             JOIN answer_order o ON o.customer_id = u.customer_id; \
             INSERT INTO satisfaction_cells SELECT * FROM answer_cells \
             ON CONFLICT ON CONSTRAINT satisfaction_cells_pkey DO UPDATE SET sums = excluded.sums; COMMIT",
            now.0
        );
        run(connection, &sql).await
    }
}

/// Writes the facts of a batch, and the versions and changes of their customers.
fn facts_sqlite(tx: &rusqlite::Transaction<'_>, batch: &Batch, now: Timestamp) -> Result<()> {
    let mut insert = tx.prepare_cached(&format!("INSERT INTO {FACTS} VALUES (?, 5, ?, ?, ?, ?, ?, 1, ?, ?, ?)"))?;
    for (customer, fact, body) in &batch.facts {
        let (source, source_id) = (fact.key.source.as_str(), &fact.key.source_id);
        let (id, at) = (fact.id.as_bytes().as_slice(), fact.occur_time.0);
        let (method, channel) = (fact.body.type_code(), fact.body.channel());
        insert.execute(params![id_text(*customer), source, source_id, id, at, now.0, method, channel, body])?;
    }
    let sql = "UPDATE summaries SET version = version + ? WHERE customer_id = ? RETURNING version";
    let mut summary = tx.prepare_cached(sql)?;
    let mut change = tx.prepare_cached("INSERT INTO changes VALUES (?, ?, 5, ?, ?)")?;
    for (customer, first, count) in &batch.customers {
        let id = id_text(*customer);
        let version: i64 = summary.query_row(params![*count as i64, id], |row| row.get(0))?;
        for (place, (_, fact, _)) in batch.facts[*first..first + count].iter().enumerate() {
            let version = version - *count as i64 + place as i64 + 1;
            change.execute(params![id, version, fact.id.as_bytes().as_slice(), now.0])?;
        }
    }
    Ok(())
}

async fn prepare(connection: &mut PgConnection) -> Result<()> {
    let sql = "CREATE TEMP TABLE answer_counts (customer_id TEXT COLLATE \"C\", count BIGINT) ON COMMIT DELETE ROWS; \
               CREATE TEMP TABLE answer_order (customer_id TEXT COLLATE \"C\", place BIGINT, fact_id BYTEA) \
               ON COMMIT DELETE ROWS; \
               CREATE TEMP TABLE answer_cells (LIKE satisfaction_cells) ON COMMIT DELETE ROWS; \
               SET work_mem = '256MB'";
    run(connection, sql).await
}

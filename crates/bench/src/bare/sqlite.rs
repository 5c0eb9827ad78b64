//! SQLite by prepared statements and large transactions on one connection, rows in the order of their keys.

use std::path::Path;

use guanxi_model::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params, params_from_iter};

use super::{Batch, COUNTERS, DayRow, id_text, names, values};
use crate::Result;
use crate::data::{OLD_SOURCE, Population, profile};

/// As durable as the server and with as much cache, unless the file is only being made.
pub(super) fn open(file: &Path, durable: bool) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if durable { "FULL" } else { "OFF" })?;
    connection.pragma_update(None, "cache_size", if durable { -65_536 } else { -1_000_000 })?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.pragma_update(None, "mmap_size", 268_435_456)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Customers of one transaction while the database is filled.
const CUSTOMERS: u64 = 20_000;
/// When the purchases that are there already were recorded.
const OLD: Timestamp = Timestamp(1_756_684_800_000_000);

pub(super) fn fill(file: &Path, population: Population) -> Result<()> {
    let mut connection = open(file, false)?;
    // Rows come in the order of the primary keys; the other indexes are sorted once at the end.
    let indexes = {
        let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN \
                   ('facts', 'customers', 'customer_labels')";
        let mut query = connection.prepare(sql)?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<_>>>()?
    };
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    let mut first = 0;
    while first < population.customers {
        let last = (first + CUSTOMERS).min(population.customers);
        let tx = connection.transaction()?;
        fill_customers(&tx, population, first..last)?;
        tx.commit()?;
        first = last;
    }
    for (_, sql) in &indexes {
        connection.execute_batch(sql)?;
    }
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn fill_customers(tx: &Transaction<'_>, population: Population, range: std::ops::Range<u64>) -> Result<()> {
    let mut customer = tx.prepare_cached("INSERT INTO customers VALUES (?, 1, ?, ?, 1, ?, ?, NULL)")?;
    let mut external = tx.prepare_cached("INSERT INTO external_ids VALUES ('erp', ?, ?)")?;
    let mut label = tx.prepare_cached("INSERT INTO customer_labels VALUES (?, 'region', ?)")?;
    for number in range.clone() {
        let (id, text) = (id_text(number), format!("{number:09}"));
        let profile = profile(&text);
        customer.execute(params![id, profile.display_name, serde_json::to_string(&profile)?, OLD.0, OLD.0])?;
        external.execute(params![text, id])?;
        label.execute(params![id, profile.labels.values().next()])?;
    }
    let sales: Vec<_> = range.flat_map(|number| population.purchases_of(number)).collect();
    let batch = Batch::of(&sales, OLD)?;
    insert_facts(tx, &batch, OLD_SOURCE, OLD)?;
    let places = vec!["?"; COUNTERS.len()].join(", ");
    let names = names();
    let insert = format!("INSERT INTO buckets (customer_id, day, uses, {names}) VALUES (?, ?, ?, {places})");
    let mut day = tx.prepare_cached(&insert)?;
    for one in &batch.days {
        day.execute(params_from_iter(day_cells(one)))?;
    }
    let mut summary = tx.prepare_cached(&format!(
        "INSERT INTO summaries (customer_id, version, stage, replacements, gross, {names}) VALUES (?, ?, 1, 0, ?, {places})"
    ))?;
    for sums in &batch.customers {
        let version = sums.count as i64 + 1;
        let cells = [Value::from(id_text(sums.customer)), Value::from(version), Value::from(sums.gross)].into_iter();
        summary.execute(params_from_iter(cells.chain(values(&sums.tally).map(Value::from))))?;
    }
    Ok(())
}

fn day_cells(one: &DayRow) -> impl Iterator<Item = Value> + '_ {
    let fixed = [Value::from(id_text(one.customer)), Value::from(one.day), Value::from(one.uses.clone())];
    fixed.into_iter().chain(values(&one.tally).map(Value::from))
}

fn insert_facts(tx: &Transaction<'_>, batch: &Batch, source: &str, now: Timestamp) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO facts (customer_id, kind, source, source_id, fact_id, occur_time, record_time, state, type, channel, \
         body) VALUES (?, 1, ?, ?, ?, ?, ?, 1, 1, 'web', ?)",
    )?;
    for fact in &batch.facts {
        insert.execute(params![
            id_text(fact.customer),
            source,
            fact.source_id,
            fact.id,
            fact.occur_time,
            now.0,
            fact.body
        ])?;
    }
    Ok(())
}

/// Writes what purchases lead to in one transaction.
pub(super) fn load(connection: &mut Connection, batch: &Batch, source: &str, now: Timestamp) -> Result<()> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    insert_facts(&tx, batch, source, now)?;
    {
        let names = names();
        let places = vec!["?"; COUNTERS.len()].join(", ");
        let adds: Vec<String> = COUNTERS.iter().map(|one| format!("{0} = {0} + excluded.{0}", one.name())).collect();
        let mut day = tx.prepare_cached(&format!(
            "INSERT INTO buckets (customer_id, day, uses, {names}) VALUES (?, ?, ?, {places}) \
             ON CONFLICT DO UPDATE SET uses = uses || excluded.uses, {}",
            adds.join(", ")
        ))?;
        for one in &batch.days {
            day.execute(params_from_iter(day_cells(one)))?;
        }
        let adds: Vec<String> = COUNTERS.iter().map(|one| format!("{0} = {0} + ?", one.name())).collect();
        let mut summary = tx.prepare_cached(&format!(
            "UPDATE summaries SET version = version + ?, gross = gross + ?, {} WHERE customer_id = ? RETURNING version",
            adds.join(", ")
        ))?;
        let mut change = tx.prepare_cached("INSERT INTO changes VALUES (?, ?, 5, ?, ?)")?;
        for sums in &batch.customers {
            let id = id_text(sums.customer);
            let cells = [Value::from(sums.count as i64), Value::from(sums.gross)].into_iter();
            let cells = cells.chain(values(&sums.tally).map(Value::from)).chain([Value::from(id.clone())]);
            let version: i64 = summary.query_row(params_from_iter(cells), |row| row.get(0))?;
            let before = version - sums.count as i64;
            for (place, fact) in batch.facts[sums.first..sums.first + sums.count].iter().enumerate() {
                change.execute(params![id, before + place as i64 + 1, fact.id, now.0])?;
            }
        }
    }
    tx.commit()?;
    Ok(())
}

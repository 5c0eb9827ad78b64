//! PostgreSQL by binary COPY, sums through temporary tables, rows in the order of their keys.

use std::time::{Duration, Instant};

use guanxi_model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::copy::Copy;
use super::{Batch, COUNTERS, TRANSACTION, id_text, names, values};
use crate::Result;
use crate::data::{OLD_SOURCE, Population, Sale, profile};

const FACTS: &str =
    "facts (customer_id, kind, source, source_id, fact_id, occur_time, record_time, state, type, channel, body)";
/// When the purchases that are there already were recorded.
const OLD: Timestamp = Timestamp(1_756_684_800_000_000);
/// Customers of one transaction while the database is filled.
const CUSTOMERS: u64 = 20_000;
/// Loaders side by side: one keeps a processor of its own and one of the server busy by turns.
const LOADERS: usize = 2;

pub(super) async fn run(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

pub(super) async fn fill(url: &str, population: Population) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    run(&mut connection, "SET synchronous_commit = off").await?;
    // Rows come in the order of the primary keys; the other indexes are built once at the end.
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename IN ('facts', 'customers', 'customer_labels') \
         AND indexname NOT LIKE '%pkey'",
    )
    .fetch_all(&mut connection)
    .await?;
    for (name, _) in &indexes {
        run(&mut connection, &format!("DROP INDEX {name}")).await?;
    }
    let mut first = 0;
    while first < population.customers {
        let last = (first + CUSTOMERS).min(population.customers);
        fill_customers(&mut connection, population, first..last).await?;
        first = last;
    }
    for (_, sql) in &indexes {
        run(&mut connection, sql).await?;
    }
    run(&mut connection, "VACUUM ANALYZE").await?;
    run(&mut connection, "CHECKPOINT").await?;
    Ok(connection.close().await?)
}

async fn fill_customers(
    connection: &mut PgConnection,
    population: Population,
    range: std::ops::Range<u64>,
) -> Result<()> {
    let (mut customers, mut external, mut labels) = (Copy::new(), Copy::new(), Copy::new());
    for number in range.clone() {
        let (id, text) = (id_text(number), format!("{number:09}"));
        let profile = profile(&text);
        customers.row(8).text(&id).small(1).text(&profile.display_name).text(&serde_json::to_string(&profile)?);
        customers.big(1).big(OLD.0).big(OLD.0).null();
        external.row(3).text("erp").text(&text).text(&id);
        labels.row(3).text(&id).text("region").text(profile.labels.values().next().map_or("", String::as_str));
    }
    run(connection, "BEGIN").await?;
    customers.send(connection, "customers").await?;
    external.send(connection, "external_ids").await?;
    labels.send(connection, "customer_labels").await?;
    let sales: Vec<Sale> = range.flat_map(|number| population.purchases_of(number)).collect();
    let batch = Batch::of(&sales, OLD)?;
    facts(&batch, OLD_SOURCE, OLD).send(connection, FACTS).await?;
    days(&batch).send(connection, &format!("buckets (customer_id, day, uses, {})", names())).await?;
    let mut summaries = Copy::new();
    for sums in &batch.customers {
        summaries.row(5 + COUNTERS.len()).text(&id_text(sums.customer)).big(sums.count as i64 + 1).small(1).big(0);
        summaries.big(sums.gross);
        summaries.bigs(values(&sums.tally));
    }
    let target = format!("summaries (customer_id, version, stage, replacements, gross, {})", names());
    summaries.send(connection, &target).await?;
    run(connection, "COMMIT").await
}

fn facts(batch: &Batch, source: &str, now: Timestamp) -> Copy {
    let mut copy = Copy::new();
    for fact in &batch.facts {
        copy.row(11).text(&id_text(fact.customer)).small(1).text(source).text(&fact.source_id).bytes(&fact.id);
        copy.big(fact.occur_time).big(now.0).small(1).small(1).text("web").text(&fact.body);
    }
    copy
}

fn days(batch: &Batch) -> Copy {
    let mut copy = Copy::new();
    for one in &batch.days {
        copy.row(3 + COUNTERS.len()).text(&id_text(one.customer)).big(one.day).text(&one.uses);
        copy.bigs(values(&one.tally));
    }
    copy
}

/// Loads with two loaders, each with customers of its own, so that they never wait for each other's rows.
pub(super) async fn load_side_by_side(url: &str, sales: Vec<Sale>, source: &str, now: Timestamp) -> Result<Duration> {
    let mut loaders = Vec::new();
    for which in 0..LOADERS {
        let mut connection = PgConnection::connect(url).await?;
        prepare(&mut connection).await?;
        let of_this = |sale: &&Sale| sale.customer as usize % LOADERS == which;
        loaders.push((connection, sales.iter().filter(of_this).copied().collect::<Vec<_>>()));
    }
    let began = Instant::now();
    let running: Vec<_> = loaders
        .into_iter()
        .map(|(mut connection, sales)| {
            let source = source.to_owned();
            tokio::spawn(async move {
                for part in sales.chunks(TRANSACTION) {
                    load(&mut connection, &Batch::of(part, now)?, &source, now).await?;
                }
                Result::<()>::Ok(connection.close().await?)
            })
        })
        .collect();
    for loader in running {
        loader.await??;
    }
    Ok(began.elapsed())
}

async fn prepare(connection: &mut PgConnection) -> Result<()> {
    let counters: Vec<String> = COUNTERS.iter().map(|one| format!("{} BIGINT", one.name())).collect();
    let counters = counters.join(", ");
    let sql = format!(
        "CREATE TEMP TABLE day_sums (customer_id TEXT COLLATE \"C\", day BIGINT, uses TEXT, {counters}) ON COMMIT DELETE ROWS; \
         CREATE TEMP TABLE customer_sums (customer_id TEXT COLLATE \"C\", count BIGINT, gross BIGINT, {counters}) \
         ON COMMIT DELETE ROWS; \
         CREATE TEMP TABLE order_of (customer_id TEXT COLLATE \"C\", place BIGINT, fact_id BYTEA) ON COMMIT DELETE ROWS; \
         SET work_mem = '256MB'"
    );
    run(connection, &sql).await
}

/// Writes what purchases lead to in one transaction.
async fn load(connection: &mut PgConnection, batch: &Batch, source: &str, now: Timestamp) -> Result<()> {
    let (mut sums, mut order) = (Copy::new(), Copy::new());
    for one in &batch.customers {
        let id = id_text(one.customer);
        sums.row(3 + COUNTERS.len()).text(&id).big(one.count as i64).big(one.gross);
        sums.bigs(values(&one.tally));
        for (place, fact) in batch.facts[one.first..one.first + one.count].iter().enumerate() {
            order.row(3).text(&id).big(place as i64 + 1).bytes(&fact.id);
        }
    }
    run(connection, "BEGIN").await?;
    facts(batch, source, now).send(connection, FACTS).await?;
    days(batch).send(connection, "day_sums").await?;
    sums.send(connection, "customer_sums").await?;
    order.send(connection, "order_of").await?;
    let names = names();
    let add = |to: &str, from: &str| {
        let all = COUNTERS.iter().map(|one| format!("{0} = {to}.{0} + {from}.{0}", one.name()));
        all.collect::<Vec<_>>().join(", ")
    };
    let sql = format!(
        "INSERT INTO buckets (customer_id, day, uses, {names}) SELECT customer_id, day, uses, {names} FROM day_sums \
         ON CONFLICT (customer_id, day) DO UPDATE SET uses = buckets.uses || excluded.uses, {}; \
         WITH u AS (UPDATE summaries s SET version = s.version + c.count, gross = s.gross + c.gross, {} \
         FROM customer_sums c WHERE s.customer_id = c.customer_id RETURNING s.customer_id, s.version - c.count AS before) \
         INSERT INTO changes (customer_id, version, kind, fact_id, record_time) \
         SELECT u.customer_id, u.before + o.place, 5, o.fact_id, {} FROM u JOIN order_of o ON o.customer_id = u.customer_id; \
         COMMIT",
        add("buckets", "excluded"),
        add("s", "c"),
        now.0
    );
    run(connection, &sql).await
}

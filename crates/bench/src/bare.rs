//! What the databases can do without the server: loaders and scorers of our own writing that use the fastest way there
//! is into each database and know nothing of commands, repeats or corrections. They write the same rows.

pub(crate) mod answers;
mod copy;
mod postgres;
mod postgres_tiers;
mod shell;
mod sqlite;
mod sqlite_tiers;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use guanxi_model::fact::Use;
use guanxi_model::{Counter, CustomerId, Tally, Timestamp, Words as _, Zone};
use guanxi_segmentation::{Calibration, Calibrator, Inputs, Knots, PyramidScheme, Subject, judge};

use crate::Result;
use crate::data::{Population, Sale, customer_id};
use crate::database::Database;
pub(crate) use shell::import_fact_rows;

/// The counters that purchases change.
const COUNTERS: &[Counter] = Counter::ALL.split_at(11).0;

/// Rows of one transaction: the larger, the fewer pages are written twice.
const TRANSACTION: usize = 50_000;

/// The rows that purchases lead to, in the order of customers, by which most of them are kept; what the key of facts has of a
/// source that is new lies at its end.
struct Batch {
    facts: Vec<FactRow>,
    days: Vec<DayRow>,
    customers: Vec<CustomerSums>,
}

/// What is added to a day of a customer.
struct DayRow {
    customer: u64,
    day: i64,
    tally: Tally,
    uses: String,
}

struct FactRow {
    customer: u64,
    source_id: String,
    id: [u8; 16],
    occur_time: i64,
    body: String,
}

/// What is added to a summary, and which facts of the batch (`first..first + count`) were the cause.
struct CustomerSums {
    customer: u64,
    first: usize,
    count: usize,
    gross: i64,
    tally: Tally,
}

impl Batch {
    fn of(sales: &[Sale], record_time: Timestamp) -> Result<Self> {
        let zone = Zone::utc();
        let mut sorted = sales.to_vec();
        sorted.sort_by_key(|sale| (sale.customer, sale.number));
        let facts = Vec::with_capacity(sorted.len());
        let mut batch = Batch { facts, days: Vec::new(), customers: Vec::new() };
        let mut days: BTreeMap<(u64, i64), (Tally, BTreeMap<Use, i64>)> = BTreeMap::new();
        for (index, sale) in sorted.iter().enumerate() {
            let fact = sale.fact("", record_time);
            let at = zone.day_of(sale.occur_time);
            let tally = fact.body.tally(at).ok_or("the sums are out of range")?;
            let gross: i64 = tally.iter().map(|(_, value)| value.abs()).sum();
            let (day, uses) = days.entry((sale.customer, i64::from(at.0))).or_default();
            *day = day.plus(&tally).ok_or("the sums are out of range")?;
            for (used, times) in fact.body.uses() {
                *uses.entry(used).or_default() += times;
            }
            match batch.customers.last_mut().filter(|last| last.customer == sale.customer) {
                Some(sums) => {
                    (sums.count, sums.gross) = (sums.count + 1, sums.gross + gross);
                    sums.tally = sums.tally.plus(&tally).ok_or("the sums are out of range")?;
                }
                None => {
                    batch.customers.push(CustomerSums { customer: sale.customer, first: index, count: 1, gross, tally })
                }
            }
            let guanxi_model::fact::FactBody::Purchase(purchase) = &fact.body else { continue };
            batch.facts.push(FactRow {
                customer: sale.customer,
                source_id: fact.key.source_id.clone(),
                id: *fact.id.as_bytes(),
                occur_time: fact.occur_time.0,
                body: serde_json::to_string(purchase)?,
            });
        }
        for ((customer, day), (tally, used)) in days {
            let mut uses = String::new();
            for (used, times) in &used {
                uses += &serde_json::to_string(&(used.kind.code(), &used.word, times))?;
                uses.push('\n');
            }
            batch.days.push(DayRow { customer, day, tally, uses });
        }
        Ok(batch)
    }
}

/// Fills an empty, migrated database. What is there already is older than the 30 days that changes are kept for.
pub(crate) async fn fill(database: &Database, population: Population) -> Result<()> {
    match database {
        Database::Sqlite { file } => {
            let file = file.clone();
            tokio::task::spawn_blocking(move || sqlite::fill(&file, population)).await?
        }
        Database::Postgres { url, .. } => postgres::fill(url, population).await,
    }
}

/// Loads purchases of customers that are there, and says how long it took.
pub(crate) async fn load(database: &Database, sales: Vec<Sale>, source: &str, now: Timestamp) -> Result<Duration> {
    let source = source.to_owned();
    match database {
        Database::Sqlite { file } => {
            let file = file.clone();
            tokio::task::spawn_blocking(move || {
                let mut connection = sqlite::open(&file, true)?;
                let began = Instant::now();
                for part in sales.chunks(TRANSACTION) {
                    sqlite::load(&mut connection, &Batch::of(part, now)?, &source, now)?;
                }
                Ok(began.elapsed())
            })
            .await?
        }
        Database::Postgres { url, .. } => postgres::load_side_by_side(url, sales, &source, now).await,
    }
}

/// Reads everybody, scores, and writes the tiers and changes of those who move: everything an activation has to do, in
/// the shortest way. Returns how many moved and how long it took.
pub(crate) async fn activate(
    database: &Database,
    (pyramid, generation): (&str, i64),
    scheme: &PyramidScheme,
    now: Timestamp,
) -> Result<(u64, Duration)> {
    let (pyramid, scheme) = (pyramid.to_owned(), scheme.clone());
    match database {
        Database::Sqlite { file } => {
            let file = file.clone();
            let run = move || sqlite_tiers::activate(&file, (&pyramid, generation), &scheme, now);
            tokio::task::spawn_blocking(run).await?
        }
        Database::Postgres { url, .. } => postgres_tiers::activate(url, (&pyramid, generation), &scheme, now).await,
    }
}

/// A customer as a scorer reads it.
struct Candidate {
    customer: CustomerId,
    version: i64,
    tally: Tally,
    tier: Option<String>,
}

/// A customer whose tier changes: index, and the new tier.
fn moves(scheme: &PyramidScheme, candidates: &[Candidate]) -> Vec<(usize, Option<String>)> {
    let calibration = calibrate(scheme, candidates);
    let tier = |one: &Candidate| {
        let readings = scheme.read(Subject::of_lifetime(&one.tally));
        let judgement = judge(scheme, &calibration, &one.customer, &readings).ok()?;
        scheme.tiers().get(judgement.tier).map(|tier| tier.id.as_str().to_owned())
    };
    let moved = candidates.iter().enumerate().map(|(index, one)| (index, tier(one)));
    moved.filter(|(index, tier)| *tier != candidates[*index].tier).collect()
}

/// What is kept with a change of tier.
fn inputs(scheme: &PyramidScheme, one: &Candidate) -> String {
    let readings = scheme.read(Subject::of_lifetime(&one.tally));
    serde_json::to_string(&Inputs::from(&readings)).unwrap_or_default()
}

fn calibrate(scheme: &PyramidScheme, candidates: &[Candidate]) -> Calibration {
    let mut calibrator = Calibrator::new(scheme, Knots::default(), candidates.len());
    for one in candidates {
        // Who is not ranked has no place in the order.
        let _ = calibrator.add(&one.customer, Subject::of_lifetime(&one.tally));
    }
    calibrator.finish()
}

/// What the schemes of the benchmark score by.
fn tally(purchases: i64, net_revenue: i64) -> Tally {
    [(Counter::Purchases, purchases), (Counter::NetRevenue, net_revenue)].into_iter().collect()
}

fn id_text(number: u64) -> String {
    String::from(customer_id(number))
}

fn names() -> String {
    COUNTERS.iter().map(|counter| counter.name()).collect::<Vec<_>>().join(", ")
}

fn values(tally: &Tally) -> impl Iterator<Item = i64> + '_ {
    COUNTERS.iter().map(|counter| tally[*counter])
}

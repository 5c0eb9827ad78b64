//! ImportPurchases of random customers into a database that is full already, beside a bare loader that writes the same
//! rows into the same tables with the same indexes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt as _, future};
use guanxi::v1::ImportPurchasesRequest;
use guanxi::v1::activity_service_client::ActivityServiceClient;
use hdrhistogram::Histogram;
use tokio_stream::wrappers::IntervalStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::args::Kind;
use crate::bench::{Bench, now, sides};
use crate::data::{DAY, Sale};
use crate::memory::{Cpu, Memory, Watch};
use crate::report::{Goal, Measured, Row};
use crate::{Result, bare};

/// The largest chunk that is allowed.
const CHUNK: usize = 500;
/// What another system has gathered is brought in within a week.
const A_WEEK: i64 = 7 * DAY;

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    const COUNT: &str = "SELECT COUNT(*) FROM facts";
    const SUM: &str = "SELECT CAST(SUM(purchases) AS BIGINT) FROM summaries";
    let loader = match bench.args.database {
        Kind::Sqlite => "bare loader: rusqlite, prepared statements, 50,000 facts per transaction",
        Kind::Postgres => "bare loader: two connections, binary COPY, 50,000 facts per transaction",
    };
    let streams = bench.args.import_streams;
    let (mut ceiling, mut ours) = sides(loader, format!("ImportPurchases, {streams} streams of 500 per message"));
    bench.restart().await?;
    let (facts, counted) = (bench.database.number(COUNT).await?, bench.database.number(SUM).await?);
    let mut memory = Memory::default();
    let mut number = 0;
    let mut all = 0;
    for round in 0..bench.args.rounds {
        let sales = next_sales(bench, &mut number);
        let count = sales.len() as u64;
        let source = format!("bare-{}-{round}", bench.seed);
        let cpu = Cpu::start(std::process::id())?;
        let took = bare::load(&bench.database, sales, &source, now()).await?;
        let cpu_us = cpu.micros_per(count)?;
        ceiling.rounds.push(Measured { count, seconds: took.as_secs_f64(), p50_us: None, p99_us: None, cpu_us });
        let sales = next_sales(bench, &mut number);
        let watch = Watch::start(bench.server.pid())?;
        ours.rounds.push(import(bench, &sales, &format!("import-{}", bench.seed)).await?);
        memory = memory.max(watch.finish().await?);
        all += 2 * i64::try_from(count)?;
    }
    bench.verify("purchases", COUNT, facts + all).await?;
    bench.verify("purchases in summaries", SUM, counted + all).await?;
    let mut notes =
        vec![format!("{all} purchases found in the database and in the summaries; {facts} were there before")];
    let sales = next_sales(bench, &mut number);
    let tool = if bench.args.database == Kind::Sqlite { "sqlite3 .import" } else { "psql \\copy" };
    notes.push(match bare::import_fact_rows(&bench.database, (&sales, "tool"), now(), &bench.dir)? {
        Some(took) => {
            format!("{tool} of the rows of the facts alone: {:.0} facts/s", sales.len() as f64 / took.as_secs_f64())
        }
        None => format!("{tool} is not installed here"),
    });
    bench.report.add(Row {
        benchmark: bench.name("ImportPurchases"),
        unit: "facts",
        ceiling,
        ours,
        goal: Goal::AtLeast(0.5),
        memory: Some(memory),
        memory_below_mib: Some(300.0),
        notes,
    });
    Ok(())
}

/// Facts per second, from a source of their own.
pub(crate) async fn peak(bench: &Bench, source: &str) -> Result<f64> {
    let sales = next_sales(bench, &mut 0);
    Ok(import(bench, &sales, &format!("{source}-{}", bench.seed)).await?.rate())
}

/// Imports at a rate until it is told to stop, and says how many facts that were.
pub(crate) async fn paced(bench: &Bench, (source, per_second): (&str, f64), until: CancellationToken) -> Result<u64> {
    let (population, seed, source) = (bench.population, bench.seed, source.to_owned());
    let every = tokio::time::interval(Duration::from_secs_f64(CHUNK as f64 / per_second));
    // Made on a thread of their own, since to make one takes a while in which nobody would be asked.
    let messages = IntervalStream::new(every).zip(tokio_stream::iter(0..)).then(move |(_, index)| {
        let source = source.clone();
        tokio::task::spawn_blocking(move || {
            let first = index * CHUNK;
            let mut purchases = Vec::with_capacity(CHUNK);
            for number in first..first + CHUNK {
                if number % 50 == 0 {
                    // Whoever asks would wait for the processor that all of a message is made on.
                    std::thread::sleep(Duration::from_millis(1));
                }
                purchases.push(population.new_sale(seed, number as u64, (A_WEEK, now())).message(&source));
            }
            ImportPurchasesRequest { first_index: first as i64, purchases, ..Default::default() }
        })
    });
    // One that could not be made is missed by the server.
    let messages = messages.filter_map(|message| future::ready(message.ok()));
    Ok(import_stream(bench.channels[0].clone(), messages.take_until(until.cancelled_owned())).await?.0)
}

fn next_sales(bench: &Bench, number: &mut u64) -> Vec<Sale> {
    let (first, now) = (*number, now());
    *number += bench.args.import_facts;
    (first..*number).map(|number| bench.population.new_sale(bench.seed ^ 0x1e9, number, (A_WEEK, now))).collect()
}

/// Imports over several streams; the latency is that of a message from sending to its acknowledgement.
async fn import(bench: &Bench, sales: &[Sale], source: &str) -> Result<Measured> {
    let per_stream = sales.len().div_ceil(bench.args.import_streams);
    let streams: Vec<Vec<ImportPurchasesRequest>> =
        sales.chunks(per_stream).map(|part| messages(part, source)).collect();
    let cpu = Cpu::start(bench.server.pid())?;
    let began = Instant::now();
    let running: Vec<_> = streams
        .into_iter()
        .zip(bench.channels.iter().cycle().cloned())
        .map(|(messages, channel)| tokio::spawn(import_stream(channel, tokio_stream::iter(messages))))
        .collect();
    let mut latencies = Histogram::<u64>::new_with_bounds(1, 600_000_000, 3)?;
    let mut recorded = 0;
    for stream in running {
        let (count, waited) = stream.await??;
        recorded += count;
        latencies.add(&waited)?;
    }
    if recorded != sales.len() as u64 {
        return Err(format!("{recorded} of {} purchases were recorded", sales.len()).into());
    }
    Ok(Measured {
        count: recorded,
        seconds: began.elapsed().as_secs_f64(),
        p50_us: Some(latencies.value_at_quantile(0.5)),
        p99_us: Some(latencies.value_at_quantile(0.99)),
        cpu_us: cpu.micros_per(recorded)?,
    })
}

fn messages(sales: &[Sale], source: &str) -> Vec<ImportPurchasesRequest> {
    let chunks = sales.chunks(CHUNK).enumerate();
    chunks
        .map(|(index, chunk)| ImportPurchasesRequest {
            first_index: (index * CHUNK) as i64,
            purchases: chunk.iter().map(|sale| sale.message(source)).collect(),
            ..Default::default()
        })
        .collect()
}

async fn import_stream(
    channel: Channel,
    messages: impl Stream<Item = ImportPurchasesRequest> + Send + 'static,
) -> Result<(u64, Histogram<u64>)> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&sent);
    let timed = messages.map(move |message| {
        times.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        message
    });
    let mut answers = ActivityServiceClient::new(channel).import_purchases(timed).await?.into_inner();
    let mut latencies = Histogram::new_with_bounds(1, 600_000_000, 3)?;
    let (mut recorded, mut acknowledged) = (0, 0);
    while let Some(progress) = answers.message().await? {
        if let Some(rejection) = progress.rejections.first() {
            return Err(format!("item {} was rejected: {:?}", rejection.index, rejection.error).into());
        }
        recorded += u64::from(progress.recorded_count.unsigned_abs());
        let done = usize::try_from(progress.last_index)? / CHUNK + 1;
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        for at in &sent[acknowledged..done.min(sent.len())] {
            latencies.saturating_record(at.elapsed().as_micros() as u64);
        }
        acknowledged = done;
    }
    Ok((recorded, latencies))
}

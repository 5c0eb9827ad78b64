//! RecordPurchase with everything that goes into the same transaction (fact, bucket, summary, tier, change row), with one
//! active pyramid, beside a server that commits every call by itself.

use guanxi::v1::RecordPurchaseRequest;
use guanxi::v1::activity_service_client::ActivityServiceClient;
use tonic::Status;
use tonic::transport::Channel;

use crate::args::Kind;
use crate::bench::{Bench, now, sides};
use crate::data::Population;
use crate::load::Caller;
use crate::memory::Watch;
use crate::report::{Goal, Row};
use crate::{Result, activate};

/// A call tells of a purchase as it happens: within the last minute, in microseconds.
const JUST_NOW: i64 = 60_000_000;

#[derive(Clone)]
pub(crate) struct Record {
    client: ActivityServiceClient<Channel>,
    population: Population,
    seed: u64,
    source: String,
}

impl Record {
    /// Purchases of this run, of a source of their own.
    pub(crate) fn new(bench: &Bench, source: &str) -> impl Fn(Channel) -> Record + Clone + Send + use<> {
        let (population, seed, source) = (bench.population, bench.seed, format!("{source}-{}", bench.seed));
        move |channel| {
            let client = ActivityServiceClient::new(channel);
            Record { client, population, seed, source: source.clone() }
        }
    }
}

impl Caller for Record {
    async fn call(&mut self, number: u64) -> Result<(), Status> {
        let purchase = self.population.new_sale(self.seed, number, (JUST_NOW, now())).message(&self.source);
        let request = RecordPurchaseRequest { purchase: Some(purchase), ..Default::default() };
        self.client.record_purchase(request).await.map(drop)
    }
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    const COUNT: &str = "SELECT COUNT(*) FROM facts";
    const SUM: &str = "SELECT CAST(SUM(purchases) AS BIGINT) FROM summaries";
    let (mut ceiling, mut ours) =
        sides("the same over gRPC, one transaction per call", "RecordPurchase, acknowledged when durable");
    let pyramid = activate::make_active(bench, "recorded").await?;
    let (facts, counted) = (bench.database.number(COUNT).await?, bench.database.number(SUM).await?);
    let (one_by_one, single) = bench.one_by_one().await?;
    let watch = Watch::start(bench.server.pid())?;
    let (mut first, mut all) = (0, 0);
    for _ in 0..bench.args.rounds {
        for (server, side) in [((&*single, one_by_one.pid()), &mut ceiling), (bench.ours(), &mut ours)] {
            let (measured, done) = bench.load().run(server, first, Record::new(bench, "record")).await?.sound()?;
            side.rounds.push(measured);
            first += done + 1_000;
            all += i64::try_from(done)?;
        }
    }
    let memory = watch.finish().await?;
    one_by_one.stop().await?;
    bench.verify("purchases", COUNT, facts + all).await?;
    bench.verify("purchases in summaries", SUM, counted + all).await?;
    activate::retire(bench, &[&pyramid]).await?;
    let goal = if bench.args.database == Kind::Sqlite { 5.0 } else { 2.5 };
    bench.report.add(Row {
        benchmark: bench.name("RecordPurchase"),
        unit: "calls",
        ceiling,
        ours,
        goal: Goal::AtLeast(goal),
        memory: Some(memory),
        memory_below_mib: None,
        notes: vec![format!("{all} purchases recorded, found in the database and in the summaries")],
    });
    Ok(())
}

//! How long calls wait while a run over everybody and an import are under way, beside the same calls without: reads of
//! tiers and purchases, each and the import at a fifth of what it can do alone.

use std::time::{Duration, Instant};

use guanxi::v1::GetTierAssignmentRequest;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

use crate::activate::{activate, create_revision, make_active, retire};
use crate::args::Kind;
use crate::bench::{Bench, sides};
use crate::data::{customer_name, mix};
use crate::load::Caller;
use crate::memory::{Memory, Watch};
use crate::paced::Paced;
use crate::record::Record;
use crate::report::{Goal, Measured, Row, Side};
use crate::{Result, import};

/// Of the rate that a call reaches alone.
const SHARE: f64 = 0.2;
/// The calls alone take so many times as long as another measurement, a minute by default, since a run beside takes one or
/// two. What the 99th percentile consists of is rare: a log that begins anew, a checkpoint, a vacuum, what the machine does by itself.
const LENGTHS_ALONE: u64 = 6;

#[derive(Clone)]
struct GetTier {
    client: SegmentationServiceClient<Channel>,
    pyramid: String,
    customers: u64,
}

impl Caller for GetTier {
    async fn call(&mut self, number: u64) -> Result<(), Status> {
        let name = format!("{}/tierAssignments/{}", customer_name(mix(number) % self.customers), self.pyramid);
        self.client.get_tier_assignment(GetTierAssignmentRequest { name, ..Default::default() }).await.map(drop)
    }
}

/// A server with a pyramid that runs take from one revision to another and back.
struct Busy<'a> {
    bench: &'a Bench,
    pyramid: &'a str,
    /// Facts per second of the import beside.
    import_rate: f64,
    /// What all imports have recorded, in how many seconds.
    imported: (u64, f64),
    /// The next revision to put in force.
    next: usize,
    /// The first number that no call has had.
    first: u64,
}

/// The same calls without and with what is beside.
struct Compared {
    alone: Side,
    beside: Side,
    memory: Memory,
    /// Facts per second of the import beside, from its begin to its last acknowledgement.
    imported: f64,
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    let pyramid = make_active(bench, "busy").await?;
    create_revision(bench, &pyramid, 1).await?;
    bench.restart().await?;
    let import_rate = SHARE * import::peak(bench, "busy-peak").await?;
    let mut busy = Busy { bench, pyramid: &pyramid, import_rate, imported: (0, 0.0), next: 2, first: 0 };
    let get = {
        let (pyramid, customers) = (pyramid.clone(), bench.population.customers);
        move |channel| {
            let client = SegmentationServiceClient::new(channel);
            GetTier { client, pyramid: pyramid.clone(), customers }
        }
    };
    let read = busy.compare(get).await?;
    let written = busy.compare(Record::new(bench, "busy-record")).await?;
    let (imported, _) = busy.imported;
    let sources = format!("SELECT COUNT(*) FROM facts WHERE source LIKE 'busy-{}-%'", bench.seed);
    bench.verify("purchases imported beside", &sources, i64::try_from(imported)?).await?;
    retire(bench, &[&pyramid]).await?;
    let write_goal = if bench.args.database == Kind::Sqlite { 4.0 } else { 2.0 };
    for (what, goal, Compared { alone, beside, memory, imported }) in
        [("GetTierAssignment", 2.0, read), ("RecordPurchase", write_goal, written)]
    {
        bench.report.add(Row {
            benchmark: bench.name(&format!("{what} during a run and an import, p99")),
            unit: "calls",
            ceiling: alone,
            ours: beside,
            goal: Goal::LatencyAtMost(goal),
            memory: Some(memory),
            memory_below_mib: None,
            notes: vec![format!(
                "beside an import of {imported:.0} facts/s, {import_rate:.0} asked for; a round is a whole run"
            )],
        });
    }
    Ok(())
}

impl Busy<'_> {
    /// The calls alone and beside, by turns.
    async fn compare<C: Caller>(&mut self, caller: impl Fn(Channel) -> C + Clone + Send + 'static) -> Result<Compared> {
        let (peak, done) = self.bench.load().run(self.bench.ours(), self.first, caller.clone()).await?.sound()?;
        self.first += done + 1_000;
        let per_second = SHARE * peak.rate();
        let (mut alone, mut beside) = sides(format!("{per_second:.0} a second alone"), "during a run and an import");
        let (mut memory, before) = (Memory::default(), self.imported);
        for _ in 0..self.bench.args.rounds {
            let until = CancellationToken::new();
            let calls = self.paced((per_second, until.clone()), caller.clone());
            let (measured, ()) = tokio::try_join!(calls, after(LENGTHS_ALONE * self.bench.args.seconds, until))?;
            self.first += measured.count;
            alone.rounds.push(measured);
            let watch = Watch::start(self.bench.server.pid())?;
            beside.rounds.push(self.beside(per_second, caller.clone()).await?);
            memory = memory.max(watch.finish().await?);
        }
        let imported = (self.imported.0 - before.0) as f64 / (self.imported.1 - before.1);
        Ok(Compared { alone, beside, memory, imported })
    }

    /// The calls from the begin of a run to its end.
    async fn beside<C: Caller>(
        &mut self,
        per_second: f64,
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<Measured> {
        let until = CancellationToken::new();
        let name = format!("pyramids/{}/revisions/{}", self.pyramid, self.next);
        let run = async {
            // However it ends, the others must.
            let _end = until.clone().drop_guard();
            activate(&self.bench.channels[0], &name).await
        };
        let source = format!("busy-{}-{}", self.bench.seed, self.first);
        let import = import::paced(self.bench, (&source, self.import_rate), until.clone());
        let calls = self.paced((per_second, until.clone()), caller);
        let began = Instant::now();
        let (measured, _, imported) = tokio::try_join!(calls, run, import)?;
        self.next = 3 - self.next;
        self.first += measured.count;
        self.imported = (self.imported.0 + imported, self.imported.1 + began.elapsed().as_secs_f64());
        Ok(measured)
    }

    async fn paced<C: Caller>(
        &self,
        (per_second, until): (f64, CancellationToken),
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<Measured> {
        let (server, connections) = (&self.bench.server, self.bench.args.channels);
        let asked = (server.address.as_str(), server.pid());
        Paced { per_second, until }.run(asked, (connections, self.first), caller).await
    }
}

async fn after(seconds: u64, until: CancellationToken) -> Result<()> {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    until.cancel();
    Ok(())
}

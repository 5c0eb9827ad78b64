//! How long calls wait while a run over everybody and an import are under way, beside the same calls without: reads of
//! tiers and purchases, each and the import at a fifth of what it can do alone.

use std::time::Duration;

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
    /// What all imports have recorded.
    imported: u64,
    /// The next revision to put in force.
    next: usize,
    /// The first number that no call has had.
    first: u64,
}

pub(crate) async fn run(bench: &mut Bench) -> Result<()> {
    let pyramid = make_active(bench, "busy").await?;
    create_revision(bench, &pyramid, 1).await?;
    bench.restart().await?;
    let import_rate = SHARE * import::peak(bench, "busy-peak").await?;
    let mut busy = Busy { bench, pyramid: &pyramid, import_rate, imported: 0, next: 2, first: 0 };
    let get = {
        let (pyramid, customers) = (pyramid.clone(), bench.population.customers);
        move |channel| {
            let client = SegmentationServiceClient::new(channel);
            GetTier { client, pyramid: pyramid.clone(), customers }
        }
    };
    let read = busy.compare(get).await?;
    let written = busy.compare(Record::new(bench, "busy-record")).await?;
    let imported = busy.imported;
    let sources = format!("SELECT COUNT(*) FROM facts WHERE source LIKE 'busy-{}-%'", bench.seed);
    bench.verify("purchases imported beside", &sources, i64::try_from(imported)?).await?;
    retire(bench, &[&pyramid]).await?;
    let write_goal = if bench.args.database == Kind::Sqlite { 4.0 } else { 2.0 };
    for (what, goal, (ceiling, ours, memory, found)) in
        [("GetTierAssignment", 2.0, read), ("RecordPurchase", write_goal, written)]
    {
        bench.report.add(Row {
            benchmark: bench.name(&format!("{what} during a run and an import, p99")),
            unit: "calls",
            ceiling,
            ours,
            goal: Goal::LatencyAtMost(goal),
            memory: Some(memory),
            memory_below_mib: None,
            notes: vec![format!(
                "beside an import of {found:.0} facts/s, {import_rate:.0} asked for; a round is a whole run"
            )],
        });
    }
    Ok(())
}

impl Busy<'_> {
    /// The calls alone and beside, by turns; and how many facts a second the import recorded beside.
    async fn compare<C: Caller>(
        &mut self,
        caller: impl Fn(Channel) -> C + Clone + Send + 'static,
    ) -> Result<(Side, Side, Memory, f64)> {
        let (peak, done) = self.bench.load().run(self.bench.ours(), self.first, caller.clone()).await?.sound()?;
        self.first += done + 1_000;
        let per_second = SHARE * peak.rate();
        let (mut quiet, mut busy) = sides(format!("{per_second:.0} a second alone"), "during a run and an import");
        let (mut memory, imported_before) = (Memory::default(), self.imported);
        for _ in 0..self.bench.args.rounds {
            let until = CancellationToken::new();
            let alone = self.paced((per_second, until.clone()), caller.clone());
            let (measured, ()) = tokio::try_join!(alone, after(self.bench.args.seconds, until))?;
            self.first += measured.count;
            quiet.rounds.push(measured);
            let watch = Watch::start(self.bench.server.pid())?;
            busy.rounds.push(self.beside(per_second, caller.clone()).await?);
            memory = memory.max(watch.finish().await?);
        }
        let seconds: f64 = busy.rounds.iter().map(|round| round.seconds).sum();
        let found = (self.imported - imported_before) as f64 / seconds;
        Ok((quiet, busy, memory, found))
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
        let (measured, _, imported) = tokio::try_join!(calls, run, import)?;
        self.next = 3 - self.next;
        self.first += measured.count;
        self.imported += imported;
        Ok(measured)
    }

    async fn paced<C: Caller>(
        &self,
        (per_second, until): (f64, CancellationToken),
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<Measured> {
        Paced { per_second, until }.run(self.bench.ours(), self.first, caller).await
    }
}

async fn after(seconds: u64, until: CancellationToken) -> Result<()> {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    until.cancel();
    Ok(())
}

//! The committer: takes the commands that are queued, loads what they need, decides them in the order they came, writes
//! what follows in one transaction, and answers once it is durable. No timer holds up who waits: while one batch is written
//! the next one gathers, so a lone command waits for nobody and a crowd shares one commit.
//!
//! Each flusher has one batch in hand, on a thread that it does not share with calls. Commands that name a customer alike
//! always go to the same flusher of a process; between flushers and processes the version of the customer's summary decides,
//! and who loses decides anew.

mod flush;
mod queues;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use guanxi_model::fact::CustomerRef;
use guanxi_model::{Clock, Zone};
use guanxi_store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use self::queues::Queues;
use crate::callers::Callers;
use crate::command::{Command, Grouping, Outcome, Urgency};
use crate::error::Error;
use crate::judges::Judges;
use crate::questionnaires::Questionnaires;

/// What became of each command of a job; the error is one of the job as a whole.
pub(crate) type Answers = Result<Vec<Result<Outcome, Error>>, Error>;

/// Commands that are answered together.
pub(crate) struct Job {
    commands: Vec<Command>,
    grouping: Grouping,
    reply: oneshot::Sender<Answers>,
}

/// What every flusher works with.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) zone: Zone,
    pub(crate) clock: Clock,
    pub(crate) judges: Arc<Judges>,
    pub(crate) questionnaires: Arc<Questionnaires>,
    pub(crate) callers: Arc<Callers>,
}

struct Lane {
    interactive: mpsc::Sender<Job>,
    bulk: mpsc::Sender<Job>,
}

/// See the module.
pub(crate) struct Committer {
    callers: Arc<Callers>,
    lanes: Vec<Lane>,
}

/// Jobs that may wait in a lane; beyond that the sender waits, and admission in front of it refuses.
const INTERACTIVE_QUEUE: usize = 8192;
const BULK_QUEUE: usize = 1024;
/// Commands of a bulk job: the grain in which bulk work makes way for somebody who waits.
const BULK_GRAIN: usize = 10;

impl Committer {
    /// Starts the flushers; they end when the committer is dropped and everything queued is done.
    pub(crate) fn start(shared: &Arc<Shared>, tracker: &TaskTracker) -> Committer {
        let shards = shared.store.shards(uuid::Uuid::now_v7().as_bytes()[15]);
        let flushers = shards.len();
        let lanes = shards.into_iter().map(|shard| {
            let (interactive, interactive_queue) = mpsc::channel(INTERACTIVE_QUEUE);
            let (bulk, bulk_queue) = mpsc::channel(BULK_QUEUE);
            let queues = Queues::new((interactive_queue, bulk_queue), flushers);
            let flusher = flush::run((Arc::clone(shared), shard), queues);
            tracker.spawn_on(flusher, shared.store.writing());
            Lane { interactive, bulk }
        });
        Committer { lanes: lanes.collect(), callers: Arc::clone(&shared.callers) }
    }

    /// Carries out commands and returns what became of each, in their order, once it is durable.
    pub(crate) async fn submit(&self, commands: Vec<Command>, grouping: Grouping, urgency: Urgency) -> Answers {
        if grouping == Grouping::AllOrNothing || commands.len() <= 1 {
            let lane = commands.first().map_or(0, |command| self.lane(command));
            return self.send(lane, commands, grouping, urgency).await;
        }
        self.submit_each(commands, urgency).await
    }

    /// Splits the commands by flusher, bulk ones also into grains, and puts the answers in order again.
    async fn submit_each(&self, commands: Vec<Command>, urgency: Urgency) -> Answers {
        let count = commands.len();
        let mut split: Vec<Vec<(usize, Command)>> = self.lanes.iter().map(|_| Vec::new()).collect();
        for (index, command) in commands.into_iter().enumerate() {
            split[self.lane(&command)].push((index, command));
        }
        let grain = if urgency == Urgency::Bulk { BULK_GRAIN } else { usize::MAX };
        let mut sent = Vec::new();
        let mut places = Vec::new();
        for (lane, commands) in split.into_iter().enumerate() {
            let mut commands = commands.into_iter();
            while commands.len() > 0 {
                let (indexes, part): (Vec<usize>, Vec<Command>) = commands.by_ref().take(grain).unzip();
                places.push(indexes);
                sent.push(self.send(lane, part, Grouping::Each, urgency));
            }
        }
        let mut answers: Vec<Option<Result<Outcome, Error>>> = (0..count).map(|_| None).collect();
        for (indexes, part) in places.into_iter().zip(join_all(sent).await) {
            for (index, answer) in indexes.into_iter().zip(part?) {
                answers[index] = Some(answer);
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    async fn send(&self, lane: usize, commands: Vec<Command>, grouping: Grouping, urgency: Urgency) -> Answers {
        let (reply, answer) = oneshot::channel();
        let queue = match urgency {
            Urgency::Interactive => {
                self.callers.note();
                &self.lanes[lane].interactive
            }
            Urgency::Bulk => &self.lanes[lane].bulk,
        };
        queue.send(Job { commands, grouping, reply }).await.map_err(|_| Error::ShuttingDown)?;
        // A flusher that is gone without an answer was stopped by a fault; whether it wrote is not known.
        answer.await.unwrap_or(Err(Error::Unavailable { retry_after: Duration::from_millis(500) }))
    }

    fn lane(&self, command: &Command) -> usize {
        let mut hasher = DefaultHasher::new();
        match command {
            Command::RecordFact(record) => match &record.fact.customer {
                CustomerRef::Id(id) => id.hash(&mut hasher),
                CustomerRef::External(external) => external.hash(&mut hasher),
            },
            Command::CreateCustomer(create) => create.id.hash(&mut hasher),
            Command::UpdateCustomer(update) => update.id.hash(&mut hasher),
            Command::DeleteCustomer(change) | Command::UndeleteCustomer(change) => change.id.hash(&mut hasher),
            Command::WithdrawFact(withdraw) => withdraw.customer.hash(&mut hasher),
            Command::ChangeOverride(change) => change.customer.hash(&mut hasher),
            Command::ReserveInvitation(reserve) => reserve.customer.hash(&mut hasher),
            Command::Look(customer) => customer.hash(&mut hasher),
        }
        usize::try_from(hasher.finish() % self.lanes.len() as u64).unwrap_or(0)
    }
}

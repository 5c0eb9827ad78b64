//! Everything that writes. Commands about customers go through the committer, changes of the catalogue are small
//! transactions, long work is operations. What only reads goes past this crate, straight to `guanxi_store::Reader`.
//!
//! - `command`, `error`: what may be asked for and how it may end
//! - `decide`, `world`, `committer`: how commands are decided and made durable; `cells`: what answers add up to
//! - `judges`, `seat`, `reseat`, `sweeper`: what facts and the passing of time do to tiers
//! - [`questionnaires`]: what facts answer
//! - [`measurements`]: what is measured of services, which is about no customer
//! - [`catalogue`], [`operations`]: the rest
//! - `callers`, [`turns`], `portion`: how whoever looks at everybody, or writes a lot, leaves time for who waits
//! - `housekeeping`: what is forgotten after its time

mod callers;
pub mod catalogue;
mod cells;
pub mod command;
mod committer;
mod decide;
mod error;
mod fingerprint;
mod housekeeping;
mod judges;
pub mod measurements;
pub mod operations;
mod portion;
pub mod questionnaires;
mod reseat;
mod seat;
mod sweeper;
#[cfg(test)]
mod tests;
pub mod turns;
mod world;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use guanxi_model::{Clock, Day, PyramidId, Timestamp};
use guanxi_store::{Deployment, Judge, Reader, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use callers::Callers;
use catalogue::Catalogue;
pub use command::{
    ChangeCustomer, ChangeOverride, Command, CreateCustomer, Grouping, MissingCustomer, Outcome, RecordFact, Reserve,
    UpdateCustomer, Urgency, WithdrawFact,
};
use committer::{Committer, Shared};
pub use error::{Error, Refusal, UnfitResponses};
use judges::Judges;
use measurements::Measurements;
use operations::{Operations, Runner};
use questionnaires::{Questionnaires, RevisionKey, Schemes};

/// The application: one per process.
pub struct App {
    store: Store,
    reader: Reader,
    deployment: Deployment,
    clock: Clock,
    judges: Arc<Judges>,
    questionnaires: Arc<Questionnaires>,
    callers: Arc<Callers>,
    committer: Mutex<Option<Arc<Committer>>>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl App {
    /// Starts the committer, the runner of operations and the housekeeping on an opened and migrated store.
    ///
    /// # Errors
    /// A store that belongs to another deployment or is not migrated.
    pub async fn start(store: Store, deployment: Deployment, clock: Clock) -> Result<App, Error> {
        store.verify(&deployment).await?;
        let (judges, questionnaires) = (Arc::new(Judges::default()), Arc::new(Questionnaires::default()));
        let (callers, tasks) = (Arc::new(Callers::new()), TaskTracker::new());
        let shared = Arc::new(Shared {
            store: store.clone(),
            zone: deployment.zone.clone(),
            clock: clock.clone(),
            judges: Arc::clone(&judges),
            questionnaires: Arc::clone(&questionnaires),
            callers: Arc::clone(&callers),
        });
        let committer = Arc::new(Committer::start(&shared, &tasks));
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let weak = Arc::downgrade(&committer);
        let runner = Runner { shared, committer: weak, wake: Arc::clone(&wake), stop: stop.clone() };
        tasks.spawn(runner.run());
        tasks.spawn(housekeeping::run(store.clone(), clock.clone(), stop.clone()));
        let sweeper =
            sweeper::Sweeper { reader: store.reader(), clock: clock.clone(), committer: Arc::downgrade(&committer) };
        tasks.spawn(sweeper.run(stop.clone()));
        if let Some(syncing) = store.syncing() {
            let (callers, stop) = (Arc::clone(&callers), stop.clone());
            tasks.spawn(async move { stop.run_until_cancelled(callers.keep_the_turn_while(syncing)).await });
        }
        let committer = Mutex::new(Some(committer));
        let reader = store.reader();
        Ok(App { store, reader, deployment, clock, judges, questionnaires, callers, committer, wake, stop, tasks })
    }

    /// Stops taking commands, finishes those that were taken, and leaves operations where they are.
    pub async fn stop(&self) {
        drop(self.committer.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// What only reads.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Somebody waits for an answer: what can wait makes way for a while.
    pub fn note_caller(&self) {
        self.callers.note();
    }

    /// Whoever does what can wait lets callers go first, after a quarter of a millisecond at the most.
    pub async fn make_way(&self) {
        turns::make_way(&self.callers).await;
    }

    /// The currency and the time zone.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The present moment, by the clock that the process was started with.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present day, in the deployment's time zone.
    pub fn today(&self) -> Day {
        self.deployment.zone.day_of(self.now())
    }

    /// Carries out commands about customers; returns what became of each, in their order, once it is durable.
    ///
    /// # Errors
    /// What befell all of them: the database does not answer, the server is stopping. It is then not known whether they
    /// were carried out; repeating them is safe.
    pub async fn submit(
        &self,
        commands: Vec<Command>,
        grouping: Grouping,
        urgency: Urgency,
    ) -> Result<Vec<Result<Outcome, Error>>, Error> {
        let committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        committer.ok_or(Error::ShuttingDown)?.submit(commands, grouping, urgency).await
    }

    /// Carries out one command that somebody waits for.
    ///
    /// # Errors
    /// As `submit`, or why the command was refused.
    pub async fn run(&self, command: Command) -> Result<Outcome, Error> {
        let mut answers = self.submit(vec![command], Grouping::Each, Urgency::Interactive).await?;
        answers.pop().unwrap_or(Err(Error::ShuttingDown))
    }

    /// Changes of what is not about one customer.
    pub fn catalogue(&self) -> Catalogue<'_> {
        Catalogue { store: &self.store, now: self.now() }
    }

    /// What was measured against service standards.
    pub fn measurements(&self) -> Measurements<'_> {
        Measurements { store: &self.store, now: self.now(), zone: &self.deployment.zone }
    }

    /// Long work.
    pub fn operations(&self) -> Operations<'_> {
        Operations { store: &self.store, now: self.now(), zone: &self.deployment.zone, wake: &self.wake }
    }

    /// What a generation of a pyramid judges by; kept in memory.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn judge(&self, pyramid: &PyramidId, generation: i64) -> Result<Arc<Judge>, Error> {
        self.judges.read(&self.reader, pyramid, generation).await
    }

    /// The revisions of questionnaires among `keys` that are in memory, and those that are not.
    pub fn known_questionnaires(&self, keys: BTreeSet<RevisionKey>) -> (Schemes, Vec<RevisionKey>) {
        self.questionnaires.known(keys)
    }

    /// Reads revisions of questionnaires into memory; what is not there is left out.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_questionnaires(&self, keys: Vec<RevisionKey>) -> Result<Schemes, Error> {
        self.questionnaires.read(&self.reader, keys).await
    }
}

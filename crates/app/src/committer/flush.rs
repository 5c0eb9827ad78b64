//! One flusher: begins a transaction, gathers a batch for it, carries it out in a task of its own, answers.

use std::collections::{BTreeSet, HashMap};
use std::mem::take;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guanxi_model::customer::ExternalId;
use guanxi_model::{CustomerId, Day};
use guanxi_segmentation::Needs;
use guanxi_store::Tx;
use guanxi_store::ledger::{Keys, Loaded};

use super::queues::Queues;
use super::{Job, Shared};
use crate::command::{Command, Grouping};
use crate::decide;
use crate::error::Error;
use crate::judges;
use crate::portion::Portion;
use crate::questionnaires::{self, RevisionKey};
use crate::reseat;
use crate::seat::Moment;
use crate::world::{Standards, World};

/// Bulk commands of one transaction when nobody else is there: what they dirty, about six pages each, fits into the
/// writer's cache on SQLite.
const MOST_BULK: usize = 2_500;
/// How long to begin may take, and then a try, whatever its callers' deadlines are.
const TRY_TIMEOUT: Duration = Duration::from_secs(30);
/// What callers are told when it took longer.
const LATE: Error = Error::Unavailable { retry_after: Duration::from_secs(1) };
/// Tries with all jobs together before they are split.
const TRIES_TOGETHER: usize = 2;
/// Tries of a single job.
const TRIES_ALONE: usize = 10;

pub(super) async fn run((shared, shard): (Arc<Shared>, i16), mut queues: Queues) {
    let mut portion = Portion::of(MOST_BULK);
    while let Some(mut batch) = queues.first(&shared.callers).await {
        // Who comes while others have the writer is of this batch, and need not wait for them again with the next.
        let begun = tokio::spawn(begin(Arc::clone(&shared))).await.unwrap_or(Err(LATE));
        queues.fill(&mut batch, &shared.callers, portion.next(shared.callers.are_expected()));
        let began = Instant::now();
        // A task of its own: nothing that happens to a caller can drop a transaction halfway.
        let work = tokio::spawn(settle((Arc::clone(&shared), shard), begun, take(&mut batch.jobs)));
        if work.await.is_err() {
            tracing::error!("a batch of commands panicked; its callers were told to try again");
        }
        if batch.bulk > 0 {
            let took = began.elapsed();
            portion.learn(batch.interactive + batch.bulk, took);
            if let Some(rest) = shared.callers.rest_after(took) {
                queues.rest(rest);
            }
        }
    }
}

/// A transaction that was begun, or why there is none.
type Begun = Result<Tx, Error>;

async fn begin(shared: Arc<Shared>) -> Begun {
    match tokio::time::timeout(TRY_TIMEOUT, shared.store.begin()).await {
        Ok(begun) => Ok(begun?),
        Err(_) => Err(LATE),
    }
}

/// Carries jobs out and answers each, the first of them in the transaction that was begun. A conflict is tried again; what
/// fails together is tried in halves, so that one bad job fails only its own callers.
async fn settle((shared, shard): (Arc<Shared>, i16), begun: Begun, jobs: Vec<Job>) {
    let mut begun = Some(begun);
    let mut pending = apart(jobs);
    pending.reverse();
    while let Some(mut jobs) = pending.pop() {
        if jobs.is_empty() {
            continue;
        }
        let tries = if jobs.len() > 1 { TRIES_TOGETHER } else { TRIES_ALONE };
        match try_often((&shared, shard), &mut begun, &jobs, tries).await {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    // A caller that has gone has its command done all the same.
                    let _ = job.reply.send(Ok(answer));
                }
            }
            Err(Error::Unavailable { retry_after }) => {
                for job in jobs {
                    let _ = job.reply.send(Err(Error::Unavailable { retry_after }));
                }
            }
            Err(_) if jobs.len() > 1 => {
                let second = jobs.split_off(jobs.len() / 2);
                pending.push(second);
                pending.push(jobs);
            }
            Err(error) => {
                for job in jobs {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// The jobs in as few batches as keep two decisions on one override apart: a batch tells one change of tier for each
/// customer and pyramid, and who decided what must not be lost.
fn apart(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut decided = BTreeSet::new();
    let mut batches = vec![Vec::new()];
    for job in jobs {
        let overrides: BTreeSet<_> = job.commands.iter().filter_map(Command::overridden).collect();
        if !overrides.is_disjoint(&decided) {
            decided.clear();
            batches.push(Vec::new());
        }
        decided.extend(overrides);
        if let Some(batch) = batches.last_mut() {
            batch.push(job);
        }
    }
    batches
}

async fn try_often(
    (shared, shard): (&Arc<Shared>, i16),
    begun: &mut Option<Begun>,
    jobs: &[Job],
    tries: usize,
) -> Result<Vec<Vec<Answer>>, Error> {
    for attempt in 1..=tries {
        let begun = match begun.take() {
            Some(begun) => begun,
            None => begin(Arc::clone(shared)).await,
        };
        let done = tokio::time::timeout(TRY_TIMEOUT, try_once((shared, shard), begun, jobs)).await;
        match done.unwrap_or(Err(LATE)) {
            Err(Error::Conflict) => {
                // Others write the same customers; the longer it lasts the further apart we come.
                let jitter = u64::from(uuid::Uuid::now_v7().as_bytes()[15]) / 8;
                tokio::time::sleep(Duration::from_millis(jitter * attempt as u64 / 4)).await;
            }
            done => return done,
        }
    }
    Err(Error::Conflict)
}

type Answer = Result<crate::command::Outcome, Error>;

/// One transaction: load, decide, write, commit.
async fn try_once((shared, shard): (&Shared, i16), begun: Begun, jobs: &[Job]) -> Result<Vec<Vec<Answer>>, Error> {
    let tx = begun?;
    tx.hold_schemes().await?;
    let benches = shared.judges.benches(&tx).await?;
    let moment = Moment { zone: &shared.zone, now: shared.clock.now() };
    let (loaded, owners) = load(&tx, jobs, (&judges::needs(&benches), moment.today())).await?;
    let versions = loaded.versions();
    let wanted = shared.questionnaires.wanted(&tx, answered(jobs, &loaded)).await?;
    let mut world = World::new(moment, Standards { benches: &benches, questionnaires: &wanted }, loaded);
    let answers: Vec<Vec<Answer>> = jobs.iter().map(|job| carry_out(&mut world, job, &owners)).collect();
    if answers.iter().flatten().any(Result::is_err) && !tx.still_at(&versions).await? {
        return Err(Error::Conflict);
    }
    if world.is_unchanged() {
        // Nothing new: repeats and refusals write nothing.
        return Ok(answers);
    }
    let effects = reseat::judge_touched(world);
    tx.write(&effects, moment.now).await?;
    // Last, because customers share cells: they are held no longer than the commit takes.
    tx.add_to_cells(&effects.cells, shard).await?;
    tx.add_to_responses(&effects.responses, shard).await?;
    tx.add_to_contacts(&effects.contacts, shard).await?;
    tx.commit().await?;
    Ok(answers)
}

/// What the facts of the commands answer, and those that are there already, which may be taken back.
fn answered(jobs: &[Job], loaded: &Loaded) -> BTreeSet<RevisionKey> {
    let new = jobs.iter().flat_map(|job| &job.commands).filter_map(|command| match command {
        Command::RecordFact(record) => Some(&record.fact.body),
        _ => None,
    });
    let kept = loaded.customers.values().flat_map(|state| state.facts.values().map(|fact| &fact.body));
    new.chain(kept).filter_map(questionnaires::answered).collect()
}

type Owners = HashMap<ExternalId, CustomerId>;

async fn load(tx: &Tx, jobs: &[Job], (needs, today): (&Needs, Day)) -> Result<(Loaded, Owners), Error> {
    let commands = || jobs.iter().flat_map(|job| &job.commands);
    let external = decide::external_ids(commands());
    let owners: Owners = tx.resolve(&external).await?.into_iter().collect();
    let mut keys = Keys::default();
    for command in commands() {
        let customer = decide::subject(command, |external| owners.get(external).cloned());
        decide::keys(&mut keys, command, &customer);
    }
    Ok((tx.load(&keys, needs, today).await?, owners))
}

fn carry_out(world: &mut World<'_>, job: &Job, owners: &Owners) -> Vec<Answer> {
    if job.grouping == Grouping::AllOrNothing
        && let Some(refused) = refusals(world, &job.commands, owners)
    {
        return refused;
    }
    job.commands.iter().map(|command| decide::carry_out(world, command)).collect()
}

/// Tries all commands of a group on a copy of what they are about. Where one is refused none is carried out: its own
/// answer is the reason, that of the others that the group was given up.
fn refusals(world: &World<'_>, commands: &[Command], owners: &Owners) -> Option<Vec<Answer>> {
    let subject = |command| decide::subject(command, |external| owners.get(external).cloned());
    let customers: BTreeSet<CustomerId> = commands.iter().map(subject).collect();
    let mut trial = world.trial(&customers);
    let tried: Vec<Answer> = commands.iter().map(|command| decide::carry_out(&mut trial, command)).collect();
    let first = tried.iter().position(Result::is_err)?;
    Some(tried.into_iter().map(|answer| Err(answer.err().unwrap_or(Error::BatchAborted(first)))).collect())
}

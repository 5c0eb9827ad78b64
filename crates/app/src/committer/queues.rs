//! What waits for a flusher: commands that somebody waits for, and commands that can wait.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::{Instant, sleep_until};

use super::Job;
use crate::callers::{Callers, Turn};

/// Interactive commands of one transaction.
const MOST_INTERACTIVE: usize = 512;
/// How long after its rest what can wait lets those go first for whom somebody waits, also if others had the turn meanwhile.
/// Only where all wait for one writer: where there are more, purchases took but a millisecond longer without it, of 15.
const PATIENCE: Duration = Duration::from_millis(5);

/// See the module.
pub(super) struct Queues {
    interactive: mpsc::Receiver<Job>,
    bulk: mpsc::Receiver<Job>,
    /// The first of those that can wait, until it is its turn, and since when it is known.
    next: Option<(Job, Instant)>,
    /// Until then no more of them is taken.
    rests_until: Instant,
    /// How long they let others go first after that.
    patience: Duration,
}

/// Jobs that are carried out together.
pub(super) struct Batch<'a> {
    pub(super) jobs: Vec<Job>,
    /// Commands that somebody waits for.
    pub(super) interactive: usize,
    /// Commands that can wait.
    pub(super) bulk: usize,
    /// There where it is the flusher's turn to write what can wait.
    turn: Option<Turn<'a>>,
}

impl Queues {
    /// Those of one flusher; there are so many.
    pub(super) fn new((interactive, bulk): (mpsc::Receiver<Job>, mpsc::Receiver<Job>), flushers: usize) -> Queues {
        let patience = if flushers == 1 { PATIENCE } else { Duration::ZERO };
        Queues { interactive, bulk, next: None, rests_until: Instant::now(), patience }
    }

    /// Waits for somebody, or for the turn of what can wait; nothing where nobody will come any more.
    pub(super) async fn first<'a>(&mut self, callers: &'a Callers) -> Option<Batch<'a>> {
        loop {
            tokio::select! {
                biased;
                Some(job) = self.interactive.recv() => return Some(Batch::of(job)),
                turn = turn_after(self.rests_until, callers), if self.next.is_some() => return Some(Batch::in_turn(turn)),
                Some(job) = self.bulk.recv(), if self.next.is_none() => self.next = Some((job, Instant::now())),
                else => return None,
            }
        }
    }

    /// Adds everything that is queued for which somebody waits; and where it is the turn of what can wait, at most so many
    /// commands of that, unless somebody waits and it has not yet let others go first for long enough. Jobs whose callers are
    /// gone are dropped.
    pub(super) fn fill<'a>(&mut self, batch: &mut Batch<'a>, callers: &'a Callers, mut allowance: usize) {
        take(&mut self.interactive, &mut batch.jobs, &mut batch.interactive, MOST_INTERACTIVE);
        if batch.interactive > 0 {
            self.look_ahead();
            if !self.is_overdue() {
                batch.turn = None;
            } else if batch.turn.is_none() {
                batch.turn = callers.turn_now();
            }
            allowance = allowance.min(MOST_INTERACTIVE);
        }
        if batch.turn.is_some() {
            self.add_bulk(batch, allowance);
        }
        batch.jobs.retain(|job| !job.reply.is_closed());
    }

    /// Takes the first of what can wait from its queue, where it is not known yet.
    fn look_ahead(&mut self) {
        if self.next.is_none() {
            self.next = self.bulk.try_recv().ok().map(|job| (job, Instant::now()));
        }
    }

    fn is_overdue(&self) -> bool {
        let known = self.next.as_ref().map(|(_, since)| *since);
        known.is_some_and(|since| since.max(self.rests_until) + self.patience <= Instant::now())
    }

    fn add_bulk(&mut self, batch: &mut Batch<'_>, allowance: usize) {
        if let Some((next, _)) = self.next.take() {
            batch.bulk += next.commands.len();
            batch.jobs.push(next);
        }
        take(&mut self.bulk, &mut batch.jobs, &mut batch.bulk, allowance);
    }

    /// Takes none of what can wait for so long.
    pub(super) fn rest(&mut self, rest: Duration) {
        self.rests_until = Instant::now() + rest;
    }
}

async fn turn_after(rest: Instant, callers: &Callers) -> Turn<'_> {
    sleep_until(rest).await;
    callers.turn().await
}

impl<'a> Batch<'a> {
    fn of(first: Job) -> Batch<'a> {
        Batch { interactive: first.commands.len(), jobs: vec![first], bulk: 0, turn: None }
    }

    fn in_turn(turn: Turn<'a>) -> Batch<'a> {
        Batch { jobs: Vec::new(), interactive: 0, bulk: 0, turn: Some(turn) }
    }
}

fn take(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>, count: &mut usize, most: usize) {
    while *count < most {
        match queue.try_recv() {
            Ok(job) => {
                *count += job.commands.len();
                jobs.push(job);
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use guanxi_model::CustomerId;
    use tokio::sync::oneshot;
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::command::{Command, Grouping};
    use crate::committer::Answers;

    const ALL: usize = 100;
    /// Longer than anything is let go first.
    const SOON: Duration = Duration::from_millis(40);
    /// What the clock counts in.
    const MS: Duration = Duration::from_millis(1);

    /// A job of one command, and who waits for it.
    fn job() -> (Job, oneshot::Receiver<Answers>) {
        let (reply, answer) = oneshot::channel();
        let commands = vec![Command::Look(CustomerId::parse("somebody").unwrap())];
        (Job { commands, grouping: Grouping::Each, reply }, answer)
    }

    /// Queues of one flusher, of so many, with one job that can wait; and where to send one that somebody waits for.
    fn queues_of(flushers: usize) -> (Queues, mpsc::Sender<Job>, oneshot::Receiver<Answers>) {
        let ((interactive, first), (bulk, second)) = (mpsc::channel(10), mpsc::channel(10));
        let answer = ask(&bulk);
        (Queues::new((first, second), flushers), interactive, answer)
    }

    fn queues() -> (Queues, mpsc::Sender<Job>, oneshot::Receiver<Answers>) {
        queues_of(1)
    }

    /// Somebody comes who waits for the answer.
    fn ask(queue: &mpsc::Sender<Job>) -> oneshot::Receiver<Answers> {
        let (job, answer) = job();
        queue.try_send(job).ok().unwrap();
        answer
    }

    async fn batch<'a>(queues: &mut Queues, callers: &'a Callers) -> (usize, usize, Batch<'a>) {
        let mut batch = timeout(SOON, queues.first(callers)).await.expect("somebody comes").expect("more will come");
        queues.fill(&mut batch, callers, ALL);
        assert_eq!(batch.jobs.len(), batch.interactive + batch.bulk);
        (batch.interactive, batch.bulk, batch)
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_does_not_wait_for_the_turn_of_what_can_wait() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues();
        let turn_of_another = callers.turn().await;
        assert!(timeout(SOON, queues.first(&callers)).await.is_err(), "it is not the turn of what can wait");
        let _answer = ask(&interactive);
        let (waited, could_wait, _) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (1, 0));
        drop(turn_of_another);
        let (waited, could_wait, held) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (0, 1));
        assert!(callers.turn_now().is_none(), "the turn lasts as long as the batch");
        drop(held);
        assert!(callers.turn_now().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_wait_rests_lets_others_go_first_and_then_joins_them() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues();
        queues.rest(SOON);
        for after in [Duration::ZERO, SOON, PATIENCE - MS] {
            sleep(after).await;
            let _answer = ask(&interactive);
            let (waited, could_wait, _held) = batch(&mut queues, &callers).await;
            assert_eq!((waited, could_wait), (1, 0));
            assert!(callers.turn_now().is_some(), "who has nothing that can wait does not keep the turn");
        }
        sleep(MS).await;
        let _answer = ask(&interactive);
        let (waited, could_wait, _held) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (1, 1));
        assert!(callers.turn_now().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_are_more_writers_what_can_wait_joins_others_once_it_has_rested() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues_of(2);
        queues.rest(SOON);
        for (after, joined) in [(SOON - MS, 0), (MS, 1)] {
            sleep(after).await;
            let _answer = ask(&interactive);
            let (waited, could_wait, _held) = batch(&mut queues, &callers).await;
            assert_eq!((waited, could_wait), (1, joined));
            assert_eq!(callers.turn_now().is_none(), joined == 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_before_what_can_wait_was_begun_goes_first() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues();
        // However long nothing was there before.
        sleep(SOON).await;
        let mut begun = timeout(SOON, queues.first(&callers)).await.unwrap().unwrap();
        let _answer = ask(&interactive);
        queues.fill(&mut begun, &callers, ALL);
        assert_eq!((begun.interactive, begun.bulk), (1, 0));
        let (waited, could_wait, _held) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_waited_for_its_turn_keeps_it_where_somebody_comes() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues();
        let turn_of_another = callers.turn().await;
        assert!(timeout(SOON, queues.first(&callers)).await.is_err());
        drop(turn_of_another);
        let mut begun = timeout(SOON, queues.first(&callers)).await.unwrap().unwrap();
        let _answer = ask(&interactive);
        queues.fill(&mut begun, &callers, ALL);
        assert_eq!((begun.interactive, begun.bulk), (1, 1));
        assert!(callers.turn_now().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_wait_rests_where_nobody_asks_just_then() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, _interactive, _answer) = queues();
        queues.rest(SOON + MS);
        assert!(timeout(SOON, queues.first(&callers)).await.is_err());
        sleep(MS).await;
        let (waited, could_wait, _) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_who_comes_is_left_out_at_the_end() {
        let callers = Callers::new();
        callers.note();
        let (mut queues, interactive, _answer) = queues();
        drop(interactive);
        let turn_of_another = callers.turn().await;
        assert!(timeout(SOON, queues.first(&callers)).await.is_err(), "one more is there, though it is not its turn");
        drop(turn_of_another);
        let (waited, could_wait, _) = batch(&mut queues, &callers).await;
        assert_eq!((waited, could_wait), (0, 1));
        assert!(queues.first(&callers).await.is_none());
    }
}

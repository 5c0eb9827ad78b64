//! Imports: chunks come in, each is recorded as a whole and acknowledged in its turn. At most four are in hand, of
//! what has an order that only one at a time keeps one; no more are read until the first of them is acknowledged, so a
//! caller who is faster than the disk is held back by the transport, and an import takes four chunks of memory.
//!
//! How long to wait for the next chunk is for the transport to limit.

use std::marker::PhantomData;
use std::sync::Arc;

use futures::{Stream, StreamExt as _, future};
use guanxi::v1 as pb;
use guanxi_app::command::{Command, Grouping, Outcome, RecordFact, Urgency};
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use tonic::Status;

use super::Progress;
use crate::from_proto::import::{self, Chunk, Unread};
use crate::kinds::Kind;
use crate::services::{context, unexpected};
use crate::status;

/// Items read before callers go first: about a quarter of a millisecond.
const TURN: usize = 50;

/// What can be imported.
pub(in crate::services) trait Import: Send + 'static {
    /// A chunk, as it comes.
    type Message: Send + 'static;
    type Item: Send + 'static;
    /// How many chunks are taken unacknowledged.
    const IN_HAND: usize;

    /// The chunk of a message; `expected` is where the one before ended.
    fn chunk(message: Self::Message, expected: Option<i64>) -> Result<Chunk<Unread<Self::Item>>, Violations>;

    /// Records items, each by itself; says of each whether it is new. An error of the whole leaves it open which of them
    /// are recorded.
    fn record(
        app: Arc<App>,
        items: Vec<Self::Item>,
    ) -> impl Future<Output = Result<Vec<Result<bool, Error>>, Error>> + Send;
}

/// Facts of a kind.
pub(in crate::services) struct Facts<K>(PhantomData<K>);

impl<K: Kind> Import for Facts<K> {
    type Message = K::Import;
    type Item = Box<RecordFact>;
    const IN_HAND: usize = 4;

    fn chunk(message: K::Import, expected: Option<i64>) -> Result<Chunk<Unread<Box<RecordFact>>>, Violations> {
        import::chunk::<K>(message, expected)
    }

    async fn record(app: Arc<App>, items: Vec<Box<RecordFact>>) -> Result<Vec<Result<bool, Error>>, Error> {
        let commands = items.into_iter().map(Command::RecordFact).collect();
        let outcomes = app.submit(commands, Grouping::Each, Urgency::Bulk).await?;
        let is_new = |outcome| match outcome {
            Outcome::Fact { recorded, .. } => Ok(recorded),
            outcome @ (Outcome::Customer(_)
            | Outcome::Withdrawn { .. }
            | Outcome::Approached { .. }
            | Outcome::Done) => Err(unexpected(&outcome)),
        };
        Ok(outcomes.into_iter().map(|outcome| outcome.and_then(is_new)).collect())
    }
}

/// The acknowledgements of a stream of chunks. The first chunk that cannot be taken ends it, after those before it are
/// acknowledged.
pub(in crate::services) fn acknowledged<I, S>(app: &Arc<App>, chunks: S) -> Progress
where
    I: Import,
    S: Stream<Item = Result<I::Message, Status>> + Send + 'static,
{
    let (reader, writer) = (Arc::clone(app), Arc::clone(app));
    let taken = Taken { expected: None, ended: false };
    let chunks = chunks.scan(taken, move |taken, message| future::ready(taken.next::<I>(message)));
    // One after the other: of two items that differ and have one id the first is recorded.
    let chunks = chunks.then(move |chunk| read(Arc::clone(&reader), chunk));
    let recorded = chunks.map(move |chunk| record::<I>(Arc::clone(&writer), chunk)).buffered(I::IN_HAND);
    Box::pin(until_error(recorded))
}

/// How far the chunks were taken.
struct Taken {
    /// The index that the next chunk must begin with.
    expected: Option<i64>,
    ended: bool,
}

impl Taken {
    /// The chunk, if it goes on where the one before ended; nothing after one that cannot be taken.
    fn next<I: Import>(
        &mut self,
        message: Result<I::Message, Status>,
    ) -> Option<Result<Chunk<Unread<I::Item>>, Status>> {
        if self.ended {
            return None;
        }
        let chunk = message.and_then(|message| I::chunk(message, self.expected).map_err(status::invalid));
        match &chunk {
            Ok(chunk) => self.expected = Some(chunk.end),
            Err(_) => self.ended = true,
        }
        Some(chunk)
    }
}

/// An item, or what is wrong with it.
type Item<T> = Result<T, Violations>;

/// Reads the items of a chunk, a few at a time.
async fn read<T>(app: Arc<App>, chunk: Result<Chunk<Unread<T>>, Status>) -> Result<Chunk<Item<T>>, Status> {
    let Chunk { first, end, items: unread } = chunk?;
    let (ctx, mut items) = (context(&app), Vec::with_capacity(unread.len()));
    for item in unread {
        items.push(item(&ctx));
        if items.len() % TURN == 0 {
            app.make_way().await;
        }
    }
    Ok(Chunk { first, end, items })
}

/// Records what of a chunk could be read and tells what became of its items.
async fn record<I: Import>(
    app: Arc<App>,
    chunk: Result<Chunk<Item<I::Item>>, Status>,
) -> Result<pb::ImportProgress, Status> {
    let Chunk { first, end, items } = chunk?;
    let mut tally = Tally { progress: pb::ImportProgress { last_index: end - 1, ..pb::ImportProgress::default() } };
    let (mut readable, mut indexes) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (index, item) in (first..end).zip(items) {
        match item {
            Ok(item) => {
                readable.push(item);
                indexes.push(index);
            }
            Err(violations) => tally.reject_invalid(index, violations),
        }
    }
    let outcomes = I::record(app, readable).await.map_err(status::of)?;
    for (index, outcome) in indexes.into_iter().zip(outcomes) {
        tally.count(index, outcome).map_err(status::of)?;
    }
    tally.progress.rejections.sort_by_key(|rejection| rejection.index);
    Ok(tally.progress)
}

struct Tally {
    progress: pb::ImportProgress,
}

impl Tally {
    /// Counts what became of an item. An error that is no fault of the item ends the stream: sent again, it may pass.
    fn count(&mut self, index: i64, outcome: Result<bool, Error>) -> Result<(), Error> {
        match outcome {
            Ok(true) => self.progress.recorded_count += 1,
            Ok(false) => self.progress.unchanged_count += 1,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => self.reject(index, error),
        }
        Ok(())
    }

    fn reject_invalid(&mut self, index: i64, violations: Violations) {
        self.reject(index, Error::Invalid(violations));
    }

    fn reject(&mut self, index: i64, error: Error) {
        self.progress.rejections.push(pb::ImportRejection { index, error: Some(status::to_rpc(error)) });
    }
}

/// Whether the same item may pass another time.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Conflict | Error::Unavailable { .. } | Error::ShuttingDown | Error::Internal(_) => true,
        Error::Invalid(_)
        | Error::NotFound(_)
        | Error::AlreadyExists(_)
        | Error::ExternalIdTaken { .. }
        | Error::FactDiffers { .. }
        | Error::RequestIdReused(_)
        | Error::Stale(_)
        | Error::BatchAborted(_)
        | Error::PageStale(_)
        | Error::Refused(_) => false,
    }
}

/// The items up to the first error, that included.
fn until_error<T: Send + 'static>(
    items: impl Stream<Item = Result<T, Status>> + Send + 'static,
) -> impl Stream<Item = Result<T, Status>> + Send {
    items.scan(false, |failed, item| {
        let last = std::mem::replace(failed, item.is_err());
        future::ready((!last).then_some(item))
    })
}

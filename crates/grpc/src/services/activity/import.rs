//! Imports: chunks come in, each is recorded as a whole and acknowledged in its turn. At most four are in hand; no more
//! are read until the first of them is acknowledged, so a caller who is faster than the disk is held back by the
//! transport, and what an import takes of memory is four chunks.
//!
//! How long to wait for the next chunk is for the transport to limit.

use std::sync::Arc;

use futures::{Stream, StreamExt as _, future};
use guanxi::v1 as pb;
use guanxi_app::command::{Grouping, Outcome, Urgency};
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use tonic::Status;

use super::{Progress, command_of};
use crate::from_proto::import::{self, Chunk};
use crate::kinds::Kind;
use crate::services::{context, unexpected};
use crate::status;

/// How many chunks are taken unacknowledged.
const IN_HAND: usize = 4;

/// The acknowledgements of a stream of chunks. The first chunk that cannot be taken ends it, after those before it are
/// acknowledged.
pub(in crate::services) fn acknowledged<K, S>(app: &Arc<App>, chunks: S) -> Progress
where
    K: Kind,
    S: Stream<Item = Result<K::Import, Status>> + Send + 'static,
{
    let (reader, writer) = (Arc::clone(app), Arc::clone(app));
    let read = Read { expected: None, ended: false };
    let chunks = chunks.scan(read, move |read, chunk| future::ready(read.next::<K>(&reader, chunk)));
    let recorded = chunks.map(move |chunk| record(Arc::clone(&writer), chunk)).buffered(IN_HAND);
    Box::pin(until_error(recorded))
}

/// How far the chunks were read.
struct Read {
    /// The index that the next chunk must begin with.
    expected: Option<i64>,
    ended: bool,
}

impl Read {
    /// The chunk, if it goes on where the one before ended; nothing after one that cannot be taken.
    fn next<K: Kind>(&mut self, app: &App, chunk: Result<K::Import, Status>) -> Option<Result<Chunk, Status>> {
        if self.ended {
            return None;
        }
        let chunk =
            chunk.and_then(|chunk| import::chunk::<K>(&context(app), chunk, self.expected).map_err(status::invalid));
        match &chunk {
            Ok(chunk) => self.expected = Some(chunk.end),
            Err(_) => self.ended = true,
        }
        Some(chunk)
    }
}

/// Records what of a chunk could be read and tells what became of its items.
async fn record(app: Arc<App>, chunk: Result<Chunk, Status>) -> Result<pb::ImportProgress, Status> {
    let Chunk { first, end, items } = chunk?;
    let mut tally = Tally { progress: pb::ImportProgress { last_index: end - 1, ..pb::ImportProgress::default() } };
    let (mut commands, mut indexes) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (index, item) in (first..end).zip(items) {
        match item {
            Ok(command) => {
                commands.push(command_of(command));
                indexes.push(index);
            }
            Err(violations) => tally.reject_invalid(index, violations),
        }
    }
    let outcomes = app.submit(commands, Grouping::Each, Urgency::Bulk).await.map_err(status::of)?;
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
    fn count(&mut self, index: i64, outcome: Result<Outcome, Error>) -> Result<(), Error> {
        match outcome {
            Ok(Outcome::Fact { recorded: true, .. }) => self.progress.recorded_count += 1,
            Ok(Outcome::Fact { recorded: false, .. }) => self.progress.unchanged_count += 1,
            Ok(outcome) => return Err(unexpected(&outcome)),
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

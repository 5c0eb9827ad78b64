//! Sending facts over parallel streams, each of which goes on with another stream where the one before broke. What was
//! sent and not acknowledged is sent again: the server records nothing twice.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use guanxi::v1 as pb;
use tokio::sync::{Mutex, mpsc};
use tonic::Status;
use tonic::transport::Channel;

use super::chunk::{Chunk, Settled, Window};
use super::fact::Fact;
use super::patience::{self, Patience};
use super::progress::Progress;
use super::{Connection, Error};

/// How long a stream that is through is given to end by itself.
const GOODBYE: Duration = Duration::from_secs(5);
/// As many as may be unacknowledged, so that sending again never waits for the stream to begin.
const QUEUE: usize = 4;

/// How facts are sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Manner {
    pub(in crate::cli) streams: usize,
    pub(in crate::cli) missing_customer: pb::MissingCustomer,
}

/// Sends all chunks that come, and tells what became of each through `settled`.
pub(in crate::cli) async fn send_all<F: Fact, O: Send>(
    connection: &Connection,
    (manner, progress): (Manner, &Progress),
    chunks: mpsc::Receiver<Chunk<F, O>>,
    settled: mpsc::Sender<Settled<O>>,
) -> Result<(), Error> {
    let source = Arc::new(Mutex::new(chunks));
    let lanes = (0..manner.streams.max(1)).map(|_| {
        let lane = Lane {
            // A connection each, so that they spread over the replicas behind a load balancer.
            channel: connection.channel(),
            missing_customer: manner.missing_customer,
            source: Arc::clone(&source),
            drained: false,
            window: Window::new(),
            settled: settled.clone(),
            patience: connection.patience(),
        };
        lane.run(progress)
    });
    let lanes: Vec<_> = lanes.collect();
    // Only the lanes may keep it open: whoever listens has to hear when they are through.
    drop(settled);
    try_join_all(lanes).await.map(drop)
}

/// Why a stream ended too early.
enum Fault {
    Status(Status),
    Ended,
    Contract(String),
    /// Nobody wants to know any more: the command is failing for another reason.
    Abandoned,
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

struct Lane<F, O> {
    channel: Channel,
    missing_customer: pb::MissingCustomer,
    source: Arc<Mutex<mpsc::Receiver<Chunk<F, O>>>>,
    /// Whether the source has ended.
    drained: bool,
    window: Window<F, O>,
    settled: mpsc::Sender<Settled<O>>,
    patience: Patience,
}

impl<F: Fact, O> Lane<F, O> {
    async fn run(mut self, progress: &Progress) -> Result<(), Error> {
        loop {
            let why = match self.stream().await {
                Ok(()) | Err(Fault::Abandoned) => return Ok(()),
                Err(Fault::Contract(fault)) => return Err(Error::Contract(fault)),
                Err(Fault::Status(status)) if !patience::is_temporary(&status) => return Err(status.into()),
                Err(Fault::Status(status)) => patience::why(&status),
                Err(Fault::Ended) => "the server ended the stream".to_owned(),
            };
            if !self.patience.wait(progress, &why).await {
                return Err(Error::Away(why));
            }
        }
    }

    /// One stream, from its first chunk to the last acknowledgement.
    async fn stream(&mut self) -> Result<(), Fault> {
        if self.window.is_empty() && !self.take_next().await {
            return Ok(());
        }
        let (queue, mut queued) = mpsc::channel(QUEUE);
        for (first, facts) in self.window.unacknowledged() {
            // There is room for all of them.
            let _ = queue.try_send(F::chunk(first, facts, self.missing_customer));
        }
        let requests = futures::stream::poll_fn(move |context| queued.poll_recv(context));
        let mut answers = F::import(self.channel.clone(), requests).await?.into_inner();
        while !(self.drained && self.window.is_empty()) {
            let wants_more = !self.drained && self.window.has_room();
            tokio::select! {
                answer = answers.message() => self.settle(answer?.ok_or(Fault::Ended)?).await?,
                chunk = next(&self.source), if wants_more => {
                    if let Some((first, facts)) = self.keep(chunk) {
                        // A stream that is gone tells so by its answers.
                        let _ = queue.send(F::chunk(first, facts, self.missing_customer)).await;
                    }
                }
            }
        }
        drop(queue);
        // Everything is acknowledged: how the stream ends changes nothing.
        let _ = tokio::time::timeout(GOODBYE, answers.message()).await;
        Ok(())
    }

    /// Waits for a chunk to begin a stream with: one without any would be closed as idle.
    async fn take_next(&mut self) -> bool {
        let chunk = match self.drained {
            true => None,
            false => next(&self.source).await,
        };
        self.keep(chunk).is_some()
    }

    /// Keeps a chunk until it is acknowledged.
    fn keep(&mut self, chunk: Option<Chunk<F, O>>) -> Option<(i64, Vec<F>)> {
        let Some(chunk) = chunk else {
            self.drained = true;
            return None;
        };
        self.window.push(chunk);
        self.window.last()
    }

    async fn settle(&mut self, answer: pb::ImportProgress) -> Result<(), Fault> {
        let settled = self.window.acknowledge(answer).map_err(Fault::Contract)?;
        self.patience.restore();
        self.settled.send(settled).await.map_err(|_| Fault::Abandoned)
    }
}

/// The next chunk of the source that all lanes share. May be dropped while it waits; no chunk is lost then.
async fn next<T>(source: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
    source.lock().await.recv().await
}

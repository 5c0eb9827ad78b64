//! The load generator: so many calls in flight for so long, over a few connections, the latency of each kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use crate::Result;
use crate::memory::Cpu;
use crate::report::Measured;

/// Makes calls; each task has its own.
pub(crate) trait Caller: Send + 'static {
    fn call(&mut self, number: u64) -> impl Future<Output = Result<(), Status>> + Send;
}

/// What the load consists of.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) streams: usize,
    pub(crate) length: Duration,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) measured: Measured,
    /// All calls that were answered OK, also outside the measured time.
    pub(crate) done: u64,
    pub(crate) failed: u64,
    pub(crate) first_failure: Option<Status>,
}

struct Task {
    latencies: Histogram<u64>,
    done: u64,
    failed: u64,
    first_failure: Option<Status>,
}

/// Connections to a server.
pub(crate) async fn connect(address: &str, count: usize) -> Result<Vec<Channel>> {
    let mut channels = Vec::new();
    for _ in 0..count {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        channels.push(endpoint.connect().await?);
    }
    Ok(channels)
}

impl Load {
    /// Keeps the streams busy. The first fifth is warm-up; calls are numbered from `first`, each number once.
    pub(crate) async fn run<C: Caller>(
        &self,
        (channels, pid): (&[Channel], u32),
        first: u64,
        caller: impl Fn(Channel) -> C,
    ) -> Result<Outcome> {
        let numbers = Arc::new(AtomicU64::new(first));
        let cpu = Cpu::start(pid)?;
        let began = Instant::now();
        let from = began + self.length / 5;
        let until = from + self.length;
        let tasks: Vec<_> = channels
            .iter()
            .cycle()
            .take(self.streams)
            .map(|channel| tokio::spawn(keep_busy(caller(channel.clone()), Arc::clone(&numbers), (from, until))))
            .collect();
        let mut all = Task::new()?;
        for task in tasks {
            let one = task.await??;
            all.latencies.add(&one.latencies)?;
            all.done += one.done;
            all.failed += one.failed;
            all.first_failure = all.first_failure.or(one.first_failure);
        }
        let measured = Measured {
            count: all.latencies.len(),
            seconds: self.length.as_secs_f64(),
            p50_us: Some(all.latencies.value_at_quantile(0.5)),
            p99_us: Some(all.latencies.value_at_quantile(0.99)),
            cpu_us: cpu.micros_per(all.done)?,
        };
        Ok(Outcome { measured, done: all.done, failed: all.failed, first_failure: all.first_failure })
    }
}

impl Task {
    fn new() -> Result<Self> {
        Ok(Task { latencies: Histogram::new_with_bounds(1, 60_000_000, 3)?, done: 0, failed: 0, first_failure: None })
    }
}

async fn keep_busy<C: Caller>(mut caller: C, numbers: Arc<AtomicU64>, time: (Instant, Instant)) -> Result<Task> {
    let (from, until) = time;
    let mut task = Task::new()?;
    loop {
        let sent = Instant::now();
        if sent >= until {
            return Ok(task);
        }
        match caller.call(numbers.fetch_add(1, Ordering::Relaxed)).await {
            Ok(()) => {
                task.done += 1;
                let answered = Instant::now();
                if answered >= from && answered < until {
                    let micros = u64::try_from((answered - sent).as_micros()).unwrap_or(u64::MAX);
                    task.latencies.saturating_record(micros.max(1));
                }
            }
            Err(status) => {
                task.failed += 1;
                task.first_failure.get_or_insert(status);
            }
        }
    }
}

impl Outcome {
    /// The figures, if every call was answered OK.
    pub(crate) fn sound(self) -> Result<(Measured, u64)> {
        match self.first_failure {
            None => Ok((self.measured, self.done)),
            Some(status) => {
                Err(format!("{} of {} calls failed: {status}", self.failed, self.failed + self.done).into())
            }
        }
    }
}

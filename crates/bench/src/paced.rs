//! Calls at a fixed rate, whatever the server does. Latency is counted from the moment a call was due, so a server that
//! stalls is asked no less, and the wait of every call that was due meanwhile is seen.
//!
//! Callers have machines of their own; here they share one with what they ask. So that little of what is seen is their own
//! lateness, one thread makes all calls, with nobody else's work on it: where an import's client was on it as well, and a call
//! went through two or three of tokio's threads, nearly half of the hops of a call were the load generator's.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

use crate::Result;
use crate::load::{Caller, connect};
use crate::memory::Cpu;
use crate::report::Measured;

/// How often, until when.
pub(crate) struct Paced {
    pub(crate) per_second: f64,
    pub(crate) until: CancellationToken,
}

type Answer = (Duration, Result<(), Status>);

impl Paced {
    /// Asks a server, over so many connections, until it is told to stop, then waits for the last answer. Calls are numbered
    /// from `first`.
    pub(crate) async fn run<C: Caller>(
        self,
        (server, pid): (&str, u32),
        (connections, first): (usize, u64),
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<Measured> {
        let (cpu, server) = (Cpu::start(pid)?, server.to_owned());
        let callers = Builder::new_current_thread().enable_all().build()?;
        let calls = async move {
            let channels = connect(&server, connections).await?;
            self.count(channels, first, caller).await
        };
        let (latencies, took) = spawn_blocking(move || callers.block_on(calls)).await??;
        Ok(Measured {
            count: latencies.len(),
            seconds: took.as_secs_f64(),
            p50_us: Some(latencies.value_at_quantile(0.5)),
            p99_us: Some(latencies.value_at_quantile(0.99)),
            cpu_us: cpu.micros_per(latencies.len().max(1))?,
        })
    }

    /// Counts answers as they come: kept, they would take memory all the time, and to make it takes milliseconds in which
    /// nobody is asked.
    async fn count<C: Caller>(
        self,
        channels: Vec<Channel>,
        first: u64,
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<(Histogram<u64>, Duration)> {
        let (began, handle) = (Instant::now(), Handle::current());
        let (answered, mut answers) = mpsc::unbounded_channel();
        // A thread of its own: tokio's timer knows whole milliseconds only.
        let asking = spawn_blocking(move || self.ask((&handle, &channels), first, (caller, answered)));
        let mut latencies = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
        let mut failure = None;
        while let Some((latency, answer)) = answers.recv().await {
            latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1));
            failure = failure.or(answer.err());
        }
        asking.await?;
        failure.map_or(Ok((latencies, began.elapsed())), |failure| Err(failure.into()))
    }

    fn ask<C: Caller>(
        self,
        (handle, channels): (&Handle, &[Channel]),
        first: u64,
        (caller, answered): (impl Fn(Channel) -> C, mpsc::UnboundedSender<Answer>),
    ) {
        let began = Instant::now();
        for (number, channel) in (first..).zip(channels.iter().cycle()) {
            let due = began + Duration::from_secs_f64((number - first) as f64 / self.per_second);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if self.until.is_cancelled() {
                break;
            }
            let (mut caller, answered) = (caller(channel.clone()), answered.clone());
            handle.spawn(async move {
                let answer = caller.call(number).await;
                // Nobody counts it where what goes on beside has failed.
                let _ = answered.send((due.elapsed(), answer));
            });
        }
    }
}

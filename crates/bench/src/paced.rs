//! Calls at a fixed rate, whatever the server does. Latency is counted from the moment a call was due, so a server that
//! stalls is asked no less, and the wait of every call that was due meanwhile is seen.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

use crate::Result;
use crate::load::Caller;
use crate::memory::Cpu;
use crate::report::Measured;

/// How often, until when.
pub(crate) struct Paced {
    pub(crate) per_second: f64,
    pub(crate) until: CancellationToken,
}

type Answer = (Duration, Result<(), Status>);

impl Paced {
    /// Asks until it is told to stop, then waits for the last answer. Calls are numbered from `first`.
    pub(crate) async fn run<C: Caller>(
        self,
        (channels, pid): (&[Channel], u32),
        first: u64,
        caller: impl Fn(Channel) -> C + Send + 'static,
    ) -> Result<Measured> {
        let (cpu, began, handle, channels) = (Cpu::start(pid)?, Instant::now(), Handle::current(), channels.to_vec());
        // Answers are counted as they come: kept, they would take memory all the time, and to make it takes milliseconds in
        // which nobody is asked.
        let (answered, mut answers) = mpsc::unbounded_channel();
        // A thread of its own: tokio's timer knows whole milliseconds only.
        let asking = tokio::task::spawn_blocking(move || self.ask((&handle, &channels), first, (caller, answered)));
        let mut latencies = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
        let mut failure = None;
        while let Some((latency, answer)) = answers.recv().await {
            latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1));
            failure = failure.or(answer.err());
        }
        asking.await?;
        if let Some(failure) = failure {
            return Err(failure.into());
        }
        Ok(Measured {
            count: latencies.len(),
            seconds: began.elapsed().as_secs_f64(),
            p50_us: Some(latencies.value_at_quantile(0.5)),
            p99_us: Some(latencies.value_at_quantile(0.99)),
            cpu_us: cpu.micros_per(latencies.len().max(1))?,
        })
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

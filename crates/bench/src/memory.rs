//! The memory and the processor time of a process, as the kernel counts them.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::task::JoinHandle;

use crate::Result;

/// MiB. Resident memory counts the pages of the database file that SQLite has mapped; the anonymous part does not.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Memory {
    pub(crate) peak_mib: f64,
    pub(crate) peak_anonymous_mib: f64,
    /// The peak in the first and in the last quarter of the time: the same where memory is flat.
    pub(crate) first_quarter_mib: f64,
    pub(crate) last_quarter_mib: f64,
}

/// Watches a process until it is asked what it saw.
pub(crate) struct Watch {
    pid: u32,
    stop: Arc<AtomicBool>,
    samples: JoinHandle<Vec<(f64, f64)>>,
}

impl Watch {
    pub(crate) fn start(pid: u32) -> Result<Self> {
        // Makes the present size the peak.
        fs::write(format!("/proc/{pid}/clear_refs"), "5")?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let samples = tokio::spawn(async move {
            let mut samples = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                samples.push((field(pid, "VmRSS").unwrap_or(0.0), field(pid, "RssAnon").unwrap_or(0.0)));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            samples
        });
        Ok(Watch { pid, stop, samples })
    }

    pub(crate) async fn finish(self) -> Result<Memory> {
        self.stop.store(true, Ordering::Relaxed);
        let samples = self.samples.await?;
        let quarter = samples.len().div_ceil(4);
        let peak = |samples: &[(f64, f64)]| samples.iter().map(|(resident, _)| *resident).fold(0.0, f64::max);
        Ok(Memory {
            peak_mib: field(self.pid, "VmHWM")?,
            peak_anonymous_mib: samples.iter().map(|(_, anonymous)| *anonymous).fold(0.0, f64::max),
            first_quarter_mib: peak(&samples[..quarter]),
            last_quarter_mib: peak(&samples[samples.len() - quarter..]),
        })
    }
}

/// Processor time that a process uses from now on.
pub(crate) struct Cpu {
    pid: u32,
    before: f64,
}

impl Cpu {
    pub(crate) fn start(pid: u32) -> Result<Self> {
        Ok(Cpu { pid, before: cpu_seconds(pid)? })
    }

    /// Microseconds for each of so many; other load on the machine hardly shows in it.
    pub(crate) fn micros_per(&self, count: u64) -> Result<f64> {
        Ok((cpu_seconds(self.pid)? - self.before) * 1e6 / count.max(1) as f64)
    }
}

/// Fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second; the second one may hold spaces, but ends with `)`.
fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no command in /proc/PID/stat")?;
    let ticks = |index: usize| rest.split_whitespace().nth(index).and_then(|field| field.parse::<f64>().ok());
    Ok((ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0)
}

impl Memory {
    pub(crate) fn max(self, other: Memory) -> Memory {
        if other.peak_mib > self.peak_mib { other } else { self }
    }
}

/// A line of `/proc/PID/status`, in MiB.
fn field(pid: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no such line in /proc/PID/status")?;
    Ok(kib.parse::<f64>()? / 1024.0)
}

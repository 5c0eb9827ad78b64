//! What was measured: lines for people, JSON for programs.

use std::path::Path;

use serde::Serialize;

use crate::Result;
use crate::memory::Memory;

/// One measurement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) count: u64,
    pub(crate) seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p50_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p99_us: Option<u64>,
    /// Processor time of the process that did it, for each; without that of PostgreSQL.
    pub(crate) cpu_us: f64,
}

/// What a ratio has to reach.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// Our rate by the ceiling's.
    AtLeast(f64),
    /// Our time by the ceiling's.
    AtMost(f64),
    /// Our 99th percentile of latency by the ceiling's.
    LatencyAtMost(f64),
}

/// All measurements of one side, one per round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Side {
    pub(crate) what: String,
    pub(crate) rounds: Vec<Measured>,
}

/// A line of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) benchmark: String,
    /// What is counted: calls, facts, customers.
    pub(crate) unit: &'static str,
    pub(crate) ceiling: Side,
    pub(crate) ours: Side,
    pub(crate) goal: Goal,
    pub(crate) memory: Option<Memory>,
    pub(crate) memory_below_mib: Option<f64>,
    pub(crate) notes: Vec<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    row: &'a Row,
    ceiling_per_second: f64,
    ours_per_second: f64,
    ratio: f64,
    met: bool,
}

/// Everything a run has measured.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

impl Measured {
    pub(crate) fn rate(&self) -> f64 {
        self.count as f64 / self.seconds.max(1e-9)
    }
}

impl Side {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Side { what: what.into(), rounds: Vec::new() }
    }

    fn rate(&self) -> f64 {
        median(self.rounds.iter().map(Measured::rate))
    }

    fn latency(&self, which: impl Fn(&Measured) -> Option<u64>) -> Option<f64> {
        let all: Vec<f64> = self.rounds.iter().filter_map(which).map(|micros| micros as f64 / 1000.0).collect();
        (!all.is_empty()).then(|| median(all.into_iter()))
    }

    /// Milliseconds.
    fn p99(&self) -> f64 {
        self.latency(|one| one.p99_us).unwrap_or(f64::NAN)
    }

    fn line(&self, unit: &str) -> String {
        let rates: Vec<String> = self.rounds.iter().map(|one| format!("{:.0}", one.rate())).collect();
        let latency = match (self.latency(|one| one.p50_us), self.latency(|one| one.p99_us)) {
            (Some(p50), Some(p99)) => format!("  p50 {p50:.2} ms  p99 {p99:.2} ms"),
            _ => format!("  {:.2} s", median(self.rounds.iter().map(|one| one.seconds))),
        };
        let cpu = median(self.rounds.iter().map(|one| one.cpu_us));
        format!("{:>9.0} {unit}/s{latency}  cpu {cpu:.0} us  [{}]  {}", self.rate(), rates.join(" "), self.what)
    }
}

impl Row {
    /// How ours stands to the ceiling, in the direction of the goal.
    fn ratio(&self) -> f64 {
        match self.goal {
            Goal::AtMost(_) => self.ceiling.rate() / self.ours.rate(),
            Goal::AtLeast(_) => self.ours.rate() / self.ceiling.rate(),
            Goal::LatencyAtMost(_) => self.ours.p99() / self.ceiling.p99(),
        }
    }

    fn met(&self) -> bool {
        let ratio = match self.goal {
            Goal::AtLeast(goal) => self.ratio() >= goal,
            Goal::AtMost(goal) | Goal::LatencyAtMost(goal) => self.ratio() <= goal,
        };
        let small = match (self.memory, self.memory_below_mib) {
            (Some(memory), Some(limit)) => memory.peak_mib < limit,
            _ => true,
        };
        ratio && small
    }

    fn print(&self) {
        let goal = match self.goal {
            Goal::AtLeast(goal) => format!("goal >= {goal}"),
            Goal::AtMost(goal) | Goal::LatencyAtMost(goal) => format!("goal <= {goal}"),
        };
        let verdict = if self.met() { "met" } else { "MISSED" };
        println!("\n{}: {:.3} ({goal}) {verdict}", self.benchmark, self.ratio());
        println!("  ceiling {}", self.ceiling.line(self.unit));
        println!("  ours    {}", self.ours.line(self.unit));
        if let Some(memory) = self.memory {
            let limit = self.memory_below_mib.map(|limit| format!(" (goal < {limit} MiB)")).unwrap_or_default();
            println!(
                "  memory  peak {:.0} MiB{limit}, anonymous {:.0} MiB; first quarter {:.0}, last quarter {:.0} MiB",
                memory.peak_mib, memory.peak_anonymous_mib, memory.first_quarter_mib, memory.last_quarter_mib
            );
        }
        for note in &self.notes {
            println!("  {note}");
        }
    }
}

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        row.print();
        self.rows.push(row);
    }

    pub(crate) fn all_met(&self) -> bool {
        self.rows.iter().all(Row::met)
    }

    pub(crate) fn write(&self, to: &Path, run: serde_json::Value) -> Result<()> {
        let rows: Vec<Written<'_>> = self
            .rows
            .iter()
            .map(|row| Written {
                row,
                ceiling_per_second: row.ceiling.rate(),
                ours_per_second: row.ours.rate(),
                ratio: row.ratio(),
                met: row.met(),
            })
            .collect();
        let all = serde_json::json!({ "run": run, "rows": rows });
        Ok(std::fs::write(to, serde_json::to_string_pretty(&all)?)?)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

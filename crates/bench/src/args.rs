//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Benchmark {
    /// GetCustomer beside an empty call.
    Get,
    /// CreateCustomer beside the same with a transaction per call.
    Create,
    /// RecordPurchase, with one active pyramid, beside the same with a transaction per call.
    Record,
    /// ImportPurchases beside a bare loader.
    Import,
    /// Putting a revision of a pyramid in force beside a bare read, score and write.
    Activate,
    /// SimulatePyramid beside reading what it reads.
    Simulate,
    /// How long GetTierAssignment and RecordPurchase take during a run and an import, beside the same alone.
    Busy,
    /// ImportSatisfaction beside a bare loader, and GetSatisfactionIndex beside the same of a tenth of the records.
    Answers,
    /// Judging one customer in memory beside its budget; alone it needs no database.
    Judge,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Measures the server beside ceilings of the same run.
#[derive(Clone, Debug, Parser)]
#[command(name = "guanxi-bench", version)]
pub(crate) struct Args {
    /// What to measure.
    #[arg(value_enum, default_value = "all")]
    pub(crate) benchmarks: Vec<Benchmark>,
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) database: Kind,
    /// Customers that are there already.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) customers: u64,
    /// Purchases that are there already.
    #[arg(long, default_value_t = 10_000_000)]
    pub(crate) facts: u64,
    /// Satisfaction records that are there when the last index of `answers` is asked for; a tenth of them before the first.
    #[arg(long, default_value_t = 10_000_000)]
    pub(crate) answers: u64,
    /// Length of each measurement under load.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Measurements of each side; they alternate, and the medians are compared.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Calls in flight.
    #[arg(long, default_value_t = 64)]
    pub(crate) streams: usize,
    /// Connections they are spread over.
    #[arg(long, default_value_t = 4)]
    pub(crate) channels: usize,
    /// Purchases of one round of `import`.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) import_facts: u64,
    /// Import streams side by side.
    #[arg(long, default_value_t = 4)]
    pub(crate) import_streams: usize,
    /// Smoke run: 20,000 customers, 200,000 purchases, 100,000 answers, 2 seconds, imports of 20,000.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Where to write the figures as JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Where to put the databases; a folder of its own is made there and removed at the end.
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
    /// Keep the databases in `--dir` itself, and use them again when they are there.
    #[arg(long, requires = "dir")]
    pub(crate) keep: bool,
    /// The server to measure; the `guanxi` beside this program when not given.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// An empty PostgreSQL database to use instead of a private cluster.
    #[arg(long)]
    pub(crate) postgres_url: Option<String>,
    /// Be the server that commits every call by itself, on the database that GUANXI_STORAGE__URL names.
    #[arg(long, hide = true)]
    pub(crate) one_by_one: Option<SocketAddr>,
}

impl Args {
    pub(crate) fn at_scale(mut self) -> Self {
        if self.quick {
            (self.customers, self.facts, self.seconds) = (20_000, 200_000, 2);
            self.import_facts = self.import_facts.min(20_000);
            self.answers = self.answers.min(100_000);
        }
        self.facts = self.facts.max(self.customers);
        self
    }

    pub(crate) fn wants(&self, benchmark: Benchmark) -> bool {
        self.benchmarks.iter().any(|one| *one == benchmark || *one == Benchmark::All)
    }
}

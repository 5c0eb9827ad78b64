//! A run: a filled database, a server on it, and the benchmarks one after the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use guanxi_model::Timestamp;
use serde_json::json;
use tonic::transport::Channel;

use crate::args::{Args, Benchmark};
use crate::data::Population;
use crate::database::Database;
use crate::load::Load;
use crate::report::{Report, Side};
use crate::server::Server;
use crate::{Result, activate, answers, bare, busy, create, get, import, judge, record, simulate};

/// What every benchmark works with.
pub(crate) struct Bench {
    pub(crate) args: Args,
    pub(crate) dir: PathBuf,
    pub(crate) database: Database,
    pub(crate) server: Server,
    pub(crate) channels: Vec<Channel>,
    pub(crate) population: Population,
    /// Tells the rows of this run from those of others on a database that was kept.
    pub(crate) seed: u64,
    pub(crate) report: Report,
}

/// A new folder, or the one to keep.
enum Folder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl Folder {
    fn new(args: &Args) -> Result<Self> {
        let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
        fs::create_dir_all(&parent)?;
        if args.keep {
            return Ok(Folder::Kept(fs::canonicalize(parent)?));
        }
        let folder = tempfile::Builder::new().prefix("guanxi-bench-").tempdir_in(parent)?;
        // The user that PostgreSQL runs as must be able to reach its own folder.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(Folder::Temporary(folder))
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Kept(path) => path,
            Folder::Temporary(folder) => folder.path(),
        }
    }
}

/// Measures what is asked for; whether every goal was met.
pub(crate) async fn run(args: Args) -> Result<bool> {
    if args.benchmarks == [Benchmark::Judge] {
        let mut report = Report::default();
        judge::run(args.rounds, &mut report)?;
        return Ok(report.all_met());
    }
    let folder = Folder::new(&args)?;
    let mut bench = Bench::start(args, folder.path()).await?;
    if bench.args.wants(Benchmark::Get) {
        get::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Create) {
        create::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Import) {
        import::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Record) {
        record::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Activate) {
        activate::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Simulate) {
        simulate::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Busy) {
        busy::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Answers) {
        answers::run(&mut bench).await?;
    }
    if bench.args.wants(Benchmark::Judge) {
        judge::run(bench.args.rounds, &mut bench.report)?;
    }
    bench.finish().await
}

impl Bench {
    async fn start(args: Args, dir: &Path) -> Result<Self> {
        let population = Population { customers: args.customers, facts: args.facts };
        let database = Database::open(&args, dir).await?;
        let log = dir.join("server.log");
        let program = program(&args)?;
        let server = Server::guanxi(&program, &database.url(), &log).await?;
        let mark = dir.join(format!("filled-{:?}-{}-{}", args.database, args.customers, args.facts));
        let server = if mark.exists() {
            server
        } else {
            server.stop().await?;
            let began = Instant::now();
            println!("filling {:?} with {} customers and {} purchases", args.database, args.customers, args.facts);
            bare::fill(&database, population).await?;
            fs::write(&mark, "")?;
            println!("filled in {:.0} s", began.elapsed().as_secs_f64());
            Server::guanxi(&program, &database.url(), &log).await?
        };
        let channels = server.connect(args.channels).await?;
        let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let dir = dir.to_owned();
        Ok(Bench { args, dir, database, server, channels, population, seed, report: Report::default() })
    }

    /// The server that is measured, for the load.
    pub(crate) fn ours(&self) -> (&[Channel], u32) {
        (&self.channels, self.server.pid())
    }

    pub(crate) fn load(&self) -> Load {
        Load { streams: self.args.streams, length: Duration::from_secs(self.args.seconds) }
    }

    /// The server that commits every call by itself, on the same database.
    pub(crate) async fn one_by_one(&self) -> Result<(Server, Vec<Channel>)> {
        let server = Server::one_by_one(&self.database.url(), &self.dir.join("one-by-one.log")).await?;
        let channels = server.connect(self.args.channels).await?;
        Ok((server, channels))
    }

    /// A server that begins anew, so that its memory is that of what follows.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        let (log, program) = (self.dir.join("server.log"), program(&self.args)?);
        let next = Server::guanxi(&program, &self.database.url(), &log).await?;
        std::mem::replace(&mut self.server, next).stop().await?;
        self.channels = self.server.connect(self.args.channels).await?;
        Ok(())
    }

    /// The name of a benchmark as the report shows it.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{what}, {:?}", self.args.database)
    }

    /// What both sides have added to a count has to be there.
    pub(crate) async fn verify(&self, what: &str, sql: &str, expected: i64) -> Result<()> {
        let found = self.database.number(sql).await?;
        if found == expected {
            Ok(())
        } else {
            Err(format!("{what}: {found} in the database, {expected} expected").into())
        }
    }

    async fn finish(self) -> Result<bool> {
        let all_met = self.report.all_met();
        if let Some(json) = &self.args.json {
            let run = json!({
                "command": std::env::args().collect::<Vec<_>>(),
                "database": format!("{:?}", self.args.database),
                "customers": self.args.customers,
                "facts": self.args.facts,
                "streams": self.args.streams,
                "cores": std::thread::available_parallelism()?.get(),
                "seed": self.seed,
            });
            self.report.write(json, run)?;
        }
        self.server.stop().await?;
        Ok(all_met)
    }
}

/// Two sides with their descriptions.
pub(crate) fn sides(ceiling: impl Into<String>, ours: impl Into<String>) -> (Side, Side) {
    (Side::new(ceiling), Side::new(ours))
}

/// The present moment, as the server's clock shows it.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

fn program(args: &Args) -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("guanxi");
    let program = args.server.clone().unwrap_or(beside);
    if program.exists() {
        return Ok(program);
    }
    Err(format!("{} is not there: cargo build --release -p guanxi-server, or --server", program.display()).into())
}

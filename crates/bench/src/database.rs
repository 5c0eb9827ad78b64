//! The databases that are measured: a SQLite file, or a private PostgreSQL cluster with durable settings.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::Result;
use crate::args::{Args, Kind};

/// A database, and what has to live as long as it does.
pub(crate) enum Database {
    Sqlite { file: PathBuf },
    Postgres { url: String, _cluster: Option<Cluster> },
}

impl Database {
    pub(crate) async fn open(args: &Args, dir: &Path) -> Result<Self> {
        match (args.database, &args.postgres_url) {
            (Kind::Sqlite, _) => Ok(Database::Sqlite { file: dir.join("guanxi.db") }),
            (Kind::Postgres, Some(url)) => Ok(Database::Postgres { url: url.clone(), _cluster: None }),
            (Kind::Postgres, None) => {
                let cluster = Cluster::start(&dir.join("postgres")).await?;
                Ok(Database::Postgres { url: cluster.url.clone(), _cluster: Some(cluster) })
            }
        }
    }

    /// As the server takes it.
    pub(crate) fn url(&self) -> String {
        match self {
            Database::Sqlite { file } => format!("sqlite://{}?mode=rwc", file.display()),
            Database::Postgres { url, .. } => url.clone(),
        }
    }

    /// Carries statements out, each by itself.
    pub(crate) async fn execute(&self, statements: &[String]) -> Result<()> {
        match self {
            Database::Sqlite { file } => Ok(rusqlite::Connection::open(file)?.execute_batch(&statements.join(";"))?),
            Database::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await?;
                for sql in statements {
                    sqlx::raw_sql(AssertSqlSafe(sql.as_str())).execute(&mut connection).await?;
                }
                Ok(connection.close().await?)
            }
        }
    }

    /// The number that a query returns.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64> {
        match self {
            Database::Sqlite { file } => Ok(rusqlite::Connection::open(file)?.query_row(sql, [], |row| row.get(0))?),
            Database::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await?;
                let number = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(number)
            }
        }
    }
}

/// The server, until the end of a pipe that only this process holds: however this process ends, `sh` then stops it.
const WATCHDOG: &str = r#"
exec 3<&0
"$1/postgres" -D "$0/data" -k "$0" -p 5432 -c listen_addresses= -c max_connections=50 \
  -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=2GB -c max_wal_size=8GB \
  -c checkpoint_timeout=15min -c maintenance_work_mem=1GB -c effective_cache_size=12GB \
  -c bgwriter_delay=20ms -c bgwriter_lru_maxpages=1000 -c bgwriter_lru_multiplier=4 \
  </dev/null >"$0/log" 2>&1 3<&- &
server=$!
{ read -r _ <&3; kill -INT $server; } 2>/dev/null &
wait $server
"#;

/// A private cluster that listens on a socket in its folder and nowhere else.
pub(crate) struct Cluster {
    url: String,
    watchdog: Child,
}

impl Cluster {
    async fn start(dir: &Path) -> Result<Self> {
        let programs = programs()?;
        fs::create_dir_all(dir)?;
        let dir = fs::canonicalize(dir)?;
        let user: &[&str] = if fs::metadata(&dir)?.uid() == 0 || dir.join("data").exists() && is_root()? {
            Command::new("chown").arg("postgres").arg(&dir).status()?;
            &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        } else {
            &[]
        };
        if !dir.join("data").exists() {
            let mut initdb = command(user, &programs.join("initdb"));
            initdb.arg("--pgdata").arg(dir.join("data"));
            initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
            let output = initdb.current_dir(&dir).output()?;
            if !output.status.success() {
                return Err(format!("initdb: {}", String::from_utf8_lossy(&output.stderr)).into());
            }
        }
        let mut watchdog = command(user, Path::new("/bin/sh"));
        watchdog.args(["-c", WATCHDOG]).arg(&dir).arg(&programs).current_dir(&dir);
        let watchdog = watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let url = format!("postgres://postgres@localhost/postgres?host={}", dir.display());
        let cluster = Cluster { url, watchdog };
        cluster.wait_until_it_accepts().await?;
        Ok(cluster)
    }

    async fn wait_until_it_accepts(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            match PgConnection::connect(&self.url).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(error) if began.elapsed() > Duration::from_secs(60) => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of the pipe stops the server; the folder may be removed once it has ended.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

/// Where `initdb` and `postgres` are.
fn programs() -> Result<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.extend(std::env::split_paths(&on_path));
    let found =
        folders.into_iter().rev().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    found.ok_or_else(|| "no PostgreSQL is installed here; see --postgres-url".into())
}

/// A program, begun by another that is told how.
pub(crate) fn command(prefix: &[&str], program: &Path) -> Command {
    match prefix {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    }
}

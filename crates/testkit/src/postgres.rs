//! PostgreSQL for tests: one server per test process, one template database, one clone of it per test.
//!
//! Everything here blocks, on threads and runtimes of its own: each test has its own runtime, and a connection belongs
//! to the runtime that opened it, so every step connects anew.

mod cluster;

use std::{
    env,
    fmt::Display,
    panic,
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::{Duration, SystemTime},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::runtime;
use uuid::Uuid;

use self::cluster::Cluster;

const DATABASE: &str = "t_";
const TEMPLATE: &str = "guanxi_template_";
/// Names carry the time they were made at: what is older than any test run has been left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// A server on which databases can be made.
pub struct Postgres {
    url: String,
    template: OnceLock<String>,
    /// PostgreSQL wants a template to itself while it is copied.
    copying: Mutex<()>,
    /// None where the server is somebody else's.
    _cluster: Option<Cluster>,
}

/// A database of one test, dropped with this.
pub struct TestDatabase {
    server: &'static Postgres,
    name: String,
    url: String,
}

impl Postgres {
    /// The server of this process: the one `GUANXI_TEST_POSTGRES_URL` names (a user who may create databases), else a
    /// private cluster of the PostgreSQL installed here, else none.
    ///
    /// # Panics
    /// When there is one and it cannot be used: that is a fault, not an absence.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Result<Option<Postgres>, ()>> = OnceLock::new();
        // Kept even when it fails: hundreds of tests would each wait for the same failure.
        let shared = SHARED.get_or_init(|| thread::spawn(Self::find).join().map_err(drop));
        let shared = shared.as_ref().unwrap_or_else(|()| panic!("no PostgreSQL: the test that asked first shows why"));
        shared.as_ref()
    }

    /// Makes the template that databases are cloned from, once per process; later calls find it made. `migrate` gets
    /// its address and leaves no connection behind.
    ///
    /// # Panics
    /// When `migrate` fails.
    pub fn template<Migrate, Done, Error>(&self, migrate: Migrate)
    where
        Migrate: FnOnce(String) -> Done + Send,
        Done: Future<Output = Result<(), Error>>,
        Error: Display,
    {
        self.template.get_or_init(|| {
            let name = new_name(TEMPLATE);
            self.execute(format!("CREATE DATABASE {name}"));
            let url = self.url_of(&name);
            blocking(async move || migrate(url).await.unwrap_or_else(|error| panic!("the template: {error}")));
            // No test can change what the others are cloned from, and no connection stands in the way of copying.
            self.execute(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
            self.execute(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
            name
        });
    }

    /// A copy of the template.
    ///
    /// # Panics
    /// When [`Postgres::template`] was not called before.
    pub fn clone_database(&'static self) -> TestDatabase {
        let template = self.template.get().expect("the template is migrated before it is cloned");
        // Half the time of `wal_log` on this server, which writes every page to the log as well.
        self.database(&format!("TEMPLATE {template} STRATEGY file_copy"))
    }

    /// A database with nothing in it, for tests of the migrations themselves.
    pub fn empty_database(&'static self) -> TestDatabase {
        self.database("TEMPLATE template0 STRATEGY file_copy")
    }

    fn find() -> Option<Self> {
        if let Ok(url) = env::var("GUANXI_TEST_POSTGRES_URL") {
            let server = Self::at(url, None);
            server.sweep();
            return Some(server);
        }
        let cluster = Cluster::start()?;
        Some(Self::at(cluster.url(), Some(cluster)))
    }

    fn at(url: String, cluster: Option<Cluster>) -> Self {
        Self { url, template: OnceLock::new(), copying: Mutex::new(()), _cluster: cluster }
    }

    fn database(&'static self, copied_from: &str) -> TestDatabase {
        let name = new_name(DATABASE);
        let _alone = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        self.execute(format!("CREATE DATABASE {name} {copied_from}"));
        TestDatabase { server: self, url: self.url_of(&name), name }
    }

    /// Drops what killed runs left on a server that outlives them.
    fn sweep(&self) {
        let url = self.url.clone();
        let names: Vec<String> = blocking(async || {
            let mut connection = PgConnection::connect(&url).await.expect("GUANXI_TEST_POSTGRES_URL");
            let every_name = sqlx::query_scalar("SELECT datname::text FROM pg_database");
            every_name.fetch_all(&mut connection).await.expect("the names of the databases")
        });
        for name in names.iter().filter(|name| is_left_behind(name)) {
            self.try_execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).ok();
        }
    }

    fn execute(&self, sql: String) {
        self.try_execute(sql.clone()).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    fn try_execute(&self, sql: String) -> sqlx::Result<()> {
        blocking(async || {
            let mut connection = PgConnection::connect(&self.url).await?;
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
            connection.close().await
        })
    }

    fn url_of(&self, database: &str) -> String {
        with_database(&self.url, database)
    }
}

impl TestDatabase {
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Best effort: the test is over, and what stays is swept later.
        self.server.try_execute(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).ok();
    }
}

/// Runs a future to its end on a thread and a runtime of its own, so that it works inside and outside of any other.
fn blocking<Start, T>(start: Start) -> T
where
    Start: AsyncFnOnce() -> T + Send,
    T: Send,
{
    let run = || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(start())
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|cause| panic::resume_unwind(cause))
}

fn new_name(prefix: &str) -> String {
    format!("{prefix}{}", Uuid::now_v7().simple())
}

/// Whether a name is one of ours and old.
fn is_left_behind(name: &str) -> bool {
    let id = name.strip_prefix(DATABASE).or_else(|| name.strip_prefix(TEMPLATE));
    let made = id.filter(|id| id.len() == 32).and_then(|id| Uuid::try_parse(id).ok()).and_then(|id| id.get_timestamp());
    made.is_some_and(|made| {
        let (seconds, nanos) = made.to_unix();
        let made = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
        made.elapsed().is_ok_and(|age| age > LEFT_BEHIND)
    })
}

/// The address of another database of the same server.
fn with_database(url: &str, database: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let host_at = address.find("://").expect("a PostgreSQL URL") + 3;
    let path_at = address[host_at..].find('/').map_or(address.len(), |at| host_at + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{database}{query}", &address[..path_at])
}

#[cfg(test)]
mod tests;

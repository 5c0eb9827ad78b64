//! The schema as both databases see it once migrated: its rules, its migrations there and back, the plans of the lists,
//! and what faults of a database become.

mod catalogue;
mod faults;
mod folding;
mod leases;
mod log;
mod migrations;
mod plans;
mod purge;
mod rules;
mod walks;

use std::panic;
use std::time::Duration;

use guanxi_model::{Currency, OperationId, Timestamp, Zone};
use guanxi_testkit::{Backend, Database, Postgres, TestDatabase, database, skip_or_fail};
use sea_orm::QueryResult;
use tokio::task::spawn_blocking;

use crate::catalogue::query;
use crate::{Deployment, Operation, OperationState, Options, Store};

/// Makes of each `async fn case(opened: Opened)` of the calling module the tests `sqlite::case` and `postgres::case`, each
/// on a migrated database of its own.
macro_rules! on_each_database {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(crate::schema_test::on_each_database!(@test Sqlite $case);)+
        }
        mod postgres {
            $(crate::schema_test::on_each_database!(@test Postgres $case);)+
        }
    };
    (@test $backend:ident $case:ident) => {
        #[tokio::test]
        async fn $case() {
            if let Some(opened) = crate::schema_test::migrated(guanxi_testkit::Backend::$backend).await {
                super::$case(opened).await;
            }
        }
    };
}
use on_each_database;

/// A store on a database of one test.
struct Opened {
    store: Store,
    backend: Backend,
    url: String,
    _database: Guard,
}

enum Guard {
    /// As the test server finds it.
    Kit { _database: Database },
    /// With nothing in it.
    Empty { _database: TestDatabase },
}

impl Opened {
    async fn at(url: &str, backend: Backend, database: Guard) -> Opened {
        let store = open(url).await.unwrap();
        Opened { store, backend, url: url.to_owned(), _database: database }
    }

    /// Rows by the connection that writes.
    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        query(&self.store.pools.writer, sql, []).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// Waits until somebody waits for a lock of somebody else. Who waits for the one writer of SQLite cannot be seen.
    async fn until_one_waits(&self) {
        let waiting =
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..2_000 {
            if self.backend == Backend::Sqlite || !self.rows(waiting).await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nobody waits");
    }

    /// The first column of rows, which is text.
    async fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}

/// One that nobody works on.
fn operation(id: OperationId) -> Operation {
    Operation {
        id,
        kind: "test".into(),
        subject: "pyramids/value".into(),
        state: OperationState::Pending,
        request: "{}".into(),
        progress: "{}".into(),
        outcome: None,
        cancel_requested: false,
        lease_until: Timestamp(0),
        fence: 0,
        create_time: Timestamp(0),
        update_time: Timestamp(0),
        end_time: None,
    }
}

async fn open(url: &str) -> Result<Store, crate::Error> {
    Store::open(&Options { url: url.to_owned(), read_connections: 0 }).await
}

/// As the defaults of the configuration have it, by which the test server migrates.
fn deployment() -> Deployment {
    Deployment { currency: Currency::parse("USD").unwrap(), zone: Zone::utc() }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(work).await.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()))
}

/// A migrated database; none where the machine has no such server.
async fn migrated(backend: Backend) -> Option<Opened> {
    let database = blocking(move || database(backend)).await?;
    let url = database.url().to_owned();
    let opened = Opened::at(&url, backend, Guard::Kit { _database: database }).await;
    opened.store.migrate(&deployment(), Timestamp(0)).await.unwrap();
    Some(opened)
}

/// A database with nothing in it.
async fn empty(backend: Backend) -> Option<Opened> {
    match backend {
        Backend::Sqlite => {
            let database = blocking(move || database(backend)).await?;
            let url = database.url().to_owned();
            Some(Opened::at(&url, backend, Guard::Kit { _database: database }).await)
        }
        Backend::Postgres => {
            let server = blocking(Postgres::shared).await;
            let Some(server) = server else {
                skip_or_fail("postgres", "no PostgreSQL");
                return None;
            };
            let database = blocking(|| server.empty_database()).await;
            let url = database.url().to_owned();
            Some(Opened::at(&url, backend, Guard::Empty { _database: database }).await)
        }
    }
}

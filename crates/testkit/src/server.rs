//! A server under test and the database below it.

use tempfile::TempDir;

use crate::{Backend, Postgres, TestDatabase, skip_or_fail};

/// A server of one test, in this process, on a database of its own.
pub struct TestServer {
    pub database: Database,
}

impl TestServer {
    /// Takes the database for as long as the server lives.
    pub async fn start(database: Database) -> Self {
        Self { database }
    }
}

/// An empty database of one test; gone when dropped.
pub struct Database {
    backend: Backend,
    url: String,
    _guard: Guard,
}

enum Guard {
    Sqlite { _folder: TempDir },
    Postgres { _database: TestDatabase },
}

impl Database {
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// As the server's configuration takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A file, as in production: an in-memory database dies with its connection and has other locks.
    fn sqlite() -> Self {
        let folder = tempfile::Builder::new().prefix("guanxi-sqlite-").tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("guanxi.db").display());
        Self { backend: Backend::Sqlite, url, _guard: Guard::Sqlite { _folder: folder } }
    }

    fn postgres(server: &'static Postgres) -> Self {
        let database = server.empty_database();
        let url = database.url().to_owned();
        Self { backend: Backend::Postgres, url, _guard: Guard::Postgres { _database: database } }
    }
}

/// A database of the kind asked for; `None`, and said aloud, where the machine has no such server. Blocks.
///
/// # Panics
/// When it is absent and `GUANXI_REQUIRE` names it.
pub fn database(backend: Backend) -> Option<Database> {
    match backend {
        Backend::Sqlite => Some(Database::sqlite()),
        Backend::Postgres => {
            let server = Postgres::shared();
            if server.is_none() {
                skip_or_fail("postgres", "no PostgreSQL");
            }
            server.map(Database::postgres)
        }
    }
}

//! A server under test and the database below it. The server is the real one, with its own listener on a loopback port,
//! its transport and its layers; only its clock is the test's.

use std::net::SocketAddr;
use std::time::Duration;

use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi_model::{Clock, ManualClock, Timestamp};
use guanxi_server::Config;
use guanxi_server::config::MigrateAtStart;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};

use crate::{Backend, Postgres, TestDatabase, skip_or_fail};

/// The moment at which the clock of every test server stands at first: 2026-01-31 12:00:00 UTC.
pub const START: &str = "2026-01-31T12:00:00Z";

/// A server of one test, in this process, on a database of its own.
pub struct TestServer {
    /// The hands of the server's clock.
    pub clock: ManualClock,
    address: SocketAddr,
    channel: Channel,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<Result<(), guanxi_server::Error>>>,
    // Last, so that the server has let go of it.
    database: Database,
}

impl TestServer {
    /// Starts a server on the database.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts a server whose configuration is changed first.
    pub async fn start_with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let clock = ManualClock::at(Timestamp::parse_rfc3339(START).expect("a moment"));
        Self::start_at(database, clock, change).await
    }

    async fn start_at(database: Database, clock: ManualClock, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(database.url());
        change(&mut config);
        let (address, stop, running) = serve(config, clock.clock()).await;
        let channel = connect(address).await;
        Self { clock, address, channel, stop: Some(stop), running: Some(running), database }
    }

    /// Stops the server gracefully and starts another one on the same database.
    pub async fn restart(mut self) -> Self {
        self.shut_down().await;
        let (address, stop, running) = serve(config(self.database.url()), self.clock.clock()).await;
        (self.address, self.stop, self.running) = (address, Some(stop), Some(running));
        self.channel = connect(address).await;
        self
    }

    /// Another server process's worth: a second server on the same database.
    pub async fn replica(&self) -> Replica {
        let (address, stop, running) = serve(config(self.database.url()), self.clock.clock()).await;
        Replica { channel: connect(address).await, _stop: stop, _running: running }
    }

    /// Stops the server gracefully and waits until it has.
    pub async fn shut_down(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(running) = self.running.take() {
            running.await.expect("the server does not panic").expect("the server stops without an error");
        }
    }

    pub fn backend(&self) -> Backend {
        self.database.backend()
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn customers(&self) -> CustomerServiceClient<Channel> {
        CustomerServiceClient::new(self.channel())
    }

    pub fn activity(&self) -> ActivityServiceClient<Channel> {
        ActivityServiceClient::new(self.channel())
    }

    pub fn satisfaction(&self) -> SatisfactionServiceClient<Channel> {
        SatisfactionServiceClient::new(self.channel())
    }

    pub fn segmentation(&self) -> SegmentationServiceClient<Channel> {
        SegmentationServiceClient::new(self.channel())
    }

    pub fn operations(&self) -> OperationsClient<Channel> {
        OperationsClient::new(self.channel())
    }
}

/// A second server on the database of the first; stops when dropped.
pub struct Replica {
    pub channel: Channel,
    _stop: oneshot::Sender<()>,
    _running: JoinHandle<Result<(), guanxi_server::Error>>,
}

/// The configuration of a test server: the defaults, on this database, without the pauses of a rolling restart.
pub fn config(url: &str) -> Config {
    let mut config = Config::defaults().expect("the defaults are valid");
    config.storage.url = url.into();
    config.storage.migrate_at_start = MigrateAtStart::Always;
    config.shutdown.lameduck = Duration::ZERO;
    config
}

pub(crate) async fn serve(
    config: Config,
    clock: Clock,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<Result<(), guanxi_server::Error>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(guanxi_server::run(config, clock, listener, async {
        // A dropped sender stops the server as well.
        let _ = stopped.await;
    }));
    (address, stop, running)
}

/// A connection to a server that may still be starting.
pub(crate) async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("the port is bound before the server starts")
}

async fn migrate(url: String) -> Result<(), guanxi_server::Error> {
    guanxi_server::migrate(&config(&url), Clock::system()).await
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

    fn postgres(database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self { backend: Backend::Postgres, url, _guard: Guard::Postgres { _database: database } }
    }
}

/// A database of the kind asked for; `None`, and said aloud, where the machine has no such server. Blocks.
///
/// # Panics
/// When it is absent and `GUANXI_REQUIRE` names it.
pub fn database(backend: Backend) -> Option<Database> {
    let migrated = |server: &'static Postgres| {
        server.template(migrate);
        server.clone_database()
    };
    made(backend, migrated)
}

/// One that no server has settled in, for settings of a deployment other than the defaults; else as [`database`].
///
/// # Panics
/// As [`database`].
pub fn empty_database(backend: Backend) -> Option<Database> {
    made(backend, Postgres::empty_database)
}

fn made(backend: Backend, in_postgres: impl FnOnce(&'static Postgres) -> TestDatabase) -> Option<Database> {
    match backend {
        Backend::Sqlite => Some(Database::sqlite()),
        Backend::Postgres => {
            let server = Postgres::shared();
            if server.is_none() {
                skip_or_fail("postgres", "no PostgreSQL");
            }
            server.map(in_postgres).map(Database::postgres)
        }
    }
}

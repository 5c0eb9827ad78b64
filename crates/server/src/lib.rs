//! The server: configuration, logging, transport, what happens around every call, and the command line. Everything a
//! process needs around the services of `guanxi-grpc`, and nothing about customers.

pub mod cli;
pub mod config;
mod error;
mod health;
pub mod layers;
mod services;
pub mod telemetry;
#[cfg(test)]
mod tests;
pub mod transport;

use std::sync::Arc;

use guanxi_app::App;
use guanxi_grpc::status;
use guanxi_model::Clock;
use guanxi_store::{Deployment, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::Config;
pub use error::Error;
use health::Health;

/// Serves on `listener` until `shutdown` is ready, then stops gracefully: health says NOT_SERVING, calls are accepted
/// for the lameduck time, connections get a GOAWAY and streams end, calls in flight may finish, and what was
/// acknowledged is on disk.
///
/// # Errors
/// What keeps the server from starting: a database that cannot be opened, or that belongs to another deployment.
pub async fn run(
    config: Config,
    clock: Clock,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let deployment = services::deployment(&config)?;
    let store = services::open(&config).await?;
    let served = run_on(&store, (&config, deployment, clock), listener, shutdown).await;
    // Also where it could not start: SQLite folds its log into the file.
    store.close().await;
    served.inspect(|()| tracing::info!("stopped"))
}

async fn run_on(
    store: &Store,
    (config, deployment, clock): (&Config, Deployment, Clock),
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    services::prepare(store, config, &deployment, &clock).await?;
    let app = Arc::new(App::start(store.clone(), deployment, clock).await?);
    let health = Health::serving().await;
    let served = async {
        let routes = services::routes(Arc::clone(&app), config, &health)?;
        serve(routes, &health, config, listener, shutdown).await;
        Ok(())
    };
    let served = served.await;
    // Also where nothing was served: what it has begun is ended before its store closes.
    app.stop().await;
    served
}

/// Brings the schema of the configured database up to date, and nothing else.
///
/// # Errors
/// A database that cannot be opened or migrated, or that belongs to another deployment.
pub async fn migrate(config: &Config, clock: Clock) -> Result<(), Error> {
    let deployment = services::deployment(config)?;
    let store = services::open(config).await?;
    let migrated = store.migrate(&deployment, clock.now()).await;
    store.close().await;
    migrated.map_err(|source| Error::Storage { url: config.storage.url.clone(), source })
}

async fn serve(
    routes: Routes,
    health: &Health,
    config: &Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "serving");
    }
    let path = layers::RequestPath::new(routes, config.into());
    let stop = CancellationToken::new();
    let stopping = async {
        shutdown.await;
        tracing::info!(lameduck = ?config.shutdown.lameduck, drain = ?config.shutdown.drain, "stopping");
        health.stop_serving().await;
        tokio::time::sleep(config.shutdown.lameduck).await;
        stop.cancel();
    };
    tokio::join!(transport::serve(listener, path, config.into(), stop.clone()), stopping);
}

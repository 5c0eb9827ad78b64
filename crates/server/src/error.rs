//! Why the server does not start, in one line for whoever started it.

use crate::config::{self, DatabaseUrl};
use crate::telemetry;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error("configuration: deployment.currency: {0}")]
    Currency(#[source] guanxi_model::MoneyError),
    #[error("configuration: deployment.time_zone: {0}")]
    TimeZone(#[source] guanxi_model::TimeError),
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    #[error("database {url}: {source}")]
    Storage { url: DatabaseUrl, source: guanxi_store::Error },
    #[error("the application did not start: {0}")]
    App(#[from] guanxi_app::Error),
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: std::net::SocketAddr, source: std::io::Error },
    #[error("signals cannot be received: {0}")]
    Signals(#[source] std::io::Error),
    #[error("cannot write to standard output: {0}")]
    Output(#[source] std::io::Error),
}

//! Sockets and HTTP/2: accepting, limits per connection, age, and the graceful stop. Nothing here knows gRPC beyond
//! "one service for every request".
//!
//! tonic's own server is not used: it removes two of hyper's limits by default, cuts calls at `max_connection_age`
//! without a GOAWAY, has no time limit for the HTTP/2 preface, and never ends while one silent socket is open.
//! Plain HTTP/2 (h2c) only: TLS ends at a proxy or a service mesh for now.

mod accept;
mod connection;
mod preface;
mod slots;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::Service;

use crate::config::Config;

/// What every connection is held to.
#[derive(Clone, Debug)]
pub struct Settings {
    pub max_connections: usize,
    /// 0 is no limit; loopback has none.
    pub max_connections_per_ip: usize,
    pub max_concurrent_streams: u32,
    pub handshake_timeout: Duration,
    pub keepalive_interval: Duration,
    pub keepalive_timeout: Duration,
    /// Give or take a tenth, so that clients that came together do not leave together.
    pub max_age: Duration,
    pub max_age_grace: Duration,
    /// How long connections may go on after the stop.
    pub drain: Duration,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let connections = &config.connections;
        Self {
            max_connections: connections.max,
            max_connections_per_ip: connections.max_per_ip,
            max_concurrent_streams: connections.max_concurrent_streams,
            handshake_timeout: connections.handshake_timeout,
            keepalive_interval: connections.keepalive_interval,
            keepalive_timeout: connections.keepalive_timeout,
            max_age: connections.max_age,
            max_age_grace: connections.max_age_grace,
            drain: config.shutdown.drain,
        }
    }
}

/// What a request's connection adds to its extensions.
#[derive(Clone, Debug)]
pub struct Link {
    pub peer: SocketAddr,
    /// Cancelled when open streams must come to an end, because the server stops or the connection is too old.
    pub leaving: CancellationToken,
}

/// A service for every request, of the whole server.
pub trait Serves:
    Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Serves for S where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// Serves until `stop` is cancelled: then no connection is accepted any more, open ones get a GOAWAY and their streams
/// end, and what is still open after [`Settings::drain`] is cut.
pub async fn serve<S: Serves>(listener: TcpListener, service: S, settings: Settings, stop: CancellationToken) {
    warn_of_file_limit(settings.max_connections);
    let mut connections = accept::accept_until(&stop, listener, service, &settings).await;
    let drained =
        tokio::time::timeout(settings.drain, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(connections = connections.len(), "cutting connections that did not end in time");
        connections.shutdown().await;
    }
}

/// Each connection is an open file, and many systems allow a process 1,024 of them.
fn warn_of_file_limit(max_connections: usize) {
    let Some(limit) = open_file_limit() else { return };
    if limit < max_connections {
        tracing::warn!(limit, max_connections, "the limit of open files (ulimit -n) is below connections.max");
    }
}

/// The soft limit, where the system tells.
fn open_file_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

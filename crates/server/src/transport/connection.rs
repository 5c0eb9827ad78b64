//! One connection from its first byte to its end.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::preface::{self, Replayed};
use super::{Link, Serves, Settings};

const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
const FRAME: u32 = 16 * 1024;
/// What a client may send in headers; error details in trailers stay far below what clients accept.
const HEADER_LIST: u32 = 16 * 1024;
/// Limits against floods of cancelled and broken streams (CVE-2023-44487, RUSTSEC-2024-0003).
const PENDING_ACCEPT_RESETS: usize = 20;
const LOCAL_ERROR_RESETS: usize = 1024;
/// For the last statuses of streams that were just told to end, before the connection is cut.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    settings: Settings,
    stop: CancellationToken,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, settings: Settings, stop: CancellationToken) -> Self {
        Self { stream, peer, settings, stop }
    }

    /// Ends with the peer, at its age, or some time after the stop; until then in its own good time.
    pub(super) async fn serve<S: Serves>(self, service: S) {
        let Self { stream, peer, settings, stop } = self;
        match greet(stream, &settings, &stop).await {
            Ok(io) => converse(io, peer, &settings, &stop, service).await,
            Err(error) => tracing::debug!(%peer, %error, "connection closed before its first call"),
        }
    }
}

async fn greet(stream: TcpStream, settings: &Settings, stop: &CancellationToken) -> io::Result<Replayed> {
    stream.set_nodelay(true)?;
    tokio::select! {
        preface = timeout(settings.handshake_timeout, preface::read(stream)) => preface?,
        () = stop.cancelled() => Err(io::Error::other("the server stops")),
    }
}

async fn converse<S: Serves>(
    io: Replayed,
    peer: SocketAddr,
    settings: &Settings,
    stop: &CancellationToken,
    service: S,
) {
    let leaving = stop.child_token();
    let link = Link { peer, leaving: leaving.clone() };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(link.clone());
        service.clone().oneshot(request)
    });
    let mut connection = pin!(builder(settings).serve_connection(TokioIo::new(io), service));

    tokio::select! {
        ended = connection.as_mut() => return report(peer, ended),
        () = stop.cancelled() => {}
        () = sleep(with_jitter(settings.max_age)) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        ended = connection.as_mut() => return report(peer, ended),
        // The wait after a stop is the server's, for all connections together.
        () = sleep(settings.max_age_grace), if !stop.is_cancelled() => {}
    }
    leaving.cancel();
    match timeout(LAST_WORDS, connection).await {
        Ok(ended) => report(peer, ended),
        Err(_) => tracing::debug!(%peer, "connection cut: its calls did not end in the time of grace"),
    }
}

fn builder(settings: &Settings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME)
        .max_header_list_size(HEADER_LIST)
        .max_concurrent_streams(settings.max_concurrent_streams)
        .max_pending_accept_reset_streams(PENDING_ACCEPT_RESETS)
        .max_local_error_reset_streams(LOCAL_ERROR_RESETS)
        .keep_alive_interval(settings.keepalive_interval)
        .keep_alive_timeout(settings.keepalive_timeout);
    builder
}

fn report(peer: SocketAddr, ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection broken");
    }
}

/// Between nine and eleven tenths of `age`.
fn with_jitter(age: Duration) -> Duration {
    // std seeds each of these anew: good enough to spread connections, and no dependency.
    let random = RandomState::new().build_hasher().finish() % 1001;
    age.mul_f64(0.9 + 0.2 * (random as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_differ_by_a_tenth_at_most() {
        let age = Duration::from_secs(1000);
        let ages: Vec<Duration> = (0..100).map(|_| with_jitter(age)).collect();
        assert!(ages.iter().all(|it| (900.0..=1100.0).contains(&it.as_secs_f64())));
        assert!(ages.iter().any(|it| it != &ages[0]));
    }
}

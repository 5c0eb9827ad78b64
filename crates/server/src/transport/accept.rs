//! The accept loop: takes sockets while there is room for them and backs off when the system has none to give.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::slots::Slots;
use super::{Serves, Settings};

/// Returns the connections still open when `stop` is cancelled; the listening socket is closed by then.
pub(super) async fn accept_until<S: Serves>(
    stop: &CancellationToken,
    listener: TcpListener,
    service: S,
    settings: &Settings,
) -> JoinSet<()> {
    let slots = Slots::new(settings.max_connections, settings.max_connections_per_ip);
    let mut backoff = Backoff::default();
    let mut refusals = Refusals::default();
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = stop.cancelled() => return connections,
            Some(ended) = connections.join_next() => {
                report(ended);
                continue;
            }
            accepted = backoff.accept(&listener) => accepted,
        };
        match slots.take(peer.ip()) {
            Ok(slot) => {
                let connection = Connection::new(stream, peer, settings.clone(), stop.clone());
                let service = service.clone();
                connections.spawn(async move {
                    connection.serve(service).await;
                    drop(slot);
                });
            }
            Err(full) => refusals.count(&format!("{full:?}"), peer),
        }
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task panicked");
    }
}

/// Accepts again after a pause that grows while the system refuses; without it, a process out of file descriptors
/// would spin on a socket that stays readable.
#[derive(Default)]
struct Backoff {
    pause: Duration,
    retry_at: Option<Instant>,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(1);

    /// Cancel-safe: a pause that was interrupted goes on in the next call.
    async fn accept(&mut self, listener: &TcpListener) -> (TcpStream, SocketAddr) {
        loop {
            if let Some(at) = self.retry_at {
                tokio::time::sleep_until(at).await;
                self.retry_at = None;
            }
            match listener.accept().await {
                Ok(accepted) => {
                    self.pause = Duration::ZERO;
                    return accepted;
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    self.grow();
                    tracing::warn!(%error, pause = ?self.pause, "no connection could be accepted");
                }
            }
        }
    }

    fn grow(&mut self) {
        self.pause = (self.pause * 2).clamp(Self::FIRST, Self::LONGEST);
        self.retry_at = Some(Instant::now() + self.pause);
    }
}

/// The peer gave up before it was accepted; the next one is not concerned.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Warns of refused connections once a second at most.
#[derive(Default)]
struct Refusals {
    refused: u64,
    warned_at: Option<Instant>,
}

impl Refusals {
    fn count(&mut self, limit: &str, peer: SocketAddr) {
        self.refused += 1;
        if self.warned_at.is_none_or(|at| at.elapsed() >= Duration::from_secs(1)) {
            tracing::warn!(refused = self.refused, limit, %peer, "connections refused: too many");
            *self = Self { refused: 0, warned_at: Some(Instant::now()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_second() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = (0..7)
            .map(|_| {
                backoff.grow();
                backoff.pause.as_millis()
            })
            .collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1000, 1000]);
    }
}

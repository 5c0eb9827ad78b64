//! `guanxi serve`, and the signals that end it.

use std::io;
use std::process::ExitCode;

use guanxi_model::Clock;
use tokio::net::TcpListener;

use crate::{Config, Error};

pub(super) async fn serve(config: Config) -> Result<ExitCode, Error> {
    let address = config.server.listen;
    let mut signals = Signals::listen().map_err(Error::Signals)?;
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let shutdown = async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            tracing::warn!("a second signal: ending at once");
            std::process::exit(1);
        });
    };
    crate::run(config, Clock::system(), listener, shutdown).await?;
    Ok(ExitCode::SUCCESS)
}

/// SIGTERM, which orchestrators send, and SIGINT, which Ctrl-C is.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

//! The servers that are measured: processes of their own, so that their memory can be seen, stopped by their ids.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::database::command;
use crate::{Result, load};

/// A server process, until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

/// Has a program end with the thread that begins it, the main one, however that ends.
const ENDS_WITH_US: &[&str] = &["setpriv", "--pdeathsig", "KILL"];
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(60);

impl Server {
    /// `guanxi serve` on a database, migrated at start.
    pub(crate) async fn guanxi(program: &Path, url: &str, log: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = command(ENDS_WITH_US, program);
        command.args(["serve", "--listen", &address]);
        for setting in ["storage.migrate_at_start=always", "shutdown.lameduck_seconds=0", "log.filter=warn"] {
            command.args(["--set", setting]);
        }
        Self::start(command, address, url, log).await
    }

    /// This program as the server that commits every call by itself.
    pub(crate) async fn one_by_one(url: &str, log: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = command(ENDS_WITH_US, &std::env::current_exe()?);
        command.args(["--one-by-one", &address]);
        Self::start(command, address, url, log).await
    }

    async fn start(mut command: Command, address: String, url: &str, log: &Path) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        // In the environment: an address may hold a password.
        command.env("GUANXI_STORAGE__URL", url).stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        let mut server = Server { child: spawn(&mut command)?, address };
        let began = Instant::now();
        while !server.answers().await {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended with {status}; see {}", log.display()).into());
            }
            if began.elapsed() > START_LIMIT {
                return Err(format!("the server does not answer; see {}", log.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    async fn answers(&self) -> bool {
        let Ok(channels) = load::connect(&self.address, 1).await else { return false };
        let Some(channel) = channels.into_iter().next() else { return false };
        HealthClient::new(channel).check(HealthCheckRequest::default()).await.is_ok()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) async fn connect(&self, channels: usize) -> Result<Vec<Channel>> {
        load::connect(&self.address, channels).await
    }

    /// Asks the server to end and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() && began.elapsed() < STOP_LIMIT {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.get_program().to_owned();
    command.spawn().map_err(|error| format!("{}: {error}; is util-linux installed?", program.display()).into())
}

/// A port that was free a moment ago.
fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

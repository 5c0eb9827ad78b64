//! A server in a process of its own, for what only its sudden death can show. The process is the test binary itself, told
//! to run one test that serves: so it needs no other binary to be built, and is the code under test.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::thread;

use guanxi::v1::activity_service_client::ActivityServiceClient;
use guanxi_model::{ManualClock, Timestamp};
use tonic::transport::Channel;

use crate::server::{START, connect, serve};
use crate::{Database, config};

/// Holds the database for the process that is to serve.
const SERVE: &str = "GUANXI_TEST_SERVE";
/// What the process prints before its address.
const SERVING: &str = "serving at ";

/// A server that can be killed; dropping kills it as well.
pub struct ServerProcess {
    child: Child,
    channel: Channel,
}

impl ServerProcess {
    /// Starts a server on a database that no other server of this process has open. `serving` is the full name of a test
    /// of this binary, marked `#[ignore]`, that does nothing but call [`serve_when_asked`].
    ///
    /// # Panics
    /// When the process cannot be started or does not serve.
    pub async fn start(database: &Database, serving: &str) -> Self {
        let mut child = Command::new(env::current_exe().expect("the test binary"))
            .args(["--exact", serving, "--ignored", "--nocapture", "--test-threads=1"])
            .env(SERVE, database.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test binary starts");
        let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
        let reading = move || {
            // The harness prints the name of the test before, on the same line.
            let address = said
                .by_ref()
                .lines()
                .map_while(Result::ok)
                .find_map(|line| line.split_once(SERVING).map(|(_, address)| address.to_owned()));
            // What else is said is nobody's concern, but the pipe must not fill.
            thread::spawn(move || said.read_to_end(&mut Vec::new()));
            address
        };
        let address = tokio::task::spawn_blocking(reading).await.expect("reading does not panic");
        let address = address.unwrap_or_else(|| panic!("the test {serving} does not serve"));
        let channel = connect(address.parse().expect("an address")).await;
        Self { child, channel }
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn activity(&self) -> ActivityServiceClient<Channel> {
        ActivityServiceClient::new(self.channel())
    }

    /// Kills the process (SIGKILL) and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.end();
    }
}

/// Serves on the database that the environment names until standard input ends, which it does when the process that
/// asked is gone. Returns at once where nobody asked. The clock stands at [`START`].
///
/// # Panics
/// When it cannot serve.
pub async fn serve_when_asked() {
    let Ok(url) = env::var(SERVE) else { return };
    let clock = ManualClock::at(Timestamp::parse_rfc3339(START).expect("a moment"));
    let (address, _stop, running) = serve(config(&url), clock.clock()).await;
    println!("{SERVING}{address}");
    let asked_for = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        ended = running => panic!("the server ended by itself: {ended:?}"),
        _ = asked_for => {}
    }
}

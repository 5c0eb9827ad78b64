//! What the commands that talk to a running server share: the connection, patience with a server that is away, and
//! sending facts by streams. They are callers like any other and know nothing but the generated clients.

pub(super) mod chunk;
pub(super) mod count;
pub(super) mod fact;
pub(super) mod lane;
pub(super) mod patience;
pub(super) mod progress;

use std::time::Duration;

use clap::Args;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use self::patience::Patience;
use self::progress::Progress;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a server may take to come up that was never seen.
const FIRST_CONTACT: Duration = Duration::from_secs(10);
/// A server that is gone without a word is noticed by a ping that is not answered.
const PING: Duration = Duration::from_secs(20);

/// Why a command that talks to a server did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the server refuses: {} ({:?})", .0.message(), .0.code())]
    Refused(Box<Status>),
    #[error("no server answers at {address}: {why}")]
    Nobody { address: String, why: String },
    #[error("gave up: {0}; what is done is kept, and running this again does the rest")]
    Away(String),
    #[error("the server does not keep to the contract: {0}")]
    Contract(String),
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        match patience::is_temporary(&status) {
            true => Self::Away(patience::why(&status)),
            false => Self::Refused(Box::new(status)),
        }
    }
}

/// Where the server is.
#[derive(Clone, Debug, Args)]
pub(super) struct Connection {
    /// The server, as http://HOST:PORT.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051", value_parser = endpoint)]
    address: Endpoint,
    /// How long to try again while the server is away: 30s, 5m, 1h.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    retry_for: Duration,
}

impl Connection {
    /// A connection that is made when it is first used, and made anew when it is lost.
    pub(super) fn channel(&self) -> Channel {
        self.address
            .clone()
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .connect_lazy()
    }

    pub(super) fn patience(&self) -> Patience {
        Patience::new(self.retry_for)
    }

    /// The server as grpcurl wants it.
    pub(super) fn host_and_port(&self) -> String {
        self.address.uri().authority().map(ToString::to_string).unwrap_or_default()
    }

    /// Finds out soon whether there is a server at all: a wrong address is not worth much patience.
    pub(super) async fn find(&self, progress: &Progress) -> Result<(), Error> {
        let mut patience = Patience::new(self.retry_for.min(FIRST_CONTACT));
        let endpoint = self.address.clone().connect_timeout(CONNECT_TIMEOUT);
        loop {
            let Err(error) = endpoint.connect().await else { return Ok(()) };
            let why = patience::root(&error).to_string();
            if !patience.wait(progress, &why).await {
                return Err(Error::Nobody { address: self.host_and_port(), why });
            }
        }
    }

    /// Calls until there is an answer that another try would not change. The request has to be safe to repeat.
    pub(super) async fn call<T, F>(&self, progress: &Progress, mut call: impl FnMut() -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let mut patience = self.patience();
        loop {
            let status = match call().await {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(status) => status,
            };
            if !patience::is_temporary(&status) || !patience.wait(progress, &patience::why(&status)).await {
                return Err(status);
            }
        }
    }
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    let url = match text.split_once("://") {
        Some(("http", _)) => text.to_owned(),
        Some(_) => return Err("must be http://HOST:PORT; for TLS, go through a proxy".to_owned()),
        None => format!("http://{text}"),
    };
    Endpoint::from_shared(url).map_err(|error| format!("must be http://HOST:PORT: {error}"))
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("must be a number and s, m or h, such as 5m, got \"{text}\"");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let unit = match text.strip_prefix(digits) {
        Some("s" | "") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h", 3600), ("0", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "m", "5d", "5 m", "-1s", "1.5m", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_may_lack_their_scheme() {
        assert_eq!(endpoint("127.0.0.1:7").unwrap().uri(), endpoint("http://127.0.0.1:7").unwrap().uri());
        assert!(endpoint("https://127.0.0.1:7").is_err());
        assert!(endpoint("http://").is_err());
    }
}

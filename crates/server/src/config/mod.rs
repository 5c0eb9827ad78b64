//! Configuration: what can be set, where it comes from, and how it is shown. Nothing outside this module reads a file
//! or the environment.
//!
//! `config.default.toml` is the documentation, [`schema`] says what each key may hold, [`merge`] lays the sources over
//! each other, and here are the types the rest of the server takes.

mod database_url;
mod effective;
mod error;
mod merge;
mod schema;
mod source;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

pub use database_url::DatabaseUrl;
pub use effective::Effective;
pub use error::{Error, Problem};
pub use source::{Flag, Source, Sources};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub connections: Connections,
    pub shutdown: Shutdown,
    pub storage: Storage,
    pub deployment: Deployment,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub reflection: bool,
    pub receive_limit_bytes: usize,
    pub max_inflight_calls: usize,
    #[serde(rename = "default_deadline_seconds", deserialize_with = "seconds")]
    pub default_deadline: Duration,
    #[serde(rename = "max_deadline_seconds", deserialize_with = "seconds")]
    pub max_deadline: Duration,
    #[serde(rename = "stream_idle_seconds", deserialize_with = "seconds")]
    pub stream_idle: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connections {
    pub max: usize,
    /// 0 is no limit.
    pub max_per_ip: usize,
    pub max_concurrent_streams: u32,
    #[serde(rename = "handshake_timeout_seconds", deserialize_with = "seconds")]
    pub handshake_timeout: Duration,
    #[serde(rename = "keepalive_interval_seconds", deserialize_with = "seconds")]
    pub keepalive_interval: Duration,
    #[serde(rename = "keepalive_timeout_seconds", deserialize_with = "seconds")]
    pub keepalive_timeout: Duration,
    #[serde(rename = "max_age_seconds", deserialize_with = "seconds")]
    pub max_age: Duration,
    #[serde(rename = "max_age_grace_seconds", deserialize_with = "seconds")]
    pub max_age_grace: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shutdown {
    #[serde(rename = "lameduck_seconds", deserialize_with = "seconds")]
    pub lameduck: Duration,
    #[serde(rename = "drain_seconds", deserialize_with = "seconds")]
    pub drain: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub url: DatabaseUrl,
    /// 0 leaves the choice to us.
    pub read_connections: u32,
    pub migrate_at_start: MigrateAtStart,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MigrateAtStart {
    Always,
    Never,
    /// On SQLite, where one process owns the file.
    Auto,
}

/// As text: the words of the model parse them where the database is opened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    pub currency: String,
    pub time_zone: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// The defaults under everything the sources set, and where each value comes from.
    ///
    /// # Errors
    /// Every unknown key and every wrong value of all sources, together.
    pub fn load(sources: Sources) -> Result<(Self, Effective), Error> {
        let settings = merge::merge(sources)?;
        let config = Self::deserialize(merge::nested(&settings)).map_err(Error::Typed)?;
        if config.server.default_deadline > config.server.max_deadline {
            return Err(Error::DeadlinesCross);
        }
        Ok((config, Effective::new(settings)))
    }

    /// The defaults alone.
    ///
    /// # Errors
    /// None while the tests of this module pass.
    pub fn defaults() -> Result<Self, Error> {
        Self::load(Sources::default()).map(|(config, _)| config)
    }
}

impl Storage {
    pub fn migrates_at_start(&self) -> bool {
        match self.migrate_at_start {
            MigrateAtStart::Always => true,
            MigrateAtStart::Never => false,
            MigrateAtStart::Auto => self.url.is_sqlite(),
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_secs)
}

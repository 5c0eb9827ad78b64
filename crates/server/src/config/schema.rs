//! Every key and what it may hold; a test holds this table, the default file and the types together.

use std::fmt;
use std::net::SocketAddr;

use toml::Value;
use tracing_subscriber::EnvFilter;

use super::DatabaseUrl;

pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) allowed: Allowed,
}

pub(super) enum Allowed {
    Whole { from: i64, to: i64 },
    Boolean,
    Choice(&'static [&'static str]),
    Address,
    Database,
    LogFilter,
    Text,
}

const fn key(section: &'static str, name: &'static str, allowed: Allowed) -> Key {
    Key { section, name, allowed }
}

const fn whole(from: i64, to: i64) -> Allowed {
    Allowed::Whole { from, to }
}

pub(super) static KEYS: &[Key] = &[
    key("server", "listen", Allowed::Address),
    key("server", "reflection", Allowed::Boolean),
    key("server", "receive_limit_bytes", whole(1024, 4_194_304)),
    key("server", "max_inflight_calls", whole(1, 1_000_000)),
    key("server", "default_deadline_seconds", whole(1, 3600)),
    key("server", "max_deadline_seconds", whole(1, 3600)),
    key("server", "stream_idle_seconds", whole(1, 3600)),
    key("connections", "max", whole(1, 1_000_000)),
    key("connections", "max_per_ip", whole(0, 1_000_000)),
    key("connections", "max_concurrent_streams", whole(1, 10_000)),
    key("connections", "handshake_timeout_seconds", whole(1, 60)),
    key("connections", "keepalive_interval_seconds", whole(1, 3600)),
    key("connections", "keepalive_timeout_seconds", whole(1, 3600)),
    key("connections", "max_age_seconds", whole(1, 86_400)),
    key("connections", "max_age_grace_seconds", whole(0, 3600)),
    key("shutdown", "lameduck_seconds", whole(0, 600)),
    key("shutdown", "drain_seconds", whole(0, 3600)),
    key("storage", "url", Allowed::Database),
    key("storage", "read_connections", whole(0, 1000)),
    key("storage", "migrate_at_start", Allowed::Choice(&["always", "never", "auto"])),
    key("deployment", "currency", Allowed::Text),
    key("deployment", "time_zone", Allowed::Text),
    key("log", "filter", Allowed::LogFilter),
    key("log", "format", Allowed::Choice(&["text", "json"])),
];

/// Sections in the order of the table.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = KEYS.iter().map(|key| key.section).collect();
    sections.dedup();
    sections
}

pub(super) fn find(section: &str, name: &str) -> Option<usize> {
    KEYS.iter().position(|key| key.section == section && key.name == name)
}

impl Key {
    /// Environment variables and flags are text; a file knows its types.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        let value = match self.allowed {
            Allowed::Whole { .. } => text.parse().map(Value::Integer).ok(),
            Allowed::Boolean => text.parse().map(Value::Boolean).ok(),
            _ => None,
        };
        self.check(value.unwrap_or_else(|| Value::String(text.to_owned())))
    }

    /// The value, or what is wrong with it in words.
    pub(super) fn check(&self, value: Value) -> Result<Value, String> {
        if self.allowed.allows(&value) {
            return Ok(value);
        }
        Err(match self.allowed {
            // What was meant to be a URL may hold a password.
            Allowed::Database => format!("must be {}", self.allowed),
            _ => format!("must be {}, not {value}", self.allowed),
        })
    }
}

impl Allowed {
    fn allows(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Whole { from, to }, Value::Integer(number)) => (from..=to).contains(&number),
            (Self::Boolean, Value::Boolean(_)) => true,
            (Self::Choice(choices), Value::String(text)) => choices.contains(&text.as_str()),
            (Self::Address, Value::String(text)) => text.parse::<SocketAddr>().is_ok(),
            (Self::Database, Value::String(text)) => DatabaseUrl::from(text.as_str()).is_known_scheme(),
            (Self::LogFilter, Value::String(text)) => EnvFilter::try_new(text).is_ok(),
            (Self::Text, Value::String(text)) => !text.is_empty(),
            _ => false,
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { from, to } => write!(f, "a whole number from {from} to {to}"),
            Self::Boolean => f.write_str("true or false"),
            Self::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Self::Address => f.write_str("an address and port such as 127.0.0.1:50051"),
            Self::Database => f.write_str("a URL beginning with sqlite: or postgres:"),
            Self::LogFilter => f.write_str("a log filter such as info or info,guanxi_server=debug"),
            Self::Text => f.write_str("text"),
        }
    }
}

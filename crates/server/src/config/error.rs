//! What can be wrong with a configuration, said in one line.

use std::fmt;
use std::path::PathBuf;

use super::Source;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("configuration file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("configuration file {} line {line}: {message}", path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
    #[error("configuration: {}", list(.0))]
    Invalid(Vec<Problem>),
    #[error("configuration: server.default_deadline_seconds must not be above server.max_deadline_seconds")]
    DeadlinesCross,
    /// The table of keys and the types have come apart: a fault of ours.
    #[error("configuration: {0}")]
    Typed(#[source] toml::de::Error),
}

/// One key that is unknown, or whose value is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// As it was written.
    pub key: String,
    pub source: Source,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.key, self.source, self.message)
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

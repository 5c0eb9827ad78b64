//! Where settings come from.

use std::fmt;
use std::path::PathBuf;

/// What is laid over the defaults, weakest first.
#[derive(Debug, Default)]
pub struct Sources {
    pub file: Option<PathBuf>,
    /// Names and values of environment variables; those that are not ours are skipped.
    pub environment: Vec<(String, String)>,
    pub flags: Vec<Flag>,
}

/// A setting of the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// As it was written: `--listen`.
    pub flag: String,
    pub key: String,
    pub value: String,
}

/// Where one value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    /// Name of the variable.
    Environment(String),
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

impl Sources {
    /// This process's environment, and the file that `GUANXI_CONFIG` names unless `file` does.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        let file = file.or_else(|| std::env::var_os("GUANXI_CONFIG").filter(|it| !it.is_empty()).map(PathBuf::from));
        let text = |it: std::ffi::OsString| it.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        Self { file, environment, flags }
    }
}

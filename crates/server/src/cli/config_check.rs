//! `guanxi config check`: what a server started here and now would run with.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::config::Effective;
use crate::{Config, Error, services};

pub(super) fn config_check(config: &Config, effective: &Effective) -> Result<ExitCode, Error> {
    services::deployment(config)?;
    write!(io::stdout(), "{effective}").map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

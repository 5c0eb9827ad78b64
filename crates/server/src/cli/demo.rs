//! `guanxi demo`: a made-up company.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::client::{self, Connection};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Client(#[from] client::Error),
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    connection: Connection,
}

impl Demo {
    pub(super) async fn run(self, _out: &mut (dyn Write + Send)) -> Result<ExitCode, Error> {
        let _ = self.connection;
        Ok(ExitCode::SUCCESS)
    }
}

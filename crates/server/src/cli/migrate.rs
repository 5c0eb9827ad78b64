//! `guanxi migrate`: for deployments whose servers do not migrate at start.

use std::process::ExitCode;

use guanxi_model::Clock;

use crate::{Config, Error};

pub(super) async fn migrate(config: Config) -> Result<ExitCode, Error> {
    crate::migrate(&config, Clock::system()).await?;
    tracing::info!(database = %config.storage.url, "the schema is up to date");
    Ok(ExitCode::SUCCESS)
}

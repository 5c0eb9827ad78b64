//! The command line: what can be asked for, and how its flags reach the configuration. One file per command.

mod client;
mod config_check;
mod demo;
mod healthcheck;
mod import;
mod migrate;
mod serve;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Effective, Flag, Sources};
use crate::telemetry;

/// A customer-relationship backend over gRPC.
#[derive(Debug, Parser)]
#[command(name = "guanxi", version)]
pub struct Cli {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or Ctrl-C; a second one ends at once.
    Serve,
    /// Bring the schema of the database up to date.
    Migrate,
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask a running server whether it serves; exit code 0 if so, 1 if not.
    Healthcheck(healthcheck::Healthcheck),
    /// Import customers, purchases, interactions or answers to questionnaires from a CSV file into a running server.
    ///
    /// Fields are found by the header of the same name, or as --map and --column say; other columns are not used.
    Import(Box<import::Import>),
    /// Fill a running server with a made-up company, so that every call has something to show.
    ///
    /// The same seed gives the same company: running it twice changes nothing, more --customers add to it, and with a
    /// later --until the story goes on.
    Demo(Box<demo::Demo>),
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Server(#[from] crate::Error),
    #[error(transparent)]
    Import(#[from] import::Error),
    #[error(transparent)]
    Demo(#[from] demo::Error),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration and print what is in effect and where it comes from; passwords are hidden.
    Check,
}

/// Flags over environment variables (GUANXI_SERVER__LISTEN) over the file over the defaults.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration of the server")]
struct ConfigArgs {
    /// Configuration file (or GUANXI_CONFIG).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port of the server: server.listen.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Database: storage.url. A URL with a password belongs into GUANXI_STORAGE__URL: others can see command lines.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Any key of the configuration; may be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

impl Cli {
    /// Does what was asked for; the exit code says how it went.
    ///
    /// # Errors
    /// What kept it from being done.
    pub async fn run(self) -> Result<ExitCode, Error> {
        self.run_to(&mut io::stdout()).await
    }

    /// The same, with what `import` and `demo` have to say written to `out`.
    ///
    /// # Errors
    /// What kept it from being done.
    pub async fn run_to(self, out: &mut (dyn Write + Send)) -> Result<ExitCode, Error> {
        let loaded = || self.config.load();
        match self.command {
            Command::Serve => {
                let (config, _) = loaded()?;
                telemetry::init(&config.log).map_err(crate::Error::from)?;
                Ok(serve::serve(config).await?)
            }
            Command::Migrate => {
                let (config, _) = loaded()?;
                telemetry::init(&config.log).map_err(crate::Error::from)?;
                Ok(migrate::migrate(config).await?)
            }
            Command::Config(ConfigCommand::Check) => {
                let (config, effective) = loaded()?;
                Ok(config_check::config_check(&config, &effective)?)
            }
            Command::Healthcheck(healthcheck) => Ok(healthcheck.run(|| Ok(loaded()?.0.server.listen)).await?),
            Command::Import(import) => Ok(import.run(out).await?),
            Command::Demo(demo) => Ok(demo.run(out).await?),
        }
    }
}

impl ConfigArgs {
    fn load(&self) -> Result<(Config, Effective), crate::Error> {
        let named = [("--listen", "server.listen", &self.listen), ("--database", "storage.url", &self.database)];
        let named = named.into_iter().filter_map(|(flag, key, value)| {
            let value = value.clone()?;
            Some(Flag { flag: flag.to_owned(), key: key.to_owned(), value })
        });
        let set = self.set.iter().cloned().map(|(key, value)| Flag { flag: "--set".to_owned(), key, value });
        let flags = named.chain(set).collect();
        Ok(Config::load(Sources::of_process(self.config.clone(), flags))?)
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The commands run in tasks of their own, and say what they have to say where they are told to.
    #[tokio::test]
    async fn a_server_that_is_not_there_ends_an_import() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("purchases.csv");
        std::fs::write(&file, "customer,occur_time,net_amount\nada,2026-01-31,1.00\n").unwrap();
        let line = ["guanxi", "import", "purchases", "--address", "127.0.0.1:1", "--retry-for", "0s"];
        let cli = Cli::try_parse_from(line.map(OsString::from).into_iter().chain([file.into()])).unwrap();
        let run = tokio::spawn(async move {
            let mut out = Vec::new();
            (cli.run_to(&mut out).await, out)
        });
        let (ended, out) = run.await.unwrap();
        let why = ended.unwrap_err().to_string();
        assert!(why.starts_with("no server answers at 127.0.0.1:1: "), "{why}");
        assert!(out.is_empty());
    }

    #[test]
    fn flags_reach_the_configuration() {
        let line = "guanxi --listen 127.0.0.1:1 serve --set log.format=json --database sqlite://x.db?mode=rwc";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let (config, effective) = cli.config.load().unwrap();
        assert_eq!(config.server.listen.port(), 1);
        assert_eq!(config.storage.url.reveal(), "sqlite://x.db?mode=rwc");
        assert!(effective.to_string().contains("format = \"json\"  # --set"));
        assert!(Cli::try_parse_from(["guanxi", "serve", "--set", "log.format"]).is_err());
    }
}

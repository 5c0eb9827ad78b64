//! `guanxi import`: customers and facts from a CSV file into a running server, through the generated clients only. The
//! file is read as it is sent, and a file that was imported before changes nothing.
//!
//! `field` knows what a file may hold, `columns` where each field stands in it; `value` reads texts, and one module per
//! kind makes messages of rows. `reader` runs through the file on a thread of its own; `rejects` keeps the refused.

mod columns;
mod customer;
mod enroll;
mod field;
mod fields;
mod identity;
mod interaction;
mod lines;
mod order;
mod purchase;
mod reader;
mod rejects;
mod satisfaction;
mod summary;
mod value;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use guanxi::v1 as pb;
use guanxi_model::{Currency, SourceName, Zone};
use tokio::sync::mpsc;

use self::columns::Columns;
use self::customer::Reference;
use self::field::Kind;
use self::reader::{Opened, Row};
use self::rejects::Rejects;
use self::summary::Summary;
use super::client::chunk::Settled;
use super::client::fact::Fact;
use super::client::lane::{self, Manner};
use super::client::progress::Progress;
use super::client::{self, Connection};

/// Chunks read ahead of the streams; with those on their way, what bounds the memory.
const READ_AHEAD: usize = 4;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", .path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("{0}")]
    Columns(String),
    #[error(transparent)]
    Client(#[from] client::Error),
    #[error("cannot write to standard output: {0}")]
    Output(#[source] std::io::Error),
    #[error("the file was not read to its end")]
    Reader,
}

#[derive(Debug, Args)]
#[command(after_long_help = field::help())]
pub(super) struct Import {
    /// What the rows are.
    #[arg(value_enum)]
    kind: Kind,
    /// The file; UTF-8, with a header line.
    file: PathBuf,
    #[command(flatten)]
    connection: Connection,
    /// Column map: a TOML file with row_number = ["field"] and the tables [columns] (field = "Header") and [constants]
    /// (field = "text").
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The header under which a field stands; may be repeated, and wins over --map.
    #[arg(long, value_name = "FIELD=HEADER", value_parser = super::assignment)]
    column: Vec<(String, String)>,
    /// What a field is in every row, where the file has no column for it; may be repeated, and wins over --map.
    #[arg(long, value_name = "FIELD=TEXT", value_parser = super::assignment)]
    constant: Vec<(String, String)>,
    /// A field that is the number of the row, from 1, where the file has no column for it; may be repeated.
    #[arg(long, value_name = "FIELD")]
    row_number: Vec<String>,
    /// What stands for an answer that was not rated, in any case; an empty column is a question not answered.
    #[arg(long, value_name = "TEXT", default_value = satisfaction::NOT_RATED)]
    not_rated: String,
    /// The character between columns.
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// The system that facts come from, where no column says so; a-z, 0-9 and -.
    #[arg(long, value_name = "NAME", default_value = "import", value_parser = source)]
    source: SourceName,
    /// The `customer` column holds ids of this system: facts name their customer by external id, customers get one.
    #[arg(long, value_name = "SYSTEM", value_parser = source, conflicts_with = "customer_prefix")]
    customer_system: Option<SourceName>,
    /// Put before the `customer` column to make a customer id of it: `c-` makes c-4711 of 4711.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    customer_prefix: String,
    /// Create customers, of kind UNKNOWN, that facts name and that are not there.
    #[arg(long)]
    create_missing: bool,
    /// The currency of amounts, where no column says so.
    #[arg(long, value_name = "CODE", default_value = "USD", value_parser = Currency::parse)]
    currency: Currency,
    /// The time zone of times without an offset, and of days, which mean their midnight.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = Zone::parse)]
    time_zone: Zone,
    /// Parallel streams of facts.
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    streams: u8,
    /// Where rejected rows are written: line, reason, and their columns; by default FILE.rejected.csv.
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
}

/// What all rows of a file have in common.
#[derive(Clone, Debug)]
struct Setting {
    columns: Columns,
    source: SourceName,
    customer: Reference,
    currency: Currency,
    zone: Zone,
    /// What stands for "not rated".
    not_rated: String,
}

impl Import {
    /// Imports; the exit code is 2 where rows were rejected.
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<ExitCode, Error> {
        let opened = Opened::open(&self.file, self.delimiter)?;
        let columns = Columns::resolve(self.kind, &opened.headers, self.mapping()?).map_err(Error::Columns)?;
        let setting = Setting {
            columns,
            source: self.source.clone(),
            customer: Reference::new(self.customer_system.clone(), &self.customer_prefix),
            currency: self.currency,
            zone: self.time_zone.clone(),
            not_rated: self.not_rated.trim().to_owned(),
        };
        let progress = Progress::new(self.kind.noun(), opened.bytes);
        self.connection.find(&progress).await?;
        let mut rejects = Rejects::new(self.rejected_file(), &opened.headers);
        let imported = match self.kind {
            Kind::Customers => enroll::customers(&self, &progress, opened, (setting, &mut rejects)).await,
            Kind::Purchases => {
                self.facts::<pb::Purchase>(&progress, purchase::reader(opened, setting), &mut rejects).await
            }
            Kind::Interactions => {
                self.facts::<pb::Interaction>(&progress, interaction::reader(opened, setting), &mut rejects).await
            }
            Kind::Satisfaction => {
                self.facts::<pb::SatisfactionRecord>(&progress, satisfaction::reader(opened, setting), &mut rejects)
                    .await
            }
        };
        progress.finish();
        let summary = imported?;
        rejects.flush()?;
        summary.print(out, (self.kind, &progress, &rejects)).map_err(Error::Output)?;
        Ok(ExitCode::from(if summary.rejected > 0 { 2 } else { 0 }))
    }

    async fn facts<F: Fact>(
        &self,
        progress: &Progress,
        read: impl FnOnce(reader::Sink<F>) -> Result<u64, csv::Error> + Send + 'static,
        rejects: &mut Rejects,
    ) -> Result<Summary, Error> {
        let (chunks, source) = mpsc::channel(READ_AHEAD);
        let (settled, mut results) = mpsc::channel(READ_AHEAD);
        let sink = reader::Sink::new(chunks, settled.clone());
        let reading = tokio::task::spawn_blocking(move || read(sink));
        let missing_customer = match self.create_missing {
            true => pb::MissingCustomer::Create,
            false => pb::MissingCustomer::Refuse,
        };
        let manner = Manner { streams: self.streams.into(), missing_customer };
        let mut summary = Summary::default();
        let sending =
            async { lane::send_all(&self.connection, (manner, progress), source, settled).await.map_err(Error::from) };
        let collecting = async {
            while let Some(result) = results.recv().await {
                summary.add(progress, rejects, result)?;
            }
            Ok(())
        };
        tokio::try_join!(sending, collecting)?;
        summary.rows = self.rows_read(reading).await?;
        Ok(summary)
    }

    /// How many rows the reader has read, now that it is through.
    async fn rows_read(&self, reading: tokio::task::JoinHandle<Result<u64, csv::Error>>) -> Result<u64, Error> {
        let rows = reading.await.map_err(|_| Error::Reader)?;
        rows.map_err(|source| Error::Csv { path: self.file.clone(), source })
    }

    fn mapping(&self) -> Result<columns::Mapping, Error> {
        let mut mapping = match &self.map {
            None => columns::Mapping::default(),
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|source| Error::File { path: path.clone(), source })?;
                columns::Mapping::parse(&text)
                    .map_err(|fault| Error::Columns(format!("{}: {fault}", path.display())))?
            }
        };
        mapping.columns.extend(self.column.iter().cloned());
        mapping.constants.extend(self.constant.iter().cloned());
        mapping.row_number.extend(self.row_number.iter().cloned());
        Ok(mapping)
    }

    fn rejected_file(&self) -> PathBuf {
        self.rejected.clone().unwrap_or_else(|| {
            let mut name = self.file.clone().into_os_string();
            name.push(".rejected.csv");
            name.into()
        })
    }
}

type Rejected = Settled<Vec<Row>>;

fn source(name: &str) -> Result<SourceName, guanxi_model::IdError> {
    SourceName::parse(name)
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err(r"must be one ASCII character, or \t".to_owned()),
    }
}

//! The databases' own tools, for comparison: they load the rows of the facts alone from a CSV file, without the sums.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use guanxi_model::Timestamp;

use super::{Batch, id_text};
use crate::Result;
use crate::data::Sale;
use crate::database::Database;

/// `sqlite3 .import` or `psql \copy` into the table of facts; none where the tool is not installed.
pub(crate) fn import_fact_rows(
    database: &Database,
    (sales, source): (&[Sale], &str),
    now: Timestamp,
    dir: &Path,
) -> Result<Option<Duration>> {
    let file = dir.join("facts.csv");
    let batch = Batch::of(sales, now)?;
    let mut csv = String::new();
    for fact in &batch.facts {
        let body = fact.body.replace('"', "\"\"");
        // As text: CSV has no bytes. They are 16 on both databases all the same.
        let id: String = fact.id.iter().take(8).fold(String::new(), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        });
        let _ = writeln!(
            csv,
            "{},1,{source},{},{id}{:03},{},{},1,1,web,,,\"{body}\"",
            id_text(fact.customer),
            fact.source_id,
            fact.id[15],
            fact.occur_time,
            now.0
        );
    }
    fs::write(&file, csv)?;
    let mut command = match database {
        Database::Sqlite { file: database } => {
            let mut command = Command::new("sqlite3");
            command.arg(database).arg("PRAGMA synchronous = FULL").arg(".mode csv");
            command.arg(format!(".import {} facts", file.display()));
            command
        }
        Database::Postgres { url, .. } => {
            let mut command = Command::new("psql");
            command.args([url, "-q", "-c"]).arg(format!("\\copy facts from '{}' (format csv)", file.display()));
            command
        }
    };
    let began = Instant::now();
    let Ok(status) = command.stdin(Stdio::null()).status() else { return Ok(None) };
    let took = began.elapsed();
    fs::remove_file(&file)?;
    if status.success() { Ok(Some(took)) } else { Err(format!("{command:?}: {status}").into()) }
}

//! The rows that were refused, kept for whoever corrects them: a CSV file with the line, the reason and the columns.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{StringRecord, Writer};

use super::Error;
use super::reader::Row;

/// Made with the first rejected row, so that an import without any leaves no file.
#[derive(Debug)]
pub(super) struct Rejects {
    path: PathBuf,
    header: StringRecord,
    file: Option<Writer<File>>,
}

impl Rejects {
    pub(super) fn new(path: PathBuf, header: &StringRecord) -> Self {
        Self { path, header: header.clone(), file: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn write(&mut self, row: &Row, reason: &str) -> Result<(), Error> {
        let failed = |path: &Path, source: csv::Error| Error::Csv { path: path.to_owned(), source };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                // Rows may have fewer or more columns than the header: that may be why they are here.
                let mut file = csv::WriterBuilder::new()
                    .flexible(true)
                    .from_path(&self.path)
                    .map_err(|source| failed(&self.path, source))?;
                let header = ["line", "reason"].into_iter().chain(&self.header);
                file.write_record(header).map_err(|source| failed(&self.path, source))?;
                self.file.insert(file)
            }
        };
        let line = row.line.to_string();
        let columns = [line.as_str(), reason].into_iter().chain(&row.columns);
        file.write_record(columns).map_err(|source| failed(&self.path, source))
    }

    /// Writes out what is still in memory.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        match &mut self.file {
            Some(file) => file.flush().map_err(|source| Error::File { path: self.path.clone(), source }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_rows_keep_their_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejected.csv");
        let mut rejects = Rejects::new(path.clone(), &StringRecord::from(vec!["id", "note"]));
        assert!(!path.exists());
        let row =
            |line, columns: &[&str]| Row { line, number: String::new(), columns: StringRecord::from(columns.to_vec()) };
        rejects.write(&row(2, &["1", "a, b"]), "net_amount: is required").unwrap();
        rejects.write(&row(3, &["2"]), "has 1 column").unwrap();
        rejects.flush().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text, "line,reason,id,note\n2,net_amount: is required,1,\"a, b\"\n3,has 1 column,2\n");
    }
}

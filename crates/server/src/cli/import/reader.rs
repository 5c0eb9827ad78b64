//! Running through a file, on a thread of its own: rows with their lines, and facts handed to the streams as fast as
//! these take them.

use std::fs::File;
use std::path::Path;

use csv::{ByteRecord, StringRecord};
use tokio::sync::mpsc;

use super::lines::Lines;
use super::{Error, Rejected, Setting};
use crate::cli::client::chunk::{Chunk, Chunker, Item, MAX_BYTES, Settled};
use crate::cli::client::fact::Fact;

/// A row of the file as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Which row it is, from 1 and without the header.
    pub(super) number: String,
    pub(super) columns: StringRecord,
}

/// A file whose header was read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) headers: StringRecord,
    /// The size of the file; 0 where it has none, as a pipe.
    pub(super) bytes: u64,
    reader: csv::Reader<Lines<File>>,
}

impl Opened {
    pub(super) fn open(path: &Path, delimiter: u8) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        // Rows of another width than the header's are rejected one by one and do not end the reading.
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(Lines::new(file));
        let headers = reader.headers().map_err(|source| Error::Csv { path: path.to_owned(), source })?.clone();
        Ok(Self { headers, bytes, reader })
    }

    /// Takes every row in turn, with the bytes it fills, or with why it cannot be read; until `take` says that nobody
    /// wants more. Returns how many rows there were.
    pub(super) fn each(mut self, mut take: impl FnMut(Row, u64, Option<String>) -> Go) -> Result<u64, csv::Error> {
        let width = self.headers.len();
        let mut record = ByteRecord::new();
        let (mut rows, mut before) = (0_u64, 0);
        while self.reader.read_byte_record(&mut record)? {
            rows += 1;
            let begin = record.position().map_or(0, csv::Position::byte);
            let end = self.reader.position().byte();
            let line = self.reader.get_mut().of(begin, end);
            let weight = end - std::mem::replace(&mut before, end);
            let (columns, fault) = readable(&record, width);
            if let Go::Stop = take(Row { line, number: rows.to_string(), columns }, weight, fault) {
                break;
            }
        }
        Ok(rows)
    }
}

/// Whether anybody still listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Stop,
}

fn readable(record: &ByteRecord, width: usize) -> (StringRecord, Option<String>) {
    let lossy = || record.iter().map(|column| String::from_utf8_lossy(column).into_owned()).collect();
    match StringRecord::from_byte_record(record.clone()) {
        Err(_) => (lossy(), Some("is not UTF-8".to_owned())),
        Ok(columns) if columns.len() != width => {
            let fault = format!("has {} columns where the header has {width}", columns.len());
            (columns, Some(fault))
        }
        Ok(columns) => (columns, None),
    }
}

/// Where the reader puts what it has made of rows.
#[derive(Debug)]
pub(super) struct Sink<F> {
    chunks: mpsc::Sender<Chunk<F, Vec<Row>>>,
    settled: mpsc::Sender<Rejected>,
    chunker: Chunker<F, Vec<Row>>,
}

impl<F: Fact> Sink<F> {
    pub(super) fn new(chunks: mpsc::Sender<Chunk<F, Vec<Row>>>, settled: mpsc::Sender<Rejected>) -> Self {
        Self { chunks, settled, chunker: Chunker::new() }
    }

    /// A fact that was made of some rows, or why none could be.
    pub(super) fn put(&mut self, fact: Result<F, String>, rows: Vec<Row>, weight: u64) -> Go {
        let fact = fact.and_then(|fact| match Chunker::<F, Vec<Row>>::fits(&fact) {
            true => Ok(fact),
            false => Err(format!("is larger than {MAX_BYTES} bytes")),
        });
        let listening = match fact {
            Err(reason) => self.settled.blocking_send(rejected(rows, reason, weight)).is_ok(),
            Ok(fact) => match self.chunker.push(Item { fact, origin: rows, weight }) {
                Some(chunk) => self.chunks.blocking_send(chunk).is_ok(),
                None => true,
            },
        };
        if listening { Go::On } else { Go::Stop }
    }

    /// Hands out what has not filled a chunk.
    pub(super) fn finish(mut self) {
        if let Some(chunk) = self.chunker.take() {
            // Where nobody listens any more, the import has failed and says so itself.
            let _ = self.chunks.blocking_send(chunk);
        }
    }
}

/// Rows that never were sent.
pub(super) fn rejected(rows: Vec<Row>, reason: String, weight: u64) -> Rejected {
    Settled { recorded: 0, unchanged: 0, count: rows.len() as u64, rejected: vec![(rows, reason)], weight }
}

/// Reads a file in which every row is a fact.
pub(super) fn one_by_one<F: Fact>(
    opened: Opened,
    setting: Setting,
    mut make: impl FnMut(&Setting, &Row) -> Result<F, String> + Send + 'static,
) -> impl FnOnce(Sink<F>) -> Result<u64, csv::Error> + Send + 'static {
    move |mut sink| {
        let rows = opened.each(|row, weight, fault| {
            let fact = fault.map_or_else(|| make(&setting, &row), Err);
            sink.put(fact, vec![row], weight)
        })?;
        sink.finish();
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Vec<String>, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, text).unwrap();
        let mut rows = Vec::new();
        let mut weight = 0;
        let opened = Opened::open(&path, b',').unwrap();
        assert_eq!(opened.headers.get(0), Some("id"), "a byte order mark is no part of it");
        let count = opened.each(|row, bytes, fault| {
            weight += bytes;
            rows.push((row.line, row.columns.iter().map(str::to_owned).collect(), fault));
            Go::On
        });
        assert_eq!(count.unwrap(), rows.len() as u64);
        // The end of the last line may be left.
        assert!(text.len() as u64 - weight <= 1, "{weight}");
        rows
    }

    #[test]
    fn rows_know_their_line() {
        for end in ["\n", "\r\n"] {
            let text = ["\u{FEFF}id,note", "1,\"two", "lines\"", "", "2,x", "3,y", ""].join(end);
            let lines: Vec<_> = read(text.as_bytes()).into_iter().map(|(line, columns, _)| (line, columns)).collect();
            let row = |id: &str, note: &str| vec![id.to_owned(), note.to_owned()];
            let two_lines = ["two", "lines"].join(end);
            assert_eq!(lines, [(2, row("1", &two_lines)), (5, row("2", "x")), (6, row("3", "y"))]);
        }
    }

    #[test]
    fn rows_that_cannot_be_read_do_not_end_the_file() {
        let rows = read(b"id,note\n1\n2,\xFF\n3,a,b\n4,fine");
        let faults: Vec<_> = rows.iter().map(|(_, _, fault)| fault.as_deref()).collect();
        let narrow = Some("has 1 columns where the header has 2");
        let wide = Some("has 3 columns where the header has 2");
        assert_eq!(faults, [narrow, Some("is not UTF-8"), wide, None]);
        assert_eq!(rows[1].1, ["2", "\u{FFFD}"]);
    }
}

//! What an import did, in numbers and in words.

use std::io::{self, Write};

use super::Error;
use super::Rejected;
use super::field::Kind;
use super::rejects::Rejects;
use crate::cli::client::count::grouped;
use crate::cli::client::progress::Progress;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    /// Rows read.
    pub(super) rows: u64,
    /// Facts or customers that are new.
    pub(super) recorded: u64,
    /// Those that were there already.
    pub(super) unchanged: u64,
    /// Rows rejected.
    pub(super) rejected: u64,
    /// Rows or facts that are done.
    done: u64,
}

impl Summary {
    /// Adds what became of some rows, and keeps the rejected ones.
    pub(super) fn add(&mut self, progress: &Progress, rejects: &mut Rejects, settled: Rejected) -> Result<(), Error> {
        self.recorded += settled.recorded;
        self.unchanged += settled.unchanged;
        for (rows, reason) in settled.rejected {
            for row in rows {
                self.rejected += 1;
                rejects.write(&row, &reason)?;
            }
        }
        self.done += settled.count;
        progress.advance(settled.weight, self.done);
        Ok(())
    }

    pub(super) fn print(
        &self,
        out: &mut (dyn Write + Send),
        (kind, progress, rejects): (Kind, &Progress, &Rejects),
    ) -> io::Result<()> {
        let Self { rows, recorded, unchanged, rejected, done: _ } = *self;
        let noun = kind.noun();
        let seconds = progress.elapsed().as_secs_f64();
        writeln!(out, "rows read: {}", grouped(rows))?;
        writeln!(out, "{noun} recorded: {}", grouped(recorded))?;
        writeln!(out, "{noun} unchanged: {}", grouped(unchanged))?;
        writeln!(out, "rows rejected: {}", grouped(rejected))?;
        writeln!(out, "took: {seconds:.1} s, {} rows/s", grouped(progress.rate(rows)))?;
        if recorded == 0 {
            writeln!(out, "Nothing changed: {}", why_nothing(self, noun))?;
        }
        if rejected > 0 {
            writeln!(out, "The rejected rows and the reasons are in {}", rejects.path().display())?;
        }
        Ok(())
    }
}

fn why_nothing(summary: &Summary, noun: &str) -> String {
    match (summary.unchanged, summary.rejected) {
        (0, 0) => "the file has no rows.".to_owned(),
        (0, _) => "every row was rejected.".to_owned(),
        (_, 0) => format!("all {noun} were there already."),
        (_, _) => format!("all {noun} that were not rejected were there already."),
    }
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;

    #[test]
    fn words_say_when_nothing_changed() {
        let progress = Progress::new("purchases", 1);
        let rejects = Rejects::new("rejected.csv".into(), &StringRecord::new());
        let mut out = Vec::new();
        let summary = Summary { rows: 69_659, unchanged: 69_659, ..Summary::default() };
        summary.print(&mut out, (Kind::Purchases, &progress, &rejects)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("rows read: 69,659\npurchases recorded: 0\npurchases unchanged: 69,659\n"), "{text}");
        assert!(text.contains("Nothing changed: all purchases were there already."), "{text}");
        assert!(!text.contains("rejected.csv"), "{text}");
    }
}

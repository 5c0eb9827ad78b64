//! Which line a row begins on. The reader of csv counts lines too, but from the end of the row before: blank lines and
//! the second half of `\r\n` put it wrong, and whoever looks for a rejected row in an editor would look at another.

use std::collections::VecDeque;
use std::io::{self, Read};

/// A source that remembers the bytes of the rows which have not been asked for yet.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    ahead: VecDeque<u8>,
    /// Where in the file `ahead` begins, and on which line that is.
    byte: u64,
    line: u64,
}

impl<R> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, ahead: VecDeque::new(), byte: 0, line: 1 }
    }

    /// The line of the row between these bytes; rows are asked for in turn.
    pub(super) fn of(&mut self, begin: u64, end: u64) -> u64 {
        self.pass(begin);
        let blank = self.ahead.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count() as u64;
        self.pass((begin + blank).min(end));
        let line = self.line;
        self.pass(end);
        line
    }

    fn pass(&mut self, to: u64) {
        let count = usize::try_from(to.saturating_sub(self.byte)).unwrap_or(usize::MAX).min(self.ahead.len());
        self.line += self.ahead.drain(..count).filter(|byte| *byte == b'\n').count() as u64;
        self.byte += count as u64;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.ahead.extend(into.iter().take(count));
        Ok(count)
    }
}

//! Rows in PostgreSQL's binary COPY format.

use sqlx::PgConnection;

use crate::Result;

/// Rows on their way into a table.
pub(super) struct Copy {
    buffer: Vec<u8>,
}

impl Copy {
    pub(super) fn new() -> Self {
        let mut buffer = b"PGCOPY\n\xff\r\n\0".to_vec();
        // No flags, no extension of the header.
        buffer.extend_from_slice(&[0; 8]);
        Copy { buffer }
    }

    pub(super) fn row(&mut self, columns: usize) -> &mut Self {
        self.buffer.extend_from_slice(&(columns as i16).to_be_bytes());
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.buffer.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
        self.buffer.extend_from_slice(bytes);
        self
    }

    pub(super) fn big(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn bigs(&mut self, numbers: impl Iterator<Item = i64>) {
        numbers.for_each(|number| {
            self.big(number);
        });
    }

    pub(super) fn small(&mut self, number: i16) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn null(&mut self) -> &mut Self {
        self.buffer.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    pub(super) fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// Sends the rows to `table (columns)`.
    pub(super) async fn send(mut self, connection: &mut PgConnection, target: &str) -> Result<()> {
        self.buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        let mut copy = connection.copy_in_raw(&format!("COPY {target} FROM STDIN (FORMAT binary)")).await?;
        copy.send(self.buffer).await?;
        copy.finish().await?;
        Ok(())
    }
}

//! Everybody, page by page: while one page is looked at the next is being read, so that looking costs little time beside
//! reading.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::error::Error;

/// A page with the id of its last customer; nothing after the last page.
type Read<P> = Result<Option<(String, P)>, Error>;

/// The pages of what `read` reads after an id. At most two are held.
pub(super) struct Pages<P, R> {
    read: R,
    /// Aborted where the rest is not asked for.
    ahead: JoinSet<Read<P>>,
}

impl<P, R, F> Pages<P, R>
where
    P: Send + 'static,
    R: Fn(String) -> F,
    F: Future<Output = Read<P>> + Send + 'static,
{
    pub(super) fn of(read: R) -> Pages<P, R> {
        let mut ahead = JoinSet::new();
        ahead.spawn(read(String::new()));
        Pages { read, ahead }
    }

    pub(super) async fn next(&mut self) -> Result<Option<P>, Error> {
        let Some(read) = self.ahead.join_next().await else { return Ok(None) };
        let Some((last, page)) = read.map_err(|error| Error::Internal(Arc::new(error)))?? else { return Ok(None) };
        self.ahead.spawn((self.read)(last));
        Ok(Some(page))
    }
}

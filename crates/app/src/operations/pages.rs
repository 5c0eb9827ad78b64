//! Everybody, page by page, on the pool for reports and the thread that gives way. While one page is looked at the next is
//! being read, so that looking costs little time beside reading.

use std::pin::Pin;
use std::sync::Arc;

use guanxi_model::{CustomerId, PyramidId, Tally, Timestamp};
use guanxi_segmentation::Needs;
use guanxi_store::{Active, Drawables, Histories, PAGE, Placed, Reader};
use tokio::task::JoinSet;

use super::population::Facts;
use crate::error::Error;

/// Customers with what else is known of them.
pub(super) type Page<T> = (Vec<T>, Histories);

/// Nothing after the last page, else a page with the id of its last customer.
type Read<P> = Result<Option<(String, P)>, Error>;

type Reading<P> = Pin<Box<dyn Future<Output = Read<P>> + Send>>;

/// The pages that are left. At most two are held.
pub(super) struct Pages<P> {
    reader: Reader,
    read: Box<dyn Fn(String) -> Reading<P> + Send>,
    /// Aborted where the rest is not asked for.
    ahead: JoinSet<Read<P>>,
}

/// What is added up about everybody not deleted.
pub(super) fn population(reader: Reader, needs: Needs, facts: Facts) -> Pages<Page<(CustomerId, Tally)>> {
    let needs = Arc::new(needs);
    Pages::after(String::new(), reader.clone(), move |after| {
        let (reader, needs) = (reader.clone(), Arc::clone(&needs));
        async move {
            let page = reader.population(&needs.counters, (&after, PAGE)).await?;
            let Some(last) = page.last().map(|(last, _)| last.as_str().to_owned()) else { return Ok(None) };
            let histories = reader.histories_between((&after, &last), &needs, facts.day()).await?;
            Ok(Some((last, (page, histories))))
        }
    })
}

/// The same after a customer, and where they stand in a pyramid, of which this is what readers see.
pub(super) fn placed(
    reader: Reader,
    (pyramid, active): (PyramidId, Option<Active>),
    (needs, facts): (Needs, Facts),
    after: String,
) -> Pages<Page<Placed>> {
    let of = Arc::new((pyramid, needs));
    Pages::after(after, reader.clone(), move |after| {
        let (reader, of) = (reader.clone(), Arc::clone(&of));
        async move {
            let (pyramid, needs) = &*of;
            let page = reader.placed((pyramid, active), &needs.counters, (&after, PAGE)).await?;
            let Some(last) = page.last().map(|last| last.customer.as_str().to_owned()) else { return Ok(None) };
            let histories = reader.histories_between((&after, &last), needs, facts.day()).await?;
            Ok(Some((last, (page, histories))))
        }
    })
}

/// Those who may be drawn for a sample, where they stand in a pyramid, and how they were approached since a moment.
pub(super) fn drawable(reader: Reader, pyramid: Option<(PyramidId, Active)>, since: Timestamp) -> Pages<Drawables> {
    let pyramid = Arc::new(pyramid);
    Pages::after(String::new(), reader.clone(), move |after| {
        let (reader, pyramid) = (reader.clone(), Arc::clone(&pyramid));
        async move {
            let pyramid = pyramid.as_ref().as_ref().map(|(id, active)| (id, *active));
            let page = reader.drawable(pyramid, since, (&after, PAGE)).await?;
            Ok(page.0.last().map(|last| last.customer.as_str().to_owned()).map(|last| (last, page)))
        }
    })
}

impl<P: Send + 'static> Pages<P> {
    fn after<F>(after: String, reader: Reader, read: impl Fn(String) -> F + Send + 'static) -> Pages<P>
    where
        F: Future<Output = Read<P>> + Send + 'static,
    {
        let mut ahead = JoinSet::new();
        reader.read_ahead(&mut ahead, read(after));
        Pages { reader, read: Box::new(move |after| Box::pin(read(after))), ahead }
    }

    /// The next page; nothing after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<P>, Error> {
        let Some(read) = self.ahead.join_next().await else { return Ok(None) };
        let Some((last, page)) = read.map_err(|error| Error::Internal(Arc::new(error)))?? else { return Ok(None) };
        self.reader.read_ahead(&mut self.ahead, (self.read)(last));
        Ok(Some(page))
    }
}

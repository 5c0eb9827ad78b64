//! Everybody, and facts of everybody, page by page, on the pool for reports and the thread that gives way. While one page is
//! looked at the next is being read, so that looking costs little time beside reading.

use std::pin::Pin;
use std::sync::Arc;

use guanxi_model::fact::{Fact, FactKind};
use guanxi_model::{CustomerId, LabelKey, PyramidId, Tally, Timestamp};
use guanxi_segmentation::Needs;
use guanxi_store::{Active, Drawables, FactPlace, Histories, Labels, Placed, Reader, ServiceFact};
use tokio::task::JoinSet;

use super::population::Facts;
use crate::error::Error;

/// Customers with what else is known of them.
pub(super) type Page<T> = (Vec<T>, Histories);

/// Facts with what is on their customers.
pub(super) type Labelled = (Vec<Fact>, Labels);

/// Nothing after the last page, else a page with the place it ends at.
type Read<A, P> = Result<Option<(A, P)>, Error>;

type Reading<A, P> = Pin<Box<dyn Future<Output = Read<A, P>> + Send>>;

/// The pages after a place that are left. At most two are held.
pub(super) struct Pages<A, P> {
    reader: Reader,
    /// The place to begin after, until the first page is asked for.
    begin: Option<A>,
    /// What comes after a place, at most so much.
    read: Box<dyn Fn(A, usize) -> Reading<A, P> + Send>,
    /// Aborted where the rest is not asked for.
    ahead: JoinSet<Read<A, P>>,
}

/// What is added up about everybody not deleted.
pub(super) fn population(reader: Reader, needs: Needs, facts: Facts) -> Pages<String, Page<(CustomerId, Tally)>> {
    let needs = Arc::new(needs);
    Pages::after(String::new(), reader.clone(), move |after, most| {
        let (reader, needs) = (reader.clone(), Arc::clone(&needs));
        async move {
            let page = reader.population(&needs.counters, (&after, most)).await?;
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
) -> Pages<String, Page<Placed>> {
    let of = Arc::new((pyramid, needs));
    Pages::after(after, reader.clone(), move |after, most| {
        let (reader, of) = (reader.clone(), Arc::clone(&of));
        async move {
            let (pyramid, needs) = &*of;
            let page = reader.placed((pyramid, active), &needs.counters, (&after, most)).await?;
            let Some(last) = page.last().map(|last| last.customer.as_str().to_owned()) else { return Ok(None) };
            let histories = reader.histories_between((&after, &last), needs, facts.day()).await?;
            Ok(Some((last, (page, histories))))
        }
    })
}

/// Those who may be drawn for a sample, where they stand in a pyramid, and how they were approached since a moment.
pub(super) fn drawable(
    reader: Reader,
    pyramid: Option<(PyramidId, Active)>,
    since: Timestamp,
) -> Pages<String, Drawables> {
    let pyramid = Arc::new(pyramid);
    Pages::after(String::new(), reader.clone(), move |after, most| {
        let (reader, pyramid) = (reader.clone(), Arc::clone(&pyramid));
        async move {
            let pyramid = pyramid.as_ref().as_ref().map(|(id, active)| (id, *active));
            let page = reader.drawable(pyramid, since, (&after, most)).await?;
            Ok(page.0.last().map(|last| last.customer.as_str().to_owned()).map(|last| (last, page)))
        }
    })
}

/// The satisfaction records from one moment to another, customer by customer, with these labels.
pub(super) fn records(
    reader: Reader,
    time: (Timestamp, Timestamp),
    keys: Vec<LabelKey>,
) -> Pages<Option<FactPlace>, Labelled> {
    let keys: Arc<[LabelKey]> = keys.into();
    Pages::after(None, reader.clone(), move |after: Option<FactPlace>, most| {
        let (reader, keys) = (reader.clone(), Arc::clone(&keys));
        async move {
            let page = reader.facts_after(FactKind::SatisfactionRecord, time, (after.as_ref(), most)).await?;
            let Some((begin, end)) = page.first().zip(page.last()) else { return Ok(None) };
            // After whatever comes before the first customer: ids hold no character as low.
            let first = begin.customer.as_str();
            let before = &first[..first.len() - first.chars().next_back().map_or(0, char::len_utf8)];
            let labels = reader.labels_between((before, end.customer.as_str()), &keys).await?;
            Ok(Some((Some(FactPlace::of(end)), (page, labels))))
        }
    })
}

/// Services, and what may follow them, from one moment to another, customer by customer.
pub(super) fn services(reader: Reader, time: (Timestamp, Timestamp)) -> Pages<Option<FactPlace>, Vec<ServiceFact>> {
    Pages::after(None, reader.clone(), move |after: Option<FactPlace>, most| {
        let reader = reader.clone();
        async move {
            let page = reader.services_after(time, (after.as_ref(), most)).await?;
            Ok(page.last().map(|last| last.place.clone()).map(|last| (Some(last), page)))
        }
    })
}

impl<A: Send + 'static, P: Send + 'static> Pages<A, P> {
    fn after<F>(begin: A, reader: Reader, read: impl Fn(A, usize) -> F + Send + 'static) -> Pages<A, P>
    where
        F: Future<Output = Read<A, P>> + Send + 'static,
    {
        let read = Box::new(move |after, most| Box::pin(read(after, most)) as Reading<A, P>);
        Pages { reader, begin: Some(begin), read, ahead: JoinSet::new() }
    }

    /// The next page; nothing after the last one. The first one, and the one after it, which is read meanwhile, have at most
    /// so much.
    pub(super) async fn next(&mut self, most: usize) -> Result<Option<P>, Error> {
        if let Some(begin) = self.begin.take() {
            self.reader.read_ahead(&mut self.ahead, (self.read)(begin, most));
        }
        let Some(read) = self.ahead.join_next().await else { return Ok(None) };
        let Some((last, page)) = read.map_err(|error| Error::Internal(Arc::new(error)))?? else { return Ok(None) };
        self.reader.read_ahead(&mut self.ahead, (self.read)(last, most));
        Ok(Some(page))
    }
}

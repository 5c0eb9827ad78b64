//! Which services were right first time. It reads the services, complaints and returns of everybody, customer by customer;
//! while one page is looked at the next is being read, on the thread that gives way. It writes nothing but its own row, and
//! every start is a start anew.

use std::sync::Arc;
use std::time::Instant;

use guanxi_model::fact::Interaction;
use guanxi_model::filter::{Filter, Kind, Op, Schema, Term, Value};
use guanxi_model::{CustomerId, RequestId, Timestamp, Words as _};
use guanxi_satisfaction::first_time::{FirstTime, FirstTimeCounted, FirstTimeQuestion, MOST_ROWS};
use guanxi_store::{Error as StoreError, Operation, OperationState, PAGE, Reader, ServiceFact, ServicePlace};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::population::CHECKPOINT;
use super::records::{End, RecordsProgress, is_cancelled};
use super::{FIRST_TIME, Held, OperationOutcome, Operations};
use crate::error::Error;
use crate::turns;

/// What such an operation works on: everybody.
const SUBJECT: &str = "customers/-";

/// What services may be filtered by.
pub const SERVICE_FILTER: Schema = Schema(&[
    ("purpose", Kind::Enum(&[("SERVICE", 1), ("VISIT", 2)])),
    ("topic", Kind::Text),
    ("channel", Kind::Text),
    ("touchpoint", Kind::Text),
    ("staff", Kind::Text),
    ("source", Kind::Text),
]);

/// What is asked of services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstTimeRequest {
    pub question: FirstTimeQuestion,
    /// By `SERVICE_FILTER`, as a text.
    pub filter: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstTimeOutcome {
    pub counted: FirstTimeCounted,
    /// When reading began, by which services are pending.
    pub time: Timestamp,
}

impl Operations<'_> {
    /// Asks which services were right first time. A repeated request returns the operation it made.
    pub async fn first_time(
        &self,
        request: FirstTimeRequest,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        self.look_at_records((FIRST_TIME, SUBJECT.to_owned()), &request, request_id).await
    }
}

/// Runs such an operation to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let FirstTimeRequest { question, filter } = serde_json::from_str(&operation.request).map_err(json)?;
    let filter = Filter::parse(&filter, &SERVICE_FILTER).map_err(|error| Error::Internal(Arc::new(error)))?;
    let (zone, time) = (held.moment().zone, held.now());
    let mut count = FirstTime::new(&question, (zone, zone.day_of(time)));
    let (first, last) = (zone.start_of(question.days.0), zone.end_of(question.last_day()));
    let mut pages = Pages::of(held.store().reader(), (first, last));
    let (state, outcome) = match read(held, &mut pages, &filter, &mut count).await? {
        End::Read => {
            let outcome = FirstTimeOutcome { counted: count.finish(), time };
            (OperationState::Succeeded, OperationOutcome::FirstTime(Box::new(outcome)))
        }
        End::Full => (OperationState::Failed, OperationOutcome::TooManyRows { most: MOST_ROWS }),
        End::Cancelled => (OperationState::Cancelled, OperationOutcome::Cancelled),
    };
    held.conclude(state, &outcome).await
}

/// Counts everything, page by page.
async fn read(held: &Held<'_>, pages: &mut Pages, filter: &Filter, count: &mut FirstTime<'_>) -> Result<End, Error> {
    let (mut progress, mut kept) = (RecordsProgress::default(), Instant::now());
    let mut customer: Option<CustomerId> = None;
    while let Some(page) = pages.next().await? {
        turns::look_behind(held.callers(), &page, |fact| {
            if customer.as_ref() != Some(&fact.place.customer) {
                count.end_of_customer();
                customer = Some(fact.place.customer.clone());
            }
            let asked = |contact: &Interaction| filter.admits(&|term| holds(term, fact, contact));
            count.add(fact.occur_time, &fact.body, asked);
        })
        .await;
        progress.done += page.len() as i64;
        if count.is_full() {
            return Ok(End::Full);
        }
        if kept.elapsed() >= CHECKPOINT {
            if is_cancelled(held, &progress).await? {
                return Ok(End::Cancelled);
            }
            kept = Instant::now();
        }
    }
    count.end_of_customer();
    Ok(match is_cancelled(held, &progress).await? {
        true => End::Cancelled,
        false if count.is_full() => End::Full,
        false => End::Read,
    })
}

type Page = Result<Vec<ServiceFact>, StoreError>;

/// The pages that are left. At most two are held.
struct Pages {
    reader: Reader,
    time: (Timestamp, Timestamp),
    /// Aborted where the rest is not asked for.
    ahead: JoinSet<Page>,
}

impl Pages {
    fn of(reader: Reader, time: (Timestamp, Timestamp)) -> Pages {
        let mut pages = Pages { reader, time, ahead: JoinSet::new() };
        pages.begin(None);
        pages
    }

    fn begin(&mut self, after: Option<ServicePlace>) {
        let (reader, time) = (self.reader.clone(), self.time);
        let read = async move { reader.services_after(time, (after.as_ref(), PAGE)).await };
        self.reader.read_ahead(&mut self.ahead, read);
    }

    /// The next page; nothing after the last one.
    async fn next(&mut self) -> Result<Option<Vec<ServiceFact>>, Error> {
        let Some(read) = self.ahead.join_next().await else { return Ok(None) };
        let page = read.map_err(|error| Error::Internal(Arc::new(error)))??;
        let Some(last) = page.last() else { return Ok(None) };
        self.begin(Some(last.place.clone()));
        Ok(Some(page))
    }
}

/// Whether a restriction holds for a service. What it does not say is different from every value.
fn holds(term: &Term, fact: &ServiceFact, contact: &Interaction) -> bool {
    let is = |value: &str| !value.is_empty() && matches!(&term.value, Value::Text(wanted) if value == wanted);
    let found = match term.field {
        "purpose" => matches!(&term.value, Value::Code(wanted) if contact.purpose.code() == *wanted),
        "topic" => is(&contact.topic),
        "channel" => is(&contact.channel),
        "touchpoint" => contact.touchpoint.as_ref().is_some_and(|touchpoint| is(touchpoint.as_str())),
        "staff" => contact.staff.iter().any(|one| is(one)),
        "source" => is(fact.place.key.source.as_str()),
        _ => false,
    };
    found != (term.op == Op::Ne)
}

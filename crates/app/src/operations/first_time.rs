//! Which services were right first time. It reads the services, complaints and returns of everybody, customer by customer. It
//! writes nothing but its own row, and every start is a start anew.

use std::sync::Arc;

use guanxi_model::fact::Interaction;
use guanxi_model::filter::{Filter, Kind, Op, Schema, Term, Value};
use guanxi_model::{CustomerId, RequestId, Timestamp, Words as _};
use guanxi_satisfaction::first_time::{FirstTime, FirstTimeCounted, FirstTimeQuestion, MOST_ROWS};
use guanxi_store::{Operation, OperationState, ServiceFact};
use serde::{Deserialize, Serialize};

use super::walk::{End, Next, Walk};
use super::{FIRST_TIME, Held, OperationOutcome, Operations, pages};
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
    let walk = Walk::of(held, pages::services(held.store().reader(), (first, last)));
    let (state, outcome) = match read(walk, &filter, &mut count).await? {
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
async fn read<A: Send + 'static>(
    mut walk: Walk<'_, A, Vec<ServiceFact>>,
    filter: &Filter,
    count: &mut FirstTime<'_>,
) -> Result<End, Error> {
    let (mut customer, mut looked) = (None::<CustomerId>, 0);
    loop {
        let page = match walk.next(looked).await? {
            Next::Page(page) => page,
            Next::Over => break,
            Next::Cancelled => return Ok(End::Cancelled),
        };
        turns::look_behind(walk.callers(), &page, |fact| {
            if customer.as_ref() != Some(&fact.place.customer) {
                count.end_of_customer();
                customer = Some(fact.place.customer.clone());
            }
            let asked = |contact: &Interaction| filter.admits(&|term| holds(term, fact, contact));
            count.add(fact.place.occur_time, &fact.body, asked);
        })
        .await;
        looked = page.len();
        if count.is_full() {
            return Ok(End::Full);
        }
    }
    count.end_of_customer();
    Ok(if count.is_full() { End::Full } else { End::Read })
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
        "source" => is(fact.source.as_str()),
        _ => false,
    };
    found != (term.op == Op::Ne)
}

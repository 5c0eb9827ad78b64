//! The records of one revision in some days that a filter admits, customer by customer: what every operation reads that
//! looks at answers one by one.

use std::sync::Arc;

use guanxi_model::fact::{Fact, FactBody, SatisfactionRecord};
use guanxi_model::filter::{Filter, Kind, Op, Schema, Term, Value};
use guanxi_model::{CustomerId, Day, LabelKey, QuestionnaireId, RequestId, RevisionNumber, Words as _, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Key, said};
use guanxi_store::{Labels, Operation};
use serde::{Deserialize, Serialize};

use super::walk::{End, Next, RecordsProgress, Walk};
use super::{Held, Operations, pages};
use crate::error::Error;
use crate::turns;

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    pub questionnaire: QuestionnaireId,
    pub number: RevisionNumber,
    /// The first and the last day of occurrence.
    pub days: (Day, Day),
    /// By `RECORD_FILTER`, as a text.
    pub filter: String,
}

/// What records may be filtered by.
pub const RECORD_FILTER: Schema = Schema(&[
    ("labels", Kind::TextMap),
    ("tier", Kind::Text),
    ("channel", Kind::Text),
    ("touchpoint", Kind::Text),
    ("wave", Kind::Text),
    ("team", Kind::Text),
    ("branch", Kind::Text),
    ("handler", Kind::Text),
    ("source", Kind::Text),
    (
        "respondent_role",
        Kind::Enum(&[("PAYER", 1), ("DECISION_MAKER", 2), ("USER", 3), ("MAINTAINER", 4), ("INFLUENCER", 5)]),
    ),
    ("emotion", Kind::Enum(&[("CALM", 1), ("HAPPY", 2), ("DISAPPOINTED", 3), ("ANGRY", 4), ("AFRAID", 5)])),
]);

impl Operations<'_> {
    /// Asks for an operation that reads facts and changes nothing.
    pub(super) async fn look_at_records(
        &self,
        (kind, subject): (&str, String),
        request: &impl Serialize,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let id = self.id_of((kind, &subject), request, request_id);
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        self.begin(tx, id, (kind, subject), (request, &RecordsProgress::default())).await
    }
}

/// What looks at records.
pub(super) trait Look: Send {
    /// The next record, which occurred on a day. Those of one customer come one after the other.
    fn record(&mut self, record: &SatisfactionRecord, day: Day);

    /// There are no more records of the customer.
    fn end_of_customer(&mut self) {}

    /// Whether it needs to see no more.
    fn is_full(&self) -> bool {
        false
    }
}

/// What the records of a set answer. A revision of a questionnaire that was ever in use is never deleted.
pub(super) async fn scheme(held: &Held<'_>, set: &RecordSet) -> Result<QuestionnaireScheme, Error> {
    let kept = held.store().reader().revision(&set.questionnaire, set.number).await?;
    let missing = || Error::NotFound(name::questionnaire_revision(&set.questionnaire, set.number));
    Ok(kept.ok_or_else(missing)?.scheme)
}

/// Shows all of them, page by page.
pub(super) async fn read(held: &Held<'_>, set: &RecordSet, look: &mut impl Look) -> Result<End, Error> {
    let filter = Filter::parse(&set.filter, &RECORD_FILTER).map_err(|error| Error::Internal(Arc::new(error)))?;
    let (zone, (first, last)) = (held.moment().zone, set.days);
    let time = (zone.start_of(first), zone.end_of(last));
    let mut walk = Walk::of(held, pages::records(held.store().reader(), time, label_keys(&filter)));
    let (mut customer, mut looked) = (None::<CustomerId>, 0);
    loop {
        let (page, labels) = match walk.next(looked).await? {
            Next::Page(page) => page,
            Next::Over => break,
            Next::Cancelled => return Ok(End::Cancelled),
        };
        turns::look_behind(held.callers(), &page, |fact| {
            if customer.as_ref() != Some(&fact.customer) {
                look.end_of_customer();
                customer = Some(fact.customer.clone());
            }
            if let Some(record) = admitted(set, &filter, fact, &labels) {
                look.record(record, zone.day_of(fact.occur_time));
            }
        })
        .await;
        looked = page.len();
        if look.is_full() {
            return Ok(End::Full);
        }
    }
    look.end_of_customer();
    Ok(if look.is_full() { End::Full } else { End::Read })
}

/// The record of a fact, if it is one of the set.
fn admitted<'a>(set: &RecordSet, filter: &Filter, fact: &'a Fact, labels: &Labels) -> Option<&'a SatisfactionRecord> {
    let FactBody::SatisfactionRecord(record) = &fact.body else { return None };
    let is_asked = (&record.questionnaire, record.revision) == (&set.questionnaire, set.number);
    let labels = labels.get(&fact.customer).map_or(&[][..], Vec::as_slice);
    (is_asked && filter.admits(&|term| holds(term, (fact, record), labels))).then_some(record)
}

/// The labels that a filter asks for.
fn label_keys(filter: &Filter) -> Vec<LabelKey> {
    let mut keys: Vec<_> = filter.terms().into_iter().filter_map(|term| term.key.clone()).collect();
    keys.sort();
    keys.dedup();
    // What is no key of a label is on nobody.
    keys.into_iter().filter_map(|key| LabelKey::parse(key).ok()).collect()
}

/// Whether a restriction holds for a record. What it does not say is different from every value.
fn holds(term: &Term, (fact, record): (&Fact, &SatisfactionRecord), labels: &[(LabelKey, String)]) -> bool {
    let is = |value: &str| match &term.value {
        Value::Text(wanted) => value == wanted,
        Value::Present => true,
        _ => false,
    };
    let code = |code: Option<i16>| matches!(&term.value, Value::Code(wanted) if code == Some(*wanted));
    let says = |key: Key| said(record, key).iter().any(|word| is(word));
    let found = match term.field {
        "labels" => labels.iter().any(|(key, value)| Some(key.as_str()) == term.key.as_deref() && is(value)),
        "tier" => record.stamp.as_ref().and_then(|stamp| stamp.tier.as_ref()).is_some_and(|tier| is(tier.as_str())),
        "channel" => says(Key::Channel),
        "touchpoint" => says(Key::Touchpoint),
        "wave" => says(Key::Wave),
        "team" => says(Key::Team),
        "branch" => says(Key::Branch),
        "handler" => says(Key::Handler),
        "source" => is(fact.key.source.as_str()),
        "respondent_role" => {
            code(record.respondent.as_ref().and_then(|respondent| respondent.role).map(|role| role.code()))
        }
        "emotion" => code(record.emotion.map(|emotion| emotion.code())),
        _ => false,
    };
    found != (term.op == Op::Ne)
}

//! What the records of any set mean together: of whom labels say something, of whatever keys no cells keep apart, each
//! customer once. It reads all records of the time, customer by customer, and counts them by the function that cells are
//! filled by, so that where cells hold the set both say the same. It writes nothing but its own row, and every start is a
//! start anew.

use std::sync::Arc;
use std::time::Instant;

use guanxi_model::fact::{Fact, FactBody, FactKind, SatisfactionRecord};
use guanxi_model::filter::{Filter, Kind, Op, Schema, Term, Value};
use guanxi_model::{CustomerId, LabelKey, OperationId, QuestionnaireId, RequestId, RevisionNumber, Words as _, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Fold, IndexQuestion, IndexRow, Key, said};
use guanxi_store::{FactPlace, Labels, Operation, OperationState, PAGE};
use serde::{Deserialize, Serialize};

use super::population::CHECKPOINT;
use super::{ANALYZE, Held, OperationOutcome, Operations};
use crate::error::Error;
use crate::fingerprint;
use crate::turns;

/// What an analysis was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisRequest {
    pub questionnaire: QuestionnaireId,
    pub number: RevisionNumber,
    pub question: IndexQuestion,
    /// By `ANALYSIS_FILTER`, as a text.
    pub filter: String,
}

/// How many records an analysis has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysisProgress {
    pub done: i64,
}

/// What an analysis found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisOutcome {
    pub scheme: QuestionnaireScheme,
    pub rows: Vec<IndexRow>,
}

/// What records may be filtered by.
pub const ANALYSIS_FILTER: Schema = Schema(&[
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
    /// Asks what the records of any set mean together. A repeated request returns the operation it made.
    pub async fn analyze(&self, request: AnalysisRequest, request_id: Option<RequestId>) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let subject = name::questionnaire_revision(&request.questionnaire, request.number);
        let id = match request_id {
            Some(request_id) => OperationId::from_bytes(fingerprint::of("analyze", &subject, &(&request, request_id))),
            None => OperationId::new(self.now),
        };
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        let operation = self.new_operation(id, (ANALYZE, subject), &request, &AnalysisProgress::default())?;
        tx.put_operation(&operation).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(operation)
    }
}

/// Runs an analysis to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: AnalysisRequest = serde_json::from_str(&operation.request).map_err(json)?;
    let filter = Filter::parse(&request.filter, &ANALYSIS_FILTER).map_err(|error| Error::Internal(Arc::new(error)))?;
    let kept = held.store().reader().revision(&request.questionnaire, request.number).await?;
    let missing = || Error::NotFound(name::questionnaire_revision(&request.questionnaire, request.number));
    let scheme = kept.ok_or_else(missing)?.scheme;
    let fold = Fold::new(&scheme, &request.question);
    let mut analysis = Analysis { held, request: &request, filter, fold, progress: AnalysisProgress::default() };
    let end = analysis.read().await?;
    let (state, outcome) = match end {
        End::Read => {
            let rows = analysis.fold.finish();
            let outcome = AnalysisOutcome { scheme: scheme.clone(), rows };
            (OperationState::Succeeded, OperationOutcome::Analyzed(Box::new(outcome)))
        }
        End::Full => (OperationState::Failed, OperationOutcome::TooManyRows { most: analysis.fold.most_rows() }),
        End::Cancelled => (OperationState::Cancelled, OperationOutcome::Cancelled),
    };
    held.conclude(state, &outcome).await
}

struct Analysis<'a> {
    held: &'a Held<'a>,
    request: &'a AnalysisRequest,
    filter: Filter,
    fold: Fold<'a>,
    progress: AnalysisProgress,
}

enum End {
    Read,
    /// There are more rows than can be told.
    Full,
    Cancelled,
}

impl Analysis<'_> {
    async fn read(&mut self) -> Result<End, Error> {
        let reader = self.held.store().reader();
        let (zone, (first, last)) = (self.held.moment().zone, self.request.question.days);
        let time = (zone.start_of(first), zone.end_of(last));
        let keys = self.label_keys();
        let (mut after, mut kept): (Option<FactPlace>, _) = (None, Instant::now());
        loop {
            let page = reader.facts_after(FactKind::SatisfactionRecord, time, (after.as_ref(), PAGE)).await?;
            let Some((begin, end)) = page.first().zip(page.last()) else { break };
            if after.as_ref().is_some_and(|(customer, _)| *customer != begin.customer) {
                self.fold.end_of_customer();
            }
            let labels = self.labels((begin, end), &keys).await?;
            let mut customer: Option<&CustomerId> = None;
            turns::look(&page, |fact| {
                if customer.replace(&fact.customer).is_some_and(|before| *before != fact.customer) {
                    self.fold.end_of_customer();
                }
                self.look(fact, &labels);
            })
            .await;
            after = Some((end.customer.clone(), end.key.clone()));
            self.progress.done += page.len() as i64;
            if self.fold.is_full() {
                return Ok(End::Full);
            }
            if kept.elapsed() >= CHECKPOINT {
                if self.is_cancelled().await? {
                    return Ok(End::Cancelled);
                }
                kept = Instant::now();
            }
        }
        self.fold.end_of_customer();
        Ok(if self.is_cancelled().await? { End::Cancelled } else { End::Read })
    }

    /// Keeps how far it is.
    async fn is_cancelled(&self) -> Result<bool, Error> {
        let tx = self.held.store().begin().await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        tx.commit().await?;
        Ok(cancel)
    }

    fn look(&mut self, fact: &Fact, labels: &Labels) {
        let FactBody::SatisfactionRecord(record) = &fact.body else { return };
        let asked = (&record.questionnaire, record.revision) == (&self.request.questionnaire, self.request.number);
        let labels = labels.get(&fact.customer).map_or(&[][..], Vec::as_slice);
        if asked && self.filter.admits(&|term| holds(term, (fact, record), labels)) {
            self.fold.add_record(record, self.held.moment().zone.day_of(fact.occur_time));
        }
    }

    /// The labels that the filter asks for.
    fn label_keys(&self) -> Vec<LabelKey> {
        let mut keys: Vec<_> = self.filter.terms().into_iter().filter_map(|term| term.key.clone()).collect();
        keys.sort();
        keys.dedup();
        // What is no key of a label is on nobody.
        keys.into_iter().filter_map(|key| LabelKey::parse(key).ok()).collect()
    }

    async fn labels(&self, (begin, end): (&Fact, &Fact), keys: &[LabelKey]) -> Result<Labels, Error> {
        // After whatever comes before the first customer: ids hold no character as low.
        let after = begin.customer.as_str();
        let before = &after[..after.len() - after.chars().next_back().map_or(0, char::len_utf8)];
        Ok(self.held.store().reader().labels_between((before, end.customer.as_str()), keys).await?)
    }
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

//! Fitting a model of what follows from what to the records of some days. They are read page by page; only sums of answers
//! and of their products are kept, so that any number of records takes the same memory. It writes nothing but its own row,
//! and begins anew after a takeover.

use std::sync::Arc;
use std::time::Instant;

use guanxi_model::fact::{CollectionMethod, SatisfactionRecord, Stamp};
use guanxi_model::{Day, FactId, QuestionnaireId, RevisionNumber, Timestamp, TouchpointId, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::path_model::{Fit, InnerWeights, PathModel, Products, Unfit};
use guanxi_store::{Operation, OperationState, RecordPlace};
use serde::{Deserialize, Serialize};

use super::population::CHECKPOINT;
use super::{Held, OperationOutcome};
use crate::error::{Error, Refusal, UnfitResponses};
use crate::turns;

/// Records read at a time: the largest there can be are 50 KiB.
const PAGE: usize = 500;

/// What a fit was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitRequest {
    pub questionnaire: QuestionnaireId,
    pub number: RevisionNumber,
    /// The first and the last day of occurrence.
    pub days: (Day, Day),
    pub filter: RecordFilter,
    pub model: PathModel,
    pub inner: InnerWeights,
}

/// Which of the records of a revision count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordFilter {
    /// By one of these.
    pub methods: Vec<CollectionMethod>,
    /// Where the customer stood when the record came.
    pub stamp: Option<Stamp>,
    pub channel: Option<String>,
    pub touchpoint: Option<TouchpointId>,
    pub wave: Option<String>,
}

/// How far a fit is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitProgress {
    pub read: i64,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitOutcome {
    pub fit: Fit,
    /// Records in which something was not answered.
    pub incomplete: u64,
    /// When they were read.
    pub time: Timestamp,
}

impl FitRequest {
    /// Why the records did not allow it.
    pub fn refusal(&self, unfit: Unfit) -> Refusal {
        let of = name::questionnaire_revision(&self.questionnaire, self.number);
        let fault = match unfit {
            Unfit::TooFew { missing } => return Refusal::TooFewResponses { of, missing },
            Unfit::Constant { latent } => UnfitResponses::Constant(vec![latent]),
            Unfit::Unrelated { latent } => UnfitResponses::Unrelated(latent),
            Unfit::Collinear { latent } => UnfitResponses::Collinear(latent),
            Unfit::Unsettled => UnfitResponses::Unsettled,
        };
        Refusal::UnfitResponses { of, fault }
    }
}

impl RecordFilter {
    /// Whether a record is one of those.
    fn takes(&self, record: &SatisfactionRecord) -> bool {
        let RecordFilter { methods, stamp, channel, touchpoint, wave } = self;
        methods.contains(&record.method)
            && (stamp.is_none() || *stamp == record.stamp)
            && channel.as_ref().is_none_or(|channel| *channel == record.channel)
            && (touchpoint.is_none() || *touchpoint == record.touchpoint)
            && wave.as_ref().is_none_or(|wave| *wave == record.wave)
    }
}

/// Fits a model to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: FitRequest = serde_json::from_str(&operation.request).map_err(json)?;
    let time = held.now();
    let scheme = scheme(held, &request).await?;
    let mut work = Work { held, request: &request, progress: FitProgress::default(), kept: Instant::now() };
    let Some((products, incomplete)) = work.read(&scheme).await? else {
        return held.give_up(OperationState::Cancelled, &OperationOutcome::Cancelled).await;
    };
    let (model, inner, progress) = (request.model.clone(), request.inner, work.progress);
    let fitted = tokio::task::spawn_blocking(move || model.fit(&products, inner)).await;
    let fitted = fitted.map_err(|error| Error::Internal(Arc::new(error)))?;
    let (state, outcome) = match fitted {
        Ok(fit) => {
            let outcome = FitOutcome { fit, incomplete, time };
            (OperationState::Succeeded, OperationOutcome::Fitted(Box::new(outcome)))
        }
        Err(unfit) => (OperationState::Failed, OperationOutcome::Unfit(unfit)),
    };
    let tx = held.store().begin().await?;
    if held.advance(&tx, &progress).await? {
        drop(tx);
        return held.give_up(OperationState::Cancelled, &OperationOutcome::Cancelled).await;
    }
    held.end(&tx, state, &outcome).await?;
    Ok(tx.commit().await?)
}

/// What the records answer. A revision of a questionnaire that was ever in use is never deleted.
async fn scheme(held: &Held<'_>, request: &FitRequest) -> Result<QuestionnaireScheme, Error> {
    let kept = held.store().reader().revision(&request.questionnaire, request.number).await?;
    let missing = || Error::NotFound(name::questionnaire_revision(&request.questionnaire, request.number));
    kept.map(|kept| kept.scheme).ok_or_else(missing)
}

/// Reading the records.
struct Work<'a> {
    held: &'a Held<'a>,
    request: &'a FitRequest,
    progress: FitProgress,
    /// When it last kept how far it is.
    kept: Instant,
}

impl Work<'_> {
    /// What complete records add up to, and how many others there were; nothing where cancelled.
    async fn read(&mut self, scheme: &QuestionnaireScheme) -> Result<Option<(Products, u64)>, Error> {
        let FitRequest { questionnaire, number, days, filter, model, inner: _ } = self.request;
        let reading = model.reading(scheme);
        let (mut products, mut incomplete) = (Products::of(model.indicators().count()), 0);
        let reader = self.held.store().reader();
        let zone = self.held.moment().zone;
        let (mut after, until): (RecordPlace, _) =
            ((zone.start_of(days.0), FactId::from_bytes([0; 16])), zone.end_of(days.1));
        loop {
            let page = reader.satisfaction_records((after, until), PAGE).await?;
            turns::look(&page, |(_, record)| {
                if record.questionnaire == *questionnaire && record.revision == *number && filter.takes(record) {
                    match reading.row(&record.answers) {
                        Some(row) => products.add(&row),
                        None => incomplete += 1,
                    }
                }
            })
            .await;
            if !self.done(page.len()).await? {
                return Ok(None);
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE => after = *last,
                _ => return Ok(Some((products, incomplete))),
            }
        }
    }

    /// So many more records are read. False where the operation was cancelled.
    async fn done(&mut self, records: usize) -> Result<bool, Error> {
        self.progress.read += records as i64;
        if self.kept.elapsed() < CHECKPOINT {
            return Ok(true);
        }
        let tx = self.held.store().begin().await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        tx.commit().await?;
        self.kept = Instant::now();
        Ok(!cancel)
    }
}

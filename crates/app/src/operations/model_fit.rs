//! Fitting a model of what follows from what to the records of a set. Only sums of answers and of their products are kept,
//! so that any number of records takes the same memory. It writes nothing but its own row, and every start is a start anew.

use std::sync::Arc;

use guanxi_model::fact::{CollectionMethod, SatisfactionRecord};
use guanxi_model::{Day, RequestId, Timestamp, name};
use guanxi_satisfaction::path_model::{Fit, InnerWeights, PathModel, Products, Reading, Unfit};
use guanxi_store::{Operation, OperationState};
use serde::{Deserialize, Serialize};

use super::records::{self, Look, RecordSet};
use super::walk::End;
use super::{FIT, Held, OperationOutcome, Operations};
use crate::error::{Error, Refusal, UnfitResponses};

/// What a fit was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitRequest {
    pub set: RecordSet,
    /// Only records that were come by in one of these ways, as one set.
    pub methods: Vec<CollectionMethod>,
    pub model: PathModel,
    pub inner: InnerWeights,
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
        let of = name::questionnaire_revision(&self.set.questionnaire, self.set.number);
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

impl Operations<'_> {
    /// Asks to fit a model to satisfaction records. A repeated request returns the operation it made.
    pub async fn fit(&self, request: FitRequest, request_id: Option<RequestId>) -> Result<Operation, Error> {
        let subject = name::questionnaire_revision(&request.set.questionnaire, request.set.number);
        self.look_at_records((FIT, subject), &request, request_id).await
    }
}

/// Runs a fit to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let FitRequest { set, methods, model, inner } = serde_json::from_str(&operation.request).map_err(json)?;
    let (time, scheme) = (held.now(), records::scheme(held, &set).await?);
    let products = Products::of(model.indicators().count());
    let mut answers = Answers { methods: &methods, reading: model.reading(&scheme), products, incomplete: 0 };
    if records::read(held, &set, &mut answers).await? == End::Cancelled {
        return held.conclude(OperationState::Cancelled, &OperationOutcome::Cancelled).await;
    }
    let Answers { products, incomplete, .. } = answers;
    let fitted = tokio::task::spawn_blocking(move || model.fit(&products, inner)).await;
    let (state, outcome) = match fitted.map_err(|error| Error::Internal(Arc::new(error)))? {
        Ok(fit) => {
            let outcome = FitOutcome { fit, incomplete, time };
            (OperationState::Succeeded, OperationOutcome::Fitted(Box::new(outcome)))
        }
        Err(unfit) => (OperationState::Failed, OperationOutcome::Unfit(unfit)),
    };
    held.conclude(state, &outcome).await
}

/// What the answers of complete records add up to.
struct Answers<'a> {
    methods: &'a [CollectionMethod],
    reading: Reading<'a>,
    products: Products,
    incomplete: u64,
}

impl Look for Answers<'_> {
    fn record(&mut self, record: &SatisfactionRecord, _: Day) {
        if self.methods.contains(&record.method) {
            match self.reading.row(&record.answers) {
                Some(row) => self.products.add(&row),
                None => self.incomplete += 1,
            }
        }
    }
}

//! What a call to the app can end with instead of an answer: about fourteen meanings, each carrying data and no text for
//! callers. `grpc` alone turns them into statuses.

use std::sync::Arc;
use std::time::Duration;

use guanxi_model::customer::ExternalId;
use guanxi_model::fact::FactKey;
use guanxi_model::{CustomerId, Violations};
use thiserror::Error;

/// Why something was not done. Cheap to clone: one cause may refuse a whole batch.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// The input is wrong; every fault is listed.
    #[error("invalid input: {0}")]
    Invalid(Violations),
    /// There is no resource of this name.
    #[error("{0} not found")]
    NotFound(String),
    /// There is one already.
    #[error("{0} already exists")]
    AlreadyExists(String),
    /// Another customer has this external id.
    #[error("external id {} of {} belongs to {customer}", external_id.id, external_id.system)]
    ExternalIdTaken { external_id: ExternalId, customer: CustomerId },
    /// A fact of the same identity is kept and says something else.
    #[error("{name} differs in {fields:?}")]
    FactDiffers { name: String, fields: Vec<&'static str> },
    /// The request id was used for another request.
    #[error("request id {0} was used for another request")]
    RequestIdReused(String),
    /// The etag is not the present one.
    #[error("{0} has changed")]
    Stale(String),
    /// Item `0` of an all-or-nothing batch was refused.
    #[error("item {0} of the batch was refused")]
    BatchAborted(usize),
    /// The tiers were assigned anew since the page before.
    #[error("the tiers of {0} were assigned anew")]
    PageStale(String),
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many writers at once; nothing was written.
    #[error("write conflict")]
    Conflict,
    /// The database does not answer; try again after a while.
    #[error("storage unavailable")]
    Unavailable { retry_after: Duration },
    /// The server is stopping.
    #[error("shutting down")]
    ShuttingDown,
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

/// A rule of the domain that forbids what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("{0} is deleted")]
    CustomerDeleted(String),
    #[error("{0} is not deleted")]
    CustomerNotDeleted(String),
    #[error("the fact has a replacement or was withdrawn")]
    FactAlreadyReplaced { by: Option<FactKey> },
    #[error("the sums of {0} leave the range of 64 bits")]
    TotalsOutOfRange(String),
    #[error("{0} is in use")]
    AttributeInUse(String),
    #[error("no revision of {0} is active")]
    PyramidNotActive(String),
    #[error("a run over {pyramid} is not finished")]
    PyramidBusy { pyramid: String, operation: String },
    #[error("{0} has an active revision")]
    PyramidActive(String),
    #[error("{0} has an active revision")]
    QuestionnaireActive(String),
    #[error("no revision of {0} was ever active")]
    QuestionnaireNotActive(String),
    #[error("{0} was measured against")]
    ServiceStandardMeasured(String),
    #[error("{0} has not ended")]
    OperationRunning(String),
    #[error("there may be at most {limit}")]
    LimitReached { limit: usize },
    #[error("{missing} more complete responses to {of} are needed")]
    TooFewResponses { of: String, missing: u64 },
    #[error("the responses to {of} do not allow it: {fault}")]
    UnfitResponses { of: String, fault: UnfitResponses },
}

/// What is wrong with responses as a whole; parts of the questionnaire are named by id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnfitResponses {
    #[error("everybody answered alike on {}", .0.join(", "))]
    Constant(Vec<String>),
    #[error("{0} has nothing to do with what it is joined to")]
    Unrelated(String),
    #[error("of what leads to {0}, one follows from the others")]
    Collinear(String),
    #[error("{} follow from each other", .0.join(", "))]
    Dependent(Vec<String>),
    #[error("no weights settle")]
    Unsettled,
}

impl UnfitResponses {
    /// The ids of what it is about.
    pub fn parts(&self) -> &[String] {
        match self {
            UnfitResponses::Constant(parts) | UnfitResponses::Dependent(parts) => parts,
            UnfitResponses::Unrelated(part) | UnfitResponses::Collinear(part) => std::slice::from_ref(part),
            UnfitResponses::Unsettled => &[],
        }
    }
}

impl From<guanxi_store::Error> for Error {
    fn from(error: guanxi_store::Error) -> Self {
        match error {
            guanxi_store::Error::Conflict => Error::Conflict,
            guanxi_store::Error::Unavailable(cause) => {
                tracing::warn!(%cause, "storage unavailable");
                Error::Unavailable { retry_after: Duration::from_millis(500) }
            }
            other => Error::Internal(Arc::new(other)),
        }
    }
}

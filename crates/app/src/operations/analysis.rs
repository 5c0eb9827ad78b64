//! What the records of any set mean together: of whom labels say something, of whatever keys no cells keep apart, each
//! customer once. It counts records by the function that cells are filled by, so that where cells hold the set both say the
//! same. It writes nothing but its own row, and every start is a start anew.

use std::sync::Arc;

use guanxi_model::fact::SatisfactionRecord;
use guanxi_model::{Day, RequestId, name};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::cube::{Fold, IndexQuestion, IndexRow};
use guanxi_store::{Operation, OperationState};
use serde::{Deserialize, Serialize};

use super::records::{self, Look, RecordSet};
use super::walk::End;
use super::{ANALYZE, Held, OperationOutcome, Operations};
use crate::error::Error;

/// What an analysis was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisRequest {
    pub set: RecordSet,
    pub question: IndexQuestion,
}

/// What an analysis found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisOutcome {
    pub scheme: QuestionnaireScheme,
    pub rows: Vec<IndexRow>,
}

impl Operations<'_> {
    /// Asks what the records of any set mean together. A repeated request returns the operation it made.
    pub async fn analyze(&self, request: AnalysisRequest, request_id: Option<RequestId>) -> Result<Operation, Error> {
        let subject = name::questionnaire_revision(&request.set.questionnaire, request.set.number);
        self.look_at_records((ANALYZE, subject), &request, request_id).await
    }
}

/// Runs an analysis to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: AnalysisRequest = serde_json::from_str(&operation.request).map_err(json)?;
    let scheme = records::scheme(held, &request.set).await?;
    let mut fold = Fold::new(&scheme, &request.question);
    let (state, outcome) = match records::read(held, &request.set, &mut fold).await? {
        End::Read => {
            let outcome = AnalysisOutcome { rows: fold.finish(), scheme: scheme.clone() };
            (OperationState::Succeeded, OperationOutcome::Analyzed(Box::new(outcome)))
        }
        End::Full => (OperationState::Failed, OperationOutcome::TooManyRows { most: fold.most_rows() }),
        End::Cancelled => (OperationState::Cancelled, OperationOutcome::Cancelled),
    };
    held.conclude(state, &outcome).await
}

impl Look for Fold<'_> {
    fn record(&mut self, record: &SatisfactionRecord, day: Day) {
        self.add_record(record, day);
    }

    fn end_of_customer(&mut self) {
        Fold::end_of_customer(self);
    }

    fn is_full(&self) -> bool {
        Fold::is_full(self)
    }
}

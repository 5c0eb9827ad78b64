//! Asking to put a revision in force, or to renew the calibration of the one that is. A pyramid has one such operation at a time.

use guanxi_model::{PyramidId, RequestId, RevisionNumber, name};
use guanxi_store::Operation;
use serde::{Deserialize, Serialize};

use super::ActivationProgress;
use crate::error::{Error, Refusal};
use crate::operations::{ACTIVATE, ASSIGN, Operations};

/// What an activation was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActivationRequest {
    pub pyramid: PyramidId,
    pub number: RevisionNumber,
}

impl Operations<'_> {
    /// Asks to put a revision in force. A repeated request returns the operation it made.
    pub async fn activate(
        &self,
        request: ActivationRequest,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let revision = name::revision(&request.pyramid, request.number);
        self.run_over(&request.pyramid, Some(request.number), (ACTIVATE, revision), request_id).await
    }

    /// Asks to renew the calibration of the revision in force. A repeated request returns the operation it made.
    pub async fn assign(&self, pyramid: &PyramidId, request_id: Option<RequestId>) -> Result<Operation, Error> {
        self.run_over(pyramid, None, (ASSIGN, name::pyramid(pyramid)), request_id).await
    }

    /// Asks for a run over everybody under a revision, or the one in force.
    async fn run_over(
        &self,
        pyramid: &PyramidId,
        number: Option<RevisionNumber>,
        (kind, subject): (&str, String),
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        // Whatever is in force by the time of a retry.
        let id = self.id_of((kind, &subject), &(), request_id);
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        tx.change_schemes().await?;
        let found = tx.pyramid(pyramid).await?;
        let mut pyramid = found.ok_or_else(|| Error::NotFound(name::pyramid(pyramid)))?;
        let active = || pyramid.active.map(|active| active.number);
        let number = number.or_else(active).ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(&pyramid.id)))?;
        if tx.revision(&pyramid.id, number).await?.is_none() {
            return Err(Error::NotFound(name::revision(&pyramid.id, number)));
        }
        if let Some(running) = pyramid.operation {
            let (pyramid, operation) = (name::pyramid(&pyramid.id), name::operation(&running));
            return Err(Refusal::PyramidBusy { pyramid, operation }.into());
        }
        let request = ActivationRequest { pyramid: pyramid.id.clone(), number };
        pyramid.operation = Some(id);
        tx.put_pyramid(&pyramid).await?;
        self.begin(tx, id, (kind, subject), (&request, &ActivationProgress::default())).await
    }
}

//! Asking for a sample: of whom, how many, and what is held for them.

use guanxi_model::{PyramidId, QuestionnaireId, RequestId, RevisionNumber, TierId, Violations, name};
use guanxi_segmentation::Tier;
use guanxi_store::{Operation, Tx};
use serde::{Deserialize, Serialize};

use super::DrawingProgress;
use crate::command::Slot;
use crate::error::{Error, Refusal};
use crate::operations::{DRAW, Operations};

/// A sample to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    pub questionnaire: QuestionnaireId,
    /// Whose tiers are the strata; none where all are one stratum.
    pub pyramid: Option<PyramidId>,
    pub seed: i64,
    pub sizes: Sizes,
    /// What is held for each of those who are drawn.
    pub reserve: Option<Slot>,
}

/// How many to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sizes {
    Total(usize),
    Tiers(Vec<(TierId, usize)>),
}

/// What a drawing was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawingRequest {
    pub drawing: Drawing,
    /// The revision that was asked then.
    pub revision: RevisionNumber,
}

impl DrawingRequest {
    /// What is wrong with tiers, by their places, that the pyramid does not have.
    pub fn no_such_tiers(&self, places: &[usize]) -> Error {
        let mut faults = Violations::new();
        if let Sizes::Tiers(sizes) = &self.drawing.sizes {
            for (index, (tier, _)) in places.iter().filter_map(|index| Some((index, sizes.get(*index)?))) {
                faults.push(format!("tier_sizes[{index}].tier"), format!("there is no tier {tier} in the pyramid"));
            }
        }
        Error::Invalid(faults)
    }
}

impl Sizes {
    /// Where tiers are named that there are not.
    pub(super) fn unknown(&self, tiers: &[Tier]) -> Vec<usize> {
        let Sizes::Tiers(sizes) = self else { return Vec::new() };
        let is_unknown = |name: &TierId| !tiers.iter().any(|tier| tier.id == *name);
        sizes.iter().enumerate().filter(|(_, (name, _))| is_unknown(name)).map(|(index, _)| index).collect()
    }
}

impl Operations<'_> {
    /// Asks to draw a sample. A repeated request returns the operation it made.
    pub async fn draw(&self, drawing: Drawing, request_id: Option<RequestId>) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let subject = name::questionnaire(&drawing.questionnaire);
        let id = self.id_of((DRAW, &subject), &drawing, request_id);
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        let found = tx.questionnaire(&drawing.questionnaire).await?;
        let active = found.ok_or_else(|| Error::NotFound(subject.clone()))?.active;
        let (revision, _) = active.ok_or_else(|| Refusal::QuestionnaireNotActive(subject.clone()))?;
        let request = DrawingRequest { drawing, revision };
        if let Some(pyramid) = &request.drawing.pyramid {
            let unknown = request.drawing.sizes.unknown(&tiers_in_force(&tx, pyramid).await?);
            if !unknown.is_empty() {
                return Err(request.no_such_tiers(&unknown));
            }
        }
        self.begin(tx, id, (DRAW, subject), (&request, &DrawingProgress::default())).await
    }
}

async fn tiers_in_force(tx: &Tx, id: &PyramidId) -> Result<Vec<Tier>, Error> {
    let kept = tx.pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))?;
    let number = kept.active.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(id)))?.number;
    let revision = tx.revision(id, number).await?;
    Ok(revision.ok_or_else(|| Error::NotFound(name::revision(id, number)))?.scheme.tiers().to_vec())
}

//! Drawing a sample of those who may be asked. Everybody is looked at first and nothing is written meanwhile; what was drawn is
//! kept with the operation, and only then slots are held, some at a time. So whoever goes on after a takeover holds slots for
//! the same customers; before that, every start is a start anew, as it is where readers were switched to other tiers.

mod asking;
mod pond;

use std::sync::Arc;

use guanxi_model::{CustomerId, PyramidId, RevisionNumber, TierId, Timestamp, name};
use guanxi_satisfaction::{Asking, Objection, looks_back_to};
use guanxi_segmentation::Tier;
use guanxi_store::{Active, Operation, OperationState};
use serde::{Deserialize, Serialize};

pub use self::asking::{Drawing, DrawingRequest, Sizes};
use self::pond::Pond;
use super::pace::{Pace as _, Progress, Steps, next_page};
use super::{Held, OperationOutcome, pages};
use crate::command::{Outcome, Slot};
use crate::error::{Error, Refusal};
use crate::turns;

/// Slots that are asked for at a time.
const CHUNK: usize = 500;

/// How far a drawing is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawingProgress {
    /// The revision of the pyramid whose tiers are the strata.
    pub number: Option<RevisionNumber>,
    pub done: i64,
    pub total: i64,
    /// What was drawn, once everybody has been looked at.
    pub sample: Option<DrawnSample>,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnSample {
    pub number: Option<RevisionNumber>,
    /// As of which moment.
    pub time: Timestamp,
    /// From the top; one without a tier where there is no pyramid.
    pub strata: Vec<DrawnStratum>,
    /// What spoke against how many.
    pub against: Vec<(Objection, i64)>,
}

/// What was drawn of a stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnStratum {
    pub tier: Option<TierId>,
    pub customers: i64,
    pub eligible: i64,
    /// In the order of the draw.
    pub drawn: Vec<CustomerId>,
    /// Those after them whose slots were not asked for yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<CustomerId>,
    /// Those among them who could no longer be asked.
    pub lost: i32,
}

/// Draws, and holds the slots.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: DrawingRequest = serde_json::from_str(&operation.request).map_err(json)?;
    let progress: DrawingProgress = serde_json::from_str(&operation.progress).map_err(json)?;
    let asking = asking(held, &request).await?;
    let mut run = Run { held, request: &request, asking, steps: Steps::of(held, progress) };
    let (state, outcome) = match run.draw_and_hold().await? {
        End::Drawn(sample) => (OperationState::Succeeded, OperationOutcome::Drawn(Box::new(sample))),
        End::NoSuchTiers(places) => (OperationState::Failed, OperationOutcome::NoSuchTiers(places)),
        End::Cancelled => (OperationState::Cancelled, OperationOutcome::Cancelled),
    };
    held.conclude(state, &outcome).await
}

/// What is asked, and by which rule. A questionnaire that was ever in use is never deleted.
async fn asking(held: &Held<'_>, request: &DrawingRequest) -> Result<Asking, Error> {
    let (id, number) = (&request.drawing.questionnaire, request.revision);
    let reader = held.store().reader();
    let kept = reader.questionnaire(id).await?.ok_or_else(|| Error::NotFound(name::questionnaire(id)))?;
    let revision = reader.revision(id, number).await?;
    let revision = revision.ok_or_else(|| Error::NotFound(name::questionnaire_revision(id, number)))?;
    let population = revision.scheme.content().population;
    Ok(Asking { questionnaire: id.clone(), population, rule: kept.contact_rule })
}

struct Run<'a> {
    held: &'a Held<'a>,
    request: &'a DrawingRequest,
    asking: Asking,
    steps: Steps<'a, DrawingProgress>,
}

/// How drawing ended.
enum End {
    Drawn(DrawnSample),
    Cancelled,
    /// A revision that came into force meanwhile does not have the tiers that were named at these places.
    NoSuchTiers(Vec<usize>),
}

impl Run<'_> {
    async fn draw_and_hold(&mut self) -> Result<End, Error> {
        if self.steps.progress.sample.is_none() {
            match self.draw().await? {
                End::Drawn(sample) => self.steps.progress.sample = Some(sample),
                end => return Ok(end),
            }
        }
        while self.steps.keep().await? {
            let Some(sample) = self.steps.progress.sample.take() else { break };
            let Some((slot, at)) = self.request.drawing.reserve.as_ref().zip(sample.waits()) else {
                return Ok(End::Drawn(sample));
            };
            self.steps.progress.sample = Some(self.hold(slot, sample, at).await?);
        }
        Ok(End::Cancelled)
    }

    async fn draw(&mut self) -> Result<End, Error> {
        loop {
            if let Some(end) = self.look().await? {
                return Ok(end);
            }
        }
    }

    /// Looks at everybody; nothing where readers were switched to other tiers meanwhile.
    async fn look(&mut self) -> Result<Option<End>, Error> {
        let (request, reader, now) = (self.request, self.held.store().reader(), self.held.now());
        let active = self.active().await?;
        let tiers = match request.drawing.pyramid.as_ref().zip(active) {
            Some((id, active)) => Some(self.tiers(id, active).await?),
            None => None,
        };
        let unknown = request.drawing.sizes.unknown(tiers.as_deref().unwrap_or_default());
        if !unknown.is_empty() {
            return Ok(Some(End::NoSuchTiers(unknown)));
        }
        let number = active.map(|active| active.number);
        self.steps.progress = DrawingProgress { number, done: 0, total: reader.customer_count().await?, sample: None };
        let mut pond = Pond::of(&request.drawing, tiers.as_deref());
        let pyramid = request.drawing.pyramid.clone().zip(active);
        let mut pages = pages::drawable(reader, pyramid, looks_back_to(now));
        loop {
            let (page, approaches) = match next_page(&mut self.steps, &mut pages).await? {
                Some(Some(page)) => page,
                Some(None) => break,
                None => return Ok(Some(End::Cancelled)),
            };
            let at = (&self.asking, now);
            turns::look_behind(self.held.callers(), &page, |one| pond.look(one, &approaches, at)).await;
            if !self.steps.done(page.len()).await? {
                return Ok(Some(End::Cancelled));
            }
        }
        let is_of_one_generation = self.active().await? == active;
        Ok(is_of_one_generation.then(|| End::Drawn(pond.finish(number, now))))
    }

    /// What readers see of the pyramid.
    async fn active(&self) -> Result<Option<Active>, Error> {
        let Some(id) = &self.request.drawing.pyramid else { return Ok(None) };
        let kept = self.held.store().reader().pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))?;
        Ok(Some(kept.active.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(id)))?))
    }

    async fn tiers(&self, id: &PyramidId, active: Active) -> Result<Vec<Tier>, Error> {
        let revision = self.held.store().reader().revision(id, active.number).await?;
        Ok(revision.ok_or_else(|| Error::NotFound(name::revision(id, active.number)))?.scheme.tiers().to_vec())
    }

    /// Holds slots for some of those who wait for theirs in a stratum.
    async fn hold(&self, slot: &Slot, mut sample: DrawnSample, at: usize) -> Result<DrawnSample, Error> {
        let stratum = &mut sample.strata[at];
        let some = stratum.waiting.len().min(CHUNK);
        let (asked, now) = ((&self.asking, self.request.revision), self.held.now());
        let commands = stratum.waiting[..some].iter().map(|customer| slot.reserve(customer, asked, now)).collect();
        let outcomes = self.held.submit(commands).await?;
        for (customer, outcome) in stratum.waiting.drain(..some).zip(outcomes) {
            match outcome {
                Ok(Outcome::Approached { reserved: Some(_), .. }) => stratum.drawn.push(customer),
                // Somebody else asked first, or the customer is gone.
                Ok(_) | Err(Error::NotFound(_) | Error::AlreadyExists(_)) => stratum.lost += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(sample)
    }
}

impl Progress for DrawingProgress {
    fn done(&mut self) -> &mut i64 {
        &mut self.done
    }
}

impl DrawnSample {
    /// How many of those who were drawn have their slot; all where none was asked for.
    pub fn held(&self) -> usize {
        self.strata.iter().map(|stratum| stratum.drawn.len()).sum()
    }

    /// The first stratum of which somebody waits for a slot.
    fn waits(&self) -> Option<usize> {
        self.strata.iter().position(|stratum| !stratum.waiting.is_empty())
    }
}

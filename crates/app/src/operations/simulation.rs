//! What a revision would do, before it is put in force. It calibrates and seats by the very functions of a run, so it
//! predicts the run exactly; it writes nothing but its own row. Every start is a start anew: after a takeover, and where
//! readers were switched while it read.

mod compare;
mod counting;

use std::sync::Arc;

use guanxi_model::{Day, PyramidId, RequestId, RevisionNumber, Timestamp, name};
use guanxi_segmentation::{Calibration, PyramidScheme, Simulation, SimulationBuilder};
use guanxi_store::{Active, Judge, Operation, OperationState, Pyramid, Tx};
use serde::{Deserialize, Serialize};

use self::compare::{Against, Baseline, Comparison};
use self::counting::Counting;
use super::pace::{Pace as _, Progress, Steps, next_page};
use super::pages;
use super::population::{Facts, calibrate, looks};
use super::{Held, OperationOutcome, Operations, SIMULATE};
use crate::error::{Error, Refusal};
use crate::seat::Moment;
use crate::turns;

/// What a simulation was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimulationRequest {
    pub pyramid: PyramidId,
    pub candidate: Candidate,
    /// None for where everybody stands.
    pub baseline: Option<RevisionNumber>,
    /// As of the end of this day; then there is a baseline.
    pub as_of: Option<Day>,
    pub examples_per_cell: usize,
}

/// What is simulated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    Revision(RevisionNumber),
    Draft(Box<PyramidScheme>),
}

impl Candidate {
    /// None for a draft.
    pub fn number(&self) -> Option<RevisionNumber> {
        match self {
            Candidate::Revision(number) => Some(*number),
            Candidate::Draft(_) => None,
        }
    }
}

/// What a simulation is doing; the words are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulationPhase {
    #[default]
    Calibrate,
    Compare,
}

/// How far a simulation is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulationProgress {
    pub phase: SimulationPhase,
    pub done: i64,
    pub total: i64,
}

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimulationOutcome {
    /// None where no revision was in force.
    pub baseline: Option<Simulated>,
    pub candidate: Simulated,
    pub time: Timestamp,
    pub found: Simulation,
}

/// One side of a simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulated {
    /// None for a draft.
    pub number: Option<RevisionNumber>,
    pub scheme: PyramidScheme,
    pub calibration: Calibration,
}

impl Operations<'_> {
    /// Asks what a revision would do. A repeated request returns the operation it made.
    pub async fn simulate(
        &self,
        mut request: SimulationRequest,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let subject = name::pyramid(&request.pyramid);
        let id = self.id_of((SIMULATE, &subject), &request, request_id);
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        if tx.pyramid(&request.pyramid).await?.is_none() {
            return Err(Error::NotFound(subject));
        }
        for number in request.candidate.number().into_iter().chain(request.baseline) {
            if tx.revision(&request.pyramid, number).await?.is_none() {
                return Err(Error::NotFound(name::revision(&request.pyramid, number)));
            }
        }
        if let (None, Some(day)) = (request.baseline, request.as_of) {
            request.baseline = Some(self.in_force_on(&tx, &request.pyramid, day).await?);
        }
        self.begin(tx, id, (SIMULATE, subject), (&request, &SimulationProgress::default())).await
    }

    /// The revision that was in force at the end of a day.
    async fn in_force_on(&self, tx: &Tx, pyramid: &PyramidId, day: Day) -> Result<RevisionNumber, Error> {
        let number = tx.revision_at(pyramid, self.zone.end_of(day)).await?;
        number.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(pyramid)).into())
    }
}

/// Runs a simulation to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: SimulationRequest = serde_json::from_str(&operation.request).map_err(json)?;
    loop {
        let steps = Steps::of(held, SimulationProgress::default());
        let mut attempt = Attempt { held, request: &request, moment: held.moment(), steps };
        match attempt.simulate().await? {
            End::Found(found) => return attempt.finish(*found).await,
            End::Cancelled => return attempt.cancel().await,
            End::Outdated => {}
        }
    }
}

/// One try at it, at one moment.
struct Attempt<'a> {
    held: &'a Held<'a>,
    request: &'a SimulationRequest,
    moment: Moment<'a>,
    steps: Steps<'a, SimulationProgress>,
}

enum End {
    Found(Box<SimulationOutcome>),
    Cancelled,
    /// Readers were switched meanwhile.
    Outdated,
}

impl Progress for SimulationProgress {
    fn done(&mut self) -> &mut i64 {
        &mut self.done
    }
}

impl Attempt<'_> {
    async fn simulate(&mut self) -> Result<End, Error> {
        let begun = self.pyramid().await?;
        let (number, scheme) = match &self.request.candidate {
            Candidate::Revision(number) => (Some(*number), self.scheme(*number).await?),
            Candidate::Draft(scheme) => (None, scheme.as_ref().clone()),
        };
        let against = self.against(&begun).await?;
        // Where the candidate is in force already, one calibration serves both sides.
        let renewal = matches!(&against, Against::InForce(active, _) if Some(active.number) == number);
        let schemes: Vec<_> = [&scheme].into_iter().chain(against.scheme().filter(|_| !renewal)).collect();
        let (store, facts) = (self.held.store(), self.facts());
        let mut counting = Counting::beside(&mut self.steps, store, looks(&schemes, 1));
        let calibrated = calibrate((store, &mut counting), &schemes, facts, 0).await?;
        let Some((calibration, renewed)) = calibrated.and_then(first_and_last) else { return Ok(End::Cancelled) };
        let Some(people) = counting.people().await? else { return Ok(End::Cancelled) };
        let (candidate, baseline) = (Simulated { number, scheme, calibration }, against.calibrated(renewed));
        self.steps.progress = SimulationProgress { phase: SimulationPhase::Compare, done: 0, total: people };
        let Some(found) = self.compare(&candidate, &baseline, renewal).await? else { return Ok(End::Cancelled) };
        if self.request.baseline.is_none() && self.pyramid().await?.active != begun.active {
            return Ok(End::Outdated);
        }
        let candidate = to_keep(candidate, &found);
        let outcome = SimulationOutcome { baseline: baseline.to_keep(), candidate, time: self.moment.now, found };
        Ok(End::Found(Box::new(outcome)))
    }

    async fn against(&self, begun: &Pyramid) -> Result<Against, Error> {
        Ok(match (self.request.baseline, begun.active) {
            (Some(number), _) => Against::Revision(number, Box::new(self.scheme(number).await?)),
            (None, Some(active)) => Against::InForce(active, Box::new(self.judge(active).await?)),
            (None, None) => Against::Nothing,
        })
    }

    async fn pyramid(&self) -> Result<Pyramid, Error> {
        let id = &self.request.pyramid;
        self.held.store().reader().pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))
    }

    async fn scheme(&self, number: RevisionNumber) -> Result<PyramidScheme, Error> {
        let id = &self.request.pyramid;
        let kept = self.held.store().reader().revision(id, number).await?;
        Ok(kept.ok_or_else(|| Error::NotFound(name::revision(id, number)))?.scheme)
    }

    async fn judge(&self, active: Active) -> Result<Judge, Error> {
        let kept = self.held.store().reader().judge(&self.request.pyramid, active.generation).await?;
        kept.ok_or_else(|| Error::Internal(Arc::new(std::io::Error::other("a generation has lost its calibration"))))
    }

    fn facts(&self) -> Facts {
        self.request.as_of.map_or(Facts::Now(self.moment.today()), Facts::AsOf)
    }

    /// Looks at everybody on both sides; nothing where cancelled.
    async fn compare(
        &mut self,
        candidate: &Simulated,
        baseline: &Baseline,
        renewal: bool,
    ) -> Result<Option<Simulation>, Error> {
        let mut found =
            SimulationBuilder::new(baseline.tiers(), candidate.scheme.tiers(), self.request.examples_per_cell);
        let needs = baseline.needs().map_or(candidate.scheme.needs(), |needs| needs.and(candidate.scheme.needs()));
        let (facts, reader, pyramid) = (self.facts(), self.held.store().reader(), self.request.pyramid.clone());
        let of = (facts.needs(needs), facts);
        let mut pages = pages::placed(reader, (pyramid, baseline.active()), of, String::new());
        let comparison = Comparison { candidate, baseline, renewal, moment: self.moment };
        loop {
            let (page, mut histories) = match next_page(&mut self.steps, &mut pages).await? {
                Some(Some(page)) => page,
                Some(None) => return Ok(Some(found.finish())),
                None => return Ok(None),
            };
            turns::look_behind(self.held.callers(), &page, |one| {
                let known = (&one.customer, &one.tally);
                facts.show(known, &mut histories, |subject| comparison.look(&mut found, one, subject));
            })
            .await;
            if !self.steps.done(page.len()).await? {
                return Ok(None);
            }
        }
    }

    async fn finish(&self, outcome: SimulationOutcome) -> Result<(), Error> {
        let tx = self.held.store().begin().await?;
        if self.held.advance(&tx, &self.steps.progress).await? {
            drop(tx);
            return self.cancel().await;
        }
        self.held.end(&tx, OperationState::Succeeded, &OperationOutcome::Simulated(Box::new(outcome))).await?;
        Ok(tx.commit().await?)
    }

    async fn cancel(&self) -> Result<(), Error> {
        self.held.conclude(OperationState::Cancelled, &OperationOutcome::Cancelled).await
    }
}

/// What explains the examples: of the ranks of a large population no more than that.
fn to_keep(candidate: Simulated, found: &Simulation) -> Simulated {
    let examples = found.ways.iter().flat_map(|way| &way.examples);
    let knots = candidate.calibration.knots.only_for(&examples.map(|example| &example.inputs).collect::<Vec<_>>());
    Simulated { calibration: Calibration { knots, ..candidate.calibration }, ..candidate }
}

/// Of one side and the other; of the same one where there is only one.
fn first_and_last(mut calibrations: Vec<Calibration>) -> Option<(Calibration, Calibration)> {
    let last = calibrations.pop()?;
    Some((calibrations.pop().unwrap_or_else(|| last.clone()), last))
}

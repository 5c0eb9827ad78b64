//! What a revision would do, before it is put in force. It calibrates and seats by the very functions of a run, so it
//! predicts the run exactly; it writes nothing but its own row. Every start is a start anew: after a takeover, and where
//! readers were switched while it read.

use std::sync::Arc;
use std::time::Instant;

use guanxi_model::{CustomerId, Day, PyramidId, RevisionNumber, TierId, Timestamp, name};
use guanxi_segmentation::{
    Calibration, Cause, Inputs, Knots, Needs, PyramidScheme, Side, Simulation, SimulationBuilder, Subject, Tier, judge,
};
use guanxi_store::{Active, Judge, Operation, OperationState, Placed, Pyramid};
use serde::{Deserialize, Serialize};

use super::population::{CHECKPOINT, CHUNK, Facts, Pace, calibrate, looks};
use super::{Held, OperationOutcome};
use crate::error::Error;
use crate::reseat::look_of_run;
use crate::seat::{Moment, seat};

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

/// Runs a simulation to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: SimulationRequest = serde_json::from_str(&operation.request).map_err(json)?;
    loop {
        let (progress, kept) = (SimulationProgress::default(), Instant::now());
        let mut attempt = Attempt { held, request: &request, moment: held.moment(), progress, kept };
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
    progress: SimulationProgress,
    /// When it last kept how far it is.
    kept: Instant,
}

enum End {
    Found(Box<SimulationOutcome>),
    Cancelled,
    /// Readers were switched meanwhile.
    Outdated,
}

/// What the candidate is held against, before it is calibrated.
enum Against {
    Nothing,
    InForce(Active, Box<Judge>),
    Revision(RevisionNumber, Box<PyramidScheme>),
}

/// What the candidate is held against.
enum Baseline {
    /// Where everybody stands, with what is in force.
    Standing(Option<Box<InForce>>),
    /// Where another revision would place everybody.
    Afresh(Box<Simulated>),
}

struct InForce {
    active: Active,
    judge: Box<Judge>,
    /// Its scheme, calibrated at this moment.
    renewed: Calibration,
}

impl Pace for Attempt<'_> {
    async fn done(&mut self, customers: usize) -> Result<bool, Error> {
        self.progress.done += customers as i64;
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
        let other = against.scheme().filter(|_| !renewal);
        let people = self.held.store().reader().customer_count().await?;
        self.progress.total = looks(&scheme, people) + other.map_or(0, |other| looks(other, people));
        let Some(calibration) = self.calibrate(&scheme, people).await? else { return Ok(End::Cancelled) };
        let renewed = match other {
            Some(other) => self.calibrate(other, people).await?,
            None => Some(calibration.clone()),
        };
        let Some(renewed) = renewed else { return Ok(End::Cancelled) };
        let (candidate, baseline) = (Simulated { number, scheme, calibration }, against.calibrated(renewed));
        self.progress = SimulationProgress { phase: SimulationPhase::Compare, done: 0, total: people };
        let Some(found) = self.compare(&candidate, &baseline, renewal).await? else { return Ok(End::Cancelled) };
        if self.request.baseline.is_none() && self.pyramid().await?.active != begun.active {
            return Ok(End::Outdated);
        }
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

    async fn calibrate(&mut self, scheme: &PyramidScheme, people: i64) -> Result<Option<Calibration>, Error> {
        let (store, facts) = (self.held.store(), self.facts());
        calibrate((store, self), scheme, facts, people).await
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
        let (facts, pyramid) = (self.facts(), &self.request.pyramid);
        let needs = baseline.needs().map_or(candidate.scheme.needs(), |needs| needs.and(candidate.scheme.needs()));
        let needs = facts.needs(needs);
        let comparison = Comparison { candidate, baseline, renewal, moment: self.moment };
        let reader = self.held.store().reader();
        let mut after = String::new();
        loop {
            let page = reader.placed((pyramid, baseline.active()), &needs.counters, (&after, CHUNK)).await?;
            let Some(last) = page.last() else { return Ok(Some(found.finish())) };
            let between = (after.as_str(), last.customer.as_str());
            let mut histories = reader.histories_between(between, &needs, facts.day()).await?;
            for one in &page {
                let known = (&one.customer, &one.tally);
                facts.show(known, &mut histories, |subject| comparison.look(&mut found, one, subject));
            }
            last.customer.as_str().clone_into(&mut after);
            if !self.done(page.len()).await? {
                return Ok(None);
            }
        }
    }

    async fn finish(&self, outcome: SimulationOutcome) -> Result<(), Error> {
        let tx = self.held.store().begin().await?;
        if self.held.advance(&tx, &self.progress).await? {
            drop(tx);
            return self.cancel().await;
        }
        self.held.end(&tx, OperationState::Succeeded, &OperationOutcome::Simulated(Box::new(outcome))).await?;
        Ok(tx.commit().await?)
    }

    async fn cancel(&self) -> Result<(), Error> {
        give_up(self.held, OperationState::Cancelled, &OperationOutcome::Cancelled).await
    }
}

/// Ends a simulation that is not going to be done.
pub(super) async fn give_up(held: &Held<'_>, state: OperationState, outcome: &OperationOutcome) -> Result<(), Error> {
    let tx = held.store().begin().await?;
    held.end(&tx, state, outcome).await?;
    Ok(tx.commit().await?)
}

impl Against {
    fn scheme(&self) -> Option<&PyramidScheme> {
        match self {
            Against::Nothing => None,
            Against::InForce(_, judge) => Some(&judge.scheme),
            Against::Revision(_, scheme) => Some(scheme),
        }
    }

    /// With the calibration of this moment, where there is something to calibrate.
    fn calibrated(self, calibration: Calibration) -> Baseline {
        match self {
            Against::Nothing => Baseline::Standing(None),
            Against::InForce(active, judge) => {
                Baseline::Standing(Some(Box::new(InForce { active, judge, renewed: calibration })))
            }
            Against::Revision(number, scheme) => {
                Baseline::Afresh(Box::new(Simulated { number: Some(number), scheme: *scheme, calibration }))
            }
        }
    }
}

impl Baseline {
    fn scheme(&self) -> Option<&PyramidScheme> {
        match self {
            Baseline::Standing(in_force) => in_force.as_ref().map(|in_force| &in_force.judge.scheme),
            Baseline::Afresh(side) => Some(&side.scheme),
        }
    }

    fn tiers(&self) -> &[Tier] {
        self.scheme().map(PyramidScheme::tiers).unwrap_or_default()
    }

    fn needs(&self) -> Option<Needs> {
        self.scheme().map(PyramidScheme::needs)
    }

    /// What readers see.
    fn active(&self) -> Option<Active> {
        match self {
            Baseline::Standing(in_force) => in_force.as_ref().map(|in_force| in_force.active),
            Baseline::Afresh(_) => None,
        }
    }

    /// Nothing of a baseline is explained: its boundaries are all that is told of its calibration.
    fn to_keep(&self) -> Option<Simulated> {
        let side = match self {
            Baseline::Standing(in_force) => {
                let Judge { number, scheme, calibration, .. } = in_force.as_ref()?.judge.as_ref();
                Simulated { number: Some(*number), scheme: scheme.clone(), calibration: calibration.clone() }
            }
            Baseline::Afresh(side) => side.as_ref().clone(),
        };
        let calibration = Calibration { knots: Knots::default(), ..side.calibration };
        Some(Simulated { calibration, ..side })
    }
}

/// Looks at customers on both sides.
struct Comparison<'a> {
    candidate: &'a Simulated,
    baseline: &'a Baseline,
    renewal: bool,
    moment: Moment<'a>,
}

impl Comparison<'_> {
    fn look(&self, found: &mut SimulationBuilder, one: &Placed, subject: Subject<'_>) {
        match self.baseline {
            Baseline::Standing(in_force) => self.seated(found, one, subject, in_force.as_deref()),
            Baseline::Afresh(side) => {
                let customer = &one.customer;
                let ([from, to], inputs) = ([side, self.candidate].map(|side| side.placed(customer, subject)), || {
                    Inputs::from(&self.candidate.scheme.read(subject))
                });
                let [placed, placed_to] =
                    [(&side.scheme, from), (&self.candidate.scheme, to)].map(|(scheme, side)| id_of(scheme, side.tier));
                found.add(customer, [from, to], Cause::of([placed, placed, placed, placed_to]), inputs);
            }
        }
    }

    /// As a run would move the customer from where it stands.
    fn seated(&self, found: &mut SimulationBuilder, one: &Placed, subject: Subject<'_>, in_force: Option<&InForce>) {
        let (customer, stood) = (&one.customer, one.stood());
        let Simulated { scheme, calibration, .. } = self.candidate;
        let look = look_of_run(self.renewal);
        let seat = seat((scheme, calibration), customer, subject, (Some(stood), look), self.moment);
        let (stands, goes) = (stood.slot.tier.as_ref(), seat.slot.tier.as_ref());
        let to = Side { tier: goes.and_then(|tier| index_of(scheme, tier)), value: seat.value() };
        let Some(InForce { judge, renewed, .. }) = in_force else {
            found.add(customer, [Side::default(), to], Cause::of([None, None, None, goes]), || seat.read());
            return;
        };
        let readings = judge.scheme.read(subject);
        let from = Side { tier: stands.and_then(|tier| index_of(&judge.scheme, tier)), value: readings.value };
        let placed = |calibration| {
            let placed = guanxi_segmentation::judge(&judge.scheme, calibration, customer, &readings).ok();
            id_of(&judge.scheme, placed.map(|placed| placed.tier))
        };
        let cause = match stands == goes {
            true => None,
            false => Cause::of([stands, placed(&judge.calibration), placed(renewed), goes]),
        };
        found.add(customer, [from, to], cause, || seat.read());
    }
}

impl Simulated {
    /// Where the tiering rule alone places a customer.
    fn placed(&self, customer: &CustomerId, subject: Subject<'_>) -> Side {
        let readings = self.scheme.read(subject);
        let placed = judge(&self.scheme, &self.calibration, customer, &readings).ok();
        Side { tier: placed.map(|placed| placed.tier), value: readings.value }
    }
}

fn id_of(scheme: &PyramidScheme, tier: Option<usize>) -> Option<&TierId> {
    scheme.tiers().get(tier?).map(|tier| &tier.id)
}

fn index_of(scheme: &PyramidScheme, tier: &TierId) -> Option<usize> {
    scheme.tiers().iter().position(|known| known.id == *tier)
}

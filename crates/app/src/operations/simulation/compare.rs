//! The two sides of a simulation, and looking at customers on both.

use guanxi_model::{CustomerId, RevisionNumber, TierId};
use guanxi_segmentation::{
    Calibration, Cause, Inputs, Knots, Needs, PyramidScheme, Side, SimulationBuilder, Subject, Tier, judge,
};
use guanxi_store::{Active, Judge, Placed};

use super::Simulated;
use crate::reseat::look_of_run;
use crate::seat::{Moment, seat};

/// What the candidate is held against, before it is calibrated.
pub(super) enum Against {
    Nothing,
    InForce(Active, Box<Judge>),
    Revision(RevisionNumber, Box<PyramidScheme>),
}

/// What the candidate is held against.
pub(super) enum Baseline {
    /// Where everybody stands, with what is in force.
    Standing(Option<Box<InForce>>),
    /// Where another revision would place everybody.
    Afresh(Box<Simulated>),
}

pub(super) struct InForce {
    active: Active,
    judge: Box<Judge>,
    /// Its scheme, calibrated at this moment.
    renewed: Calibration,
}

impl Against {
    pub(super) fn scheme(&self) -> Option<&PyramidScheme> {
        match self {
            Against::Nothing => None,
            Against::InForce(_, judge) => Some(&judge.scheme),
            Against::Revision(_, scheme) => Some(scheme),
        }
    }

    /// With the calibration of this moment, where there is something to calibrate.
    pub(super) fn calibrated(self, calibration: Calibration) -> Baseline {
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

    pub(super) fn tiers(&self) -> &[Tier] {
        self.scheme().map(PyramidScheme::tiers).unwrap_or_default()
    }

    pub(super) fn needs(&self) -> Option<Needs> {
        self.scheme().map(PyramidScheme::needs)
    }

    /// What readers see.
    pub(super) fn active(&self) -> Option<Active> {
        match self {
            Baseline::Standing(in_force) => in_force.as_ref().map(|in_force| in_force.active),
            Baseline::Afresh(_) => None,
        }
    }

    /// Nothing of a baseline is explained: its boundaries are all that is told of its calibration.
    pub(super) fn to_keep(&self) -> Option<Simulated> {
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
pub(super) struct Comparison<'a> {
    pub(super) candidate: &'a Simulated,
    pub(super) baseline: &'a Baseline,
    pub(super) renewal: bool,
    pub(super) moment: Moment<'a>,
}

impl Comparison<'_> {
    pub(super) fn look(&self, found: &mut SimulationBuilder, one: &Placed, subject: Subject<'_>) {
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
        let to = Side { tier: goes.and_then(|tier| scheme.index_of(tier)), value: seat.value() };
        let Some(InForce { judge, renewed, .. }) = in_force else {
            found.add(customer, [Side::default(), to], Cause::of([None, None, None, goes]), || seat.read());
            return;
        };
        let readings = judge.scheme.read(subject);
        let from = Side { tier: stands.and_then(|tier| judge.scheme.index_of(tier)), value: readings.value };
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

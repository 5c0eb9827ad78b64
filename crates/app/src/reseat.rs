//! What a batch of commands does to the tiers of the customers it has touched: their rows, and the changes to keep.

use guanxi_model::{CustomerId, PyramidId, TierId, Timestamp};
use guanxi_segmentation::{Look, Subject};
use guanxi_store::ledger::{CustomerState, Effects, NextSlot, Slot, Summary, TierChange, TierChangeReason, TierRow};
use guanxi_store::{Active, Judge, Next};

use crate::judges::Bench;
use crate::seat::{Moment, seat};
use crate::world::{Touch, World};

/// Judges every touched customer by every pyramid, and adds what changes to the effects.
pub(crate) fn judge_touched(world: World<'_>) -> Effects {
    let mut moved = Vec::new();
    for (customer, touch, state, summary) in world.touched() {
        for bench in world.standards.benches {
            let mut reseat =
                Reseat { bench, customer, touch, state, summary, moment: world.moment, changes: Vec::new() };
            if let Some(row) = reseat.row() {
                moved.push((customer.clone(), bench.pyramid.id.clone(), row, reseat.changes));
            }
        }
    }
    let mut effects = world.into_effects();
    for (customer, pyramid, row, changes) in moved {
        effects.tiers.insert((customer, pyramid), row);
        effects.tier_changes.extend(changes);
    }
    effects
}

/// One customer in one pyramid.
struct Reseat<'a> {
    bench: &'a Bench,
    customer: &'a CustomerId,
    touch: &'a Touch,
    state: &'a CustomerState,
    summary: &'a Summary,
    moment: Moment<'a>,
    changes: Vec<TierChange>,
}

impl Reseat<'_> {
    /// The row as it is now, where it differs, where somebody has decided on its override (which the row that is held
    /// against has already), or where a run is under way (whose own write of the row, from older facts, must not win).
    fn row(&mut self) -> Option<TierRow> {
        let pyramid = &self.bench.pyramid;
        let kept = self.state.tiers.get(&pyramid.id);
        let mut row = kept.cloned().unwrap_or_else(|| TierRow::unseen(self.moment.now));
        if let Some((active, judge)) = pyramid.active.zip(self.bench.active.as_deref()) {
            row = self.folded(row, active, judge);
            row = self.present(row, active, judge);
        }
        row.next = pyramid.next.zip(self.bench.next.as_deref()).and_then(|(next, judge)| self.next(&row, next, judge));
        row.version = self.summary.version;
        let said_something = |row: &TierRow| row.slot != Slot::default() || row.next.is_some() || row.held.is_some();
        let differs =
            kept.map_or(said_something(&row), |kept| *kept != TierRow { version: kept.version, ..row.clone() });
        (differs || self.is_decided() || self.bench.next.is_some()).then_some(row)
    }

    /// Where a run has put the second slot in force and not folded it yet.
    fn folded(&mut self, mut row: TierRow, active: Active, judge: &Judge) -> TierRow {
        let Some(next) = row.next.take_if(|next| next.generation == active.generation) else { return row };
        let mut assign_time = row.assign_time;
        if next.slot.tier != row.slot.tier {
            let reason = judge.reason();
            let (generation, version) = (active.generation, row.version);
            let change = (row.slot.tier.clone(), next.slot.tier.clone(), reason, active.time);
            self.keep((generation, version), change, next.inputs);
            assign_time = active.time;
        }
        TierRow { slot: next.slot, generation: active.generation, assign_time, next: None, ..row }
    }

    fn present(&mut self, mut row: TierRow, active: Active, judge: &Judge) -> TierRow {
        let now = self.moment.now;
        let look = if self.touch.begins_anew(&self.bench.pyramid.id) { Look::Afresh } else { Look::Onward };
        let (slot, inputs) = self.seat(&row, judge, look);
        // One that has expired has done its last.
        let expired = row.held.take_if(|held| !held.holds(now)).is_some();
        if slot.tier != row.slot.tier || self.is_decided() {
            let reason = if expired { TierChangeReason::OverrideEnded } else { self.reason() };
            let change = (row.slot.tier.clone(), slot.tier.clone(), reason, now);
            self.keep((active.generation, self.summary.version), change, inputs);
        }
        if slot.tier != row.slot.tier {
            (row.generation, row.assign_time) = (active.generation, now);
        }
        TierRow { slot, ..row }
    }

    /// Where the run under way will put the customer, if elsewhere.
    fn next(&self, row: &TierRow, next: Next, judge: &Judge) -> Option<NextSlot> {
        let (slot, inputs) = self.seat(row, judge, look_of_run(judge.renewal));
        (slot != row.slot).then_some(NextSlot { slot, generation: next.generation, inputs })
    }

    fn seat(&self, row: &TierRow, judge: &Judge, look: Look) -> (Slot, String) {
        if self.summary.delete_time.is_some() {
            return (Slot::default(), String::new());
        }
        let subject =
            Subject { lifetime: &self.summary.tally, history: &self.state.history, today: self.moment.today() };
        let seat = seat(judge.rules(), self.customer, subject, (Some(row.stood()), look), self.moment);
        let inputs = seat.inputs();
        (seat.slot, inputs)
    }

    fn is_decided(&self) -> bool {
        self.touch.decision(&self.bench.pyramid.id).is_some()
    }

    fn reason(&self) -> TierChangeReason {
        match self.touch.decision(&self.bench.pyramid.id) {
            Some((reason, _)) => reason,
            None if self.touch.own_change => TierChangeReason::OwnChange,
            None => TierChangeReason::Time,
        }
    }

    fn keep(
        &mut self,
        (generation, version): (i64, i64),
        (from, to, reason, time): (Option<TierId>, Option<TierId>, TierChangeReason, Timestamp),
        inputs: String,
    ) {
        let pyramid: PyramidId = self.bench.pyramid.id.clone();
        let decision = self.touch.decision(&pyramid).filter(|(why, _)| *why == reason).map(|(_, by)| by.clone());
        self.changes.push(TierChange {
            customer: self.customer.clone(),
            pyramid,
            generation,
            version,
            from,
            to,
            reason,
            time,
            inputs,
            decision,
        });
    }
}

/// How a run looks at customers, which renews the calibration in force or does not.
pub(crate) fn look_of_run(renewal: bool) -> Look {
    if renewal { Look::Onward } else { Look::Afresh }
}

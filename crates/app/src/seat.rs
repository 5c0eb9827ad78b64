//! What a look at a customer comes to in a pyramid: the slot it belongs in. Facts, the sweeper, overrides and runs all
//! come through here, and from here to `settle`.

use guanxi_model::{CustomerId, Day, Timestamp, Zone};
use guanxi_segmentation::{Calibration, Inputs, Look, Place, PyramidScheme, Readings, Settled, Subject, settle};
use guanxi_store::Stood;
use guanxi_store::ledger::Slot;

/// A moment, and the zone its day is told in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) zone: &'a Zone,
    pub(crate) now: Timestamp,
}

/// Where a customer belongs, and what was read of it.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) slot: Slot,
    readings: Readings,
}

impl Moment<'_> {
    pub(crate) fn today(self) -> Day {
        self.zone.day_of(self.now)
    }
}

impl Seat {
    /// The value that was read.
    pub(crate) fn value(&self) -> Option<i64> {
        self.readings.value
    }

    /// What was read, to keep.
    pub(crate) fn read(&self) -> Inputs {
        Inputs::from(&self.readings)
    }

    /// What was read, as it is kept with a change of tier.
    pub(crate) fn inputs(&self) -> String {
        // Booleans, integers and lists of them: there is nothing that JSON could not say.
        serde_json::to_string(&self.read()).unwrap_or_default()
    }
}

/// Looks at a customer that is not deleted. An override in force is all there is to it; one that has expired has the
/// customer begin anew.
pub(crate) fn seat(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    customer: &CustomerId,
    subject: Subject<'_>,
    (stood, look): (Option<Stood<'_>>, Look),
    moment: Moment<'_>,
) -> Seat {
    let held = stood.and_then(|stood| stood.held);
    let in_force = |until: Option<Timestamp>| until.is_none_or(|until| until > moment.now);
    if let Some((tier, until)) = held.filter(|(tier, until)| in_force(*until) && scheme.index_of(tier).is_some()) {
        let slot = Slot { tier: Some(tier.clone()), below: 0, review: None, due: until };
        return Seat { slot, readings: scheme.read(subject) };
    }
    let ended = stood.is_some_and(|stood| stood.has_expired(moment.now));
    let look = if ended { Look::Afresh } else { look };
    let present = stood.and_then(|stood| place(scheme, stood, moment));
    let settled = settle((scheme, calibration), customer, subject, present, look);
    Seat { slot: slot(scheme, &settled, moment), readings: settled.readings }
}

/// Whether a run has to write a new slot over the present one: one that is due no earlier does no harm.
pub(crate) fn moves(present: &Slot, new: &Slot) -> bool {
    let earlier = new.due.is_some_and(|due| present.due.is_none_or(|present| due < present));
    (&present.tier, present.below, present.review) != (&new.tier, new.below, new.review) || earlier
}

fn place(scheme: &PyramidScheme, stood: Stood<'_>, moment: Moment<'_>) -> Option<Place> {
    let tier = scheme.index_of(stood.slot.tier.as_ref()?)?;
    let since = moment.zone.day_of(stood.since);
    Some(Place { tier, since, below: stood.slot.below, review: stood.slot.review })
}

fn slot(scheme: &PyramidScheme, settled: &Settled, moment: Moment<'_>) -> Slot {
    let due = settled.due.map(|day| moment.zone.start_of(day));
    let Some(place) = settled.place else { return Slot { due, ..Slot::default() } };
    let tier = scheme.tiers().get(place.tier).map(|tier| tier.id.clone());
    Slot { tier, below: place.below, review: place.review, due }
}

//! What becomes of measurements, decided on what was loaded: no I/O, no clock. The rules are those of facts: recorded once,
//! never changed, replaced or withdrawn also before they have come; sums depend on which count, not on the order in which
//! they came.

use std::collections::BTreeMap;

use guanxi_model::fact::{FactKey, FactState};
use guanxi_model::{MeasurementId, ServiceStandardId, Timestamp, Violations, Zone, name};
use guanxi_satisfaction::standard::ServiceStandard;
use guanxi_satisfaction::standard::measured::{MeasuredResult, Measurement, NewMeasurement, Sums};
use guanxi_store::{Measured, MeasurementRef, MeasurementReplacement, MeasurementWrites};

use super::{Recorded, Withdrawn};
use crate::error::{Error, Refusal};

/// The standards that are held, what was measured against them, and the list of everything to write.
pub(super) struct Book<'a> {
    zone: &'a Zone,
    now: Timestamp,
    standards: BTreeMap<ServiceStandardId, ServiceStandard>,
    measured: Measured,
    writes: MeasurementWrites,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        (zone, now): (&'a Zone, Timestamp),
        standards: BTreeMap<ServiceStandardId, ServiceStandard>,
        measured: Measured,
    ) -> Self {
        Book { zone, now, standards, measured, writes: MeasurementWrites::default() }
    }

    pub(super) fn record(&mut self, new: NewMeasurement) -> Result<Recorded, Error> {
        let standard = self.standard(&new.standard)?;
        let own = (new.standard.clone(), new.key.clone());
        if let Some(kept) = self.measured.measurements.get(&own) {
            return repeated(kept, &new);
        }
        let mut faults = Violations::new();
        faults.merge("service_measurement", new.result.faults(&standard.content));
        faults.finish().map_err(Error::Invalid)?;
        let state = match self.measured.replacements.get(&own) {
            None => FactState::Active,
            Some(MeasurementReplacement { by: Some(_), .. }) => FactState::Replaced,
            Some(MeasurementReplacement { by: None, .. }) => FactState::Withdrawn,
        };
        let target = new.replaces.clone().map(|key| (new.standard.clone(), key));
        if let Some(target) = &target {
            self.check_target(target, &new.key)?;
        }
        let measurement = Measurement { id: MeasurementId::new(self.now), record_time: self.now, state, new };
        self.count(&own.0, Some(&measurement), target.as_ref())?;
        if let Some(target) = target {
            self.end(target, FactState::Replaced, Some(own.1.clone()));
        }
        self.writes.measurements.insert(own.clone(), measurement.clone());
        self.measured.measurements.insert(own, measurement.clone());
        Ok(Recorded { measurement, recorded: true })
    }

    pub(super) fn withdraw(&mut self, target: MeasurementRef) -> Result<Withdrawn, Error> {
        self.standard(&target.0)?;
        let known = self.measured.measurements.contains_key(&target);
        match self.measured.replacements.get(&target) {
            Some(MeasurementReplacement { by: None, record_time }) => {
                return Ok(Withdrawn { known, time: *record_time });
            }
            Some(replaced) => return Err(Refusal::FactAlreadyReplaced { by: replaced.by.clone() }.into()),
            None => {}
        }
        self.count(&target.0.clone(), None, Some(&target))?;
        self.end(target, FactState::Withdrawn, None);
        Ok(Withdrawn { known, time: self.now })
    }

    /// Everything to write, if there is anything.
    pub(super) fn into_writes(self) -> Option<MeasurementWrites> {
        let MeasurementWrites { measurements, replacements, .. } = &self.writes;
        (!measurements.is_empty() || !replacements.is_empty()).then_some(self.writes)
    }

    fn standard(&self, id: &ServiceStandardId) -> Result<&ServiceStandard, Error> {
        self.standards.get(id).ok_or_else(|| Error::NotFound(name::service_standard(id)))
    }

    /// Refuses to replace what has a replacement, or replaces the one that is to replace it.
    fn check_target(&self, target: &MeasurementRef, by: &FactKey) -> Result<(), Error> {
        if let Some(replaced) = self.measured.replacements.get(target) {
            return Err(Refusal::FactAlreadyReplaced { by: replaced.by.clone() }.into());
        }
        if self.measured.measurements.get(target).is_some_and(|kept| kept.new.replaces.as_ref() == Some(by)) {
            let why = "the measurement to replace itself replaces this one";
            return Err(Error::Invalid(Violations::one("service_measurement.replaces", why)));
        }
        Ok(())
    }

    /// Counts what has come and no longer what it ends, each on its own day, where they count at all.
    fn count(
        &mut self,
        id: &ServiceStandardId,
        come: Option<&Measurement>,
        gone: Option<&MeasurementRef>,
    ) -> Result<(), Error> {
        let standard = self.standard(id)?;
        let counts = |one: &&Measurement| one.state == FactState::Active;
        let sums_of = |one: &Measurement| one.new.result.sums(&standard.content);
        let come_sums = come.filter(counts).map(|one| (one.new.clone(), sums_of(one)));
        let gone = gone.and_then(|gone| self.measured.measurements.get(gone)).filter(counts);
        let gone_sums = gone.map(|one| (one.new.clone(), sums_of(one)));
        let size = |counted: &Option<(NewMeasurement, Sums)>| counted.as_ref().map_or(Some(0), |(_, sums)| sums.size());
        let out_of_range = || Refusal::TotalsOutOfRange(name::service_standard(id));
        let mut totals = standard.totals;
        let left = totals.gross.checked_sub(size(&gone_sums).unwrap_or_default());
        let gross = left.zip(size(&come_sums)).and_then(|(left, more)| left.checked_add(more));
        totals.gross = gross.ok_or_else(out_of_range)?;
        totals.measurements += i64::from(come.is_some());
        let gone_sums = gone_sums.map(|(new, sums)| (new, sums.negated()));
        for (new, sums) in come_sums.into_iter().chain(gone_sums) {
            let day = self.zone.day_of(new.occur_time);
            let kept = self.writes.days.entry((new.standard, day, new.segment)).or_default();
            // Every part of the sums is smaller than `gross`, which is in range.
            *kept = kept.plus(&sums).unwrap_or(*kept);
        }
        if let Some(standard) = self.standards.get_mut(id) {
            standard.totals = totals;
        }
        self.writes.totals.insert(id.clone(), totals);
        Ok(())
    }

    /// Keeps that a measurement no longer counts, whether it has come or not.
    fn end(&mut self, target: MeasurementRef, state: FactState, by: Option<FactKey>) {
        if let Some(kept) = self.measured.measurements.get_mut(&target) {
            kept.state = state;
            // One of the same batch is not written yet: it is written with its last state.
            match self.writes.measurements.get_mut(&target) {
                Some(new) => new.state = state,
                None => drop(self.writes.states.insert(target.clone(), state)),
            }
        }
        let replacement = MeasurementReplacement { by, record_time: self.now };
        self.measured.replacements.insert(target.clone(), replacement.clone());
        self.writes.replacements.insert(target, replacement);
    }
}

/// A measurement of the same identity is there: the same again, or another.
fn repeated(kept: &Measurement, new: &NewMeasurement) -> Result<Recorded, Error> {
    let NewMeasurement { standard, occur_time, key: _, replaces, segment, result } = &kept.new;
    let mut fields = Vec::new();
    for (differs, field) in [
        (*occur_time != new.occur_time, "occur_time"),
        (*replaces != new.replaces, "replaces"),
        (segment.branch != new.segment.branch, "branch"),
        (segment.team != new.segment.team, "team"),
        (*result != new.result, field(&new.result)),
    ] {
        fields.extend(differs.then_some(field));
    }
    match fields.is_empty() {
        true => Ok(Recorded { measurement: kept.clone(), recorded: false }),
        false => Err(Error::FactDiffers { name: name::measurement(standard, &kept.id), fields }),
    }
}

/// The field of the contract that holds a result.
fn field(result: &MeasuredResult) -> &'static str {
    match result {
        MeasuredResult::Inspected { .. } => "inspection",
        MeasuredResult::Values { .. } => "values",
    }
}

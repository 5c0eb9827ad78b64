//! A pyramid as readers see it: the generation in force, or one that was on a past day, with what it judges by.

use std::sync::Arc;

use guanxi_app::{App, Error, Refusal};
use guanxi_model::{CustomerId, Day, PyramidId, Tally, TierId, Timestamp, name};
use guanxi_segmentation::{History, Needs, Readings, Subject, Tier};
use guanxi_store::ledger::{Slot, Summary, TierRow};
use guanxi_store::{Active, Judge, Pyramid, Run, Slots};

use crate::to_proto::tier::Seen;

/// The pyramid of that name.
pub(super) async fn pyramid(app: &App, id: &PyramidId) -> Result<Pyramid, Error> {
    app.reader().pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))
}

/// The run that may have moved customers by changes that are not kept yet.
pub(super) async fn run(app: &App, kept: &Pyramid) -> Result<Option<Run>, Error> {
    let (Some(active), Some(_)) = (kept.active, &kept.operation) else { return Ok(None) };
    Ok(Some(Run { active, reason: app.judge(&kept.id, active.generation).await?.reason() }))
}

/// A pyramid in force: which generation, and what it judges by.
pub(super) struct InForce {
    pub(super) pyramid: PyramidId,
    pub(super) active: Active,
    settled: bool,
    pub(super) judge: Arc<Judge>,
    pub(super) needs: Needs,
    pub(super) today: Day,
}

impl InForce {
    pub(super) async fn of(app: &App, id: &PyramidId) -> Result<InForce, Error> {
        InForce::of_kept(app, pyramid(app, id).await?).await
    }

    async fn of_kept(app: &App, kept: Pyramid) -> Result<InForce, Error> {
        let active = kept.active.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(&kept.id)))?;
        let judge = app.judge(&kept.id, active.generation).await?;
        let (needs, today) = (judge.scheme.needs(), app.today());
        Ok(InForce { pyramid: kept.id, active, settled: kept.operation.is_none(), judge, needs, today })
    }

    /// Where the tiers that readers see are written.
    pub(super) fn slots(&self) -> Slots<'_> {
        let Active { generation, .. } = self.active;
        Slots { pyramid: &self.pyramid, second: (!self.settled).then_some(generation) }
    }

    /// What is read of a customer today.
    pub(super) fn read(&self, (lifetime, history): (&Tally, &History)) -> Readings {
        self.judge.scheme.read(Subject { lifetime, history, today: self.today })
    }

    /// A customer as readers see it.
    pub(super) fn seen<'a>(
        &'a self,
        customer: &'a CustomerId,
        row: Option<&'a TierRow>,
        readings: &'a Readings,
    ) -> Seen<'a> {
        let slot = row.map(|row| row.seen_at(self.active.generation, self.active.time));
        let tier = slot.and_then(|(slot, _)| slot.tier.as_ref());
        // An override into a tier that this revision does not have holds nobody.
        let held = row.and_then(|row| row.held.as_ref()).filter(|held| tier == Some(&held.tier));
        let since = slot.map(|(_, since)| since);
        Seen { customer, pyramid: &self.pyramid, judge: &self.judge, tier, since, held, readings }
    }

    /// Whether a row was written under a later generation than the one that was found in force: readers have been
    /// switched meanwhile, and what is read must not mix the two.
    pub(super) fn is_outdated_by(&self, generation: i64) -> bool {
        generation > self.active.generation
    }

    /// The tier that readers see of a row, with its index from the top.
    pub(super) fn tier_of(&self, row: &TierRow) -> Option<(usize, &Tier)> {
        let (slot, _) = row.seen_at(self.active.generation, self.active.time);
        let index = self.index_of(slot.tier.as_ref()?)?;
        Some((index, &self.judge.scheme.tiers()[index]))
    }

    pub(super) fn index_of(&self, tier: &TierId) -> Option<usize> {
        self.judge.scheme.index_of(tier)
    }
}

/// A customer in a pyramid in force.
pub(super) struct Present {
    pub(super) in_force: InForce,
    pub(super) row: Option<TierRow>,
    pub(super) readings: Readings,
}

impl Present {
    /// A customer that is there and not deleted, as of one moment.
    pub(super) async fn of(app: &App, customer: &CustomerId, pyramid: &PyramidId) -> Result<Present, Error> {
        loop {
            let (kept, summary, row) = standing(app, customer, pyramid).await?;
            let in_force = InForce::of_kept(app, kept).await?;
            let wanted = (&in_force.needs, in_force.today);
            if let Some(history) = history(app, (customer, summary.version), wanted).await? {
                let readings = in_force.read((&summary.tally, &history));
                return Ok(Present { in_force, row, readings });
            }
        }
    }

    pub(super) fn seen<'a>(&'a self, customer: &'a CustomerId) -> Seen<'a> {
        self.in_force.seen(customer, self.row.as_ref(), &self.readings)
    }

    /// The slot that readers see.
    pub(super) fn slot(&self) -> Option<(&Slot, Timestamp)> {
        self.row.as_ref().map(|row| row.seen_at(self.in_force.active.generation, self.in_force.active.time))
    }
}

/// A customer in a pyramid as of the end of a past day.
pub(super) struct Past {
    pub(super) judge: Arc<Judge>,
    pub(super) readings: Readings,
    tier: Option<TierId>,
    since: Option<Timestamp>,
}

impl Past {
    pub(super) async fn of(app: &App, customer: &CustomerId, id: &PyramidId, day: Day) -> Result<Past, Error> {
        loop {
            let (kept, summary, _) = standing(app, customer, id).await?;
            let run = run(app, &kept).await?;
            let (end, judge) = at_end_of(app, id, day).await?;
            let change = app.reader().tier_change_at(customer, (id, run.as_ref()), end).await?;
            let needs = judge.scheme.needs().of_the_past();
            if let Some(history) = history(app, (customer, summary.version), (&needs, day)).await? {
                let (lifetime, history) = history.until(day);
                let readings = judge.scheme.read(Subject { lifetime: &lifetime, history: &history, today: day });
                let since = change.as_ref().map(|change| change.time);
                return Ok(Past { judge, readings, tier: change.and_then(|change| change.to), since });
            }
        }
    }

    pub(super) fn seen<'a>(&'a self, customer: &'a CustomerId, pyramid: &'a PyramidId) -> Seen<'a> {
        let Past { judge, readings, tier, since } = self;
        Seen { customer, pyramid, judge, tier: tier.as_ref(), since: *since, held: None, readings }
    }
}

/// The end of a day, and what the pyramid judged by then.
pub(super) async fn at_end_of(app: &App, id: &PyramidId, day: Day) -> Result<(Timestamp, Arc<Judge>), Error> {
    let end = app.deployment().zone.end_of(day);
    let generation = app.reader().generation_at(id, end).await?;
    let generation = generation.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(id)))?;
    Ok((end, app.judge(id, generation).await?))
}

/// A customer and a pyramid that are there, as of one moment; the customer may be deleted.
pub(super) async fn found(
    app: &App,
    customer: &CustomerId,
    pyramid: &PyramidId,
) -> Result<(Pyramid, Summary, Option<TierRow>), Error> {
    let found = app.reader().standing(customer, pyramid).await?;
    let found = found.ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    let pyramid = found.pyramid.ok_or_else(|| Error::NotFound(name::pyramid(pyramid)))?;
    Ok((pyramid, found.summary, found.row))
}

/// The same of a customer that is not deleted.
async fn standing(
    app: &App,
    customer: &CustomerId,
    pyramid: &PyramidId,
) -> Result<(Pyramid, Summary, Option<TierRow>), Error> {
    let found = found(app, customer, pyramid).await?;
    if found.1.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(customer)).into());
    }
    Ok(found)
}

/// What is kept of a customer beside its sums, as of the version they were read at; nothing where somebody has written
/// about it since, so that what was read before is not of the same moment.
async fn history(
    app: &App,
    (customer, version): (&CustomerId, i64),
    (needs, today): (&Needs, Day),
) -> Result<Option<History>, Error> {
    if needs.no_history() {
        return Ok(Some(History::default()));
    }
    let history = app.reader().history(customer, needs, today).await?;
    let is_of_the_moment = app.reader().version(customer).await? == Some(version);
    Ok(is_of_the_moment.then_some(history))
}

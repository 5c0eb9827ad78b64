//! Reading where customers stand: what the store keeps, beside what the scheme in force makes of the customer's sums.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::{App, Error, Refusal};
use guanxi_model::page::KeyPart;
use guanxi_model::{CustomerId, PyramidId, Tally, TierId, name};
use guanxi_segmentation::{ReportBuilder, explain, judge};
use guanxi_store::ledger::TierRow;
use guanxi_store::{Active, Candidate, Judge, Pyramid, Slots};

use crate::from_proto::tier::List;
use crate::to_proto;
use crate::to_proto::tier::Seen;

/// How many customers a report reads at a time.
const CHUNK: usize = 5_000;
/// Into how many equal steps the Lorenz curve is cut.
const LORENZ_STEPS: u32 = 100;

/// The pyramid of that name.
pub(super) async fn pyramid(app: &App, id: &PyramidId) -> Result<Pyramid, Error> {
    app.reader().pyramid(id).await?.ok_or_else(|| Error::NotFound(name::pyramid(id)))
}

/// A pyramid in force: which generation, and what it judges by.
struct InForce {
    pyramid: PyramidId,
    active: Active,
    settled: bool,
    judge: Arc<Judge>,
}

impl InForce {
    async fn of(app: &App, id: PyramidId) -> Result<InForce, Error> {
        let kept = pyramid(app, &id).await?;
        let active = kept.active.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(&id)))?;
        let judge = app.judge(&id, active.generation).await?;
        Ok(InForce { pyramid: id, active, settled: kept.operation.is_none(), judge })
    }

    /// Where the tiers that readers see are written.
    fn slots(&self) -> Slots<'_> {
        let Active { generation, .. } = self.active;
        Slots { pyramid: &self.pyramid, second: (!self.settled).then_some(generation) }
    }

    /// Who stands in a tier, or in any, after a customer.
    async fn assignments(
        &self,
        app: &App,
        tier: Option<&TierId>,
        page: (&str, usize),
    ) -> Result<Vec<Candidate>, Error> {
        let counters = self.judge.scheme.needs().counters;
        Ok(app.reader().assignments(&self.slots(), tier, &counters, page).await?)
    }

    /// A customer as readers see it.
    fn seen<'a>(&'a self, customer: &'a CustomerId, row: Option<&'a TierRow>, tally: &Tally) -> Seen<'a> {
        let slot = row.map(|row| row.seen_at(self.active.generation, self.active.time));
        let judgement = judge(&self.judge.scheme, &self.judge.calibration, customer, tally);
        Seen {
            customer,
            pyramid: &self.pyramid,
            judge: &self.judge,
            tier: slot.and_then(|(tier, _)| tier),
            since: slot.map(|(_, since)| since),
            standing: judgement.map(|judgement| judgement.standing),
        }
    }

    /// Whether a row was written under a later generation than the one that was found in force: readers have been
    /// switched meanwhile, and what is read must not mix the two.
    fn is_outdated_by(&self, row: Option<&TierRow>) -> bool {
        row.is_some_and(|row| row.generation > self.active.generation)
    }

    fn index_of(&self, tier: &TierId) -> Option<usize> {
        self.judge.scheme.tiers().iter().position(|known| known.id == *tier)
    }
}

/// A customer that is there and not deleted, in a pyramid in force: its sums and its row.
async fn present(
    app: &App,
    customer: &CustomerId,
    pyramid: PyramidId,
) -> Result<(InForce, Tally, Option<TierRow>), Error> {
    loop {
        let in_force = InForce::of(app, pyramid.clone()).await?;
        let found = app.reader().standing(customer, &pyramid).await?;
        let (summary, row) = found.ok_or_else(|| Error::NotFound(name::customer(customer)))?;
        if summary.delete_time.is_some() {
            return Err(Refusal::CustomerDeleted(name::customer(customer)).into());
        }
        if !in_force.is_outdated_by(row.as_ref()) {
            return Ok((in_force, summary.tally, row));
        }
    }
}

pub(super) async fn assignment(
    app: &App,
    customer: CustomerId,
    pyramid: PyramidId,
) -> Result<pb::TierAssignment, Error> {
    let (in_force, tally, row) = present(app, &customer, pyramid).await?;
    Ok(to_proto::tier::assignment(&app.deployment().currency, in_force.seen(&customer, row.as_ref(), &tally)))
}

pub(super) async fn explanation(
    app: &App,
    customer: CustomerId,
    pyramid: PyramidId,
) -> Result<pb::TierExplanation, Error> {
    let (in_force, tally, row) = present(app, &customer, pyramid).await?;
    let currency = &app.deployment().currency;
    let assignment = to_proto::tier::assignment(currency, in_force.seen(&customer, row.as_ref(), &tally));
    let judge = &in_force.judge;
    let explained = explain(&judge.scheme, &judge.calibration, &customer, &tally);
    Ok(to_proto::tier::explanation(currency, judge, assignment, explained))
}

pub(super) async fn list(app: &App, list: List) -> Result<pb::ListTierAssignmentsResponse, Error> {
    let List { pyramid, tier, paging } = list;
    let limit = paging.size + 1;
    let (in_force, found) = loop {
        let in_force = InForce::of(app, pyramid.clone()).await?;
        let after = match paging.after.as_deref() {
            Some([KeyPart::Int(seen), KeyPart::Text(last)]) if *seen == in_force.active.generation => last.as_str(),
            Some(_) => return Err(Error::PageStale(name::pyramid(&pyramid))),
            None => "",
        };
        let found = in_force.assignments(app, tier.as_ref(), (after, limit)).await?;
        if !found.iter().any(|one| in_force.is_outdated_by(one.tier.as_ref())) {
            break (in_force, found);
        }
    };
    let generation = in_force.active.generation;
    let key = |one: &Candidate| vec![KeyPart::Int(generation), KeyPart::Text(one.customer.as_str().to_owned())];
    let message = |one: Candidate| {
        let seen = in_force.seen(&one.customer, one.tier.as_ref(), &one.tally);
        to_proto::tier::assignment(&app.deployment().currency, seen)
    };
    let page = to_proto::page::cut(found, paging.size, key);
    let (tier_assignments, next_page_token) = to_proto::page::close(page, paging.query, key, message);
    Ok(pb::ListTierAssignmentsResponse { tier_assignments, next_page_token })
}

pub(super) async fn report(app: &App, pyramid: PyramidId) -> Result<pb::PyramidReport, Error> {
    loop {
        let in_force = InForce::of(app, pyramid.clone()).await?;
        let made = app.now();
        if let Some(builder) = everybody(app, &in_force).await? {
            let of = (&in_force.pyramid, in_force.judge.as_ref());
            return Ok(to_proto::report::report(&app.deployment().currency, of, made, builder.finish(LORENZ_STEPS)));
        }
    }
}

/// Adds up everybody; nothing where readers were switched meanwhile.
async fn everybody(app: &App, in_force: &InForce) -> Result<Option<ReportBuilder>, Error> {
    let mut builder = ReportBuilder::new(in_force.judge.scheme.tiers().len());
    let counters = in_force.judge.scheme.needs().counters;
    let mut after = String::new();
    loop {
        let chunk = app.reader().candidates(&in_force.pyramid, &counters, (&after, CHUNK)).await?;
        let Some(last) = chunk.last() else { return Ok(Some(builder)) };
        last.customer.as_str().clone_into(&mut after);
        for one in &chunk {
            if in_force.is_outdated_by(one.tier.as_ref()) {
                return Ok(None);
            }
            let seen = in_force.seen(&one.customer, one.tier.as_ref(), &one.tally);
            match (seen.tier.and_then(|tier| in_force.index_of(tier)), seen.standing) {
                (Some(tier), Ok(standing)) => builder.add(tier, standing.value),
                _ => builder.add_unranked(),
            }
        }
    }
}

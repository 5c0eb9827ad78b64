//! Reading where customers stand: what the store keeps, beside what the scheme in force makes of the customer's sums.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::{App, Error, Refusal};
use guanxi_model::page::KeyPart;
use guanxi_model::{CustomerId, PyramidId, Tally, TierId, name};
use guanxi_segmentation::{ReportBuilder, explain, judge};
use guanxi_store::ledger::TierRow;
use guanxi_store::{Active, Candidate, Judge, Pyramid};

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
    judge: Arc<Judge>,
}

impl InForce {
    async fn of(app: &App, id: PyramidId) -> Result<InForce, Error> {
        let active = pyramid(app, &id).await?.active;
        let active = active.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(&id)))?;
        let judge = app.judge(&id, active.generation).await?;
        Ok(InForce { pyramid: id, active, judge })
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

    fn index_of(&self, tier: &TierId) -> Option<usize> {
        self.judge.scheme.tiers().iter().position(|known| known.id == *tier)
    }
}

/// A customer that is there and not deleted: its sums and its row in the pyramid.
async fn present(app: &App, customer: &CustomerId, pyramid: &PyramidId) -> Result<(Tally, Option<TierRow>), Error> {
    let found = app.reader().standing(customer, pyramid).await?;
    let (summary, row) = found.ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    if summary.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(customer)).into());
    }
    Ok((summary.tally, row))
}

pub(super) async fn assignment(
    app: &App,
    customer: CustomerId,
    pyramid: PyramidId,
) -> Result<pb::TierAssignment, Error> {
    let in_force = InForce::of(app, pyramid).await?;
    let (tally, row) = present(app, &customer, &in_force.pyramid).await?;
    Ok(to_proto::tier::assignment(&app.deployment().currency, in_force.seen(&customer, row.as_ref(), &tally)))
}

pub(super) async fn explanation(
    app: &App,
    customer: CustomerId,
    pyramid: PyramidId,
) -> Result<pb::TierExplanation, Error> {
    let in_force = InForce::of(app, pyramid).await?;
    let (tally, row) = present(app, &customer, &in_force.pyramid).await?;
    let currency = &app.deployment().currency;
    let assignment = to_proto::tier::assignment(currency, in_force.seen(&customer, row.as_ref(), &tally));
    let judge = &in_force.judge;
    let explained = explain(&judge.scheme, &judge.calibration, &customer, &tally);
    Ok(to_proto::tier::explanation(currency, judge, assignment, explained))
}

pub(super) async fn list(app: &App, list: List) -> Result<pb::ListTierAssignmentsResponse, Error> {
    let List { pyramid, tier, paging } = list;
    let in_force = InForce::of(app, pyramid).await?;
    let generation = in_force.active.generation;
    let after = match paging.after.as_deref() {
        Some([KeyPart::Int(seen), KeyPart::Text(last)]) if *seen == generation => last.as_str(),
        Some(_) => return Err(Error::PageStale(name::pyramid(&in_force.pyramid))),
        None => "",
    };
    let (pyramid, limit) = (&in_force.pyramid, paging.size + 1);
    let found = app.reader().assignments(pyramid, generation, tier.as_ref(), after, limit).await?;
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
    let in_force = InForce::of(app, pyramid).await?;
    let made = app.now();
    let mut builder = ReportBuilder::new(in_force.judge.scheme.tiers().len());
    let mut after = String::new();
    loop {
        let chunk = app.reader().candidates(&in_force.pyramid, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { break };
        last.customer.as_str().clone_into(&mut after);
        for one in chunk.iter().filter(|one| !one.deleted) {
            let seen = in_force.seen(&one.customer, one.tier.as_ref(), &one.tally);
            match (seen.tier.and_then(|tier| in_force.index_of(tier)), seen.standing) {
                (Some(tier), Ok(standing)) => builder.add(tier, standing.value),
                _ => builder.add_unranked(),
            }
        }
    }
    let of = (&in_force.pyramid, in_force.judge.as_ref());
    Ok(to_proto::report::report(&app.deployment().currency, of, made, builder.finish(LORENZ_STEPS)))
}

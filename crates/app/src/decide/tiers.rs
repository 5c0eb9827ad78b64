//! What holds customers in tiers, and looking at them because time has passed.

use guanxi_model::{CustomerId, Violations, name};
use guanxi_store::ledger::Override;

use super::Verdict;
use crate::command::{ChangeOverride, Outcome};
use crate::error::{Error, Refusal};
use crate::world::{Decision, Effect, World};

pub(super) fn change_override(world: &World<'_>, command: &ChangeOverride) -> Verdict {
    let ChangeOverride { customer, pyramid, hold, actor, reason, request } = command;
    let (state, summary) = world.customer(customer).ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    let nothing = |customer: &CustomerId| (Decision { customer: customer.clone(), effects: Vec::new() }, Outcome::Done);
    if let Some((request, kept)) = request.and_then(|request| Some((request, state.requests.get(&request.id)?))) {
        let is_retry = *kept == request.print;
        return if is_retry { Ok(nothing(customer)) } else { Err(Error::RequestIdReused(request.id.to_string())) };
    }
    if summary.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(customer)).into());
    }
    let bench = world.standards.benches.iter().find(|bench| bench.pyramid.id == *pyramid && bench.active.is_some());
    let bench = bench.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(pyramid)))?;
    let mut effects: Vec<Effect> =
        request.iter().map(|request| Effect::PutRequest(request.id, request.print)).collect();
    let by = (actor.clone(), reason.clone());
    match hold {
        Some((tier, _)) if !bench.has_tier(tier) => {
            let fault = format!("{} has no tier {tier}", name::pyramid(pyramid));
            return Err(Error::Invalid(Violations::one("tier", fault)));
        }
        Some((tier, expire_time)) => {
            let (actor, reason) = by.clone();
            let (tier, expire_time) = (tier.clone(), *expire_time);
            let held = Override { tier, actor, reason, time: world.now(), expire_time };
            effects.push(Effect::SetOverride(pyramid.clone(), Some(held), by));
        }
        None if state.tiers.get(pyramid).is_none_or(|row| row.held.is_none()) => return Ok(nothing(customer)),
        None => effects.push(Effect::SetOverride(pyramid.clone(), None, by)),
    }
    Ok((Decision { customer: customer.clone(), effects }, Outcome::Done))
}

/// Where another process was faster nothing is due any longer.
pub(super) fn look(world: &World<'_>, customer: &CustomerId) -> (Decision, Outcome) {
    let is_due = |(state, _): (&guanxi_store::ledger::CustomerState, _)| {
        state.tiers.values().any(|row| row.slot.due.is_some_and(|due| due <= world.now()))
    };
    let due = world.customer(customer).is_some_and(is_due);
    let effects = if due { vec![Effect::Look] } else { Vec::new() };
    (Decision { customer: customer.clone(), effects }, Outcome::Done)
}

//! Recording facts and taking them back. The sums, which `ledger` keeps, depend on which facts count, never on the order in which
//! they came.

mod ledger;

use guanxi_model::customer::ExternalId;
use guanxi_model::fact::{CustomerRef, Fact, FactState, NewFact};
use guanxi_model::{CustomerId, FactId, name};
use guanxi_store::ledger::{ChangeKind, CustomerState, Replacement};

use self::ledger::Ledger;
use super::Verdict;
use super::body::{check_names, differing_fields, stamped};
use crate::command::{MissingCustomer, Outcome, RecordFact, WithdrawFact};
use crate::error::{Error, Refusal};
use crate::world::{Decision, Effect, World};

/// The id of a customer that is created for a fact which names it by an external id: the same at every retry.
pub(super) fn derived_id(external: &ExternalId) -> CustomerId {
    CustomerId::derived(&["external", external.system.as_str(), &external.id])
}

pub(super) fn record(world: &World<'_>, command: &RecordFact) -> Verdict {
    let new = &command.fact;
    let mut effects = Vec::new();
    let nobody = CustomerState::default();
    let (customer, state, summary) = match world.resolve(&new.customer).and_then(|id| Some((id, world.customer(id)?))) {
        Some((id, (state, summary))) => (id.clone(), state, Some(summary)),
        None => {
            let id = newcomer(world, command)?;
            effects.push(Effect::PutRecord(world.newcomer(&id, &new.customer)));
            (id, &nobody, None)
        }
    };
    if summary.is_some_and(|summary| summary.delete_time.is_some()) {
        return Err(Refusal::CustomerDeleted(name::customer(&customer)).into());
    }
    let own = (new.body.kind(), new.key.clone());
    if let Some(kept) = state.facts.get(&own) {
        return repeated(&customer, kept, new);
    }
    check_names(world, &new.body)?;
    let fact = arrived(world, &customer, state, new);
    let mut ledger = Ledger::of(world, &customer, (state, summary));
    if fact.state == FactState::Active {
        ledger.add(&fact)?;
    }
    if let Some(target) = &new.replaces {
        ledger.replace(&(own.0, target.clone()), &fact, world)?;
    }
    ledger.arrive(&fact);
    effects.append(&mut ledger.finish());
    effects.push(Effect::PutFact(Box::new(fact.clone())));
    effects.push(Effect::Note(ChangeKind::FactRecorded, Some(fact.id)));
    Ok((Decision { customer, effects }, Outcome::Fact { fact: Box::new(fact), recorded: true }))
}

pub(super) fn withdraw(world: &World<'_>, command: &WithdrawFact) -> Verdict {
    let customer = command.customer.clone();
    let (state, summary) = world.customer(&customer).ok_or_else(|| Error::NotFound(name::customer(&customer)))?;
    if summary.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(&customer)).into());
    }
    let key = (command.kind, command.key.clone());
    let known = state.facts.contains_key(&key);
    if let Some(replacement) = state.replacements.get(&key) {
        return match &replacement.by {
            None => {
                let outcome = Outcome::Withdrawn { known, time: replacement.record_time };
                Ok((Decision { customer, effects: Vec::new() }, outcome))
            }
            by => Err(Refusal::FactAlreadyReplaced { by: by.clone() }.into()),
        };
    }
    let mut ledger = Ledger::of(world, &customer, (state, Some(summary)));
    ledger.retire(&key, FactState::Withdrawn)?;
    let mut effects = ledger.finish();
    effects.push(Effect::PutReplacement(key.clone(), Replacement { by: None, record_time: world.now() }));
    effects.push(Effect::Note(ChangeKind::FactWithdrawn, state.facts.get(&key).map(|fact| fact.id)));
    Ok((Decision { customer, effects }, Outcome::Withdrawn { known, time: world.now() }))
}

/// The id of the customer to create for a fact, where the caller wants that.
fn newcomer(world: &World<'_>, command: &RecordFact) -> Result<CustomerId, Error> {
    let id = match &command.fact.customer {
        CustomerRef::Id(id) => id.clone(),
        CustomerRef::External(external) => derived_id(external),
    };
    match command.missing_customer {
        // A customer that once had the derived id and lost the external id is not the one meant.
        MissingCustomer::Create if world.customer(&id).is_some() => Err(Error::AlreadyExists(name::customer(&id))),
        MissingCustomer::Create => Ok(id),
        MissingCustomer::Refuse => Err(Error::NotFound(match &command.fact.customer {
            CustomerRef::Id(id) => name::customer(id),
            CustomerRef::External(external) => format!("customer {} of {}", external.id, external.system),
        })),
    }
}

/// A fact of the same identity is there: the same again, or another.
fn repeated(customer: &CustomerId, kept: &Fact, new: &NewFact) -> Verdict {
    let mut fields = Vec::new();
    if kept.occur_time != new.occur_time {
        fields.push("context.occur_time");
    }
    if kept.replaces != new.replaces {
        fields.push("context.replaces");
    }
    // A note that was erased is no difference.
    if kept.note != new.note && !kept.note.is_empty() {
        fields.push("context.note");
    }
    fields.extend(differing_fields(&kept.body, &new.body));
    if fields.is_empty() {
        let decision = Decision { customer: customer.clone(), effects: Vec::new() };
        return Ok((decision, Outcome::Fact { fact: Box::new(kept.clone()), recorded: false }));
    }
    Err(Error::FactDiffers { name: name::fact(kept.body.kind(), customer, &kept.id), fields })
}

/// The fact as it is kept. A correction or a withdrawal may have come before it.
fn arrived(world: &World<'_>, customer: &CustomerId, state: &CustomerState, new: &NewFact) -> Fact {
    let body = stamped(world, state, &new.body);
    let state = match state.replacements.get(&(new.body.kind(), new.key.clone())) {
        None => FactState::Active,
        Some(Replacement { by: Some(_), .. }) => FactState::Replaced,
        Some(Replacement { by: None, .. }) => FactState::Withdrawn,
    };
    Fact {
        id: FactId::new(world.now()),
        customer: customer.clone(),
        occur_time: new.occur_time,
        record_time: world.now(),
        key: new.key.clone(),
        replaces: new.replaces.clone(),
        state,
        note: new.note.clone(),
        body,
    }
}

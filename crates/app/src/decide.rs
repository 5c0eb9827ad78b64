//! What each command leads to, decided on what is known and nothing else: no I/O, no clock, no change. A refusal leaves
//! nothing behind because nothing was done yet.

mod body;
mod customers;
mod facts;
mod invitations;
mod tiers;

use std::collections::BTreeSet;

use guanxi_model::CustomerId;
use guanxi_model::customer::ExternalId;
use guanxi_model::fact::{CustomerRef, FactKind};
use guanxi_store::ledger::Keys;

use crate::Error;
use crate::command::{Command, Outcome, RecordFact, Request};
use crate::world::{Decision, World};

/// What a command leads to: something to do and to answer, or a refusal.
pub(crate) type Verdict = Result<(Decision, Outcome), Error>;

/// Decides one command and makes it take effect.
pub(crate) fn carry_out(world: &mut World<'_>, command: &Command) -> Result<Outcome, Error> {
    let (decision, outcome) = decide(world, command)?;
    let changed = !decision.effects.is_empty();
    let customer = decision.customer.clone();
    world.apply(decision);
    // The answer to a change of a customer is what it is afterwards.
    Ok(match outcome {
        Outcome::Customer(_) if changed => {
            world.seen(&customer).map_or(outcome, |seen| Outcome::Customer(Box::new(seen)))
        }
        outcome => outcome,
    })
}

fn decide(world: &World<'_>, command: &Command) -> Verdict {
    match command {
        Command::CreateCustomer(command) => customers::create(world, command),
        Command::UpdateCustomer(command) => customers::update(world, command),
        Command::DeleteCustomer(command) => customers::delete(world, command),
        Command::UndeleteCustomer(command) => customers::undelete(world, command),
        Command::RecordFact(command) => facts::record(world, command),
        Command::WithdrawFact(command) => facts::withdraw(world, command),
        Command::ChangeOverride(command) => tiers::change_override(world, command),
        Command::ReserveInvitation(command) => invitations::reserve(world, command),
        Command::Look(customer) => Ok(tiers::look(world, customer)),
    }
}

/// The external ids that commands name customers by; they are resolved before anything else is loaded.
pub(crate) fn external_ids<'a>(commands: impl Iterator<Item = &'a Command>) -> BTreeSet<ExternalId> {
    commands
        .filter_map(|command| match command {
            Command::RecordFact(record) => match &record.fact.customer {
                CustomerRef::External(external) => Some(external.clone()),
                CustomerRef::Id(_) => None,
            },
            _ => None,
        })
        .collect()
}

/// The customer a command is about: the one it names, the one that has the external id it names, or the one that would be
/// created for it.
pub(crate) fn subject(command: &Command, owner: impl Fn(&ExternalId) -> Option<CustomerId>) -> CustomerId {
    match command {
        Command::CreateCustomer(command) => command.id.clone(),
        Command::UpdateCustomer(command) => command.id.clone(),
        Command::DeleteCustomer(command) | Command::UndeleteCustomer(command) => command.id.clone(),
        Command::WithdrawFact(command) => command.customer.clone(),
        Command::ChangeOverride(command) => command.customer.clone(),
        Command::ReserveInvitation(command) => command.customer.clone(),
        Command::Look(customer) => customer.clone(),
        Command::RecordFact(command) => match &command.fact.customer {
            CustomerRef::Id(id) => id.clone(),
            CustomerRef::External(external) => owner(external).unwrap_or_else(|| facts::derived_id(external)),
        },
    }
}

/// What a command must know.
pub(crate) fn keys(keys: &mut Keys, command: &Command, customer: &CustomerId) {
    keys.customers.insert(customer.clone());
    match command {
        Command::CreateCustomer(command) => {
            record_keys(keys, customer, command.request);
            keys.external_ids.extend(command.profile.external_ids.iter().cloned());
            keys.attribute_definitions |= !command.profile.attributes.is_empty();
        }
        Command::UpdateCustomer(command) => {
            record_keys(keys, customer, command.request);
            keys.external_ids.extend(command.profile.external_ids.iter().cloned());
            keys.attribute_definitions |= !command.profile.attributes.is_empty();
        }
        Command::DeleteCustomer(command) | Command::UndeleteCustomer(command) => {
            record_keys(keys, customer, command.request);
        }
        Command::RecordFact(command) => fact_keys(keys, command, customer),
        Command::WithdrawFact(command) => {
            keys.facts.insert((customer.clone(), (command.kind, command.key.clone())));
            whole_keys(keys, command.kind, customer);
        }
        Command::ReserveInvitation(command) => {
            keys.records.insert(customer.clone());
            keys.all_facts.insert((customer.clone(), FactKind::InvitationEvent));
            keys.approaches.insert(customer.clone(), command.since);
        }
        Command::ChangeOverride(command) => {
            keys.requests.extend(command.request.map(|request| (customer.clone(), request.id)));
        }
        Command::Look(_) => {}
    }
}

fn record_keys(keys: &mut Keys, customer: &CustomerId, request: Option<Request>) {
    keys.records.insert(customer.clone());
    keys.requests.extend(request.map(|request| (customer.clone(), request.id)));
}

fn fact_keys(keys: &mut Keys, command: &RecordFact, customer: &CustomerId) {
    let fact = &command.fact;
    let kind = fact.body.kind();
    keys.facts.insert((customer.clone(), (kind, fact.key.clone())));
    keys.facts.extend(fact.replaces.iter().map(|key| (customer.clone(), (kind, key.clone()))));
    whole_keys(keys, kind, customer);
    keys.touchpoints.extend(fact.body.touchpoint().cloned());
    keys.invitations.extend(fact.body.invitation().map(|id| (customer.clone(), id.to_owned())));
    if let CustomerRef::External(external) = &fact.customer {
        keys.external_ids.insert(external.clone());
    }
}

/// Of some kinds all facts together say what follows.
fn whole_keys(keys: &mut Keys, kind: FactKind, customer: &CustomerId) {
    if is_whole(kind) {
        keys.all_facts.insert((customer.clone(), kind));
    }
}

/// Whether what follows from a fact depends on all others of its kind.
pub(crate) fn is_whole(kind: FactKind) -> bool {
    matches!(kind, FactKind::StageChange | FactKind::InvitationEvent)
}

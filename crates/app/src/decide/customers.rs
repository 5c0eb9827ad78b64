//! Creating, changing, deleting and bringing back customers.

use guanxi_model::customer::Profile;
use guanxi_model::{CustomerId, Violations, etag, name};
use guanxi_satisfaction::contact::{ContactCell, is_active};
use guanxi_store::ledger::{ChangeKind, CustomerState, Record};

use super::Verdict;
use crate::command::{ChangeCustomer, CreateCustomer, Outcome, Request, UpdateCustomer};
use crate::error::{Error, Refusal};
use crate::world::{Decision, Effect, World};

pub(super) fn create(world: &World<'_>, command: &CreateCustomer) -> Verdict {
    let CreateCustomer { id, profile, request } = command;
    if let Some(verdict) = replay(world, id, *request) {
        return verdict;
    }
    if world.customer(id).is_some() {
        return Err(Error::AlreadyExists(name::customer(id)));
    }
    check_profile(world, id, profile)?;
    let effects = vec![Effect::PutRecord(world.new_record(profile.clone()))];
    Ok(changed(id, effects, ChangeKind::CustomerCreated, *request))
}

pub(super) fn update(world: &World<'_>, command: &UpdateCustomer) -> Verdict {
    let UpdateCustomer { id, profile, mask, etag, request } = command;
    if let Some(verdict) = replay(world, id, *request) {
        return verdict;
    }
    let record = present(world, id, etag)?;
    if record.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(id)).into());
    }
    let mut next = record.profile.clone();
    for group in mask {
        merge(&mut next, profile, group);
    }
    // What is not written was checked when it was, and what it refers to is not loaded.
    check_profile(world, id, profile)?;
    let next = Record { profile: next, revision: record.revision + 1, update_time: world.now(), ..record.clone() };
    Ok(changed(id, vec![Effect::PutRecord(next)], ChangeKind::CustomerUpdated, *request))
}

pub(super) fn delete(world: &World<'_>, command: &ChangeCustomer) -> Verdict {
    let ChangeCustomer { id, etag, request } = command;
    if let Some(verdict) = replay(world, id, *request) {
        return verdict;
    }
    let record = present(world, id, etag)?;
    if record.delete_time.is_some() {
        return Err(Refusal::CustomerDeleted(name::customer(id)).into());
    }
    let next = Record {
        revision: record.revision + 1,
        update_time: world.now(),
        delete_time: Some(world.now()),
        ..record.clone()
    };
    let effects = [Effect::PutRecord(next)].into_iter().chain(activation(world, id, -1)).collect();
    Ok(changed(id, effects, ChangeKind::CustomerDeleted, *request))
}

pub(super) fn undelete(world: &World<'_>, command: &ChangeCustomer) -> Verdict {
    let ChangeCustomer { id, etag, request } = command;
    if let Some(verdict) = replay(world, id, *request) {
        return verdict;
    }
    let record = present(world, id, etag)?;
    if record.delete_time.is_none() {
        return Err(Refusal::CustomerNotDeleted(name::customer(id)).into());
    }
    let next = Record { revision: record.revision + 1, update_time: world.now(), delete_time: None, ..record.clone() };
    let effects = [Effect::PutRecord(next)].into_iter().chain(activation(world, id, 1)).collect();
    Ok(changed(id, effects, ChangeKind::CustomerUndeleted, *request))
}

/// Whoever is active and is deleted is active no longer, and is again when brought back.
fn activation(world: &World<'_>, id: &CustomerId, turn: i64) -> Option<Effect> {
    let (_, summary) = world.customer(id)?;
    let cell = ContactCell::activation(world.moment.today());
    is_active(summary.stage).then(|| Effect::CountContact(Box::new(cell), turn))
}

/// The answer to a request that was carried out before: the present state.
fn replay(world: &World<'_>, id: &CustomerId, request: Option<Request>) -> Option<Verdict> {
    let request = request?;
    let (state, _) = world.customer(id)?;
    let kept = state.requests.get(&request.id)?;
    if *kept != request.print {
        return Some(Err(Error::RequestIdReused(request.id.to_string())));
    }
    let seen = world.seen(id)?;
    let decision = Decision { customer: id.clone(), effects: Vec::new() };
    Some(Ok((decision, Outcome::Customer(Box::new(seen)))))
}

/// The record of a customer that is there and as the caller has seen it.
fn present<'a>(world: &'a World<'_>, id: &CustomerId, etag: &str) -> Result<&'a Record, Error> {
    let record = world.customer(id).and_then(|(CustomerState { record, .. }, _)| record.as_ref());
    let record = record.ok_or_else(|| Error::NotFound(name::customer(id)))?;
    if etag::matches(etag, &name::customer(id), record.revision) {
        Ok(record)
    } else {
        Err(Error::Stale(name::customer(id)))
    }
}

fn changed(
    id: &CustomerId,
    mut effects: Vec<Effect>,
    kind: ChangeKind,
    request: Option<Request>,
) -> (Decision, Outcome) {
    effects.extend(request.map(|request| Effect::PutRequest(request.id, request.print)));
    effects.push(Effect::Note(kind, None));
    // Filled in with what the customer is afterwards.
    let outcome = Outcome::Customer(Box::new(placeholder(id)));
    (Decision { customer: id.clone(), effects }, outcome)
}

/// What stands for the customer until the decision has taken effect.
fn placeholder(id: &CustomerId) -> guanxi_model::customer::Customer {
    use guanxi_model::Timestamp;
    use guanxi_model::customer::{Customer, CustomerKind, Stage};
    Customer {
        id: id.clone(),
        profile: Profile::named(CustomerKind::Unknown, String::new()),
        stage: Stage::Prospect,
        revision: 0,
        create_time: Timestamp(0),
        update_time: Timestamp(0),
        delete_time: None,
    }
}

/// Takes one group of fields, by its name in the contract, from the new values.
fn merge(into: &mut Profile, new: &Profile, group: &str) {
    match group {
        "kind" => into.kind = new.kind,
        "display_name" => into.display_name.clone_from(&new.display_name),
        "provenance" => into.provenance.clone_from(&new.provenance),
        "external_ids" => into.external_ids.clone_from(&new.external_ids),
        "labels" => into.labels.clone_from(&new.labels),
        "attributes" => into.attributes.clone_from(&new.attributes),
        "contacts" => into.contacts.clone_from(&new.contacts),
        "life_events" => into.life_events.clone_from(&new.life_events),
        "account_team" => into.account_team.clone_from(&new.account_team),
        "relationship" => into.relationship.clone_from(&new.relationship),
        "consents" => into.consents.clone_from(&new.consents),
        _ => {}
    }
}

/// What a profile refers to: external ids that nobody else has, attributes that are defined.
fn check_profile(world: &World<'_>, id: &CustomerId, profile: &Profile) -> Result<(), Error> {
    let mut violations = Violations::new();
    for (key, attribute) in &profile.attributes {
        let path = format!("customer.attributes[\"{key}\"]");
        match world.loaded.attribute_definitions.get(key) {
            None => violations.push(path, format!("there is no {}", name::attribute_definition(key))),
            Some(definition) if definition.value_type != attribute.value.value_type() => {
                violations.push(path, format!("must be a {:?}", definition.value_type).to_lowercase());
            }
            Some(_) => {}
        }
    }
    violations.finish().map_err(Error::Invalid)?;
    for external_id in &profile.external_ids {
        if let Some(customer) = world.owner(external_id).filter(|owner| *owner != id) {
            return Err(Error::ExternalIdTaken { external_id: external_id.clone(), customer: customer.clone() });
        }
    }
    Ok(())
}

//! Holding a slot for an invitation: whether somebody may be asked is decided on what is known of it, in the order of
//! arrival, so that of two callers who want the last slot one gets it.

use guanxi_model::fact::{
    Fact, FactBody, FactKey, FactKind, FactState, Invitation, InvitationEvent, InvitationEventKind, InvitationState,
};
use guanxi_model::{CustomerId, FactId, SourceName, name};
use guanxi_satisfaction::{Addressee, objections};
use guanxi_store::ledger::{ChangeKind, CustomerState};

use super::Verdict;
use crate::command::{Outcome, Reserve};
use crate::error::Error;
use crate::world::{Decision, Effect, World};

/// The source of what the server itself records.
const SOURCE: &str = "guanxi";

pub(super) fn reserve(world: &World<'_>, command: &Reserve) -> Verdict {
    let Reserve { customer, asking, invitation: id, invited, since: _ } = command;
    let (state, summary) = world.customer(customer).ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    let record = state.record.as_ref().ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    let nothing = || Decision { customer: customer.clone(), effects: Vec::new() };
    let own = Invitation { answers: state.approaches.answers_to(id), ..Invitation::of(id, events(state)) };
    let is_of_this = own.invited.as_ref().is_some_and(|known| known.questionnaire == asking.questionnaire);
    match own.state(world.now()) {
        None | Some(InvitationState::Lapsed) => {}
        Some(InvitationState::Refused | InvitationState::Expired) => {
            return Err(Error::AlreadyExists(name::invitation(customer, id)));
        }
        // Asked for again: the slot is the same, however far it has gone.
        Some(_) if is_of_this => {
            return Ok((nothing(), Outcome::Approached { objections: Vec::new(), reserved: Some(Box::new(own)) }));
        }
        Some(_) => return Err(Error::AlreadyExists(name::invitation(customer, id))),
    }
    let addressee = Addressee {
        is_deleted: summary.delete_time.is_some(),
        stage: summary.stage,
        consents: &record.profile.consents,
        approaches: &state.approaches,
    };
    let objections = objections(asking, addressee, (world.now(), id));
    if !objections.is_empty() {
        return Ok((nothing(), Outcome::Approached { objections, reserved: None }));
    }
    let (kind, invited) = (InvitationEventKind::Reserved, Some(invited.clone()));
    let event = InvitationEvent { invitation: id.clone(), kind, invited, stamp: None };
    let fact = recorded(world, customer, event);
    let reserved = Invitation::of(id, events(state).chain([&fact]));
    let effects = vec![
        Effect::Note(ChangeKind::FactRecorded, Some(fact.id)),
        Effect::PutFact(Box::new(fact)),
        Effect::PutInvitation(reserved.clone()),
    ];
    let outcome = Outcome::Approached { objections, reserved: Some(Box::new(reserved)) };
    Ok((Decision { customer: customer.clone(), effects }, outcome))
}

/// All that is known of the invitations of a customer.
fn events(state: &CustomerState) -> impl Iterator<Item = &Fact> {
    state.all_facts.get(&FactKind::InvitationEvent).into_iter().flatten()
}

fn recorded(world: &World<'_>, customer: &CustomerId, event: InvitationEvent) -> Fact {
    let id = FactId::new(world.now());
    Fact {
        id,
        customer: customer.clone(),
        occur_time: world.now(),
        record_time: world.now(),
        key: FactKey { source: SourceName::from_trusted(SOURCE.to_owned()), source_id: id.to_string() },
        replaces: None,
        state: FactState::Active,
        note: String::new(),
        body: FactBody::InvitationEvent(event),
    }
}

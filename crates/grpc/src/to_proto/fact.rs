//! Facts: what all kinds share, and what taking one back led to. The bodies are a file each.

use guanxi::v1 as pb;
use guanxi_app::questionnaires::Schemes;
use guanxi_model::fact::{Fact, FactBody, FactKey};
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{Currency, Timestamp, name};

use super::{interaction, invitation, number, page, payment, purchase, satisfaction, stage_change, time};
use crate::kinds::{Kind, Message};

/// What facts are told by.
#[derive(Clone, Copy)]
pub(crate) struct Telling<'a> {
    pub(crate) currency: &'a Currency,
    /// What they answer.
    pub(crate) questionnaires: &'a Schemes,
}

/// A fact as the message of its kind.
pub(crate) fn resource(Telling { currency, questionnaires }: Telling<'_>, fact: Fact) -> Message {
    let Fact { id, customer, occur_time, record_time, key, replaces, state, note, body } = fact;
    let name = name::fact(body.kind(), &customer, &id);
    let FactKey { source, source_id } = key;
    let context = pb::FactContext {
        customer: name::customer(&customer),
        // What the caller named the customer by is not kept with the fact.
        customer_external_id: None,
        occur_time: Some(time::timestamp(occur_time)),
        record_time: Some(time::timestamp(record_time)),
        source: source.into(),
        source_id,
        replaces: replaces.map(|FactKey { source, source_id }| pb::FactKey { source: source.into(), source_id }),
        state: number(state),
        note,
    };
    match body {
        FactBody::Purchase(body) => Message::Purchase(purchase::resource(currency, name, context, body)),
        FactBody::Interaction(body) => Message::Interaction(interaction::resource(currency, name, context, body)),
        FactBody::Payment(body) => Message::Payment(payment::resource(currency, name, context, body)),
        FactBody::StageChange(body) => Message::StageChange(stage_change::resource(name, context, body)),
        FactBody::SatisfactionRecord(body) => {
            Message::SatisfactionRecord(satisfaction::resource(questionnaires, name, context, body))
        }
        FactBody::InvitationEvent(body) => Message::InvitationEvent(invitation::event(name, context, body)),
    }
}

/// List*.
pub(crate) fn list_response<K: Kind>(telling: Telling<'_>, query: QueryHash, facts: Page<Fact>) -> K::ListResponse {
    let key = |fact: &Fact| vec![KeyPart::Int(fact.occur_time.0), KeyPart::Bytes(fact.id.as_bytes().to_vec())];
    // The query asks for one kind; a fact of another cannot be told in its words.
    let message = |fact| K::own(resource(telling, fact)).unwrap_or_default();
    let (facts, next_page_token) = page::close(facts, query, key, message);
    K::list_response(facts, next_page_token)
}

/// WithdrawFact.
pub(crate) fn withdraw_response(known: bool, withdraw_time: Timestamp) -> pb::WithdrawFactResponse {
    pb::WithdrawFactResponse { known, withdraw_time: Some(time::timestamp(withdraw_time)) }
}

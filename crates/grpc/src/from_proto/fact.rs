//! Facts: what all four kinds share, their requests, and taking one back. The bodies are a file each.

use guanxi::v1 as pb;
use guanxi_app::command::{Grouping, MissingCustomer, RecordFact, WithdrawFact};
use guanxi_model::fact::{CustomerRef, FactBody, FactKey, NewFact};
use guanxi_model::page::QueryHash;
use guanxi_model::{RequestId, SourceName, Violations, name, text};
use guanxi_store::{FactQuery, fact_filter};

use super::customer::request_id;
use super::page::Column;
use super::{Context, Path, done, given, interaction, page, payment, profile, purchase, stage_change, time, word};
use crate::kinds::{Kind, ListParts, Message, RecordParts};

pub(super) use super::profile::contact_id_if_given;

const MAX_BATCH: usize = 500;
const MAX_SOURCE_ID: usize = 200;
const MAX_NOTE: usize = 4000;
/// The source of facts whose only id is that of the request they came by.
const REQUEST_SOURCE: &str = "request";

/// A fact taken apart: what all kinds share, as it came, and what is of the kind, if it could be read.
pub(crate) struct Parts {
    pub(super) context: Option<pb::FactContext>,
    pub(super) body: Option<FactBody>,
}

impl Message {
    fn parts(self, ctx: &Context<'_>, v: &mut Violations, at: Path<'_>) -> Parts {
        match self {
            Message::Purchase(message) => purchase::parts(ctx, v, at, message),
            Message::Interaction(message) => interaction::parts(ctx, v, at, message),
            Message::Payment(message) => payment::parts(ctx, v, at, message),
            Message::StageChange(message) => stage_change::parts(v, at, message),
        }
    }
}

/// What stands for a source id that was not given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unnamed<'a> {
    /// The id of the request, if that was given.
    ByRequest(Option<&'a RequestId>),
    /// Nothing: every item of an import has an id of its own.
    Refused,
}

/// Record*.
pub(crate) fn record_request<K: Kind>(ctx: &Context<'_>, request: K::Record) -> Result<RecordFact, Violations> {
    let RecordParts { fact, missing_customer, request_id: id } = K::record(request);
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let missing_customer = self::missing_customer(&mut v, missing_customer);
    let at = Path::of(K::FIELD);
    let fact = given(&mut v, at, fact)
        .and_then(|fact| new_fact(ctx, &mut v, at, (fact, Unnamed::ByRequest(request_id.as_ref()))));
    let command = fact.zip(missing_customer);
    done(v, command.map(|(fact, missing_customer)| RecordFact { fact, missing_customer }))
}

/// BatchRecord*: every item by itself, as Record*.
pub(crate) fn batch_request<K: Kind>(
    ctx: &Context<'_>,
    request: K::Batch,
) -> Result<(Vec<Result<RecordFact, Violations>>, Grouping), Violations> {
    let (requests, all_or_nothing) = K::batch(request);
    if requests.is_empty() || requests.len() > MAX_BATCH {
        return Err(Violations::one("requests", format!("has {} items; 1 to {MAX_BATCH} are allowed", requests.len())));
    }
    let items = requests.into_iter().map(|request| record_request::<K>(ctx, request)).collect();
    Ok((items, if all_or_nothing { Grouping::AllOrNothing } else { Grouping::Each }))
}

/// List*.
pub(crate) fn list_request<K: Kind>(request: K::List) -> Result<(FactQuery, QueryHash), Violations> {
    let ListParts { parent, page_size, page_token, filter, show_replaced } = K::list(request);
    let mut v = Violations::new();
    let customer = v.field(Path::of("parent"), name::parse_customer_parent(&parent));
    let filter = page::filter(&mut v, &filter, &fact_filter(K::KIND));
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let replaced = if show_replaced { "replaced" } else { "" };
    let query = [K::KIND.collection(), &parent, &canonical, replaced];
    let paging = page::paging(&mut v, (page_size, &page_token), &query, &[Column::Int, Column::Bytes]);
    let query = customer.zip(filter).zip(paging).map(|((customer, filter), paging)| {
        let limit = paging.size;
        (FactQuery { kind: K::KIND, customer, filter, show_replaced, limit, after: paging.after }, paging.query)
    });
    done(v, query)
}

/// WithdrawFact.
pub(crate) fn withdraw_request(request: pb::WithdrawFactRequest) -> Result<WithdrawFact, Violations> {
    let pb::WithdrawFactRequest { customer, kind, fact } = request;
    let mut v = Violations::new();
    let customer = v.field(Path::of("customer"), name::parse_customer(&customer));
    let kind = word(&mut v, Path::of("kind"), kind, pb::FactKind::as_str_name);
    let at = Path::of("fact");
    let key = given(&mut v, at, fact).and_then(|fact| key(&mut v, at, fact));
    let command = customer.zip(kind).zip(key);
    done(v, command.map(|((customer, kind), key)| WithdrawFact { customer, kind, key }))
}

/// What to do where the customer is not there.
pub(super) fn missing_customer(v: &mut Violations, number: i32) -> Option<MissingCustomer> {
    match pb::MissingCustomer::try_from(number) {
        Ok(pb::MissingCustomer::Unspecified | pb::MissingCustomer::Refuse) => Some(MissingCustomer::Refuse),
        Ok(pb::MissingCustomer::Create) => Some(MissingCustomer::Create),
        Err(_) => {
            let allowed = "allowed: MISSING_CUSTOMER_REFUSE, MISSING_CUSTOMER_CREATE";
            v.push(Path::of("missing_customer"), format!("{number} is no value of it; {allowed}"));
            None
        }
    }
}

/// A fact as a caller gives it.
pub(super) fn new_fact(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (message, unnamed): (Message, Unnamed<'_>),
) -> Option<NewFact> {
    let Parts { context, body } = message.parts(ctx, v, at);
    let at = at.field("context");
    let pb::FactContext {
        customer,
        customer_external_id,
        occur_time,
        record_time: _,
        source,
        source_id,
        replaces,
        state: _,
        note,
    } = given(v, at, context)?;
    let customer = whose(v, at, (&customer, customer_external_id));
    let occur_time = given(v, at.field("occur_time"), occur_time)
        .and_then(|time| time::occurred(ctx, v, at.field("occur_time"), time));
    let own = own_key(v, at, (source, source_id, unnamed));
    let replaces = replaces.and_then(|replaced| key(v, at.field("replaces"), replaced));
    if own.is_some() && own == replaces {
        v.push(at.field("replaces"), "a fact cannot replace itself");
    }
    let note = v.field(at.field("note"), text::note(note, MAX_NOTE));
    Some(NewFact { customer: customer?, occur_time: occur_time?, key: own?, replaces, note: note?, body: body? })
}

/// A fact that comes with its whole identity.
#[cfg(test)]
pub(crate) fn read(ctx: &Context<'_>, message: Message) -> Result<NewFact, Violations> {
    let mut v = Violations::new();
    let fact = new_fact(ctx, &mut v, Path::of("fact"), (message, Unnamed::Refused));
    done(v, fact)
}

/// The customer, named in exactly one of two ways.
fn whose(
    v: &mut Violations,
    at: Path<'_>,
    (customer, external_id): (&str, Option<pb::ExternalId>),
) -> Option<CustomerRef> {
    match (customer, external_id) {
        ("", Some(id)) => profile::external_id(v, at.field("customer_external_id"), id).map(CustomerRef::External),
        ("", None) => {
            v.push(at.field("customer"), "is required, or customer_external_id");
            None
        }
        (customer, None) => v.field(at.field("customer"), name::parse_customer(customer)).map(CustomerRef::Id),
        (_, Some(_)) => {
            v.push(at.field("customer_external_id"), "must not be given beside customer");
            None
        }
    }
}

/// The fact's own identity. Without a source id it is that of the request, so that a retry finds the same fact.
fn own_key(
    v: &mut Violations,
    at: Path<'_>,
    (source, source_id, unnamed): (String, String, Unnamed<'_>),
) -> Option<FactKey> {
    if !source_id.is_empty() {
        // A source id under no name could be that of any system.
        return key(v, at, pb::FactKey { source, source_id });
    }
    let request_id = match unnamed {
        Unnamed::ByRequest(Some(request_id)) => request_id,
        Unnamed::ByRequest(None) => {
            v.push(at.field("source_id"), "is required where there is no request_id");
            return None;
        }
        Unnamed::Refused => {
            v.push(at.field("source_id"), "is required");
            return None;
        }
    };
    let source = if source.is_empty() { REQUEST_SOURCE.to_owned() } else { source };
    let source = v.field(at.field("source"), SourceName::parse(source))?;
    Some(FactKey { source, source_id: request_id.to_string() })
}

/// The identity of a fact.
pub(super) fn key(v: &mut Violations, at: Path<'_>, key: pb::FactKey) -> Option<FactKey> {
    let pb::FactKey { source, source_id } = key;
    let source = v.field(at.field("source"), SourceName::parse(source));
    let source_id = v.field(at.field("source_id"), text::required(source_id, MAX_SOURCE_ID));
    Some(FactKey { source: source?, source_id: source_id? })
}

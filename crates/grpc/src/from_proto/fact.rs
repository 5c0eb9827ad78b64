//! Facts: what all kinds share, their requests, and taking one back. The bodies are a file each.

use guanxi::v1 as pb;
use guanxi_app::command::{Grouping, MissingCustomer, RecordFact, WithdrawFact};
use guanxi_model::fact::{CustomerRef, FactBody, FactKey, NewFact};
use guanxi_model::page::QueryHash;
use guanxi_model::{RequestId, SourceName, TouchpointId, Violations, name, text};
use guanxi_store::{FactQuery, fact_filter};

use super::customer::request_id;
use super::page::Column;
use super::{
    Context, Path, done, given, interaction, invitation, page, payment, profile, purchase, satisfaction, stage_change,
    time, word,
};
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
            Message::SatisfactionRecord(message) => satisfaction::parts(v, at, message),
            Message::InvitationEvent(message) => invitation::parts(v, at, message),
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
pub(super) fn own_key(
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

/// A touchpoint that may be left out.
pub(super) fn touchpoint_if_given(v: &mut Violations, at: Path<'_>, touchpoint: &str) -> Option<TouchpointId> {
    if touchpoint.is_empty() { None } else { v.field(at, name::parse_touchpoint(touchpoint)) }
}

/// The identity of a fact.
pub(super) fn key(v: &mut Violations, at: Path<'_>, key: pb::FactKey) -> Option<FactKey> {
    let pb::FactKey { source, source_id } = key;
    let source = v.field(at.field("source"), SourceName::parse(source));
    let source_id = v.field(at.field("source_id"), text::required(source_id, MAX_SOURCE_ID));
    Some(FactKey { source: source?, source_id: source_id? })
}

#[cfg(test)]
mod tests {
    use guanxi_model::fact::FactKind;

    use super::*;
    use crate::from_proto::testing::{REQUEST_ID, context, purchase};
    use crate::kinds::{Payments, Purchases};
    use crate::testing::{ctx, paths};

    fn request(spoil: impl FnOnce(&mut pb::FactContext), request_id: &str) -> pb::RecordPurchaseRequest {
        let mut context = context();
        spoil(&mut context);
        let purchase = Some(pb::Purchase { context: Some(context), ..purchase() });
        pb::RecordPurchaseRequest { purchase, missing_customer: 0, request_id: request_id.into() }
    }

    fn record(spoil: impl FnOnce(&mut pb::FactContext), request_id: &str) -> Result<RecordFact, Violations> {
        record_request::<Purchases>(&ctx(), request(spoil, request_id))
    }

    fn key_of(source: &str, source_id: &str, request_id: &str) -> Result<(String, String), Vec<String>> {
        let name =
            |context: &mut pb::FactContext| (context.source, context.source_id) = (source.into(), source_id.into());
        match record(name, request_id) {
            Ok(command) => Ok((command.fact.key.source.to_string(), command.fact.key.source_id)),
            refused => Err(paths(refused)),
        }
    }

    #[test]
    fn a_fact_without_a_source_id_is_that_of_its_request() {
        let ok = |source: &str, id: &str| Ok((source.to_owned(), id.to_owned()));
        assert_eq!(key_of("shop", "o-1", ""), ok("shop", "o-1"));
        assert_eq!(key_of("shop", "o-1", REQUEST_ID), ok("shop", "o-1"));
        assert_eq!(key_of("", "", REQUEST_ID), ok("request", REQUEST_ID));
        assert_eq!(key_of("", "", &REQUEST_ID.to_uppercase()), ok("request", REQUEST_ID), "one id, one fact");
        assert_eq!(key_of("shop", "", REQUEST_ID), ok("shop", REQUEST_ID));
        assert_eq!(key_of("", "", ""), Err(vec!["purchase.context.source_id".to_owned()]));
        assert_eq!(key_of("", "o-1", REQUEST_ID), Err(vec!["purchase.context.source".to_owned()]));
    }

    #[test]
    fn a_customer_is_named_in_exactly_one_way() {
        let external = || Some(pb::ExternalId { system: "shop".into(), id: "4711".into() });
        let by_external =
            record(|context| (context.customer, context.customer_external_id) = (String::new(), external()), "");
        assert!(matches!(by_external.unwrap().fact.customer, CustomerRef::External(_)));
        let both = record(|context| context.customer_external_id = external(), "");
        assert_eq!(paths(both), ["purchase.context.customer_external_id"]);
        assert_eq!(paths(record(|context| context.customer.clear(), "")), ["purchase.context.customer"]);
    }

    #[test]
    fn a_fact_replaces_another_one() {
        let key = |source_id: &str| Some(pb::FactKey { source: "shop".into(), source_id: source_id.into() });
        assert!(record(|context| context.replaces = key("o-0"), "").unwrap().fact.replaces.is_some());
        assert_eq!(paths(record(|context| context.replaces = key("o-1"), "")), ["purchase.context.replaces"]);
        let no_key = record(|context| context.replaces = Some(pb::FactKey::default()), "");
        assert_eq!(paths(no_key), ["purchase.context.replaces.source", "purchase.context.replaces.source_id"]);
    }

    #[test]
    fn every_fault_around_a_fact_is_told_at_once() {
        let spoil = |context: &mut pb::FactContext| {
            (context.occur_time, context.note) = (None, "x".repeat(4001));
            context.customer = "ada".into();
        };
        let spoiled = pb::RecordPurchaseRequest { missing_customer: 5, ..request(spoil, "7") };
        let told = [
            "request_id",
            "missing_customer",
            "purchase.context.customer",
            "purchase.context.occur_time",
            "purchase.context.note",
        ];
        assert_eq!(paths(record_request::<Purchases>(&ctx(), spoiled)), told);
        assert_eq!(paths(record_request::<Payments>(&ctx(), pb::RecordPaymentRequest::default())), ["payment"]);
    }

    #[test]
    fn a_batch_has_one_to_five_hundred_items_each_read_by_itself() {
        let batch = |requests| {
            batch_request::<Purchases>(&ctx(), pb::BatchRecordPurchasesRequest { requests, all_or_nothing: true })
        };
        assert_eq!(paths(batch(vec![])), ["requests"]);
        assert_eq!(paths(batch(vec![request(|_| (), ""); 501])), ["requests"]);
        let (items, grouping) =
            batch(vec![request(|_| (), ""), request(|context| context.customer.clear(), "")]).unwrap();
        assert_eq!((items[0].is_ok(), items[1].is_err(), grouping), (true, true, Grouping::AllOrNothing));
    }

    #[test]
    fn lists_name_what_they_may_be_filtered_by() {
        let list = |parent: &str, filter: &str| {
            let request =
                pb::ListPaymentsRequest { parent: parent.into(), filter: filter.into(), ..Default::default() };
            list_request::<Payments>(request)
        };
        let (query, _) = list("customers/-", "occur_time > \"2026-01-01T00:00:00Z\"").unwrap();
        assert_eq!((query.kind, query.customer, query.limit), (FactKind::Payment, None, 50));
        assert_eq!(paths(list("customers", "channel = web")), ["parent", "filter"]);
    }

    #[test]
    fn a_withdrawal_names_a_fact() {
        let request = pb::WithdrawFactRequest { customer: "customers/ada".into(), kind: 1, fact: context().replaces };
        assert_eq!(paths(withdraw_request(request)), ["fact"]);
        let told = ["customer", "kind", "fact"];
        assert_eq!(paths(withdraw_request(pb::WithdrawFactRequest::default())), told);
    }
}

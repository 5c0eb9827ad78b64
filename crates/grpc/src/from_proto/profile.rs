//! What callers write about a customer, group by group. Only the groups asked for are read, so that an update is not
//! refused for what it does not change.

mod people;
mod ties;

use std::collections::{BTreeMap, HashMap, HashSet};

use guanxi::v1 as pb;
use guanxi_model::customer::{Attribute, AttributeValue, CustomerKind, ExternalId, Profile, Provenance};
use guanxi_model::{AttributeKey, LabelKey, SourceName, Violations, text};

use super::{Context, Path, given, list, time, word};

pub(super) use self::people::contact_id_if_given;

/// The groups of a customer that callers write, by their field of the contract.
pub(super) const GROUPS: &[&str] = &[
    "kind",
    "display_name",
    "provenance",
    "external_ids",
    "labels",
    "attributes",
    "contacts",
    "life_events",
    "account_team",
    "relationship",
    "consents",
];

const MAX_EXTERNAL_IDS: usize = 50;
const MAX_LABELS: usize = 64;
const MAX_ATTRIBUTES: usize = 200;
/// Characters of names, titles, sources and whatever else is one short line.
const MAX_LINE: usize = 200;
const MAX_ATTRIBUTE_TEXT: usize = 1000;

/// The groups named by `wanted`; the others are left empty.
pub(super) fn profile(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (customer, wanted): (pb::Customer, &[&str]),
) -> Option<Profile> {
    let pb::Customer {
        name: _,
        kind,
        display_name,
        provenance: source,
        external_ids: ids,
        labels: tags,
        attributes: values,
        contacts,
        life_events,
        account_team,
        relationship,
        consents,
        stage: _,
        create_time: _,
        update_time: _,
        delete_time: _,
        purge_time: _,
        etag: _,
    } = customer;
    let is_wanted = |group: &str| wanted.contains(&group);
    let kind = match is_wanted("kind") {
        true => word(v, at.field("kind"), kind, pb::CustomerKind::as_str_name),
        false => Some(CustomerKind::Unknown),
    };
    let display_name = match is_wanted("display_name") {
        true => v.field(at.field("display_name"), text::required(display_name, MAX_LINE)),
        false => Some(String::new()),
    };
    let mut profile = Profile::named(kind.unwrap_or(CustomerKind::Unknown), display_name.unwrap_or_default());
    if is_wanted("provenance") {
        profile.provenance = provenance(ctx, v, at.field("provenance"), source);
    }
    if is_wanted("external_ids") {
        profile.external_ids = external_ids(v, at.field("external_ids"), ids);
    }
    if is_wanted("labels") {
        profile.labels = labels(v, at.field("labels"), tags);
    }
    if is_wanted("attributes") {
        profile.attributes = attributes(ctx, v, at.field("attributes"), values);
    }
    if is_wanted("contacts") {
        profile.contacts = people::contacts(ctx, v, at.field("contacts"), contacts);
    }
    if is_wanted("life_events") {
        profile.life_events = people::life_events(ctx, v, at.field("life_events"), life_events);
    }
    if is_wanted("account_team") {
        profile.account_team = people::account_team(ctx, v, at.field("account_team"), account_team);
    }
    if is_wanted("relationship") {
        profile.relationship = ties::relationship(ctx, v, at.field("relationship"), relationship);
    }
    if is_wanted("consents") {
        profile.consents = ties::consents(ctx, v, at.field("consents"), consents);
    }
    v.is_empty().then_some(profile)
}

/// What another system calls a customer.
pub(super) fn external_id(v: &mut Violations, at: Path<'_>, id: pb::ExternalId) -> Option<ExternalId> {
    let pb::ExternalId { system, id } = id;
    let system = v.field(at.field("system"), SourceName::parse(system));
    let id = v.field(at.field("id"), text::required(id, MAX_LINE));
    Some(ExternalId { system: system?, id: id? })
}

fn external_ids(v: &mut Violations, at: Path<'_>, ids: Vec<pb::ExternalId>) -> Vec<ExternalId> {
    let mut seen = HashSet::new();
    list(v, at, (ids, MAX_EXTERNAL_IDS), |v, at, id| {
        let id = external_id(v, at, id)?;
        if !seen.insert(id.clone()) {
            v.push(at, "is given twice");
        }
        Some(id)
    })
}

fn provenance(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    provenance: Option<pb::Provenance>,
) -> Option<Provenance> {
    let pb::Provenance { source, verify_time } = provenance?;
    let source = v.field(at.field("source"), text::optional(source, MAX_LINE));
    let verify_time = verify_time.and_then(|time| time::occurred(ctx, v, at.field("verify_time"), time));
    Some(Provenance { source: source?, verify_time })
}

fn labels(v: &mut Violations, at: Path<'_>, labels: HashMap<String, String>) -> BTreeMap<LabelKey, String> {
    let read = |v: &mut Violations, (key, value): (String, String)| {
        let at = at.key(&key);
        let value = v.field(at, text::optional(value, MAX_LINE));
        Some((v.field(at, LabelKey::parse(key.as_str()))?, value?))
    };
    entries(v, at, (labels, MAX_LABELS), read)
}

fn attributes(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    attributes: HashMap<String, pb::AttributeValue>,
) -> BTreeMap<AttributeKey, Attribute> {
    let read = |v: &mut Violations, (key, value): (String, pb::AttributeValue)| {
        let at = at.key(&key);
        let pb::AttributeValue { provenance: source, value } = value;
        let value = given(v, at.field("value"), value).and_then(|value| attribute_value(v, at, value));
        let provenance = provenance(ctx, v, at.field("provenance"), source);
        Some((v.field(at, AttributeKey::parse(key.as_str()))?, Attribute { value: value?, provenance }))
    };
    entries(v, at, (attributes, MAX_ATTRIBUTES), read)
}

fn attribute_value(v: &mut Violations, at: Path<'_>, value: pb::attribute_value::Value) -> Option<AttributeValue> {
    use pb::attribute_value::Value;
    match value {
        Value::Text(words) => {
            v.field(at.field("text"), text::note(words, MAX_ATTRIBUTE_TEXT)).map(AttributeValue::Text)
        }
        Value::Number(number) if number.is_finite() => Some(AttributeValue::Number(number)),
        Value::Number(number) => {
            v.push(at.field("number"), format!("must be finite, got {number}"));
            None
        }
        Value::Boolean(boolean) => Some(AttributeValue::Boolean(boolean)),
        Value::Time(moment) => time::timestamp(v, at.field("time"), moment).map(AttributeValue::Time),
    }
}

/// The entries of a map of at most `max`, in the order of their keys, so that faults are told in one order.
fn entries<P, K: Ord, T>(
    v: &mut Violations,
    at: Path<'_>,
    (map, max): (HashMap<String, P>, usize),
    read: impl Fn(&mut Violations, (String, P)) -> Option<(K, T)>,
) -> BTreeMap<K, T> {
    if map.len() > max {
        v.push(at, format!("has {} entries; at most {max} are allowed", map.len()));
    }
    let sorted: BTreeMap<_, _> = map.into_iter().collect();
    sorted.into_iter().take(max).filter_map(|entry| read(v, entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ctx;

    fn faults(customer: pb::Customer) -> Vec<String> {
        let mut v = Violations::new();
        assert!(profile(&ctx(), &mut v, Path::of("customer"), (customer, GROUPS)).is_none());
        v.iter().map(|fault| fault.path.strip_prefix("customer.").unwrap_or_default().to_owned()).collect()
    }

    fn ada() -> pb::Customer {
        pb::Customer { kind: 1, display_name: "Ada".into(), ..pb::Customer::default() }
    }

    fn contact(id: &str) -> pb::Contact {
        pb::Contact { contact_id: id.into(), display_name: "Bob".into(), ..pb::Contact::default() }
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_path() {
        let channel = pb::ContactChannel { kind: 1, address: String::new() };
        let spoiled = pb::Customer {
            kind: 0,
            display_name: " ".into(),
            external_ids: vec![pb::ExternalId { system: "Shop".into(), id: String::new() }],
            labels: HashMap::from([("Region".into(), "north".into()), ("a".into(), "x".repeat(201))]),
            contacts: vec![
                contact("bob"),
                pb::Contact { roles: vec![1, 9, 1], channels: vec![channel], ..contact("bob") },
            ],
            life_events: vec![pb::LifeEvent { kind: 1, contact_id: "Bob".into(), ..pb::LifeEvent::default() }],
            account_team: vec![pb::AccountTeamMember::default()],
            ..ada()
        };
        let told = [
            "kind",
            "display_name",
            "external_ids[0].system",
            "external_ids[0].id",
            "labels[\"Region\"]",
            "labels[\"a\"]",
            "contacts[1].roles[1]",
            "contacts[1].roles[2]",
            "contacts[1].channels[0].address",
            "contacts[1].contact_id",
            "life_events[0].date",
            "life_events[0].contact_id",
            "account_team[0].role",
            "account_team[0].member",
        ];
        assert_eq!(faults(spoiled), told);
    }

    #[test]
    fn attributes_have_a_value_that_can_be_kept() {
        use pb::attribute_value::Value;
        let value = |value| pb::AttributeValue { value, provenance: None };
        let attributes = [
            ("a", value(None)),
            ("b", value(Some(Value::Number(f64::NAN)))),
            ("c", value(Some(Value::Number(f64::NEG_INFINITY)))),
            ("d", value(Some(Value::Text("x".repeat(1001))))),
            ("e", value(Some(Value::Time(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 })))),
            ("f", value(Some(Value::Boolean(false)))),
        ];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), value)).into();
        let told = ["[\"a\"].value", "[\"b\"].number", "[\"c\"].number", "[\"d\"].text", "[\"e\"].time"];
        assert_eq!(faults(pb::Customer { attributes, ..ada() }), told.map(|path| format!("attributes{path}")));
    }

    #[test]
    fn ties_end_after_they_begin_and_consents_are_one_per_purpose() {
        let day = |day| Some(guanxi::google::r#type::Date { year: 2026, month: 1, day });
        let lock_in = pb::LockIn { kind: 2, start_date: day(2), end_date: day(1), switching_cost: None };
        let relationship = pb::Relationship { setting: 7, lock_ins: vec![lock_in], provenance: None };
        let said = Some(prost_types::Timestamp { seconds: 0, nanos: 0 });
        let consent = pb::Consent { purpose: "mail".into(), basis: 1, state: 1, time: said, ..pb::Consent::default() };
        let never = pb::Consent { time: None, ..consent.clone() };
        let customer =
            pb::Customer { relationship: Some(relationship), consents: vec![consent.clone(), consent, never], ..ada() };
        let told =
            ["relationship.setting", "relationship.lock_ins[0].end_date", "consents[1].purpose", "consents[2].time"];
        assert_eq!(faults(customer), told);
    }

    #[test]
    fn there_may_be_only_so_many_of_everything() {
        let crowd = pb::Customer {
            external_ids: (0..51).map(|id| pb::ExternalId { system: "shop".into(), id: id.to_string() }).collect(),
            labels: (0..65).map(|key| (format!("l{key}"), String::new())).collect(),
            contacts: (0..101).map(|id| contact(&format!("c{id}"))).collect(),
            ..ada()
        };
        assert_eq!(faults(crowd), ["external_ids", "labels", "contacts"]);
    }
}

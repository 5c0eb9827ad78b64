//! Customers.

use guanxi_model::customer::{
    AccountTeamMember, Attribute, AttributeValue, Consent, Contact, ContactChannel, Customer, ExternalId, LifeEvent,
    LockIn, Profile, Provenance, Relationship, Stage,
};
use guanxi_model::{AttributeKey, Currency, CustomerId, LabelKey, Timestamp};
use prop::collection::{btree_map, vec};
use prop::option;
use proptest::prelude::*;

use crate::from_proto::{self, Context};
use crate::testing::{NOW, amounts, ctx, currencies, dates, days, ids, line, optional_line, past, words};
use crate::to_proto;

fn provenances() -> impl Strategy<Value = Option<Provenance>> {
    option::of((optional_line(), option::of(past())))
        .prop_map(|given| given.map(|(source, verify_time)| Provenance { source, verify_time }))
}

fn attributes() -> impl Strategy<Value = Attribute> {
    let value = prop_oneof![
        optional_line().prop_map(AttributeValue::Text),
        prop::num::f64::NORMAL.prop_map(AttributeValue::Number),
        any::<bool>().prop_map(AttributeValue::Boolean),
        past().prop_map(AttributeValue::Time),
    ];
    (value, provenances()).prop_map(|(value, provenance)| Attribute { value, provenance })
}

fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let channel = (words(), line()).prop_map(|(kind, address)| ContactChannel { kind, address });
    let roles = prop::sample::subsequence(vec![1, 2, 3, 4, 5], 0..=5)
        .prop_map(|codes| codes.into_iter().filter_map(guanxi_model::Words::from_code).collect());
    let texts = (line(), optional_line(), vec(line(), 0..3), vec(line(), 0..3));
    let one = (texts, roles, vec(channel, 0..3), provenances());
    btree_map(ids(), one, 0..3).prop_map(|contacts| {
        let contact = |(id, (texts, roles, channels, provenance))| {
            let (display_name, job_title, preferences, interests) = texts;
            Contact { id, display_name, job_title, roles, channels, preferences, interests, provenance }
        };
        contacts.into_iter().map(contact).collect()
    })
}

fn life_events() -> impl Strategy<Value = Vec<LifeEvent>> {
    let one = (words(), optional_line(), dates(), any::<bool>(), option::of(ids()), provenances());
    vec(
        one.prop_map(|(kind, title, date, yearly, contact_id, provenance)| LifeEvent {
            kind,
            title,
            date,
            yearly,
            contact_id,
            provenance,
        }),
        0..3,
    )
}

fn account_teams() -> impl Strategy<Value = Vec<AccountTeamMember>> {
    let one = (words(), line(), optional_line(), provenances());
    let member =
        |(role, member, display_name, provenance)| AccountTeamMember { role, member, display_name, provenance };
    vec(one.prop_map(member), 0..3)
}

fn relationships() -> impl Strategy<Value = Relationship> {
    let tie = (words(), days(), days(), any::<bool>(), option::of(amounts()));
    let tie = tie.prop_map(|(kind, one, other, has_end, switching_cost)| {
        let end = has_end.then_some(one.max(other));
        LockIn { kind, start: if has_end { one.min(other) } else { one }, end, switching_cost }
    });
    (option::of(words()), vec(tie, 0..3), provenances()).prop_map(|(setting, lock_ins, provenance)| Relationship {
        setting,
        lock_ins,
        provenance,
    })
}

fn consents() -> impl Strategy<Value = Vec<Consent>> {
    let one = (words(), words(), past(), optional_line(), option::of(past()));
    btree_map(ids(), one, 0..3).prop_map(|consents| {
        let consent = |(purpose, (basis, state, time, source, verify_time))| Consent {
            purpose,
            basis,
            state,
            time,
            source,
            verify_time,
        };
        consents.into_iter().map(consent).collect()
    })
}

fn profiles() -> impl Strategy<Value = Profile> {
    let label_keys = "[a-z][a-z0-9_]{0,9}".prop_map(|key| LabelKey::parse(key).unwrap());
    let attribute_keys = "[a-z][a-z0-9_]{0,9}".prop_map(|key| AttributeKey::parse(key).unwrap());
    let external_ids = prop::collection::btree_set((ids(), line()), 0..3)
        .prop_map(|ids| ids.into_iter().map(|(system, id)| ExternalId { system, id }).collect());
    let heads = (words(), line(), provenances(), external_ids);
    let maps = (btree_map(label_keys, optional_line(), 0..3), btree_map(attribute_keys, attributes(), 0..3));
    let people = (contacts(), life_events(), account_teams());
    (heads, maps, people, option::of(relationships()), consents()).prop_map(
        |((kind, display_name, provenance, external_ids), (labels, attributes), people, relationship, consents)| {
            let (contacts, life_events, account_team) = people;
            Profile {
                kind,
                display_name,
                provenance,
                external_ids,
                labels,
                attributes,
                contacts,
                life_events,
                account_team,
                relationship,
                consents,
            }
        },
    )
}

fn customer(profile: Profile) -> Customer {
    Customer {
        id: CustomerId::parse("ada").unwrap(),
        profile,
        stage: Stage::Active,
        revision: 3,
        create_time: Timestamp(1),
        update_time: NOW,
        delete_time: None,
    }
}

proptest! {
    #[test]
    fn customers_survive(profile in profiles(), currency in currencies()) {
        let message = to_proto::customer::resource(&currency, customer(profile.clone()));
        let ctx = Context { currency: &currency, ..ctx() };
        let request = guanxi::v1::CreateCustomerRequest {
            customer: Some(message),
            customer_id: "ada".into(),
            request_id: String::new(),
        };
        prop_assert_eq!(from_proto::customer::create_request(&ctx, request).unwrap().profile, profile);
    }
}

#[test]
fn a_deleted_customer_says_when_it_is_purged() {
    let profile = Profile::named(guanxi_model::customer::CustomerKind::Person, "Ada".into());
    let deleted = Customer { delete_time: Some(NOW), ..customer(profile) };
    let message = to_proto::customer::resource(&Currency::parse("USD").unwrap(), deleted);
    let days = |time: Option<prost_types::Timestamp>| time.unwrap().seconds / 86_400;
    assert_eq!(days(message.purge_time) - days(message.delete_time), 30);
    assert!(message.etag.starts_with('"') && message.name == "customers/ada");
}

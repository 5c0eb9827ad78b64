//! Everything a customer can hold, and that it comes back as it was given.

use std::slice;

use guanxi::google::r#type::Date;
use guanxi::v1::attribute_value::Value;
use guanxi::v1::{
    AccountTeamMember, AccountTeamRole, AttributeValue, BatchGetCustomersRequest, Consent, ConsentBasis, ConsentState,
    Contact, ContactChannel, ContactChannelKind, ContactRole, Customer, CustomerKind, CustomerStage, LifeEvent,
    LifeEventKind, ListCustomersRequest, LockIn, LockInKind, Provenance, Relationship, RelationshipSetting, ValueType,
};
use guanxi_testkit::{START, TestServer, on_each_backend};

use super::{create, define, external, get, list, lookup, name};
use crate::support::{time, usd};

on_each_backend! {
    everything_comes_back_as_it_was_given,
    all_numbers_come_back_bit_by_bit,
    every_kind_of_customer_is_kept,
    times_are_kept_to_the_microsecond,
    groups_that_are_there_but_empty_stay_so,
}

fn source(source: &str) -> Option<Provenance> {
    Some(Provenance { source: source.into(), verify_time: Some(time("2025-12-24T18:30:00.123456Z")) })
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

fn contact() -> Contact {
    use ContactChannelKind::{Email, Messenger, Phone, Post, Social};
    use ContactRole::{DecisionMaker, Influencer, Maintainer, Payer, User};
    let channel = |kind: ContactChannelKind| ContactChannel { kind: kind.into(), address: format!("to {kind:?}") };
    Contact {
        contact_id: "annabella".into(),
        display_name: "Anne Isabella".into(),
        job_title: "Baroness".into(),
        roles: [Influencer, Payer, User, Maintainer, DecisionMaker].map(i32::from).to_vec(),
        channels: [Post, Email, Phone, Social, Messenger, Email].map(channel).to_vec(),
        preferences: vec!["letters, never calls".into(), "no flowers".into()],
        interests: vec!["mathematics".into(), "mathematics".into()],
        provenance: source("a letter"),
    }
}

fn life_events() -> Vec<LifeEvent> {
    use LifeEventKind::{Anniversary, Birthday, Career, Child, Founding, Marriage, Move, Other, Retirement};
    let every = [Founding, Anniversary, Marriage, Child, Move, Career, Retirement, Birthday, Other];
    let event = |kind: LifeEventKind| LifeEvent {
        kind: kind.into(),
        title: format!("{kind:?}"),
        date: date(1835, 7, 8),
        yearly: true,
        contact_id: "annabella".into(),
        provenance: source("parish register"),
    };
    let leap_day = LifeEvent { date: date(0, 2, 29), kind: Birthday.into(), ..LifeEvent::default() };
    every.map(event).into_iter().chain([leap_day]).collect()
}

fn relationship() -> Relationship {
    let lock_in = |kind: LockInKind| LockIn { kind: kind.into(), start_date: date(2020, 2, 29), ..LockIn::default() };
    Relationship {
        setting: RelationshipSetting::Contractual.into(),
        lock_ins: vec![
            LockIn { end_date: date(9999, 12, 31), ..lock_in(LockInKind::ContractTerm) },
            LockIn { end_date: date(2020, 2, 29), ..lock_in(LockInKind::SoleSupplier) },
            LockIn { switching_cost: Some(usd(123_456_789)), ..lock_in(LockInKind::SwitchingCost) },
            LockIn { switching_cost: Some(usd(0)), ..lock_in(LockInKind::SwitchingCost) },
        ],
        provenance: source("the contract"),
    }
}

fn consents() -> Vec<Consent> {
    use ConsentBasis::{Contract, LegalObligation, LegitimateInterest, PublicTask, VitalInterest};
    use ConsentState::{Denied, Granted, Withdrawn};
    let consent = |(basis, state): (ConsentBasis, ConsentState)| Consent {
        purpose: format!("purpose-{}", i32::from(basis)),
        basis: basis.into(),
        state: state.into(),
        time: Some(time("1900-01-01T00:00:00Z")),
        source: "web form".into(),
        verify_time: Some(time("2026-01-31T12:00:00.000001Z")),
    };
    let said = [
        (PublicTask, Granted),
        (ConsentBasis::Consent, Withdrawn),
        (Contract, Denied),
        (LegalObligation, Granted),
        (LegitimateInterest, Granted),
        (VitalInterest, Granted),
    ];
    said.map(consent).to_vec()
}

fn attributes() -> impl Iterator<Item = (String, AttributeValue)> {
    let values = [
        ("motto", Value::Text("two\nlines\tand\r\nmore".into())),
        ("employees", Value::Number(-0.1)),
        ("vip", Value::Boolean(false)),
        ("since", Value::Time(time("0001-01-01T00:00:00Z"))),
    ];
    values
        .into_iter()
        .map(|(key, value)| (key.into(), AttributeValue { value: Some(value), provenance: source("crm") }))
}

/// A customer in which nothing is left out. Needs `define_all`.
pub(super) fn full() -> Customer {
    let team = |role: AccountTeamRole| AccountTeamMember {
        role: role.into(),
        member: format!("staff/{role:?}"),
        display_name: "Charles".into(),
        provenance: source("directory"),
    };
    let labels = [("region", "north"), ("note", "")];
    Customer {
        kind: CustomerKind::Organization.into(),
        display_name: "Lovelace & Söhne".into(),
        provenance: source("register"),
        external_ids: vec![external("shop", "4711"), external("shop", "4712"), external("erp", "4711")],
        labels: labels.map(|(key, value)| (key.into(), value.into())).into(),
        attributes: attributes().collect(),
        contacts: vec![contact(), Contact { contact_id: "b".into(), display_name: "B".into(), ..Contact::default() }],
        life_events: life_events(),
        account_team: [AccountTeamRole::Delivery, AccountTeamRole::Account, AccountTeamRole::Solution]
            .map(team)
            .to_vec(),
        relationship: Some(relationship()),
        consents: consents(),
        ..Customer::default()
    }
}

/// The attributes of `full`.
pub(super) async fn define_all(guanxi: &TestServer) {
    use ValueType::{Boolean, Number, Text, Time};
    for (key, value_type) in [("motto", Text), ("employees", Number), ("vip", Boolean), ("since", Time)] {
        define(guanxi, key, value_type).await.unwrap();
    }
}

async fn everything_comes_back_as_it_was_given(guanxi: TestServer) {
    define_all(&guanxi).await;
    let created = create(&guanxi, "ada", full()).await.unwrap();
    let expected = Customer {
        name: name("ada"),
        stage: CustomerStage::Prospect.into(),
        create_time: Some(time(START)),
        update_time: Some(time(START)),
        etag: created.etag.clone(),
        ..full()
    };
    assert!(!created.etag.is_empty());
    assert_eq!(created, expected);
    assert_eq!(get(&guanxi, "ada").await.unwrap(), expected);
    assert_eq!(lookup(&guanxi, "erp", "4711").await.unwrap(), expected);
    let listed = list(&guanxi, ListCustomersRequest::default()).await.unwrap().customers;
    assert_eq!(listed, slice::from_ref(&expected));
    let batch = BatchGetCustomersRequest { names: vec![name("ada")] };
    let batch = guanxi.customers().batch_get_customers(batch).await.unwrap().into_inner().customers;
    assert_eq!(batch, slice::from_ref(&expected));
    let guanxi = guanxi.restart().await;
    assert_eq!(get(&guanxi, "ada").await.unwrap(), expected);
}

/// Numbers of all magnitudes: every one, to its last bit.
async fn all_numbers_come_back_bit_by_bit(guanxi: TestServer) {
    let mut numbers =
        vec![0.0, -0.0, 0.1 + 0.2, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e15 + 0.3, 2f64.powi(53)];
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    while numbers.len() < 200 {
        bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        numbers.extend(Some(f64::from_bits(bits)).filter(|number| number.is_finite()));
    }
    let mut customer = crate::support::person("numbers");
    for (index, number) in numbers.iter().enumerate() {
        let key = format!("n{index}");
        define(&guanxi, &key, ValueType::Number).await.unwrap();
        let value = AttributeValue { value: Some(Value::Number(*number)), provenance: None };
        customer.attributes.insert(key, value);
    }
    create(&guanxi, "numbers", customer).await.unwrap();
    let kept = get(&guanxi, "numbers").await.unwrap();
    for (index, number) in numbers.iter().enumerate() {
        let Some(Value::Number(read)) = kept.attributes[&format!("n{index}")].value else { panic!("no number") };
        assert_eq!(read.to_bits(), number.to_bits(), "{number:e} came back as {read:e}");
    }
}

async fn every_kind_of_customer_is_kept(guanxi: TestServer) {
    for (id, kind) in [("p", CustomerKind::Person), ("o", CustomerKind::Organization), ("u", CustomerKind::Unknown)] {
        let customer = Customer { kind: kind.into(), ..crate::support::person(id) };
        assert_eq!(create(&guanxi, id, customer).await.unwrap().kind(), kind);
        assert_eq!(get(&guanxi, id).await.unwrap().kind(), kind);
    }
}

async fn times_are_kept_to_the_microsecond(guanxi: TestServer) {
    let mut customer = crate::support::person("ada");
    let fine = prost_types::Timestamp { seconds: 1_700_000_000, nanos: 123_456_789 };
    customer.provenance = Some(Provenance { source: String::new(), verify_time: Some(fine) });
    let created = create(&guanxi, "ada", customer).await.unwrap();
    let kept = created.provenance.clone().unwrap().verify_time.unwrap();
    assert_eq!((kept.seconds, kept.nanos), (1_700_000_000, 123_456_000));
    assert_eq!(get(&guanxi, "ada").await.unwrap(), created);
}

async fn groups_that_are_there_but_empty_stay_so(guanxi: TestServer) {
    let customer = Customer {
        provenance: Some(Provenance::default()),
        relationship: Some(Relationship::default()),
        ..crate::support::person("ada")
    };
    create(&guanxi, "ada", customer).await.unwrap();
    let kept = get(&guanxi, "ada").await.unwrap();
    assert_eq!(kept.provenance, Some(Provenance::default()));
    assert_eq!(kept.relationship, Some(Relationship::default()));
    assert_eq!(create(&guanxi, "bob", crate::support::person("bob")).await.unwrap().relationship, None);
}

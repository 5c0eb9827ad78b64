//! What is wrong with a customer: all of it is told at once, each fault under its path, and nothing is kept.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::{
    AccountTeamMember, AttributeValue, Consent, Contact, ContactChannel, CreateCustomerRequest, Customer, LifeEvent,
    LockIn, Relationship, UpdateCustomerRequest, ValueType,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::{create, define, external, mask, name, update};
use crate::support::{create_person, person, refusal, refused, time, wrong_fields};

on_each_backend! {
    all_faults_of_one_call_are_listed,
    what_is_required_is_asked_for,
    numbers_without_a_word_are_refused,
    a_number_is_finite,
    what_must_be_unique_is_told_apart,
    the_request_itself_may_be_empty,
    beyond_twenty_faults_the_rest_are_counted,
}

/// Wrong in every group at once.
fn wrong_throughout() -> Customer {
    let contact = Contact {
        contact_id: "Ada".into(),
        display_name: "Ada".into(),
        roles: vec![1, 9],
        channels: vec![ContactChannel { kind: 1, address: " ".into() }],
        preferences: vec!["fine".into(), String::new()],
        ..Contact::default()
    };
    let event = LifeEvent { kind: 1, contact_id: "no such_id".into(), ..LifeEvent::default() };
    let bad_consent = Consent { purpose: "news".into(), basis: 1, state: 4, ..Consent::default() };
    Customer {
        kind: 0,
        display_name: "Ada\u{7}".into(),
        external_ids: vec![external("shop", "1"), external("Shop", "")],
        labels: [("UPPER".to_owned(), "x".to_owned())].into(),
        attributes: [("size".to_owned(), AttributeValue::default())].into(),
        contacts: vec![Contact { contact_id: "a".into(), display_name: "A".into(), ..Contact::default() }, contact],
        life_events: vec![event],
        account_team: vec![AccountTeamMember::default()],
        relationship: Some(Relationship { setting: 3, lock_ins: vec![LockIn::default()], provenance: None }),
        consents: vec![bad_consent],
        ..Customer::default()
    }
}

const WRONG_THROUGHOUT: [&str; 19] = [
    "customer.kind",
    "customer.display_name",
    "customer.external_ids[1].system",
    "customer.external_ids[1].id",
    "customer.labels[\"UPPER\"]",
    "customer.attributes[\"size\"].value",
    "customer.contacts[1].contact_id",
    "customer.contacts[1].roles[1]",
    "customer.contacts[1].channels[0].address",
    "customer.contacts[1].preferences[1]",
    "customer.life_events[0].date",
    "customer.life_events[0].contact_id",
    "customer.account_team[0].role",
    "customer.account_team[0].member",
    "customer.relationship.setting",
    "customer.relationship.lock_ins[0].kind",
    "customer.relationship.lock_ins[0].start_date",
    "customer.consents[0].state",
    "customer.consents[0].time",
];

async fn all_faults_of_one_call_are_listed(guanxi: TestServer) {
    let refusal = refused(create(&guanxi, "ada", wrong_throughout()).await, Code::InvalidArgument, "INVALID_FIELDS");
    assert_eq!(refusal.fields, WRONG_THROUGHOUT);
    assert_eq!(refusal.metadata["fields"], "19");
    assert!(refusal.faults.iter().all(|fault| !fault.is_empty()), "{:?}", refusal.faults);
    create_person(&guanxi, "ada").await;
    let edit = Customer { name: name("ada"), ..wrong_throughout() };
    assert_eq!(wrong_fields(update(&guanxi, edit.clone(), &["*"]).await), WRONG_THROUGHOUT);
    let bad_request = UpdateCustomerRequest {
        customer: Some(Customer { name: "ada".into(), ..edit }),
        update_mask: mask(&["kind", "colour"]),
        request_id: "x".into(),
    };
    let wrong = wrong_fields(guanxi.customers().update_customer(bad_request).await);
    assert_eq!(wrong, ["request_id", "update_mask.paths[1]", "customer.name"]);
    refused(super::lookup(&guanxi, "shop", "1").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn what_is_required_is_asked_for(guanxi: TestServer) {
    let bare = Customer {
        external_ids: vec![Default::default()],
        contacts: vec![Contact { channels: vec![Default::default()], ..Contact::default() }],
        life_events: vec![Default::default()],
        account_team: vec![Default::default()],
        relationship: Some(Relationship { lock_ins: vec![Default::default()], ..Relationship::default() }),
        consents: vec![Default::default()],
        ..Customer::default()
    };
    let wanted = [
        "kind",
        "display_name",
        "external_ids[0].system",
        "external_ids[0].id",
        "contacts[0].contact_id",
        "contacts[0].display_name",
        "contacts[0].channels[0].kind",
        "contacts[0].channels[0].address",
        "life_events[0].kind",
        "life_events[0].date",
        "account_team[0].role",
        "account_team[0].member",
        "relationship.lock_ins[0].kind",
        "relationship.lock_ins[0].start_date",
        "consents[0].purpose",
        "consents[0].basis",
        "consents[0].state",
        "consents[0].time",
    ];
    let wrong = wrong_fields(create(&guanxi, "ada", bare).await);
    assert_eq!(wrong, wanted.map(|field| format!("customer.{field}")));
}

type Edit = fn(&mut Customer, i32);

/// Every enum that callers write, with its largest number.
const ENUMS: &[(&str, i32, Edit)] = &[
    ("customer.kind", 3, |customer, number| customer.kind = number),
    ("customer.contacts[0].roles[0]", 5, |customer, number| customer.contacts[0].roles = vec![number]),
    ("customer.contacts[0].channels[0].kind", 5, |customer, number| customer.contacts[0].channels[0].kind = number),
    ("customer.life_events[0].kind", 9, |customer, number| customer.life_events[0].kind = number),
    ("customer.account_team[0].role", 3, |customer, number| customer.account_team[0].role = number),
    ("customer.relationship.setting", 2, |customer, number| customer.relationship.as_mut().unwrap().setting = number),
    ("customer.relationship.lock_ins[0].kind", 3, |customer, number| {
        customer.relationship.as_mut().unwrap().lock_ins[0].kind = number;
    }),
    ("customer.consents[0].basis", 6, |customer, number| customer.consents[0].basis = number),
    ("customer.consents[0].state", 3, |customer, number| customer.consents[0].state = number),
];

async fn numbers_without_a_word_are_refused(guanxi: TestServer) {
    for (path, largest, edit) in ENUMS {
        for number in [*largest + 1, -1, i32::MAX, i32::MIN, 0] {
            let mut customer = Customer { attributes: Default::default(), ..super::whole::full() };
            edit(&mut customer, number);
            let answer = create(&guanxi, "ada", customer).await;
            if number == 0 && path.ends_with("setting") {
                assert_eq!(answer.unwrap().relationship.unwrap().setting, 0, "not known is a value here");
                continue;
            }
            let refusal = refused(answer, Code::InvalidArgument, "INVALID_FIELDS");
            assert_eq!(refusal.fields, [*path], "{number}");
            assert!(refusal.faults[0].contains("allowed: "), "{:?}", refusal.faults);
        }
    }
}

async fn a_number_is_finite(guanxi: TestServer) {
    define(&guanxi, "size", ValueType::Number).await.unwrap();
    let sized = |number| {
        let value = AttributeValue { value: Some(Value::Number(number)), provenance: None };
        Customer { attributes: [("size".to_owned(), value)].into(), ..person("Ada") }
    };
    for number in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let wrong = wrong_fields(create(&guanxi, "ada", sized(number)).await);
        assert_eq!(wrong, ["customer.attributes[\"size\"].number"], "{number}");
    }
    create(&guanxi, "ada", sized(f64::MAX)).await.unwrap();
}

async fn what_must_be_unique_is_told_apart(guanxi: TestServer) {
    let contact =
        |id: &str, roles| Contact { contact_id: id.into(), display_name: id.into(), roles, ..Contact::default() };
    let said = Consent {
        purpose: "news".into(),
        basis: 1,
        state: 1,
        time: Some(time("2025-01-01T00:00:00Z")),
        ..Consent::default()
    };
    let customer = Customer {
        contacts: vec![contact("a", vec![1, 2]), contact("b", vec![2, 3, 2]), contact("a", vec![])],
        consents: vec![said.clone(), Consent { purpose: "other".into(), ..said.clone() }, said],
        ..person("Ada")
    };
    let wrong = wrong_fields(create(&guanxi, "ada", customer).await);
    assert_eq!(
        wrong,
        ["customer.contacts[1].roles[2]", "customer.contacts[2].contact_id", "customer.consents[2].purpose"]
    );
}

async fn the_request_itself_may_be_empty(guanxi: TestServer) {
    let mut client = guanxi.customers();
    assert_eq!(wrong_fields(client.create_customer(CreateCustomerRequest::default()).await), ["customer"]);
    let wrong = wrong_fields(client.update_customer(UpdateCustomerRequest::default()).await);
    assert_eq!(wrong, ["update_mask", "customer"]);
    assert_eq!(wrong_fields(client.get_customer(guanxi::v1::GetCustomerRequest::default()).await), ["name"]);
    assert_eq!(wrong_fields(client.delete_customer(guanxi::v1::DeleteCustomerRequest::default()).await), ["name"]);
    assert_eq!(wrong_fields(client.undelete_customer(guanxi::v1::UndeleteCustomerRequest::default()).await), ["name"]);
}

async fn beyond_twenty_faults_the_rest_are_counted(guanxi: TestServer) {
    let customer = Customer { contacts: vec![Contact::default(); 25], ..person("Ada") };
    let status = create(&guanxi, "ada", customer).await.unwrap_err();
    let refusal = refusal(&status);
    assert_eq!(refusal.metadata["fields"], "50");
    let listed = refusal.fields.len() - 1;
    assert!((10..=20).contains(&listed), "{:?}", refusal.fields);
    let expected =
        (0..listed).map(|n| format!("customer.contacts[{}].{}", n / 2, ["contact_id", "display_name"][n % 2]));
    assert_eq!(refusal.fields[..listed], expected.collect::<Vec<_>>());
    assert_eq!((refusal.fields[listed].as_str(), &refusal.faults[listed]), ("", &format!("and {} more", 50 - listed)));
}

//! Updates: what the mask names is written, and nothing else.

use guanxi::v1::{Customer, CustomerKind, UpdateCustomerRequest};
use guanxi_testkit::{START, TestServer, on_each_backend};
use std::time::Duration;
use tonic::Code;

use super::whole::{define_all, full};
use super::{create, get, mask, name, update};
use crate::support::{create_person, person, refusal, refused, time, wrong_fields};

on_each_backend! {
    each_group_is_written_alone,
    nothing_but_the_named_group_is_read,
    a_star_replaces_everything,
    paths_may_be_in_camel_case_and_come_twice,
    paths_of_what_the_server_writes_are_ignored,
    a_mask_is_needed_and_unknown_paths_are_refused,
    an_update_changes_the_update_time_and_the_etag,
    a_name_is_needed,
}

const GROUPS: [&str; 11] = [
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

/// One group of a customer laid over another customer.
fn with(mut customer: Customer, group: &str, new: &Customer) -> Customer {
    match group {
        "kind" => customer.kind = new.kind,
        "display_name" => customer.display_name.clone_from(&new.display_name),
        "provenance" => customer.provenance.clone_from(&new.provenance),
        "external_ids" => customer.external_ids.clone_from(&new.external_ids),
        "labels" => customer.labels.clone_from(&new.labels),
        "attributes" => customer.attributes.clone_from(&new.attributes),
        "contacts" => customer.contacts.clone_from(&new.contacts),
        "life_events" => customer.life_events.clone_from(&new.life_events),
        "account_team" => customer.account_team.clone_from(&new.account_team),
        "relationship" => customer.relationship.clone_from(&new.relationship),
        "consents" => customer.consents.clone_from(&new.consents),
        other => panic!("{other} is no group"),
    }
    customer
}

/// Writes each group on its own: filled on a bare customer, and emptied again on a full one.
async fn each_group_is_written_alone(guanxi: TestServer) {
    define_all(&guanxi).await;
    let full = Customer { name: name("ada"), ..full() };
    let bare = Customer { name: name("ada"), ..person("Ada") };
    let mut present = create_person(&guanxi, "ada").await;
    for source in [&full, &bare] {
        for group in GROUPS {
            let written = update(&guanxi, source.clone(), &[group]).await.unwrap();
            let expected = Customer { etag: written.etag.clone(), ..with(present, group, source) };
            assert_eq!(written, expected, "{group}");
            assert_eq!(get(&guanxi, "ada").await.unwrap(), expected, "{group}");
            present = written;
        }
    }
}

/// A caller who sends a whole customer back is not refused for what it does not change.
async fn nothing_but_the_named_group_is_read(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let mut customer = Customer { name: name("ada"), ..person("") };
    customer.kind = 77;
    customer.labels.insert("Bad Key".into(), String::new());
    customer.contacts.push(Default::default());
    assert_eq!(wrong_fields(update(&guanxi, customer.clone(), &["display_name"]).await), ["customer.display_name"]);
    customer.display_name = "Ada King".into();
    assert_eq!(update(&guanxi, customer, &["display_name"]).await.unwrap().display_name, "Ada King");
}

async fn a_star_replaces_everything(guanxi: TestServer) {
    define_all(&guanxi).await;
    let created = create(&guanxi, "ada", full()).await.unwrap();
    let bare = Customer { name: name("ada"), ..person("Ada") };
    let written = update(&guanxi, bare.clone(), &["*"]).await.unwrap();
    let Customer { stage, create_time, update_time, .. } = created;
    assert_eq!(written, Customer { stage, create_time, update_time, etag: written.etag.clone(), ..bare });
    refused(super::lookup(&guanxi, "erp", "4711").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let incomplete = Customer { name: name("ada"), ..Customer::default() };
    assert_eq!(wrong_fields(update(&guanxi, incomplete, &["*"]).await), ["customer.kind", "customer.display_name"]);
}

async fn paths_may_be_in_camel_case_and_come_twice(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let customer = Customer { name: name("ada"), kind: CustomerKind::Organization.into(), ..person("Ada King") };
    let written = update(&guanxi, customer, &["displayName", "display_name", "displayName"]).await.unwrap();
    assert_eq!((written.display_name.as_str(), written.kind()), ("Ada King", CustomerKind::Person));
    let external =
        Customer { name: name("ada"), external_ids: vec![super::external("shop", "1")], ..Customer::default() };
    assert_eq!(update(&guanxi, external, &["externalIds", "kind"]).await.unwrap_err().code(), Code::InvalidArgument);
    let external =
        Customer { name: name("ada"), external_ids: vec![super::external("shop", "1")], ..Customer::default() };
    assert_eq!(update(&guanxi, external, &["externalIds"]).await.unwrap().external_ids.len(), 1);
}

async fn paths_of_what_the_server_writes_are_ignored(guanxi: TestServer) {
    let created = create_person(&guanxi, "ada").await;
    let customer = Customer {
        stage: guanxi::v1::CustomerStage::Churned.into(),
        create_time: Some(time("1999-01-01T00:00:00Z")),
        delete_time: Some(time("1999-01-01T00:00:00Z")),
        display_name: "Ada King".into(),
        ..created.clone()
    };
    let paths = ["name", "stage", "create_time", "updateTime", "delete_time", "purgeTime", "etag", "display_name"];
    let written = update(&guanxi, customer, &paths).await.unwrap();
    assert_eq!(written, Customer { display_name: "Ada King".into(), etag: written.etag.clone(), ..created });
}

async fn a_mask_is_needed_and_unknown_paths_are_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let customer = Customer { name: name("ada"), ..person("Ada King") };
    assert_eq!(wrong_fields(update(&guanxi, customer.clone(), &[]).await), ["update_mask"]);
    let without = UpdateCustomerRequest { customer: Some(customer.clone()), ..UpdateCustomerRequest::default() };
    let refused = refusal(&guanxi.customers().update_customer(without).await.unwrap_err());
    assert_eq!(refused.fields, ["update_mask"]);
    for group in GROUPS {
        assert!(refused.faults[0].contains(group), "{group} is not among the allowed: {}", refused.faults[0]);
    }
    let paths = ["display_name", "colour", "contacts[0]", "contacts.display_name", "", "*", "labels.region"];
    let wrong = wrong_fields(update(&guanxi, customer, &paths).await);
    assert_eq!(wrong, [1, 2, 3, 4, 5, 6].map(|index| format!("update_mask.paths[{index}]")));
    assert_eq!(get(&guanxi, "ada").await.unwrap().display_name, "ada");
}

async fn an_update_changes_the_update_time_and_the_etag(guanxi: TestServer) {
    let created = create_person(&guanxi, "ada").await;
    guanxi.clock.advance(Duration::from_secs(60));
    let customer = Customer { name: name("ada"), ..person("Ada King") };
    let written = update(&guanxi, customer, &["display_name"]).await.unwrap();
    assert_eq!(written.create_time, Some(time(START)));
    assert_eq!(written.update_time, Some(time("2026-01-31T12:01:00Z")));
    assert_ne!(written.etag, created.etag);
}

async fn a_name_is_needed(guanxi: TestServer) {
    let nothing = UpdateCustomerRequest { update_mask: mask(&["kind"]), ..UpdateCustomerRequest::default() };
    assert_eq!(wrong_fields(guanxi.customers().update_customer(nothing).await), ["customer"]);
    assert_eq!(wrong_fields(update(&guanxi, person("Ada"), &["kind"]).await), ["customer.name"]);
}

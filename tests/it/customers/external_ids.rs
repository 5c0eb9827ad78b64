//! External ids: each in one customer only.

use guanxi::v1::{Customer, LookupCustomerRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::{create, delete, external, get, lookup, name, undelete, update};
use crate::support::{person, refused, wrong_fields};

on_each_backend! {
    an_external_id_leads_to_its_customer,
    a_taken_external_id_is_refused_and_its_owner_named,
    an_update_frees_what_it_leaves_out,
    a_deleted_customer_keeps_its_external_ids,
    external_ids_are_told_apart_byte_by_byte,
    an_external_id_is_given_once,
    a_lookup_needs_both_parts,
}

fn known_as(display_name: &str, external_ids: &[(&str, &str)]) -> Customer {
    Customer {
        name: name(display_name),
        external_ids: external_ids.iter().map(|(system, id)| external(system, id)).collect(),
        ..person(display_name)
    }
}

async fn an_external_id_leads_to_its_customer(guanxi: TestServer) {
    let ada = create(&guanxi, "ada", known_as("ada", &[("shop", "1"), ("erp", "1"), ("shop", "2")])).await.unwrap();
    let bob = create(&guanxi, "bob", known_as("bob", &[("erp", "2")])).await.unwrap();
    for (system, id, customer) in [("shop", "1", &ada), ("erp", "1", &ada), ("shop", "2", &ada), ("erp", "2", &bob)] {
        assert_eq!(lookup(&guanxi, system, id).await.unwrap(), *customer);
    }
    for (system, id) in [("shop", "3"), ("crm", "1"), ("erp", "11")] {
        refused(lookup(&guanxi, system, id).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}

async fn a_taken_external_id_is_refused_and_its_owner_named(guanxi: TestServer) {
    create(&guanxi, "ada", known_as("ada", &[("shop", "1")])).await.unwrap();
    let bob = create(&guanxi, "bob", known_as("bob", &[("shop", "2")])).await.unwrap();
    let taking = known_as("cyd", &[("shop", "3"), ("shop", "1")]);
    let refusal = refused(create(&guanxi, "cyd", taking).await, Code::AlreadyExists, "EXTERNAL_ID_TAKEN");
    let told = ["system", "id", "resource"].map(|key| refusal.metadata[key].as_str());
    assert_eq!(told, ["shop", "1", "customers/ada"]);
    refused(get(&guanxi, "cyd").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(lookup(&guanxi, "shop", "3").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let taking = known_as("bob", &[("shop", "1")]);
    refused(update(&guanxi, taking, &["external_ids"]).await, Code::AlreadyExists, "EXTERNAL_ID_TAKEN");
    assert_eq!(get(&guanxi, "bob").await.unwrap(), bob);
    assert_eq!(lookup(&guanxi, "shop", "2").await.unwrap(), bob);
}

async fn an_update_frees_what_it_leaves_out(guanxi: TestServer) {
    create(&guanxi, "ada", known_as("ada", &[("shop", "1"), ("shop", "2")])).await.unwrap();
    update(&guanxi, known_as("ada", &[("shop", "2"), ("shop", "3")]), &["external_ids"]).await.unwrap();
    refused(lookup(&guanxi, "shop", "1").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let bob = create(&guanxi, "bob", known_as("bob", &[("shop", "1")])).await.unwrap();
    assert_eq!(lookup(&guanxi, "shop", "1").await.unwrap(), bob);
    assert_eq!(lookup(&guanxi, "shop", "3").await.unwrap().name, name("ada"));
    // What an update does not name stays taken.
    update(&guanxi, Customer { name: name("bob"), ..person("Bob") }, &["display_name"]).await.unwrap();
    assert_eq!(lookup(&guanxi, "shop", "1").await.unwrap().name, name("bob"));
}

async fn a_deleted_customer_keeps_its_external_ids(guanxi: TestServer) {
    create(&guanxi, "ada", known_as("ada", &[("shop", "1")])).await.unwrap();
    let deleted = delete(&guanxi, "ada").await.unwrap();
    assert_eq!(lookup(&guanxi, "shop", "1").await.unwrap(), deleted);
    let taking = known_as("bob", &[("shop", "1")]);
    refused(create(&guanxi, "bob", taking).await, Code::AlreadyExists, "EXTERNAL_ID_TAKEN");
    let back = undelete(&guanxi, "ada").await.unwrap();
    assert_eq!(lookup(&guanxi, "shop", "1").await.unwrap(), back);
    assert_eq!(back.external_ids, [external("shop", "1")]);
}

/// Neither case, nor blanks, nor the Unicode form make two ids one; nor is anything in them a pattern.
async fn external_ids_are_told_apart_byte_by_byte(guanxi: TestServer) {
    let ids =
        ["a", "A", "a ", " a", "é", "e\u{301}", "%", "_", "0", "00", "'", "\"", "\\", "a/b", "关系", "𝄞", "ß", "SS"];
    for (index, id) in ids.iter().enumerate() {
        create(&guanxi, &format!("c{index}"), known_as("x", &[("shop", id)])).await.unwrap();
    }
    for (index, id) in ids.iter().enumerate() {
        assert_eq!(lookup(&guanxi, "shop", id).await.unwrap().name, format!("customers/c{index}"), "{id:?}");
    }
    refused(lookup(&guanxi, "shop", "aa").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn an_external_id_is_given_once(guanxi: TestServer) {
    let twice = known_as("ada", &[("shop", "1"), ("erp", "1"), ("shop", "1")]);
    assert_eq!(wrong_fields(create(&guanxi, "ada", twice).await), ["customer.external_ids[2]"]);
}

async fn a_lookup_needs_both_parts(guanxi: TestServer) {
    assert_eq!(wrong_fields(lookup(&guanxi, "", "").await), ["external_id.system", "external_id.id"]);
    assert_eq!(wrong_fields(lookup(&guanxi, "Shop", "a\0").await), ["external_id.system", "external_id.id"]);
    let nothing = LookupCustomerRequest::default();
    assert_eq!(wrong_fields(guanxi.customers().lookup_customer(nothing).await), ["external_id"]);
}

//! Etags: only what was seen is changed, on every resource that has one.

use guanxi::v1::{
    AttributeDefinition, Customer, DeleteAttributeDefinitionRequest, DeleteCustomerRequest, DeleteTouchpointRequest,
    UndeleteCustomerRequest, UpdateAttributeDefinitionRequest, UpdateTouchpointRequest, ValueType,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;

use super::touchpoints::{create_desk, desk};
use super::{define, delete, get, mask, name, undelete, update};
use crate::support::{create_person, person, refused};

on_each_backend! {
    a_stale_etag_stops_an_update,
    a_stale_etag_stops_a_deletion_and_its_undoing,
    an_etag_opens_no_other_resource,
    an_etag_changes_with_every_change_and_only_then,
    the_catalogue_has_etags_too,
}

async fn a_stale_etag_stops_an_update(guanxi: TestServer) {
    let first = create_person(&guanxi, "ada").await;
    let edit =
        |etag: &str, display_name: &str| Customer { name: name("ada"), etag: etag.into(), ..person(display_name) };
    let second = update(&guanxi, edit(&first.etag, "Second"), &["display_name"]).await.unwrap();
    let stale = update(&guanxi, edit(&first.etag, "Third"), &["display_name"]).await;
    assert_eq!(refused(stale, Code::Aborted, "ETAG_MISMATCH").metadata["resource"], "customers/ada");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), second);
    for forged in ["\"\"", "*", "2", "W/\"2\"", second.etag.to_lowercase().as_str()] {
        refused(update(&guanxi, edit(forged, "Third"), &["display_name"]).await, Code::Aborted, "ETAG_MISMATCH");
    }
    let unquoted = second.etag.trim_matches('"');
    assert_eq!(update(&guanxi, edit(unquoted, "Third"), &["display_name"]).await.unwrap().display_name, "Third");
    assert_eq!(update(&guanxi, edit("", "Fourth"), &["display_name"]).await.unwrap().display_name, "Fourth");
}

async fn a_stale_etag_stops_a_deletion_and_its_undoing(guanxi: TestServer) {
    let first = create_person(&guanxi, "ada").await;
    let second = update(&guanxi, Customer { name: name("ada"), ..person("Second") }, &["display_name"]).await.unwrap();
    let mut client = guanxi.customers();
    let deletion =
        |etag: &str| DeleteCustomerRequest { name: name("ada"), etag: etag.into(), request_id: String::new() };
    refused(client.delete_customer(deletion(&first.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(get(&guanxi, "ada").await.unwrap().delete_time, None);
    let deleted = client.delete_customer(deletion(&second.etag)).await.unwrap().into_inner();
    let undoing =
        |etag: &str| UndeleteCustomerRequest { name: name("ada"), etag: etag.into(), request_id: String::new() };
    refused(client.undelete_customer(undoing(&second.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    assert!(get(&guanxi, "ada").await.unwrap().delete_time.is_some());
    client.undelete_customer(undoing(&deleted.etag)).await.unwrap();
}

/// Both customers are at the same revision: only the name tells their etags apart.
async fn an_etag_opens_no_other_resource(guanxi: TestServer) {
    let (ada, bob) = (create_person(&guanxi, "ada").await, create_person(&guanxi, "bob").await);
    assert_ne!(ada.etag, bob.etag);
    let foreign = Customer { name: name("bob"), etag: ada.etag, ..person("Ada") };
    refused(update(&guanxi, foreign, &["display_name"]).await, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(get(&guanxi, "bob").await.unwrap(), bob);
}

async fn an_etag_changes_with_every_change_and_only_then(guanxi: TestServer) {
    let mut etags = vec![create_person(&guanxi, "ada").await.etag];
    etags.push(update(&guanxi, Customer { name: name("ada"), ..person("A") }, &["display_name"]).await.unwrap().etag);
    etags.push(delete(&guanxi, "ada").await.unwrap().etag);
    etags.push(undelete(&guanxi, "ada").await.unwrap().etag);
    etags.push(update(&guanxi, Customer { name: name("ada"), ..person("ada") }, &["display_name"]).await.unwrap().etag);
    crate::support::record(&guanxi, crate::support::sale("ada", "2026-01-30T12:00:00Z", "s-1", 100)).await.unwrap();
    assert_eq!(get(&guanxi, "ada").await.unwrap().etag, etags[4], "facts do not change the record");
    let mut distinct = etags.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), etags.len(), "{etags:?}");
}

async fn the_catalogue_has_etags_too(guanxi: TestServer) {
    let mut client = guanxi.customers();
    let definition = define(&guanxi, "employees", ValueType::Number).await.unwrap();
    let edit = |etag: &str| UpdateAttributeDefinitionRequest {
        attribute_definition: Some(AttributeDefinition { etag: etag.into(), ..definition.clone() }),
        update_mask: mask(&["display_name"]),
        request_id: String::new(),
    };
    let later = client.update_attribute_definition(edit(&definition.etag)).await.unwrap().into_inner();
    refused(client.update_attribute_definition(edit(&definition.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    let deletion = |etag: &str| DeleteAttributeDefinitionRequest {
        name: definition.name.clone(),
        etag: etag.into(),
        request_id: String::new(),
    };
    refused(client.delete_attribute_definition(deletion(&definition.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    client.delete_attribute_definition(deletion(&later.etag)).await.unwrap();

    let desk_now = create_desk(&guanxi).await;
    let edit = |etag: &str| UpdateTouchpointRequest {
        touchpoint: Some(guanxi::v1::Touchpoint { name: desk_now.name.clone(), etag: etag.into(), ..desk() }),
        update_mask: mask(&["position"]),
        request_id: String::new(),
    };
    let later = client.update_touchpoint(edit(&desk_now.etag)).await.unwrap().into_inner();
    refused(client.update_touchpoint(edit(&desk_now.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    let deletion = |etag: &str| DeleteTouchpointRequest {
        name: desk_now.name.clone(),
        etag: etag.into(),
        request_id: String::new(),
    };
    refused(client.delete_touchpoint(deletion(&desk_now.etag)).await, Code::Aborted, "ETAG_MISMATCH");
    client.delete_touchpoint(deletion(&later.etag)).await.unwrap();
}

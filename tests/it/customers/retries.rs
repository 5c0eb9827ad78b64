//! Request ids: a retry answers with the present state and changes nothing.

use std::time::Duration;

use guanxi::v1::{
    CreateCustomerRequest, CreateTouchpointRequest, Customer, DeleteCustomerRequest, DeleteTouchpointRequest,
    UndeleteCustomerRequest, UpdateCustomerRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::Code;

use super::touchpoints::{create_desk, desk};
use super::{get, list, mask, name, replica, update};
use crate::support::{create_person, person, refused, request_id, wrong_fields};

on_each_backend! {
    a_retried_creation_answers_with_the_present_state,
    a_retried_update_is_not_done_again,
    a_retried_deletion_and_undeletion_change_nothing,
    another_request_under_the_same_id_is_refused,
    a_refused_request_may_be_sent_again_with_its_id,
    many_retries_at_once_do_it_once,
    a_retry_is_known_after_a_restart,
    the_catalogue_knows_retries_too,
    a_request_id_is_a_uuid,
}

fn creation(id: &str, display_name: &str, request: u128) -> CreateCustomerRequest {
    CreateCustomerRequest {
        customer: Some(person(display_name)),
        customer_id: id.into(),
        request_id: request_id(request),
    }
}

fn edit(id: &str, display_name: &str, request: u128) -> UpdateCustomerRequest {
    UpdateCustomerRequest {
        customer: Some(Customer { name: name(id), ..person(display_name) }),
        update_mask: mask(&["display_name"]),
        request_id: request_id(request),
    }
}

async fn a_retried_creation_answers_with_the_present_state(guanxi: TestServer) {
    let mut client = guanxi.customers();
    let created = client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner();
    assert_eq!(client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner(), created);
    guanxi.clock.advance(Duration::from_secs(60));
    let changed = update(&guanxi, Customer { name: name("ada"), ..person("King") }, &["display_name"]).await.unwrap();
    assert_eq!(client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner(), changed);
    let deleted = super::delete(&guanxi, "ada").await.unwrap();
    assert_eq!(client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner(), deleted);
    assert_eq!(get(&guanxi, "ada").await.unwrap(), deleted);
}

async fn a_retried_update_is_not_done_again(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let mut client = guanxi.customers();
    let first = client.update_customer(edit("ada", "First", 1)).await.unwrap().into_inner();
    guanxi.clock.advance(Duration::from_secs(60));
    assert_eq!(client.update_customer(edit("ada", "First", 1)).await.unwrap().into_inner(), first);
    let second = client.update_customer(edit("ada", "Second", 2)).await.unwrap().into_inner();
    assert_eq!(client.update_customer(edit("ada", "First", 1)).await.unwrap().into_inner(), second);
    assert_eq!(get(&guanxi, "ada").await.unwrap().display_name, "Second");
    // An etag that was right at first is no longer: the retry is answered all the same.
    let mut guarded = edit("ada", "Third", 3);
    guarded.customer.as_mut().unwrap().etag = second.etag;
    let third = client.update_customer(guarded.clone()).await.unwrap().into_inner();
    assert_eq!(client.update_customer(guarded).await.unwrap().into_inner(), third);
}

async fn a_retried_deletion_and_undeletion_change_nothing(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let mut client = guanxi.customers();
    let deletion = DeleteCustomerRequest { name: name("ada"), etag: String::new(), request_id: request_id(1) };
    let undoing = UndeleteCustomerRequest { name: name("ada"), etag: String::new(), request_id: request_id(2) };
    let deleted = client.delete_customer(deletion.clone()).await.unwrap().into_inner();
    assert_eq!(client.delete_customer(deletion.clone()).await.unwrap().into_inner(), deleted);
    let undone = client.undelete_customer(undoing.clone()).await.unwrap().into_inner();
    assert_eq!(client.undelete_customer(undoing).await.unwrap().into_inner(), undone);
    assert_eq!(
        client.delete_customer(deletion).await.unwrap().into_inner(),
        undone,
        "it was deleted once, and is back"
    );
    assert_eq!(get(&guanxi, "ada").await.unwrap(), undone);
}

async fn another_request_under_the_same_id_is_refused(guanxi: TestServer) {
    let mut client = guanxi.customers();
    let created = client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner();
    let refusal =
        refused(client.create_customer(creation("ada", "Bob", 1)).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    assert_eq!(refusal.metadata["request_id"], request_id(1));
    refused(client.update_customer(edit("ada", "Ada", 1)).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let deletion = DeleteCustomerRequest { name: name("ada"), etag: String::new(), request_id: request_id(1) };
    refused(client.delete_customer(deletion).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    client.update_customer(edit("ada", "Ada", 2)).await.unwrap();
    let other_mask = UpdateCustomerRequest { update_mask: mask(&["*"]), ..edit("ada", "Ada", 2) };
    refused(client.update_customer(other_mask).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let mut other_etag = edit("ada", "Ada", 2);
    other_etag.customer.as_mut().unwrap().etag = created.etag;
    refused(client.update_customer(other_etag).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
}

/// What was refused was not done, so its id was not used.
async fn a_refused_request_may_be_sent_again_with_its_id(guanxi: TestServer) {
    let mut client = guanxi.customers();
    refused(client.update_customer(edit("ada", "King", 1)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let mut taking = creation("bob", "Bob", 2);
    taking.customer.as_mut().unwrap().external_ids.push(super::external("shop", "1"));
    let mut owner = person("Owner");
    owner.external_ids.push(super::external("shop", "1"));
    super::create(&guanxi, "owner", owner).await.unwrap();
    refused(client.create_customer(taking.clone()).await, Code::AlreadyExists, "EXTERNAL_ID_TAKEN");
    update(&guanxi, Customer { name: name("owner"), ..Customer::default() }, &["external_ids"]).await.unwrap();
    client.create_customer(taking).await.unwrap();
    client.create_customer(creation("ada", "Ada", 1)).await.unwrap();
}

async fn many_retries_at_once_do_it_once(guanxi: TestServer) {
    let replica = replica(&guanxi).await;
    let mut calls = JoinSet::new();
    for index in 0..40 {
        let channel = if index % 2 == 0 { guanxi.channel() } else { replica.channel.clone() };
        let mut client = guanxi::v1::customer_service_client::CustomerServiceClient::new(channel);
        calls.spawn(async move {
            let request = CreateCustomerRequest { customer_id: String::new(), ..creation("", "Ada", 1) };
            client.create_customer(request).await.map(tonic::Response::into_inner)
        });
    }
    let answers = calls.join_all().await;
    let first = answers[0].as_ref().unwrap();
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap(), first);
    }
    assert_eq!(list(&guanxi, Default::default()).await.unwrap().customers, std::slice::from_ref(first));
}

async fn a_retry_is_known_after_a_restart(guanxi: TestServer) {
    let created = guanxi.customers().create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner();
    let guanxi = guanxi.restart().await;
    let mut client = guanxi.customers();
    assert_eq!(client.create_customer(creation("ada", "Ada", 1)).await.unwrap().into_inner(), created);
    refused(client.create_customer(creation("ada", "Bob", 1)).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
}

async fn the_catalogue_knows_retries_too(guanxi: TestServer) {
    let mut client = guanxi.customers();
    let creation =
        CreateTouchpointRequest { touchpoint: Some(desk()), touchpoint_id: "till".into(), request_id: request_id(1) };
    let created = client.create_touchpoint(creation.clone()).await.unwrap().into_inner();
    assert_eq!(client.create_touchpoint(creation.clone()).await.unwrap().into_inner(), created);
    let mut other = creation;
    other.touchpoint.as_mut().unwrap().position += 1;
    refused(client.create_touchpoint(other).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let desk = create_desk(&guanxi).await;
    let deletion = DeleteTouchpointRequest { name: desk.name, etag: desk.etag, request_id: request_id(2) };
    client.delete_touchpoint(deletion.clone()).await.unwrap();
    client.delete_touchpoint(deletion.clone()).await.unwrap();
    let other = DeleteTouchpointRequest { etag: String::new(), ..deletion };
    refused(client.delete_touchpoint(other).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
}

async fn a_request_id_is_a_uuid(guanxi: TestServer) {
    let compact = request_id(1).replace('-', "");
    for bad in ["1", "not a uuid", compact.as_str(), "{00000000-0000-0000-0000-000000000001}"] {
        let request = CreateCustomerRequest { request_id: bad.into(), ..creation("ada", "Ada", 1) };
        assert_eq!(wrong_fields(guanxi.customers().create_customer(request).await), ["request_id"], "{bad}");
        let request = DeleteCustomerRequest { name: name("ada"), etag: String::new(), request_id: bad.into() };
        assert_eq!(wrong_fields(guanxi.customers().delete_customer(request).await), ["request_id"], "{bad}");
    }
}

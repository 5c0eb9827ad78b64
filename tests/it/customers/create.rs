//! Creating customers: their ids and what the server adds.

use guanxi::v1::{CreateCustomerRequest, Customer, CustomerStage};
use guanxi_testkit::{START, TestServer, on_each_backend};
use prost_types::Timestamp;
use tonic::Code;

use super::{create, delete, get, ids, list, name};
use crate::support::{person, refused, request_id, time, wrong_fields};

on_each_backend! {
    what_only_the_server_writes_is_ignored,
    an_id_is_taken_once,
    an_id_follows_its_grammar,
    an_id_is_made_where_none_is_given,
    an_id_made_follows_from_the_request_id,
    a_refused_creation_leaves_nothing_behind,
    a_customer_that_is_not_there_is_not_found,
}

async fn what_only_the_server_writes_is_ignored(guanxi: TestServer) {
    let customer = Customer {
        name: "customers/somebody-else".into(),
        stage: CustomerStage::Churned.into(),
        create_time: Some(Timestamp { seconds: i64::MAX, nanos: -1 }),
        update_time: Some(time("1999-01-01T00:00:00Z")),
        delete_time: Some(time("1999-01-01T00:00:00Z")),
        purge_time: Some(time("1999-01-01T00:00:00Z")),
        etag: "anything".into(),
        ..person("Ada")
    };
    let created = create(&guanxi, "ada", customer).await.unwrap();
    assert_eq!((created.name.as_str(), created.stage()), ("customers/ada", CustomerStage::Prospect));
    assert_eq!((&created.create_time, &created.update_time), (&Some(time(START)), &Some(time(START))));
    assert_eq!((&created.delete_time, &created.purge_time), (&None, &None));
    assert_ne!(created.etag, "anything");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), created);
}

async fn an_id_is_taken_once(guanxi: TestServer) {
    let ada = create(&guanxi, "ada", person("Ada")).await.unwrap();
    let refusal =
        refused(create(&guanxi, "ada", person("Other")).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
    assert_eq!(refusal.metadata["resource"], "customers/ada");
    assert_eq!(get(&guanxi, "ada").await.unwrap(), ada);
    delete(&guanxi, "ada").await.unwrap();
    refused(create(&guanxi, "ada", person("Other")).await, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}

async fn an_id_follows_its_grammar(guanxi: TestServer) {
    let longest = "a".repeat(63);
    for good in ["a", "z9-x", "a-", longest.as_str()] {
        assert_eq!(create(&guanxi, good, person("Good")).await.unwrap().name, name(good));
    }
    let too_long = "a".repeat(64);
    for bad in ["A", "9a", "-a", "a_b", "a b", "a.b", "ä", "a\u{308}", "a\n", "a/b", "-", too_long.as_str()] {
        assert_eq!(wrong_fields(create(&guanxi, bad, person("Bad")).await), ["customer_id"], "{bad:?}");
        assert_eq!(wrong_fields(get(&guanxi, bad).await), ["name"], "{bad:?}");
    }
    assert_eq!(list(&guanxi, Default::default()).await.unwrap().customers.len(), 4);
}

async fn an_id_is_made_where_none_is_given(guanxi: TestServer) {
    let first = create(&guanxi, "", person("Ada")).await.unwrap();
    let second = create(&guanxi, "", person("Ada")).await.unwrap();
    assert_ne!(first.name, second.name);
    for customer in [&first, &second] {
        assert_eq!(get(&guanxi, ids(std::slice::from_ref(customer))[0]).await.unwrap(), *customer);
    }
}

async fn an_id_made_follows_from_the_request_id(guanxi: TestServer) {
    let request = |number, display_name| CreateCustomerRequest {
        customer: Some(person(display_name)),
        customer_id: String::new(),
        request_id: request_id(number),
    };
    let mut client = guanxi.customers();
    let first = client.create_customer(request(0xabc, "Ada")).await.unwrap().into_inner();
    let retried = client.create_customer(request(0xabc, "Ada")).await.unwrap().into_inner();
    assert_eq!(first, retried);
    let upper = CreateCustomerRequest { request_id: request_id(0xabc).to_uppercase(), ..request(0, "Ada") };
    assert_eq!(client.create_customer(upper).await.unwrap().into_inner(), first, "a UUID is the same in either case");
    let other = client.create_customer(request(0xabd, "Ada")).await.unwrap().into_inner();
    assert_ne!(other.name, first.name);
    refused(client.create_customer(request(0xabc, "Bob")).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    assert_eq!(list(&guanxi, Default::default()).await.unwrap().customers.len(), 2);
}

async fn a_refused_creation_leaves_nothing_behind(guanxi: TestServer) {
    let mut customer = person("Ada");
    customer.external_ids.push(super::external("shop", "1"));
    customer.labels.insert("Bad Key".into(), "x".into());
    assert_eq!(wrong_fields(create(&guanxi, "ada", customer.clone()).await), ["customer.labels[\"Bad Key\"]"]);
    refused(get(&guanxi, "ada").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(super::lookup(&guanxi, "shop", "1").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    customer.labels.clear();
    create(&guanxi, "ada", customer).await.unwrap();
}

async fn a_customer_that_is_not_there_is_not_found(guanxi: TestServer) {
    let refusal = refused(get(&guanxi, "nobody").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(refusal.metadata["resource"], "customers/nobody");
    refused(delete(&guanxi, "nobody").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(super::undelete(&guanxi, "nobody").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let nobody = Customer { name: name("nobody"), ..person("Nobody") };
    refused(super::update(&guanxi, nobody, &["display_name"]).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    for bad in
        ["", "customers", "customers/", "customers/-", "customers/a/b", "Customers/a", "/customers/a", "customers/a "]
    {
        let request = guanxi::v1::GetCustomerRequest { name: bad.into() };
        assert_eq!(wrong_fields(guanxi.customers().get_customer(request).await), ["name"], "{bad:?}");
    }
}

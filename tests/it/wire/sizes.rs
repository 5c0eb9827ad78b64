//! How large a message may be, and how small a refusal stays.

use guanxi::v1::{BatchGetCustomersRequest, Contact, CreateCustomerRequest, Customer, ListCustomersRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::configured;
use super::raw::{GET_CUSTOMER, call, text_field};
use crate::support::{person, refusal, refused, wrong_fields};

on_each_backend! {
    a_message_is_received_up_to_the_limit,
    a_message_beyond_the_limit_leaves_nothing_behind,
    the_limit_is_configured,
    a_refusal_of_fifty_faults_stays_small,
    a_refusal_repeats_little_of_what_was_sent,
}

async fn a_message_is_received_up_to_the_limit(guanxi: TestServer) {
    // The field's number and length take 4 bytes.
    let largest = text_field(&vec![b'x'; 256 * 1024 - 4]);
    assert_eq!(largest.len(), 256 * 1024);
    assert_eq!(wrong_fields(call(&guanxi, GET_CUSTOMER, &largest).await), ["name"]);
    let larger = text_field(&vec![b'x'; 256 * 1024 - 3]);
    let refusal = refused(call(&guanxi, GET_CUSTOMER, &larger).await, Code::ResourceExhausted, "REQUEST_TOO_LARGE");
    assert_eq!(refusal.metadata["limit_bytes"], "262144");
    let largest_of_names = BatchGetCustomersRequest { names: vec!["x".repeat(300); 1000] };
    let answer = guanxi.customers().batch_get_customers(largest_of_names).await;
    refused(answer, Code::ResourceExhausted, "REQUEST_TOO_LARGE");
}

async fn a_message_beyond_the_limit_leaves_nothing_behind(guanxi: TestServer) {
    let contact = |id| Contact {
        contact_id: format!("c{id}"),
        display_name: "C".into(),
        preferences: vec!["x".repeat(200); 20],
        ..Contact::default()
    };
    let customer = Customer { contacts: (0..100).map(contact).collect(), ..person("Large") };
    let request = CreateCustomerRequest { customer: Some(customer), customer_id: "large".into(), ..Default::default() };
    let answer = guanxi.customers().create_customer(request).await;
    refused(answer, Code::ResourceExhausted, "REQUEST_TOO_LARGE");
    let customers = guanxi.customers().list_customers(ListCustomersRequest::default()).await.unwrap().into_inner();
    assert!(customers.customers.is_empty());
}

async fn the_limit_is_configured(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.receive_limit_bytes = 1024).await;
    assert_eq!(wrong_fields(call(&guanxi, GET_CUSTOMER, &text_field(&[b'x'; 1000])).await), ["name"]);
    let answer = call(&guanxi, GET_CUSTOMER, &text_field(&[b'x'; 1100])).await;
    assert_eq!(refused(answer, Code::ResourceExhausted, "REQUEST_TOO_LARGE").metadata["limit_bytes"], "1024");
}

/// What a status takes in the headers of an answer, all of them counted as HTTP/2 counts them.
fn on_the_wire(status: Status) -> usize {
    let answer = status.into_http::<()>();
    answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

async fn a_refusal_of_fifty_faults_stays_small(guanxi: TestServer) {
    let ascii = Customer { contacts: vec![Contact::default(); 25], ..person("Ada") };
    let keys = (0..50).map(|n| (format!("{n:02}{}", "𝄞\u{7f}é ".repeat(40)), "\u{1}".repeat(300)));
    let unicode = Customer { labels: keys.collect(), ..person("Ada") };
    let named =
        |contact: usize| Contact { contact_id: format!("{contact}𝄞{}", "𝄞".repeat(100)), ..Contact::default() };
    let mixed = Customer { contacts: (0..25).map(named).collect(), ..person("Ada") };
    for customer in [ascii, unicode, mixed] {
        let request = CreateCustomerRequest { customer: Some(customer), ..CreateCustomerRequest::default() };
        let status = guanxi.customers().create_customer(request).await.unwrap_err();
        let refusal = refusal(&status);
        assert!(refusal.metadata["fields"].parse::<usize>().unwrap() >= 50, "{refusal:?}");
        assert!(refusal.fields.len() > 3, "{refusal:?}");
        let bytes = on_the_wire(status);
        assert!(bytes <= 4096, "{bytes} bytes: {refusal:?}");
    }
}

async fn a_refusal_repeats_little_of_what_was_sent(guanxi: TestServer) {
    let long = "€\u{1b}[2J".repeat(20_000);
    let mut client = guanxi.customers();
    let statuses = [
        client.get_customer(guanxi::v1::GetCustomerRequest { name: long.clone() }).await.map(drop),
        client.list_customers(ListCustomersRequest { filter: long.clone(), ..Default::default() }).await.map(drop),
        client.list_customers(ListCustomersRequest { order_by: long.clone(), ..Default::default() }).await.map(drop),
        client.list_customers(ListCustomersRequest { page_token: long.clone(), ..Default::default() }).await.map(drop),
        client.create_customer(CreateCustomerRequest { request_id: long, ..Default::default() }).await.map(drop),
    ];
    for status in statuses.map(Result::unwrap_err) {
        assert!(!status.message().contains(char::is_control), "{:?}", status.message());
        assert!(refusal(&status).faults.iter().all(|fault| !fault.contains(char::is_control)));
        let bytes = on_the_wire(status.clone());
        assert!(bytes <= 2048, "{bytes} bytes: {status:?}");
    }
}

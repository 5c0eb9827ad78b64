//! Deadlines: the caller's, the server's for those who bring none, and the longest there may be. They end the wait, not
//! the work.

use std::time::Duration;

use guanxi::v1::{CreateCustomerRequest, GetCustomerRequest, ListCustomersRequest};
use guanxi_server::Config;
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Request};

use super::{Import, configured};
use crate::support::{create_person, person, refused, request_id};

on_each_backend! {
    a_call_without_a_deadline_gets_the_default,
    a_deadline_is_cut_to_the_longest_there_may_be,
    a_stream_has_its_own_deadline_only,
    a_stream_ends_at_the_deadline_it_asked_for,
    after_a_deadline_a_retry_tells,
}

async fn a_call_without_a_deadline_gets_the_default(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.default_deadline = Duration::ZERO).await;
    let mut client = guanxi.customers();
    let nobody = || GetCustomerRequest { name: "customers/nobody".into() };
    refused(client.get_customer(nobody()).await, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    let mut patient = Request::new(nobody());
    patient.set_timeout(Duration::from_secs(10));
    refused(client.get_customer(patient).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn a_deadline_is_cut_to_the_longest_there_may_be(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.max_deadline = Duration::ZERO).await;
    let mut request = Request::new(GetCustomerRequest { name: "customers/nobody".into() });
    request.set_timeout(Duration::from_secs(3600));
    let status = guanxi.customers().get_customer(request).await.unwrap_err();
    assert!(status.message().contains("the server's limit"), "{status:?}");
    refused(Err::<(), _>(status), Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
}

async fn a_stream_has_its_own_deadline_only(guanxi: TestServer) {
    let short = Duration::from_millis(100);
    let guanxi = configured(&guanxi, |Config { server, .. }| {
        (server.default_deadline, server.max_deadline) = (short, short);
    })
    .await;
    let mut import = Import::begin(&guanxi).await.unwrap();
    import.sell("ada", 0).await.unwrap();
    tokio::time::sleep(short * 3).await;
    assert_eq!(import.sell("ada", 1).await.unwrap().recorded_count, 1);
}

/// The server's word, or that of the client's own clock.
async fn a_stream_ends_at_the_deadline_it_asked_for(guanxi: TestServer) {
    let (_chunks, queue) = tokio::sync::mpsc::channel(1);
    let mut request = Request::new(tokio_stream::wrappers::ReceiverStream::new(queue));
    request.set_timeout(Duration::from_secs(2));
    let mut progress = guanxi.activity().import_purchases(request).await.unwrap().into_inner();
    let ended = tokio::time::timeout(Duration::from_secs(10), progress.message()).await.expect("the stream ends");
    refused(ended, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
}

/// Calls that are given up at all moments: each is carried out once or not at all, and its retry finds out.
async fn after_a_deadline_a_retry_tells(guanxi: TestServer) {
    create_person(&guanxi, "first").await;
    let mut given_up = 0;
    for number in 0..30_u64 {
        let creation = || CreateCustomerRequest {
            customer: Some(person(&format!("customer {number}"))),
            customer_id: String::new(),
            request_id: request_id(u128::from(number)),
        };
        let mut hasty = Request::new(creation());
        hasty.set_timeout(Duration::from_micros(200 * number));
        if let Err(status) = guanxi.customers().create_customer(hasty).await {
            assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
            given_up += 1;
        }
        guanxi.customers().create_customer(creation()).await.unwrap();
    }
    assert!(given_up > 0, "no call was given up");
    let everybody = ListCustomersRequest { page_size: 1000, ..ListCustomersRequest::default() };
    let customers = guanxi.customers().list_customers(everybody).await.unwrap().into_inner().customers;
    assert_eq!(customers.len(), 31);
}

//! A server that stops while calls run: what it acknowledged is kept, what it did not may be sent again.

use std::error::Error as _;
use std::time::Duration;

use guanxi::v1::customer_service_client::CustomerServiceClient;
use guanxi::v1::{CreateCustomerRequest, ListCustomersRequest, ListPurchasesRequest};
use guanxi_testkit::{TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::Channel;

use super::{Import, configured};
use crate::support::{create_person, person, refusal, refused, request_id};

on_each_backend! {
    an_open_stream_is_told_and_can_go_on_elsewhere,
    what_was_acknowledged_is_kept_and_the_rest_can_be_retried,
    a_stopped_server_leaves_the_database_to_the_next,
}

async fn an_open_stream_is_told_and_can_go_on_elsewhere(mut guanxi: TestServer) {
    let mut import = Import::begin(&guanxi).await.unwrap();
    assert_eq!(import.sell("ada", 0).await.unwrap().last_index, 0);
    let told = async move {
        let ended = import.progress.message().await;
        // Held until here, so that it is the server who ends the stream.
        drop(import.chunks);
        ended
    };
    let (ended, ()) = tokio::join!(told, guanxi.shut_down());
    refused(ended, Code::Unavailable, "SHUTTING_DOWN");
    let guanxi = guanxi.restart().await;
    let mut import = Import::begin(&guanxi).await.unwrap();
    assert_eq!(import.sell("ada", 0).await.unwrap().unchanged_count, 1);
    assert_eq!(import.sell("ada", 1).await.unwrap().recorded_count, 1);
    let request = ListPurchasesRequest { parent: "customers/ada".into(), ..ListPurchasesRequest::default() };
    assert_eq!(guanxi.activity().list_purchases(request).await.unwrap().into_inner().purchases.len(), 2);
}

fn creation(number: u128) -> CreateCustomerRequest {
    CreateCustomerRequest {
        customer: Some(person(&format!("customer {number}"))),
        customer_id: String::new(),
        request_id: request_id(number),
    }
}

/// Creates customers until a call fails; returns what was acknowledged and the number that was not.
async fn create_until_stopped(mut client: CustomerServiceClient<Channel>, first: u128) -> (Vec<String>, u128) {
    let mut acknowledged = Vec::new();
    for number in first.. {
        match client.create_customer(creation(number)).await {
            Ok(created) => acknowledged.push(created.into_inner().name),
            Err(status) => {
                // The server's word, or that of a client whose connection was closed: it names its reason as the source.
                let own = status.source().is_some();
                let closed = matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled);
                assert!(own || closed, "{status:?}");
                if !status.details().is_empty() {
                    assert_eq!(refusal(&status).reason, "SHUTTING_DOWN");
                }
                return (acknowledged, number);
            }
        }
    }
    unreachable!("the server stops")
}

async fn what_was_acknowledged_is_kept_and_the_rest_can_be_retried(mut guanxi: TestServer) {
    create_person(&guanxi, "first").await;
    let mut calls = JoinSet::new();
    for caller in 0..16 {
        calls.spawn(create_until_stopped(guanxi.customers(), caller * 1_000_000));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    guanxi.shut_down().await;
    let ended = calls.join_all().await;
    let guanxi = guanxi.restart().await;
    let mut client = guanxi.customers();
    let (mut acknowledged, mut created) = (Vec::new(), 1);
    for (names, unanswered) in ended {
        client.create_customer(creation(unanswered)).await.unwrap();
        created += names.len() + 1;
        acknowledged.extend(names);
    }
    assert!(acknowledged.len() > 16, "only {} calls were answered before the stop", acknowledged.len());
    for names in acknowledged.chunks(1000) {
        let request = guanxi::v1::BatchGetCustomersRequest { names: names.to_vec() };
        client.batch_get_customers(request).await.unwrap();
    }
    let mut request = ListCustomersRequest { page_size: 1000, ..ListCustomersRequest::default() };
    loop {
        let page = client.list_customers(request.clone()).await.unwrap().into_inner();
        created -= page.customers.len();
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(created, 0, "every customer once");
}

async fn a_stopped_server_leaves_the_database_to_the_next(guanxi: TestServer) {
    let mut guanxi = configured(&guanxi, |_| {}).await;
    let ada = create_person(&guanxi, "ada").await;
    for _ in 0..3 {
        let mut client = guanxi.customers();
        guanxi.shut_down().await;
        let request = || guanxi::v1::GetCustomerRequest { name: "customers/ada".into() };
        assert!(client.get_customer(request()).await.is_err(), "the door is closed");
        guanxi = guanxi.restart().await;
        assert_eq!(guanxi.customers().get_customer(request()).await.unwrap().into_inner(), ada);
    }
}

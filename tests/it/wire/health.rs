//! Health, of the server as a whole and of each service.

use std::time::Duration;

use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::configured;

on_each_backend! {
    every_service_and_the_whole_are_serving,
    a_service_that_is_not_there_is_not_found,
    a_watcher_hears_of_the_stop_before_the_door_closes,
}

pub(super) const SERVICES: [&str; 5] = [
    "google.longrunning.Operations",
    "guanxi.v1.ActivityService",
    "guanxi.v1.CustomerService",
    "guanxi.v1.SatisfactionService",
    "guanxi.v1.SegmentationService",
];

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.into() }
}

async fn every_service_and_the_whole_are_serving(guanxi: TestServer) {
    let mut client = HealthClient::new(guanxi.channel());
    for service in SERVICES.into_iter().chain([""]) {
        let health = client.check(of(service)).await.unwrap().into_inner();
        assert_eq!(health.status(), ServingStatus::Serving, "{service}");
    }
}

async fn a_service_that_is_not_there_is_not_found(guanxi: TestServer) {
    let mut client = HealthClient::new(guanxi.channel());
    for service in ["guanxi.v1.NoService", "CustomerService", "guanxi.v1"] {
        assert_eq!(client.check(of(service)).await.unwrap_err().code(), Code::NotFound, "{service}");
    }
}

async fn a_watcher_hears_of_the_stop_before_the_door_closes(guanxi: TestServer) {
    let lameduck = Duration::from_millis(500);
    let mut guanxi = configured(&guanxi, |config| config.shutdown.lameduck = lameduck).await;
    let mut watch =
        HealthClient::new(guanxi.channel()).watch(of("guanxi.v1.CustomerService")).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut late = guanxi.customers();
    let stopping = tokio::spawn(async move { guanxi.shut_down().await });
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    late.list_customers(guanxi::v1::ListCustomersRequest::default()).await.expect("calls are answered yet");
    stopping.await.unwrap();
}

//! More calls than are taken, and streams on which nothing comes.

use std::time::Duration;

use guanxi::v1::ListCustomersRequest;
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use super::{Import, configured};
use crate::support::refused;

on_each_backend! {
    calls_beyond_the_limit_are_refused_until_one_ends,
    a_silent_stream_is_ended,
}

async fn calls_beyond_the_limit_are_refused_until_one_ends(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.max_inflight_calls = 1).await;
    let mut import = Import::begin(&guanxi).await.unwrap();
    import.sell("ada", 0).await.unwrap();
    let mut client = guanxi.customers();
    let status = client.list_customers(ListCustomersRequest::default()).await.unwrap_err();
    let wait = status.get_error_details().retry_info().and_then(|retry| retry.retry_delay);
    assert!(wait.is_some_and(|wait| wait > Duration::ZERO), "{status:?}");
    assert!(status.metadata().get("grpc-retry-pushback-ms").is_some());
    refused(Err::<(), _>(status), Code::ResourceExhausted, "OVERLOADED");
    HealthClient::new(guanxi.channel()).check(HealthCheckRequest::default()).await.expect("probes are always answered");
    drop(import.chunks);
    assert_eq!(import.progress.message().await.unwrap(), None);
    drop(import.progress);
    client.list_customers(ListCustomersRequest::default()).await.unwrap();
}

async fn a_silent_stream_is_ended(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.stream_idle = Duration::from_secs(1)).await;
    let mut import = Import::begin(&guanxi).await.unwrap();
    for index in 0..4 {
        import.sell("ada", index).await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), import.progress.message()).await.expect("it ends");
    assert_eq!(refused(ended, Code::Cancelled, "STREAM_IDLE").metadata["idle_seconds"], "1");
}

//! Two servers on one database: a run whose server is killed (SIGKILL) goes on in the other one, and what both sweep is
//! moved once.

use std::time::Duration;

use guanxi::google::longrunning::operations_client::OperationsClient;
use guanxi::google::longrunning::{GetOperationRequest, Operation};
use guanxi::v1::segmentation_service_client::SegmentationServiceClient;
use guanxi::v1::{ActivatePyramidRevisionRequest, ActivationPhase, Measure};
use guanxi_testkit::{Backend, ServerProcess, TestServer, on_each_backend, run, serve_when_asked};

use super::kit::{
    activate, active_pyramid, add_revision, by_revenue, crowd, customer_of, ended, everybody, member, outcome,
    progress, revenue, scheme, thresholds,
};
use super::passing::{changes, clock, steps, trailing, until};
use crate::support::request_id;

on_each_backend! { what_two_servers_sweep_is_moved_once }

/// The full name of the test below.
const SERVING: &str = concat!(module_path!(), "::serves_a_process_that_is_killed");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test: what the test here runs in a process of its own"]
async fn serves_a_process_that_is_killed() {
    serve_when_asked().await;
}

/// Two processes share a PostgreSQL; the file of SQLite belongs to one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_server_is_killed_ends_once_in_the_other_one() {
    run(Backend::Postgres, a_run_outlives_its_server).await;
}

const CROWD: usize = 7_000;

async fn a_run_outlives_its_server(guanxi: TestServer) {
    crowd(&guanxi, CROWD).await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let generous = add_revision(&guanxi, "value", scheme(vec![revenue()], thresholds(&[0.1, 0.0]))).await;
    let serving = SERVING.split_once("::").unwrap().1;
    let other = ServerProcess::start(guanxi.database(), serving).await;
    // Both are asked for the same run: the one that will be killed first, so that it is the one that begins.
    let request = ActivatePyramidRevisionRequest { name: generous.clone(), request_id: request_id(1) };
    let asked = SegmentationServiceClient::new(other.channel()).activate_pyramid_revision(request.clone()).await;
    let name = asked.unwrap().into_inner().name;
    until(async || seen(&guanxi, &name).await, |seen| progress(seen).phase() >= ActivationPhase::Calibrate).await;
    let again = guanxi.segmentation().activate_pyramid_revision(request).await.unwrap().into_inner();
    assert_eq!(again.name, name);
    let begun =
        until(async || seen(&guanxi, &name).await, |seen| progress(seen).phase() >= ActivationPhase::Assign).await;
    other.kill();
    assert!(!begun.done);
    // The clock stands still, and with it the lease of the killed one.
    assert!(!seen(&guanxi, &name).await.done, "it is killed midway");
    // The lease of the killed one ends.
    guanxi.clock.advance(Duration::from_secs(60));
    let done = outcome(&ended(&guanxi, &name).await);
    assert_eq!((done.ranked_count, done.moved_count), (7_000, 7_000));
    let everyone = everybody(&guanxi, "value").await;
    assert_eq!(everyone.iter().filter(|one| one.tier == "gold").count(), CROWD);
    for number in (0..CROWD).step_by(97) {
        let expected = [("NEW_REVISION", "bronze", "gold"), ("NEW_REVISION", "", "bronze")];
        assert_eq!(steps(&changes(&guanxi, &member(number)).await), expected, "{}", member(number));
    }
    assert_eq!(activate(&guanxi, &generous).await.moved_count, 0);
}

async fn seen(guanxi: &TestServer, operation: &str) -> Operation {
    let request = GetOperationRequest { name: operation.into() };
    OperationsClient::new(guanxi.channel()).get_operation(request).await.unwrap().into_inner()
}

/// More than one sweep takes at a time.
const SWEPT: usize = 700;

async fn what_two_servers_sweep_is_moved_once(guanxi: TestServer) {
    crowd(&guanxi, SWEPT).await;
    // A dollar is a tenth of a point. The sales of the 15th of January leave the window on the 4th of February.
    let recent = Measure { window: trailing(20), ..revenue() };
    active_pyramid(&guanxi, "value", scheme(vec![recent], thresholds(&[0.05, 0.01]))).await;
    let _replica = guanxi.replica().await;
    clock(&guanxi, "2026-02-04T00:00:00Z");
    let all =
        |tier: &'static str| move |seen: &Vec<_>| seen.iter().all(|one: &guanxi::v1::TierAssignment| one.tier == tier);
    let everyone = until(async || everybody(&guanxi, "value").await, all("bronze")).await;
    assert_eq!(everyone.len(), SWEPT);
    for one in &everyone {
        let seen = changes(&guanxi, customer_of(one)).await;
        assert_eq!(steps(&seen), [("TIME", "gold", "bronze"), ("NEW_REVISION", "", "gold")], "{}", one.name);
    }
}

//! What lists, batches and questions about days are refused for, each with all of its faults at once.

use guanxi::v1::compare_satisfaction_request::Against;
use guanxi::v1::{
    BatchRecordInvitationEventsRequest, BatchRecordServiceMeasurementsRequest, GetSatisfactionTargetReportRequest,
    ImportInvitationEventsRequest, ListSatisfactionBenchmarksRequest, ListSatisfactionTargetsRequest,
    ListServiceStandardsRequest, RecordInvitationEventRequest, RecordServiceMeasurementRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::comparisons::{against, compare};
use super::goal_kit::days;
use super::index::date;
use super::invitations::sent;
use super::kit::{in_use, plain};
use crate::support::{create_person, invalid};

on_each_backend! {
    wrong_pages_are_refused,
    empty_and_too_long_batches_are_refused,
    chunks_of_events_out_of_order_end_the_stream,
    days_that_are_turned_round_are_refused_wherever_they_stand,
}

async fn wrong_pages_are_refused(guanxi: TestServer) {
    let (page_size, page_token, told) = (-1, String::from("x"), ["page_size", "page_token"]);
    let mut client = guanxi.satisfaction();
    let standards = ListServiceStandardsRequest { page_size, page_token: page_token.clone() };
    invalid(client.list_service_standards(standards).await, &told);
    let benchmarks = ListSatisfactionBenchmarksRequest { page_size, page_token: page_token.clone() };
    invalid(client.list_satisfaction_benchmarks(benchmarks).await, &told);
    invalid(client.list_satisfaction_targets(ListSatisfactionTargetsRequest { page_size, page_token }).await, &told);
}

async fn empty_and_too_long_batches_are_refused(guanxi: TestServer) {
    let mut client = guanxi.satisfaction();
    for count in [0, 501] {
        let requests = vec![RecordInvitationEventRequest::default(); count];
        let events = BatchRecordInvitationEventsRequest { requests, all_or_nothing: false };
        invalid(client.batch_record_invitation_events(events).await, &["requests"]);
        let requests = vec![RecordServiceMeasurementRequest::default(); count];
        let measurements = BatchRecordServiceMeasurementsRequest { requests, all_or_nothing: false };
        invalid(client.batch_record_service_measurements(measurements).await, &["requests"]);
    }
}

async fn chunks_of_events_out_of_order_end_the_stream(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    in_use(&guanxi, "service", plain()).await;
    let chunk = |first_index: i64, days: std::ops::Range<u32>| ImportInvitationEventsRequest {
        first_index,
        invitation_events: days.map(|day| sent("ada", &format!("i-{day}"), "service", day)).collect(),
        missing_customer: 0,
    };
    for (wrong, fields) in [(chunk(3, 3..4), ["first_index"]), (chunk(2, 3..3), ["invitation_events"])] {
        let chunks = tokio_stream::iter([chunk(0, 1..3), wrong]);
        let mut stream = guanxi.satisfaction().import_invitation_events(chunks).await.unwrap().into_inner();
        assert_eq!(stream.message().await.unwrap().unwrap().last_index, 1);
        invalid(stream.message().await, &fields);
    }
}

async fn days_that_are_turned_round_are_refused_wherever_they_stand(guanxi: TestServer) {
    in_use(&guanxi, "service", plain()).await;
    let turned = || days("questionnaires/service", "2026-01-02", "2026-01-01");
    let both = against(turned(), Against::Before(turned()), Vec::new());
    invalid(compare(&guanxi, both).await, &["after.end_date", "before.end_date"]);
    let report = GetSatisfactionTargetReportRequest {
        name: "north".into(),
        start_date: date("2026-01-02"),
        end_date: date("2026-01-01"),
    };
    let told = guanxi.satisfaction().get_satisfaction_target_report(report).await;
    invalid(told, &["name", "end_date"]);
    let nothing = GetSatisfactionTargetReportRequest::default();
    let told = guanxi.satisfaction().get_satisfaction_target_report(nothing).await;
    invalid(told, &["name", "start_date", "end_date"]);
}

//! Right first time as an operation: asked for once, kept, cancelled, refused.

use guanxi::google::longrunning::{CancelOperationRequest, DeleteOperationRequest, operation};
use guanxi::v1::{
    AnalyzeFirstTimeRightMetadata, AnalyzeFirstTimeRightRequest, EwmaTuning, FirstTimeRightGrouping,
    FirstTimeRightReport, InteractionPurpose, ReportPeriod,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Code;

use super::contacts::meet;
use super::first_time::{SERVICE, ask, asking, bring_back, contact, noon, told};
use super::standard_kit::day;
use crate::segmentation::kit::ended;
use crate::support::{create_person, invalid, record, request_id, sale};

on_each_backend! {
    analysis_is_asked_for_once_and_kept,
    cancelled_analysis_has_no_result,
    analysis_of_too_many_rows_says_so,
    every_fault_of_a_question_is_named,
}

async fn analysis_is_asked_for_once_and_kept(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    meet(&guanxi, vec![noon("ada", 5, "s", SERVICE), noon("ada", 6, "c", InteractionPurpose::Complaint)]).await;
    bring_back(&guanxi, "ada", 7, "r").await;
    // Neither is read.
    meet(&guanxi, vec![noon("ada", 5, "i", InteractionPurpose::Inquiry)]).await;
    record(&guanxi, sale("ada", "2026-01-05T12:00:00Z", "o", 100)).await.unwrap();
    let request = AnalyzeFirstTimeRightRequest {
        filter: "channel!=web".into(),
        request_id: request_id(1),
        period: 0,
        window_days: None,
        ..asking(1, 20)
    };
    let first = ask(&guanxi, request.clone()).await.unwrap();
    let done = ended(&guanxi, &first.name).await;
    let metadata = AnalyzeFirstTimeRightMetadata::decode(done.metadata.as_ref().unwrap().value.as_slice()).unwrap();
    assert_eq!((metadata.start_date, metadata.end_date, metadata.done_count), (Some(day(1)), Some(day(20)), 3));
    assert_eq!(metadata.filter, "channel != \"web\"");
    let Some(operation::Result::Response(response)) = &done.result else { panic!("it failed: {done:?}") };
    let report = FirstTimeRightReport::decode(response.value.as_slice()).unwrap();
    assert_eq!((report.period(), report.window_days), (ReportPeriod::Week, 30));
    assert_eq!(ask(&guanxi, request).await.unwrap(), done);
    let guanxi = guanxi.restart().await;
    assert_eq!(ended(&guanxi, &first.name).await, done);
    guanxi.operations().delete_operation(DeleteOperationRequest { name: first.name }).await.unwrap();
}

async fn cancelled_analysis_has_no_result(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    meet(&guanxi, (0..1_000).map(|number| noon("ada", 5, &format!("s-{number}"), SERVICE)).collect()).await;
    // A process does one operation after the other, so that the last of several is cancelled before it has ended.
    for _ in 0..4 {
        ask(&guanxi, asking(1, 20)).await.unwrap();
    }
    let asked = ask(&guanxi, asking(1, 20)).await.unwrap();
    guanxi.operations().cancel_operation(CancelOperationRequest { name: asked.name.clone() }).await.unwrap();
    let done = ended(&guanxi, &asked.name).await;
    let Some(operation::Result::Error(status)) = &done.result else { panic!("it was not cancelled: {done:?}") };
    assert_eq!(status.code, Code::Cancelled as i32);
    let metadata = AnalyzeFirstTimeRightMetadata::decode(done.metadata.unwrap().value.as_slice()).unwrap();
    assert!(metadata.cancel_requested);
}

async fn analysis_of_too_many_rows_says_so(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let one = |number: i32| contact("ada", (5, "12:00:00"), &format!("s-{number}"), (SERVICE, &format!("t-{number}")));
    meet(&guanxi, (0..101).map(one).collect()).await;
    // 101 topics on 100 days.
    let by_day = AnalyzeFirstTimeRightRequest {
        period: ReportPeriod::Day.into(),
        group_by: FirstTimeRightGrouping::Topic.into(),
        ..asking(1, 100)
    };
    let asked = ask(&guanxi, by_day.clone()).await.unwrap();
    let Some(operation::Result::Error(error)) = ended(&guanxi, &asked.name).await.result else { panic!("it succeeds") };
    assert_eq!(error.code, Code::InvalidArgument as i32);
    assert!(error.message.contains("10000 rows"), "{}", error.message);
    let report = told(&guanxi, AnalyzeFirstTimeRightRequest { end_date: Some(day(99)), ..by_day }).await;
    assert_eq!((report.rows.len(), report.rows[0].periods.len()), (101, 99));
}

async fn every_fault_of_a_question_is_named(guanxi: TestServer) {
    let wrong = AnalyzeFirstTimeRightRequest {
        start_date: None,
        end_date: Some(guanxi::google::r#type::Date { year: 2026, month: 13, day: 1 }),
        period: 9,
        window_days: Some(0),
        group_by: 6,
        filter: "purpose = COMPLAINT".into(),
        ewma: Some(EwmaTuning { share: Some(2.0), width: Some(-1.0) }),
        request_id: "one".into(),
    };
    let told = [
        "request_id",
        "start_date",
        "end_date",
        "period",
        "window_days",
        "group_by",
        "filter",
        "ewma.share",
        "ewma.width",
    ];
    invalid(ask(&guanxi, wrong).await, &told);
    invalid(ask(&guanxi, asking(2, 1)).await, &["end_date"]);
    let longest = AnalyzeFirstTimeRightRequest { window_days: Some(366), ..asking(1, 2) };
    invalid(ask(&guanxi, longest).await, &["window_days"]);
    let daily = AnalyzeFirstTimeRightRequest { period: ReportPeriod::Day.into(), ..asking(1, 1_101) };
    invalid(ask(&guanxi, daily).await, &["end_date"]);
}

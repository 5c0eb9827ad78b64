//! What was measured: recorded once, corrected, withdrawn, in batches and streams, listed.

use guanxi::v1::record_service_measurement_result::Result as Outcome;
use guanxi::v1::service_measurement::Result as Found;
use guanxi::v1::{
    BatchRecordServiceMeasurementsRequest, FactState, ImportProgress, ImportServiceMeasurementsRequest, InspectedUnits,
    ListServiceMeasurementsRequest, MeasuredValues, RecordServiceMeasurementRequest, ServiceMeasurement,
    ServiceStandardMetric,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::standard_kit::{create, inspected, listed, measured, record, recording, standard, values, withdraw};
use crate::activity::kinds::status_of;
use crate::support::{invalid, refusal, refused, request_id, shop, time};

on_each_backend! {
    a_measurement_is_recorded_once,
    a_different_one_of_the_same_identity_is_refused_with_its_fields,
    what_does_not_fit_the_standard_is_refused_whole,
    a_correction_takes_the_place_of_what_it_replaces_whichever_comes_first,
    a_withdrawn_measurement_counts_no_longer_also_if_it_comes_later,
    a_batch_is_recorded_each_or_all,
    a_stream_is_acknowledged_chunk_by_chunk,
    a_chunk_that_cannot_be_taken_ends_the_stream,
    measurements_are_listed_newest_first_page_by_page,
    sums_out_of_range_are_refused,
}

async fn loaves(guanxi: &TestServer) {
    create(guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
}

async fn a_measurement_is_recorded_once(guanxi: TestServer) {
    loaves(&guanxi).await;
    let new = ServiceMeasurement {
        branch: "north".into(),
        team: "night".into(),
        ..measured("2026-01-10", "b-1", inspected(200, 3))
    };
    let kept = record(&guanxi, "loaves", new.clone()).await.unwrap();
    let expected = ServiceMeasurement {
        name: kept.name.clone(),
        record_time: Some(time(START)),
        state: FactState::Active.into(),
        ..new.clone()
    };
    assert_eq!(kept, expected);
    assert!(kept.name.starts_with("serviceStandards/loaves/measurements/"), "{}", kept.name);
    assert_eq!(record(&guanxi, "loaves", new).await.unwrap(), kept);
    assert_eq!(listed(&guanxi, "loaves", "", false).await, [kept]);
    // Without a source id it is that of the request.
    let unnamed = ServiceMeasurement {
        source: String::new(),
        source_id: String::new(),
        ..measured("2026-01-11", "", inspected(10, 0))
    };
    let request = RecordServiceMeasurementRequest { request_id: request_id(7), ..recording("loaves", unnamed) };
    for _ in 0..2 {
        let kept = guanxi.satisfaction().record_service_measurement(request.clone()).await.unwrap().into_inner();
        assert_eq!((kept.source.as_str(), kept.source_id), ("request", request_id(7)));
    }
    assert_eq!(listed(&guanxi, "loaves", "", false).await.len(), 2);
}

async fn a_different_one_of_the_same_identity_is_refused_with_its_fields(guanxi: TestServer) {
    loaves(&guanxi).await;
    let kept = record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(200, 3))).await.unwrap();
    let other = ServiceMeasurement {
        branch: "north".into(),
        replaces: Some(shop("b-0")),
        ..measured("2026-01-11", "b-1", inspected(200, 4))
    };
    let refused = refused(record(&guanxi, "loaves", other).await, Code::AlreadyExists, "FACT_DIFFERS");
    assert_eq!(refused.metadata["fields"], "occur_time,replaces,branch,inspection");
    assert_eq!(refused.metadata["resource"], kept.name);
    assert_eq!(listed(&guanxi, "loaves", "", true).await, [kept]);
    // Another standard, another measurement.
    create(&guanxi, "rolls", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    record(&guanxi, "rolls", measured("2026-01-11", "b-1", inspected(200, 4))).await.unwrap();
}

async fn what_does_not_fit_the_standard_is_refused_whole(guanxi: TestServer) {
    loaves(&guanxi).await;
    create(&guanxi, "wait", standard(ServiceStandardMetric::Duration, 60.0)).await;
    let field = |name: &str| format!("service_measurement.{name}");
    let found = |of: &'static str, found: Found| record(&guanxi, of, measured("2026-01-10", "b-1", found));
    invalid(found("loaves", values(1, 1)).await, &[&field("values")]);
    invalid(found("loaves", inspected(0, 0)).await, &[&field("inspection.unit_count")]);
    invalid(found("loaves", inspected(10, 11)).await, &[&field("inspection.defect_count")]);
    let good = InspectedUnits { unit_count: 10, defect_count: 3, met_unit_count: Some(8) };
    invalid(found("loaves", Found::Inspection(good)).await, &[&field("inspection.met_unit_count")]);
    invalid(found("wait", inspected(1, 0)).await, &[&field("inspection")]);
    invalid(found("wait", values(2, -1)).await, &[&field("values.sum")]);
    let spread = MeasuredValues { value_count: Some(2), sum: 10, sum_of_squares: Some(49), met_value_count: Some(3) };
    let both = [field("values.sum_of_squares"), field("values.met_value_count")];
    invalid(found("wait", Found::Values(spread)).await, &[&both[0], &both[1]]);
    let spoiled = ServiceMeasurement { branch: "x".repeat(201), ..ServiceMeasurement::default() };
    let told = ["occur_time", "source_id", "branch", "result"].map(field);
    let request = RecordServiceMeasurementRequest { parent: "loaves".into(), ..recording("loaves", spoiled) };
    let told: Vec<&str> = std::iter::once("parent").chain(told.iter().map(String::as_str)).collect();
    invalid(guanxi.satisfaction().record_service_measurement(request).await, &told);
    let nowhere = record(&guanxi, "nothing", measured("2026-01-10", "b-1", inspected(1, 0))).await;
    refused(nowhere, Code::NotFound, "RESOURCE_NOT_FOUND");
    for of in ["loaves", "wait"] {
        assert_eq!(listed(&guanxi, of, "", true).await, []);
    }
}

fn correcting(source_id: &str, replaced: &str, found: Found) -> ServiceMeasurement {
    ServiceMeasurement { replaces: Some(shop(replaced)), ..measured("2026-01-10", source_id, found) }
}

async fn states(guanxi: &TestServer) -> Vec<(String, FactState)> {
    let mut all: Vec<_> =
        listed(guanxi, "loaves", "", true).await.into_iter().map(|one| (one.source_id.clone(), one.state())).collect();
    all.sort();
    all
}

async fn a_correction_takes_the_place_of_what_it_replaces_whichever_comes_first(guanxi: TestServer) {
    loaves(&guanxi).await;
    record(&guanxi, "loaves", measured("2026-01-10", "a-1", inspected(100, 9))).await.unwrap();
    record(&guanxi, "loaves", correcting("a-2", "a-1", inspected(100, 8))).await.unwrap();
    record(&guanxi, "loaves", correcting("b-2", "b-1", inspected(100, 8))).await.unwrap();
    let late = record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(100, 9))).await.unwrap();
    assert_eq!(late.state(), FactState::Replaced);
    let expected = [
        ("a-1", FactState::Replaced),
        ("a-2", FactState::Active),
        ("b-1", FactState::Replaced),
        ("b-2", FactState::Active),
    ];
    assert_eq!(states(&guanxi).await, expected.map(|(id, state)| (id.to_owned(), state)));
    let second = record(&guanxi, "loaves", correcting("a-3", "a-1", inspected(100, 7))).await;
    let second = refused(second, Code::FailedPrecondition, "FACT_ALREADY_REPLACED");
    assert_eq!((second.metadata["source"].as_str(), second.metadata["source_id"].as_str()), ("shop", "a-2"));
    invalid(
        record(&guanxi, "loaves", correcting("c-1", "c-1", inspected(1, 0))).await,
        &["service_measurement.replaces"],
    );
    record(&guanxi, "loaves", correcting("c-1", "c-2", inspected(1, 0))).await.unwrap();
    invalid(
        record(&guanxi, "loaves", correcting("c-2", "c-1", inspected(1, 0))).await,
        &["service_measurement.replaces"],
    );
}

async fn a_withdrawn_measurement_counts_no_longer_also_if_it_comes_later(guanxi: TestServer) {
    loaves(&guanxi).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(100, 9))).await.unwrap();
    let withdrawn = withdraw(&guanxi, "loaves", shop("b-1")).await.unwrap();
    assert_eq!((withdrawn.known, withdrawn.withdraw_time), (true, Some(time(START))));
    guanxi.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(withdraw(&guanxi, "loaves", shop("b-1")).await.unwrap(), withdrawn);
    assert!(!withdraw(&guanxi, "loaves", shop("b-2")).await.unwrap().known);
    let late = record(&guanxi, "loaves", measured("2026-01-10", "b-2", inspected(100, 9))).await.unwrap();
    assert_eq!(late.state(), FactState::Withdrawn);
    assert_eq!(listed(&guanxi, "loaves", "", false).await, []);
    record(&guanxi, "loaves", correcting("c-2", "c-1", inspected(1, 0))).await.unwrap();
    refused(withdraw(&guanxi, "loaves", shop("c-1")).await, Code::FailedPrecondition, "FACT_ALREADY_REPLACED");
    refused(withdraw(&guanxi, "other", shop("c-1")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    invalid(withdraw(&guanxi, "loaves", Default::default()).await, &["measurement.source", "measurement.source_id"]);
}

async fn batch(
    guanxi: &TestServer,
    all_or_nothing: bool,
    items: Vec<RecordServiceMeasurementRequest>,
) -> Vec<Result<ServiceMeasurement, Status>> {
    let request = BatchRecordServiceMeasurementsRequest { requests: items, all_or_nothing };
    let response = guanxi.satisfaction().batch_record_service_measurements(request).await.unwrap().into_inner();
    let outcome = |outcome| match outcome {
        Outcome::ServiceMeasurement(kept) => Ok(kept),
        Outcome::Error(error) => Err(status_of(&error)),
    };
    response.results.into_iter().map(|item| outcome(item.result.expect("a result"))).collect()
}

async fn a_batch_is_recorded_each_or_all(guanxi: TestServer) {
    loaves(&guanxi).await;
    create(&guanxi, "wait", standard(ServiceStandardMetric::Duration, 60.0)).await;
    let items = || {
        vec![
            recording("wait", measured("2026-01-10", "b-1", values(1, 30))),
            recording("loaves", measured("2026-01-10", "b-1", inspected(1, 2))),
            recording("loaves", ServiceMeasurement { result: None, ..measured("2026-01-10", "b-2", inspected(1, 0)) }),
            recording("loaves", correcting("b-3", "b-4", inspected(9, 0))),
            recording("loaves", measured("2026-01-10", "b-4", inspected(8, 0))),
        ]
    };
    let refused = batch(&guanxi, true, items()).await;
    let reason = |item: &Result<ServiceMeasurement, Status>| item.as_ref().err().map(|status| refusal(status).reason);
    let aborted = Some("BATCH_ABORTED".to_owned());
    let wrong = Some("INVALID_FIELDS".to_owned());
    let reasons: Vec<_> = refused.iter().map(reason).collect();
    assert_eq!(reasons, [aborted.clone(), aborted.clone(), wrong.clone(), aborted.clone(), aborted.clone()]);
    let mut readable = items();
    readable.remove(2);
    let reasons: Vec<_> = batch(&guanxi, true, readable.clone()).await.iter().map(reason).collect();
    assert_eq!(reasons, [aborted.clone(), wrong.clone(), aborted.clone(), aborted]);
    assert_eq!(listed(&guanxi, "wait", "", true).await, []);
    let each = batch(&guanxi, false, items()).await;
    assert_eq!(each.iter().map(reason).collect::<Vec<_>>(), [None, wrong.clone(), wrong, None, None]);
    assert_eq!(each[4].as_ref().unwrap().state(), FactState::Replaced);
    assert_eq!(listed(&guanxi, "loaves", "", false).await.len(), 1);
    readable.remove(1);
    assert!(batch(&guanxi, true, readable).await.iter().all(Result::is_ok));
    let none = BatchRecordServiceMeasurementsRequest::default();
    invalid(guanxi.satisfaction().batch_record_service_measurements(none).await, &["requests"]);
}

fn chunk(first_index: i64, numbers: std::ops::Range<i64>) -> ImportServiceMeasurementsRequest {
    let found = |number: i64| measured("2026-01-10", &format!("b-{number}"), inspected(10, number % 3));
    let service_measurements = numbers.map(found).collect();
    ImportServiceMeasurementsRequest { parent: "serviceStandards/loaves".into(), first_index, service_measurements }
}

async fn import(
    guanxi: &TestServer,
    chunks: Vec<ImportServiceMeasurementsRequest>,
) -> (Vec<ImportProgress>, Result<(), Status>) {
    let mut acknowledged = Vec::new();
    let mut stream = match guanxi.satisfaction().import_service_measurements(tokio_stream::iter(chunks)).await {
        Ok(stream) => stream.into_inner(),
        Err(refused) => return (acknowledged, Err(refused)),
    };
    loop {
        match stream.message().await {
            Ok(Some(progress)) => acknowledged.push(progress),
            Ok(None) => return (acknowledged, Ok(())),
            Err(refused) => return (acknowledged, Err(refused)),
        }
    }
}

async fn a_stream_is_acknowledged_chunk_by_chunk(guanxi: TestServer) {
    loaves(&guanxi).await;
    let counts = |last_index, recorded_count, unchanged_count| ImportProgress {
        last_index,
        recorded_count,
        unchanged_count,
        rejections: Vec::new(),
    };
    let mut second = chunk(500, 490..510);
    second.service_measurements.push(measured("2026-01-10", "worse", inspected(1, 2)));
    let (acknowledged, end) = import(&guanxi, vec![chunk(0, 0..500), second.clone()]).await;
    end.unwrap();
    assert_eq!(acknowledged[0], counts(499, 500, 0));
    let [rejection] = acknowledged[1].rejections.as_slice() else { panic!("{acknowledged:?}") };
    assert_eq!((acknowledged[1].recorded_count, acknowledged[1].unchanged_count, rejection.index), (10, 10, 520));
    let (again, end) = import(&guanxi, vec![chunk(0, 0..500)]).await;
    end.unwrap();
    assert_eq!(again, [counts(499, 0, 500)]);
    let request = ListServiceMeasurementsRequest {
        parent: "serviceStandards/loaves".into(),
        page_size: 1000,
        ..Default::default()
    };
    let page = guanxi.satisfaction().list_service_measurements(request).await.unwrap().into_inner();
    assert_eq!(page.service_measurements.len(), 510);
}

async fn a_chunk_that_cannot_be_taken_ends_the_stream(guanxi: TestServer) {
    loaves(&guanxi).await;
    for (wrong, fields) in [
        (chunk(4, 3..6), vec!["first_index"]),
        (chunk(3, 3..3), vec!["service_measurements"]),
        (ImportServiceMeasurementsRequest { parent: String::new(), ..chunk(3, 3..4) }, vec!["parent"]),
    ] {
        let (acknowledged, end) = import(&guanxi, vec![chunk(0, 0..3), wrong]).await;
        assert_eq!(acknowledged.len(), 1);
        invalid(end, &fields);
    }
    let elsewhere = ImportServiceMeasurementsRequest { parent: "serviceStandards/rolls".into(), ..chunk(0, 0..2) };
    let (acknowledged, end) = import(&guanxi, vec![elsewhere]).await;
    end.unwrap();
    let reason = |one: &guanxi::v1::ImportRejection| refusal(&status_of(one.error.as_ref().expect("why"))).reason;
    let reasons: Vec<_> = acknowledged[0].rejections.iter().map(reason).collect();
    assert_eq!(reasons, ["RESOURCE_NOT_FOUND"; 2]);
}

async fn measurements_are_listed_newest_first_page_by_page(guanxi: TestServer) {
    loaves(&guanxi).await;
    for (day, id, branch, team) in [
        ("2026-01-10", "b-1", "north", ""),
        ("2026-01-12", "b-2", "north", "night"),
        ("2026-01-11", "b-3", "", "night"),
    ] {
        let one =
            ServiceMeasurement { branch: branch.into(), team: team.into(), ..measured(day, id, inspected(10, 1)) };
        record(&guanxi, "loaves", one).await.unwrap();
    }
    let ids = |list: Vec<ServiceMeasurement>| list.into_iter().map(|one| one.source_id).collect::<Vec<_>>();
    assert_eq!(ids(listed(&guanxi, "loaves", "", false).await), ["b-2", "b-3", "b-1"]);
    assert_eq!(ids(listed(&guanxi, "loaves", "branch = north AND team = night", false).await), ["b-2"]);
    let early = "occur_time < \"2026-01-12T00:00:00Z\" AND source = shop";
    assert_eq!(ids(listed(&guanxi, "loaves", early, false).await), ["b-3", "b-1"]);
    let page = |page_token: String| async {
        let parent = "serviceStandards/loaves".into();
        let request = ListServiceMeasurementsRequest { parent, page_size: 2, page_token, ..Default::default() };
        guanxi.satisfaction().list_service_measurements(request).await.map(tonic::Response::into_inner)
    };
    let first = page(String::new()).await.unwrap();
    let second = page(first.next_page_token.clone()).await.unwrap();
    assert_eq!(
        (ids(first.service_measurements), ids(second.service_measurements)),
        (vec!["b-2".into(), "b-3".into()], vec!["b-1".to_owned()])
    );
    let request = ListServiceMeasurementsRequest {
        parent: "loaves".into(),
        page_size: -1,
        page_token: "x".into(),
        filter: "colour = red".into(),
        show_replaced: false,
    };
    let told = ["parent", "filter", "page_size", "page_token"];
    invalid(guanxi.satisfaction().list_service_measurements(request).await, &told);
    let nowhere = ListServiceMeasurementsRequest { parent: "serviceStandards/rolls".into(), ..Default::default() };
    refused(guanxi.satisfaction().list_service_measurements(nowhere).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn sums_out_of_range_are_refused(guanxi: TestServer) {
    create(&guanxi, "wait", standard(ServiceStandardMetric::Amount, 60.0)).await;
    let squares = |id: &str| {
        let huge =
            MeasuredValues { value_count: Some(2), sum: 0, sum_of_squares: Some(i64::MAX / 2), met_value_count: None };
        measured("2026-01-10", id, Found::Values(huge))
    };
    record(&guanxi, "wait", squares("b-1")).await.unwrap();
    let too_much = record(&guanxi, "wait", squares("b-2")).await;
    let too_much = refused(too_much, Code::FailedPrecondition, "TOTALS_OUT_OF_RANGE");
    assert_eq!(too_much.metadata["resource"], "serviceStandards/wait");
    assert_eq!(listed(&guanxi, "wait", "", true).await.len(), 1);
    // What no longer counts makes room.
    let smaller = ServiceMeasurement { replaces: Some(shop("b-1")), ..squares("b-3") };
    record(&guanxi, "wait", smaller).await.unwrap();
}

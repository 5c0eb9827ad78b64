//! The same request sent again: nothing is done twice, and above all no sum is added to twice.

use guanxi::v1::record_invitation_event_result::Result as Told;
use guanxi::v1::record_satisfaction_result::Result as Said;
use guanxi::v1::record_service_measurement_result::Result as Measured;
use guanxi::v1::{
    BatchRecordInvitationEventsRequest, BatchRecordSatisfactionRequest, BatchRecordServiceMeasurementsRequest,
    CreateSatisfactionBenchmarkRequest, CreateSatisfactionTargetRequest, CreateServiceStandardRequest,
    DeleteSatisfactionBenchmarkRequest, DeleteSatisfactionTargetRequest, DeleteServiceStandardRequest, FactContext,
    GetServiceStandardReportRequest, ImportServiceMeasurementsRequest, InvitationEvent, ListInvitationEventsRequest,
    RecordInvitationEventRequest, RecordSatisfactionRequest, RecordServiceMeasurementRequest, SatisfactionRecord,
    ServiceMeasurement, ServiceStandardMetric, UpdateSatisfactionBenchmarkRequest, UpdateSatisfactionTargetRequest,
    UpdateServiceStandardRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use prost_types::FieldMask;
use tonic::Code;

use super::goals::{target, trade};
use super::index::{ask, asking, date};
use super::invitations::{invitations, sent};
use super::kit::{answered, in_use, plain, rating};
use super::standard_kit::{create, creating, inspected, measured, recording, standard};
use crate::support::{create_person, refused, request_id, shop};

on_each_backend! {
    a_retried_measurement_is_summed_once,
    a_batch_of_measurements_sent_again_is_summed_once,
    an_import_of_measurements_sent_again_is_summed_once,
    a_retried_event_of_an_invitation_is_told_once,
    a_batch_of_answers_sent_again_is_in_the_cells_once,
    a_retried_change_of_a_standard_is_not_made_again,
    a_retried_change_of_a_benchmark_is_not_made_again,
    a_retried_change_of_a_target_is_not_made_again,
}

/// How many measurements, units and defects January has.
async fn sums(guanxi: &TestServer) -> (i64, i64, i64) {
    let request = GetServiceStandardReportRequest {
        name: "serviceStandards/loaves".into(),
        start_date: date("2026-01-01"),
        end_date: date("2026-01-31"),
        ..Default::default()
    };
    let told = guanxi.satisfaction().get_service_standard_report(request).await.unwrap().into_inner().total.unwrap();
    (told.measurement_count, told.unit_count, told.total)
}

async fn loaves(guanxi: &TestServer) {
    create(guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
}

/// Known by its request alone.
fn unnamed(day: &str, defects: i64, request: u128) -> RecordServiceMeasurementRequest {
    let found = measured(day, "", inspected(100, defects));
    let found = ServiceMeasurement { source: String::new(), ..found };
    RecordServiceMeasurementRequest { request_id: request_id(request), ..recording("loaves", found) }
}

async fn a_retried_measurement_is_summed_once(guanxi: TestServer) {
    loaves(&guanxi).await;
    let named = recording("loaves", measured("2026-01-10", "b-1", inspected(100, 3)));
    for request in [named, unnamed("2026-01-11", 5, 1)] {
        let first = guanxi.satisfaction().record_service_measurement(request.clone()).await.unwrap().into_inner();
        let again = guanxi.satisfaction().record_service_measurement(request).await.unwrap().into_inner();
        assert_eq!(again, first);
    }
    assert_eq!(sums(&guanxi).await, (2, 200, 8));
    let other = guanxi.satisfaction().record_service_measurement(unnamed("2026-01-11", 6, 1)).await;
    refused(other, Code::AlreadyExists, "FACT_DIFFERS");
    assert_eq!(sums(&guanxi).await, (2, 200, 8));
}

async fn a_batch_of_measurements_sent_again_is_summed_once(guanxi: TestServer) {
    loaves(&guanxi).await;
    let correction =
        ServiceMeasurement { replaces: Some(shop("b-1")), ..measured("2026-01-10", "b-2", inspected(90, 1)) };
    let requests = vec![
        recording("loaves", measured("2026-01-10", "b-1", inspected(100, 3))),
        recording("loaves", correction),
        unnamed("2026-01-11", 5, 1),
        // The same call may say it twice.
        unnamed("2026-01-11", 5, 1),
    ];
    for all_or_nothing in [false, false, true] {
        let batch = BatchRecordServiceMeasurementsRequest { requests: requests.clone(), all_or_nothing };
        let told = guanxi.satisfaction().batch_record_service_measurements(batch).await.unwrap().into_inner();
        assert!(told.results.iter().all(|one| matches!(one.result, Some(Measured::ServiceMeasurement(_)))), "{told:?}");
        assert_eq!(sums(&guanxi).await, (2, 190, 6));
    }
}

async fn an_import_of_measurements_sent_again_is_summed_once(guanxi: TestServer) {
    loaves(&guanxi).await;
    let found = |number: i64| measured("2026-01-10", &format!("b-{number}"), inspected(10, number % 3));
    let chunk = |first_index: i64, numbers: std::ops::Range<i64>| ImportServiceMeasurementsRequest {
        parent: "serviceStandards/loaves".into(),
        first_index,
        service_measurements: numbers.map(found).collect(),
    };
    // The second stream begins before the end of the first one, and says some of it twice itself.
    for (chunks, counts) in [
        (vec![chunk(0, 0..60)], [(60, 0)].as_slice()),
        (vec![chunk(30, 30..60), chunk(60, 60..90), chunk(90, 80..100)], &[(0, 30), (30, 0), (10, 10)]),
    ] {
        let mut stream =
            guanxi.satisfaction().import_service_measurements(tokio_stream::iter(chunks)).await.unwrap().into_inner();
        let mut told = Vec::new();
        while let Some(progress) = stream.message().await.unwrap() {
            told.push((progress.recorded_count, progress.unchanged_count));
        }
        assert_eq!(told, counts);
    }
    // 0, 1, 2, 0, 1, ... of a hundred.
    assert_eq!(sums(&guanxi).await, (100, 1_000, 99));
}

async fn a_retried_event_of_an_invitation_is_told_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    in_use(&guanxi, "service", plain()).await;
    let unnamed = |invitation: &str, request: u128| {
        let event = sent("ada", invitation, "service", 5);
        let context =
            event.context.map(|context| FactContext { source: String::new(), source_id: String::new(), ..context });
        RecordInvitationEventRequest {
            invitation_event: Some(InvitationEvent { context, ..event }),
            request_id: request_id(request),
            ..Default::default()
        }
    };
    let first = guanxi.satisfaction().record_invitation_event(unnamed("i-1", 1)).await.unwrap().into_inner();
    let again = guanxi.satisfaction().record_invitation_event(unnamed("i-1", 1)).await.unwrap().into_inner();
    assert_eq!(again, first);
    let other = guanxi.satisfaction().record_invitation_event(unnamed("i-2", 1)).await;
    refused(other, Code::AlreadyExists, "FACT_DIFFERS");
    let requests = vec![unnamed("i-1", 1), unnamed("i-2", 2), unnamed("i-2", 2)];
    for all_or_nothing in [false, true] {
        let batch = BatchRecordInvitationEventsRequest { requests: requests.clone(), all_or_nothing };
        let told = guanxi.satisfaction().batch_record_invitation_events(batch).await.unwrap().into_inner().results;
        assert!(told.iter().all(|one| matches!(one.result, Some(Told::InvitationEvent(_)))), "{told:?}");
    }
    let list = ListInvitationEventsRequest { parent: "customers/ada".into(), ..Default::default() };
    let listed = guanxi.satisfaction().list_invitation_events(list).await.unwrap().into_inner().invitation_events;
    assert_eq!((listed.len(), invitations(&guanxi, "ada").await.len()), (2, 2));
}

async fn a_batch_of_answers_sent_again_is_in_the_cells_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let revision = in_use(&guanxi, "service", plain()).await;
    let request = |number: u128| {
        let answers = answered("ada", "", &revision, vec![rating("speed", 4), rating("care", 4)]);
        let context = answers.context.map(|context| FactContext { source: String::new(), ..context });
        RecordSatisfactionRequest {
            satisfaction_record: Some(SatisfactionRecord { context, invitation_id: format!("i-{number}"), ..answers }),
            request_id: request_id(number),
            ..Default::default()
        }
    };
    let requests: Vec<_> = (0..6).chain(0..3).map(request).collect();
    for all_or_nothing in [false, true] {
        let batch = BatchRecordSatisfactionRequest { requests: requests.clone(), all_or_nothing };
        let told = guanxi.satisfaction().batch_record_satisfaction(batch).await.unwrap().into_inner().results;
        assert!(told.iter().all(|one| matches!(one.result, Some(Said::SatisfactionRecord(_)))), "{told:?}");
        let rows = ask(&guanxi, asking(&revision, "2026-01-01", "2026-01-31")).await.unwrap().rows;
        assert_eq!((rows.len(), rows[0].record_count), (1, 6));
        let answers: Vec<_> = invitations(&guanxi, "ada").await.iter().map(|one| one.answer_count).collect();
        assert_eq!(answers, [1; 6]);
    }
}

fn mask(path: &str) -> Option<FieldMask> {
    Some(FieldMask { paths: vec![path.into()] })
}

/// Makes the cases of a resource: it is created, changed and deleted, each twice; and under a request id that is taken
/// nothing else is done.
macro_rules! twice {
    ($guanxi:expr, $create:ident $creation:expr, $update:ident $updating:expr, $delete:ident $deletion:expr) => {{
        let mut client = $guanxi.satisfaction();
        let creation = $creation;
        let created = client.$create(creation.clone()).await.unwrap().into_inner();
        assert_eq!(client.$create(creation.clone()).await.unwrap().into_inner(), created);
        let updating = $updating(created.clone());
        let updated = client.$update(updating.clone()).await.unwrap().into_inner();
        assert_ne!(updated.etag, created.etag);
        assert_eq!(client.$update(updating.clone()).await.unwrap().into_inner(), updated);
        assert_eq!(client.$create(creation).await.unwrap().into_inner(), updated, "the present state");
        let other = client.$update({
            let mut other = updating;
            other.update_mask = mask("*");
            other
        });
        refused(other.await, Code::InvalidArgument, "REQUEST_ID_REUSED");
        let deletion = $deletion(updated);
        client.$delete(deletion.clone()).await.unwrap();
        client.$delete(deletion.clone()).await.unwrap();
        let other = client.$delete({
            let mut other = deletion;
            other.etag = String::new();
            other
        });
        refused(other.await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    }};
}

async fn a_retried_change_of_a_standard_is_not_made_again(guanxi: TestServer) {
    let new = standard(ServiceStandardMetric::DefectShare, 0.02);
    twice!(
        guanxi,
        create_service_standard
            CreateServiceStandardRequest { request_id: request_id(1), ..creating("loaves", new) },
        update_service_standard |mut found: guanxi::v1::ServiceStandard| {
            found.owner = "head baker".into();
            let request_id = request_id(2);
            UpdateServiceStandardRequest { service_standard: Some(found), update_mask: mask("owner"), request_id }
        },
        delete_service_standard |found: guanxi::v1::ServiceStandard| DeleteServiceStandardRequest {
            name: found.name,
            etag: found.etag,
            request_id: request_id(3),
        }
    );
}

async fn a_retried_change_of_a_benchmark_is_not_made_again(guanxi: TestServer) {
    twice!(
        guanxi,
        create_satisfaction_benchmark CreateSatisfactionBenchmarkRequest {
            satisfaction_benchmark: Some(trade()),
            satisfaction_benchmark_id: "trade".into(),
            request_id: request_id(1),
        },
        update_satisfaction_benchmark |mut found: guanxi::v1::SatisfactionBenchmark| {
            found.value = Some(20.0);
            UpdateSatisfactionBenchmarkRequest {
                satisfaction_benchmark: Some(found),
                update_mask: mask("value"),
                request_id: request_id(2),
            }
        },
        delete_satisfaction_benchmark |found: guanxi::v1::SatisfactionBenchmark| DeleteSatisfactionBenchmarkRequest {
            name: found.name,
            etag: found.etag,
            request_id: request_id(3),
        }
    );
}

async fn a_retried_change_of_a_target_is_not_made_again(guanxi: TestServer) {
    let promoters = super::goal_kit::metric(guanxi::v1::SatisfactionMetric::NetPromoter, (0, 10));
    in_use(&guanxi, "service", promoters).await;
    twice!(
        guanxi,
        create_satisfaction_target CreateSatisfactionTargetRequest {
            satisfaction_target: Some(target(40.0)),
            satisfaction_target_id: "north".into(),
            request_id: request_id(1),
        },
        update_satisfaction_target |mut found: guanxi::v1::SatisfactionTarget| {
            found.value = Some(45.0);
            UpdateSatisfactionTargetRequest {
                satisfaction_target: Some(found),
                update_mask: mask("value"),
                request_id: request_id(2),
            }
        },
        delete_satisfaction_target |found: guanxi::v1::SatisfactionTarget| DeleteSatisfactionTargetRequest {
            name: found.name,
            etag: found.etag,
            request_id: request_id(3),
        }
    );
}

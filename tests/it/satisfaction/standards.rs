//! Service standards as resources: creating, reading, listing, changing, deleting.

use guanxi::google::r#type::Date;
use guanxi::v1::service_baseline::Kind as Baseline;
use guanxi::v1::{
    DateRange, DeleteServiceStandardRequest, GetServiceStandardRequest, ListServiceStandardsRequest, ReportPeriod,
    ServiceBaseline, ServiceBaselineLevel, ServiceStandard, ServiceStandardMetric, UpdateServiceStandardRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::standard_kit::{create, creating, inspected, measured, record, standard};
use crate::support::{invalid, refused, request_id, shop, time};

on_each_backend! {
    created_standard_is_what_get_and_list_show,
    faults_of_a_standard_are_named_together,
    parts_that_do_not_fit_are_refused_also_where_they_come_one_by_one,
    changes_are_made_once_and_only_to_what_was_seen,
    what_was_measured_fixes_what_it_was_held_against,
    measured_standard_is_not_deleted,
}

async fn get(guanxi: &TestServer, id: &str) -> Result<ServiceStandard, Status> {
    let request = GetServiceStandardRequest { name: format!("serviceStandards/{id}") };
    Ok(guanxi.satisfaction().get_service_standard(request).await?.into_inner())
}

async fn update(guanxi: &TestServer, new: ServiceStandard, mask: &[&str], id: &str) -> Result<ServiceStandard, Status> {
    let paths = mask.iter().map(ToString::to_string).collect();
    let request = UpdateServiceStandardRequest {
        service_standard: Some(new),
        update_mask: Some(prost_types::FieldMask { paths }),
        request_id: id.into(),
    };
    Ok(guanxi.satisfaction().update_service_standard(request).await?.into_inner())
}

async fn delete(guanxi: &TestServer, id: &str, etag: &str) -> Result<(), Status> {
    let name = format!("serviceStandards/{id}");
    let request = DeleteServiceStandardRequest { name, etag: etag.into(), request_id: String::new() };
    guanxi.satisfaction().delete_service_standard(request).await.map(drop)
}

fn level(mean: f64, standard_deviation: Option<f64>) -> Option<ServiceBaseline> {
    Some(ServiceBaseline { kind: Some(Baseline::Level(ServiceBaselineLevel { mean: Some(mean), standard_deviation })) })
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

async fn created_standard_is_what_get_and_list_show(guanxi: TestServer) {
    let new = ServiceStandard {
        description: "by eye".into(),
        opportunities_per_unit: Some(6),
        baseline: level(0.01, None),
        period: ReportPeriod::Month.into(),
        ..standard(ServiceStandardMetric::DefectShare, 0.02)
    };
    let created = create(&guanxi, "loaves", new.clone()).await;
    let expected = ServiceStandard {
        name: "serviceStandards/loaves".into(),
        create_time: Some(time(START)),
        update_time: Some(time(START)),
        etag: created.etag.clone(),
        ..new
    };
    assert_eq!(created, expected);
    assert_eq!(get(&guanxi, "loaves").await.unwrap(), created);
    let wait = create(&guanxi, "wait", standard(ServiceStandardMetric::Duration, 60.0)).await;
    assert_eq!((wait.opportunities_per_unit, wait.period()), (None, ReportPeriod::Week));
    let mut token = String::new();
    let mut all = Vec::new();
    for _ in 0..2 {
        let request = ListServiceStandardsRequest { page_size: 1, page_token: token };
        let page = guanxi.satisfaction().list_service_standards(request).await.unwrap().into_inner();
        all.extend(page.service_standards);
        token = page.next_page_token;
    }
    assert_eq!((all, token.as_str()), (vec![created, wait], ""));
    let missing = refused(get(&guanxi, "other").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "serviceStandards/other");
    let again = guanxi.satisfaction().create_service_standard(creating("wait", expected)).await;
    refused(again, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}

async fn faults_of_a_standard_are_named_together(guanxi: TestServer) {
    let spoiled = ServiceStandard { touchpoint: "desk".into(), unit: "x".repeat(51), period: 9, ..Default::default() };
    let told = ["display_name", "kind", "touchpoint", "owner", "metric", "unit", "direction", "target", "period"];
    let told: Vec<String> = told.iter().map(|field| format!("service_standard.{field}")).collect();
    let told: Vec<&str> =
        ["request_id", "service_standard_id"].into_iter().chain(told.iter().map(String::as_str)).collect();
    let mut request = creating("Loaves", spoiled);
    request.request_id = "7".into();
    invalid(guanxi.satisfaction().create_service_standard(request).await, &told);
    refused(get(&guanxi, "loaves").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn parts_that_do_not_fit_are_refused_also_where_they_come_one_by_one(guanxi: TestServer) {
    let days = DateRange { start_date: date(2026, 1, 2), end_date: date(2026, 1, 1) };
    let unfit = ServiceStandard {
        touchpoint: "touchpoints/desk".into(),
        opportunities_per_unit: Some(2),
        baseline: Some(ServiceBaseline { kind: Some(Baseline::Days(days)) }),
        ..standard(ServiceStandardMetric::Duration, -1.0)
    };
    let told = ["target", "opportunities_per_unit", "baseline.days.end_date", "touchpoint"];
    let told: Vec<String> = told.iter().map(|field| format!("service_standard.{field}")).collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    invalid(guanxi.satisfaction().create_service_standard(creating("wait", unfit)).await, &told);
    let share = create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    let larger = ServiceStandard { target: Some(3.4), ..share.clone() };
    invalid(update(&guanxi, larger.clone(), &["target"], "").await, &["service_standard.target"]);
    let spread = ServiceStandard { baseline: level(0.01, Some(1.0)), ..share.clone() };
    let path = "service_standard.baseline.level.standard_deviation";
    invalid(update(&guanxi, spread, &["baseline"], "").await, &[path]);
    assert_eq!(get(&guanxi, "loaves").await.unwrap(), share);
    let million = ServiceStandard { metric: ServiceStandardMetric::DefectsPerMillion.into(), ..larger };
    let changed = update(&guanxi, million, &["metric", "target"], "").await.unwrap();
    assert_eq!((changed.metric(), changed.target), (ServiceStandardMetric::DefectsPerMillion, Some(3.4)));
}

async fn changes_are_made_once_and_only_to_what_was_seen(guanxi: TestServer) {
    let loaves = create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    let renamed = ServiceStandard { owner: "head baker".into(), display_name: "ignored".into(), ..loaves.clone() };
    let changed = update(&guanxi, renamed.clone(), &["owner"], &request_id(1)).await.unwrap();
    assert_eq!((changed.owner.as_str(), changed.display_name.as_str()), ("head baker", "Loaves"));
    assert_eq!(update(&guanxi, renamed.clone(), &["owner"], &request_id(1)).await.unwrap(), changed);
    refused(update(&guanxi, renamed, &["owner"], "").await, Code::Aborted, "ETAG_MISMATCH");
    let unknown = update(&guanxi, changed.clone(), &["measurement_count", "colour"], "").await;
    invalid(unknown, &["update_mask.paths[1]"]);
    refused(delete(&guanxi, "loaves", &loaves.etag).await, Code::Aborted, "ETAG_MISMATCH");
    delete(&guanxi, "loaves", &changed.etag).await.unwrap();
    refused(get(&guanxi, "loaves").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn what_was_measured_fixes_what_it_was_held_against(guanxi: TestServer) {
    let loaves = create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(100, 1))).await.unwrap();
    let stricter = ServiceStandard { target: Some(0.01), ..loaves.clone() };
    let fixed = update(&guanxi, stricter, &["target"], "").await;
    let fixed = refused(fixed, Code::FailedPrecondition, "SERVICE_STANDARD_MEASURED");
    assert_eq!(fixed.metadata["service_standard"], "serviceStandards/loaves");
    // What stays the same may be named, and the rest may change.
    let monthly = ServiceStandard { period: ReportPeriod::Month.into(), baseline: level(0.01, None), ..loaves };
    let changed = update(&guanxi, monthly, &["*"], "").await.unwrap();
    assert_eq!((changed.period(), changed.measurement_count), (ReportPeriod::Month, 1));
}

async fn measured_standard_is_not_deleted(guanxi: TestServer) {
    create(&guanxi, "loaves", standard(ServiceStandardMetric::DefectShare, 0.02)).await;
    record(&guanxi, "loaves", measured("2026-01-10", "b-1", inspected(100, 1))).await.unwrap();
    super::standard_kit::withdraw(&guanxi, "loaves", shop("b-1")).await.unwrap();
    refused(delete(&guanxi, "loaves", "").await, Code::FailedPrecondition, "SERVICE_STANDARD_MEASURED");
    assert_eq!(get(&guanxi, "loaves").await.unwrap().measurement_count, 1);
}

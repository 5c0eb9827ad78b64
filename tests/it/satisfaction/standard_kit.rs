//! What the cases about service standards and contacts share: builders, days, and the calls most of them make.

use guanxi::google::r#type::Date;
use guanxi::v1::service_measurement::Result as Found;
use guanxi::v1::{
    CreateServiceStandardRequest, FactKey, InspectedUnits, ListServiceMeasurementsRequest, MeasuredValues,
    RecordServiceMeasurementRequest, ServiceMeasurement, ServiceStandard, ServiceStandardDirection,
    ServiceStandardKind, ServiceStandardMetric, WithdrawServiceMeasurementRequest, WithdrawServiceMeasurementResponse,
};
use guanxi_model::Day;
use guanxi_testkit::TestServer;
use tonic::Status;

use crate::support::time;

/// The 1st of January 2026.
const FIRST: Day = Day(20_454);

/// At most `target` of the metric, of a bakery.
pub(crate) fn standard(metric: ServiceStandardMetric, target: f64) -> ServiceStandard {
    ServiceStandard {
        display_name: "Loaves".into(),
        kind: ServiceStandardKind::Product.into(),
        owner: "bakery".into(),
        metric: metric.into(),
        direction: ServiceStandardDirection::AtMost.into(),
        target: Some(target),
        ..ServiceStandard::default()
    }
}

pub(crate) fn creating(id: &str, standard: ServiceStandard) -> CreateServiceStandardRequest {
    CreateServiceStandardRequest {
        service_standard: Some(standard),
        service_standard_id: id.into(),
        request_id: String::new(),
    }
}

pub(crate) async fn create(guanxi: &TestServer, id: &str, standard: ServiceStandard) -> ServiceStandard {
    guanxi.satisfaction().create_service_standard(creating(id, standard)).await.unwrap().into_inner()
}

/// What was found, at noon of a day such as 2026-01-10, by the source `shop`.
pub(crate) fn measured(day: &str, source_id: &str, found: Found) -> ServiceMeasurement {
    ServiceMeasurement {
        occur_time: Some(time(&format!("{day}T12:00:00Z"))),
        source: "shop".into(),
        source_id: source_id.into(),
        result: Some(found),
        ..ServiceMeasurement::default()
    }
}

pub(crate) fn inspected(unit_count: i64, defect_count: i64) -> Found {
    Found::Inspection(InspectedUnits { unit_count, defect_count, met_unit_count: None })
}

pub(crate) fn values(value_count: i64, sum: i64) -> Found {
    Found::Values(MeasuredValues { value_count: Some(value_count), sum, ..MeasuredValues::default() })
}

pub(crate) fn recording(of: &str, measurement: ServiceMeasurement) -> RecordServiceMeasurementRequest {
    RecordServiceMeasurementRequest {
        parent: format!("serviceStandards/{of}"),
        service_measurement: Some(measurement),
        request_id: String::new(),
    }
}

pub(crate) async fn record(
    guanxi: &TestServer,
    of: &str,
    measurement: ServiceMeasurement,
) -> Result<ServiceMeasurement, Status> {
    Ok(guanxi.satisfaction().record_service_measurement(recording(of, measurement)).await?.into_inner())
}

pub(crate) async fn withdraw(
    guanxi: &TestServer,
    of: &str,
    key: FactKey,
) -> Result<WithdrawServiceMeasurementResponse, Status> {
    let parent = format!("serviceStandards/{of}");
    let request = WithdrawServiceMeasurementRequest { parent, measurement: Some(key) };
    Ok(guanxi.satisfaction().withdraw_service_measurement(request).await?.into_inner())
}

/// The measurements that a filter lets through, the newest first.
pub(crate) async fn listed(
    guanxi: &TestServer,
    of: &str,
    filter: &str,
    show_replaced: bool,
) -> Vec<ServiceMeasurement> {
    let parent = format!("serviceStandards/{of}");
    let request = ListServiceMeasurementsRequest { parent, filter: filter.into(), show_replaced, ..Default::default() };
    guanxi.satisfaction().list_service_measurements(request).await.unwrap().into_inner().service_measurements
}

/// A day counted from the 1st of January 2026, which is 1.
pub(crate) fn day(number: i32) -> Date {
    let (year, month, day) = FIRST.plus_days(number - 1).date();
    Date { year, month, day }
}

/// The same as a text.
pub(crate) fn written(number: i32) -> String {
    FIRST.plus_days(number - 1).to_string()
}

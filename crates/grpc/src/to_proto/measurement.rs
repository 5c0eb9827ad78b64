//! What was measured, and what taking it back led to.

use guanxi::google::rpc;
use guanxi::v1 as pb;
use guanxi_app::measurements::Withdrawn;
use guanxi_model::fact::FactKey;
use guanxi_model::name;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_satisfaction::standard::measured::{MeasuredResult, Measurement, NewMeasurement, Segment};

use super::{number, page, time};

/// A measurement.
pub(crate) fn resource(measurement: Measurement) -> pb::ServiceMeasurement {
    let Measurement { id, record_time, state, new } = measurement;
    let NewMeasurement { standard, occur_time, key, replaces, segment, result: found } = new;
    let FactKey { source, source_id } = key;
    let Segment { branch, team } = segment;
    pb::ServiceMeasurement {
        name: name::measurement(&standard, &id),
        occur_time: Some(time::timestamp(occur_time)),
        record_time: Some(time::timestamp(record_time)),
        source: source.into(),
        source_id,
        replaces: replaces.map(|FactKey { source, source_id }| pb::FactKey { source: source.into(), source_id }),
        state: number(state),
        branch,
        team,
        result: Some(result(found)),
    }
}

fn result(result: MeasuredResult) -> pb::service_measurement::Result {
    use pb::service_measurement::Result as Pb;
    match result {
        MeasuredResult::Inspected { units, defects, good } => {
            Pb::Inspection(pb::InspectedUnits { unit_count: units, defect_count: defects, met_unit_count: good })
        }
        MeasuredResult::Values { count, sum, squares, met } => Pb::Values(pb::MeasuredValues {
            value_count: Some(count),
            sum,
            sum_of_squares: squares,
            met_value_count: met,
        }),
    }
}

/// What became of one item of a batch.
pub(crate) fn outcome(outcome: Result<Measurement, rpc::Status>) -> pb::RecordServiceMeasurementResult {
    use pb::record_service_measurement_result::Result as Pb;
    let result = match outcome {
        Ok(measurement) => Pb::ServiceMeasurement(resource(measurement)),
        Err(error) => Pb::Error(error),
    };
    pb::RecordServiceMeasurementResult { result: Some(result) }
}

/// ListServiceMeasurements.
pub(crate) fn list_response(query: QueryHash, found: Page<Measurement>) -> pb::ListServiceMeasurementsResponse {
    let key = |one: &Measurement| vec![KeyPart::Int(one.new.occur_time.0), KeyPart::Bytes(one.id.as_bytes().to_vec())];
    let (service_measurements, next_page_token) = page::close(found, query, key, resource);
    pb::ListServiceMeasurementsResponse { service_measurements, next_page_token }
}

/// WithdrawServiceMeasurement.
pub(crate) fn withdraw_response(withdrawn: Withdrawn) -> pb::WithdrawServiceMeasurementResponse {
    let Withdrawn { known, time } = withdrawn;
    pb::WithdrawServiceMeasurementResponse { known, withdraw_time: Some(time::timestamp(time)) }
}

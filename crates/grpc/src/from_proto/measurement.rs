//! Requests about what was measured. Whether it is of the standard's metric is found where the standard is known.

use guanxi::v1 as pb;
use guanxi_app::command::Grouping;
use guanxi_model::fact::FactKey;
use guanxi_model::page::QueryHash;
use guanxi_model::{ServiceStandardId, Violations, name, text};
use guanxi_satisfaction::standard::measured::{MeasuredResult, NewMeasurement, Segment};
use guanxi_store::{MEASUREMENT_FILTER, MeasurementQuery};

use super::customer::request_id;
use super::fact::{self, Unnamed};
use super::import::{self, Chunk, Unread};
use super::page::Column;
use super::resource::MAX_NAME;
use super::{Context, Path, done, given, page, time};

const FIELD: &str = "service_measurement";
const MAX_BATCH: usize = 500;

/// RecordServiceMeasurement.
pub(crate) fn record_request(
    ctx: &Context<'_>,
    request: pb::RecordServiceMeasurementRequest,
) -> Result<NewMeasurement, Violations> {
    let pb::RecordServiceMeasurementRequest { parent, service_measurement, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let standard = v.field(Path::of("parent"), name::parse_service_standard(&parent));
    let at = Path::of(FIELD);
    let new = given(&mut v, at, service_measurement)
        .and_then(|message| new(ctx, &mut v, (message, Unnamed::ByRequest(request_id.as_ref()))));
    let new = standard.zip(new);
    done(v, new.map(|(standard, new)| new.of(standard)))
}

/// BatchRecordServiceMeasurements: every item by itself.
pub(crate) fn batch_request(
    ctx: &Context<'_>,
    request: pb::BatchRecordServiceMeasurementsRequest,
) -> Result<(Vec<Result<NewMeasurement, Violations>>, Grouping), Violations> {
    let pb::BatchRecordServiceMeasurementsRequest { requests, all_or_nothing } = request;
    if requests.is_empty() || requests.len() > MAX_BATCH {
        return Err(Violations::one("requests", format!("has {} items; 1 to {MAX_BATCH} are allowed", requests.len())));
    }
    let items = requests.into_iter().map(|request| record_request(ctx, request)).collect();
    Ok((items, if all_or_nothing { Grouping::AllOrNothing } else { Grouping::Each }))
}

/// A chunk of ImportServiceMeasurements; `expected` is where the one before ended.
pub(crate) fn chunk(
    request: pb::ImportServiceMeasurementsRequest,
    expected: Option<i64>,
) -> Result<Chunk<Unread<NewMeasurement>>, Violations> {
    let pb::ImportServiceMeasurementsRequest { parent, first_index, service_measurements } = request;
    let mut v = Violations::new();
    let standard = v.field(Path::of("parent"), name::parse_service_standard(&parent));
    let end = import::end(&mut v, (first_index, expected), ("service_measurements", service_measurements.len()));
    let (standard, end) = done(v, standard.zip(end))?;
    let unread = |item| -> Unread<NewMeasurement> {
        let standard = standard.clone();
        Box::new(move |ctx| {
            let mut v = Violations::new();
            let new = new(ctx, &mut v, (item, Unnamed::Refused));
            done(v, new.map(|new| new.of(standard)))
        })
    };
    Ok(Chunk { first: first_index, end, items: service_measurements.into_iter().map(unread).collect() })
}

/// A measurement but for its standard.
struct Unplaced {
    occur_time: guanxi_model::Timestamp,
    key: FactKey,
    replaces: Option<FactKey>,
    segment: Segment,
    result: MeasuredResult,
}

impl Unplaced {
    fn of(self, standard: ServiceStandardId) -> NewMeasurement {
        let Unplaced { occur_time, key, replaces, segment, result } = self;
        NewMeasurement { standard, occur_time, key, replaces, segment, result }
    }
}

fn new(
    ctx: &Context<'_>,
    v: &mut Violations,
    (message, unnamed): (pb::ServiceMeasurement, Unnamed<'_>),
) -> Option<Unplaced> {
    let at = Path::of(FIELD);
    let pb::ServiceMeasurement {
        name: _,
        occur_time,
        record_time: _,
        source,
        source_id,
        replaces,
        state: _,
        branch,
        team,
        result: found,
    } = message;
    let occur_time = given(v, at.field("occur_time"), occur_time)
        .and_then(|time| time::occurred(ctx, v, at.field("occur_time"), time));
    let key = fact::own_key(v, at, (source, source_id, unnamed));
    let replaces = replaces.and_then(|replaced| fact::key(v, at.field("replaces"), replaced));
    if key.is_some() && key == replaces {
        v.push(at.field("replaces"), "a measurement cannot replace itself");
    }
    let branch = v.field(at.field("branch"), text::optional(branch, MAX_NAME));
    let team = v.field(at.field("team"), text::optional(team, MAX_NAME));
    let found = found.map(result);
    if found.is_none() {
        v.push(at.field("result"), "choose one of inspection, values");
    }
    let segment = Segment { branch: branch?, team: team? };
    Some(Unplaced { occur_time: occur_time?, key: key?, replaces, segment, result: found? })
}

fn result(result: pb::service_measurement::Result) -> MeasuredResult {
    use pb::service_measurement::Result as Pb;
    match result {
        Pb::Inspection(pb::InspectedUnits { unit_count, defect_count, met_unit_count }) => {
            MeasuredResult::Inspected { units: unit_count, defects: defect_count, good: met_unit_count }
        }
        Pb::Values(pb::MeasuredValues { value_count, sum, sum_of_squares, met_value_count }) => {
            let count = value_count.unwrap_or(1);
            MeasuredResult::Values { count, sum, squares: sum_of_squares, met: met_value_count }
        }
    }
}

/// ListServiceMeasurements.
pub(crate) fn list_request(
    request: &pb::ListServiceMeasurementsRequest,
) -> Result<(MeasurementQuery, QueryHash), Violations> {
    let pb::ListServiceMeasurementsRequest { parent, page_size, page_token, filter, show_replaced } = request;
    let mut v = Violations::new();
    let standard = v.field(Path::of("parent"), name::parse_service_standard(parent));
    let filter = page::filter(&mut v, filter, &MEASUREMENT_FILTER);
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let replaced = if *show_replaced { "replaced" } else { "" };
    let query = ["measurements", parent, &canonical, replaced];
    let paging = page::paging(&mut v, (*page_size, page_token), &query, &[Column::Int, Column::Bytes]);
    let list = standard.zip(filter).zip(paging).map(|((standard, filter), paging)| {
        let (limit, show_replaced) = (paging.size, *show_replaced);
        (MeasurementQuery { standard, filter, show_replaced, limit, after: paging.after }, paging.query)
    });
    done(v, list)
}

/// WithdrawServiceMeasurement.
pub(crate) fn withdraw_request(
    request: pb::WithdrawServiceMeasurementRequest,
) -> Result<(ServiceStandardId, FactKey), Violations> {
    let pb::WithdrawServiceMeasurementRequest { parent, measurement } = request;
    let mut v = Violations::new();
    let standard = v.field(Path::of("parent"), name::parse_service_standard(&parent));
    let at = Path::of("measurement");
    let key = given(&mut v, at, measurement).and_then(|key| fact::key(&mut v, at, key));
    done(v, standard.zip(key))
}

#[cfg(test)]
mod tests {
    use pb::service_measurement::Result as Pb;

    use super::*;
    use crate::testing::{NOW, ctx, paths};

    fn sound() -> pb::ServiceMeasurement {
        let (seconds, nanos) = NOW.seconds_nanos();
        pb::ServiceMeasurement {
            occur_time: Some(prost_types::Timestamp { seconds, nanos }),
            source: "oven".into(),
            source_id: "b-1".into(),
            result: Some(Pb::Values(pb::MeasuredValues { sum: 7, ..pb::MeasuredValues::default() })),
            ..pb::ServiceMeasurement::default()
        }
    }

    fn record(measurement: pb::ServiceMeasurement, parent: &str) -> Result<NewMeasurement, Violations> {
        let request = pb::RecordServiceMeasurementRequest {
            parent: parent.into(),
            service_measurement: Some(measurement),
            request_id: String::new(),
        };
        record_request(&ctx(), request)
    }

    #[test]
    fn a_value_is_one_where_no_number_is_given() {
        let read = record(sound(), "serviceStandards/loaves").unwrap();
        assert_eq!(read.result, MeasuredResult::Values { count: 1, sum: 7, squares: None, met: None });
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let spoiled = pb::ServiceMeasurement {
            occur_time: None,
            source_id: String::new(),
            branch: "x".repeat(201),
            team: "a\nb".into(),
            result: None,
            ..sound()
        };
        let told = ["occur_time", "source_id", "branch", "team", "result"].map(|field| format!("{FIELD}.{field}"));
        let told: Vec<_> = std::iter::once("parent".to_owned()).chain(told).collect();
        assert_eq!(paths(record(spoiled, "loaves")), told);
        let itself = pb::FactKey { source: "oven".into(), source_id: "b-1".into() };
        let itself = pb::ServiceMeasurement { replaces: Some(itself), ..sound() };
        assert_eq!(paths(record(itself, "serviceStandards/loaves")), [format!("{FIELD}.replaces")]);
    }

    #[test]
    fn chunks_follow_each_other_and_items_are_read_by_themselves() {
        let read = |first_index, items, expected| {
            let parent = "serviceStandards/loaves".into();
            let request = pb::ImportServiceMeasurementsRequest { parent, first_index, service_measurements: items };
            let items = |chunk: Chunk<Unread<NewMeasurement>>| {
                chunk.items.into_iter().map(|item| item(&ctx()).is_ok()).collect()
            };
            chunk(request, expected).map(|chunk| (chunk.first, chunk.end, items(chunk)))
        };
        let unnamed = pb::ServiceMeasurement { source_id: String::new(), ..sound() };
        assert_eq!(read(3, vec![sound(), unnamed], None).unwrap(), (3, 5, vec![true, false]));
        assert_eq!(paths(read(4, vec![], Some(3))), ["service_measurements", "first_index"]);
    }
}

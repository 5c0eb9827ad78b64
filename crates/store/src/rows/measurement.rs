//! What was measured against a service standard.

use guanxi_model::fact::{FactKey, FactState};
use guanxi_model::{MeasurementId, ServiceStandardId, SourceName, Timestamp, Words as _};
use guanxi_satisfaction::standard::measured::{MeasuredResult, Measurement, NewMeasurement, Segment};
use sea_orm::QueryResult;

use super::{id_bytes, word};
use crate::Error;
use crate::bulk::{Cell, Column, bytes, int, text};

pub(crate) const SELECT: &str = "m.standard_id, m.source, m.source_id, m.measurement_id, m.occur_time, m.record_time, m.state, m.kind, \
     m.branch, m.team, m.units, m.total, m.squares, m.met_units, m.replaces_source, m.replaces_source_id";
pub(crate) const COLUMNS: &[Column] = &[
    text("standard_id"),
    text("source"),
    text("source_id"),
    bytes("measurement_id"),
    int("occur_time"),
    int("record_time"),
    int("state"),
    int("kind"),
    text("branch"),
    text("team"),
    int("units"),
    int("total"),
    int("squares"),
    int("met_units"),
    text("replaces_source"),
    text("replaces_source_id"),
];
const INSPECTED: i16 = 1;
const VALUES: i16 = 2;

pub(crate) fn write(measurement: &Measurement) -> [Cell; 16] {
    let Measurement { id, record_time, state, new } = measurement;
    let NewMeasurement { standard, occur_time, key, replaces, segment, result } = new;
    let (kind, units, total, squares, met) = match *result {
        MeasuredResult::Inspected { units, defects, good } => (INSPECTED, units, defects, None, good),
        MeasuredResult::Values { count, sum, squares, met } => (VALUES, count, sum, squares, met),
    };
    [
        standard.as_str().into(),
        key.source.as_str().into(),
        key.source_id.as_str().into(),
        id.as_bytes().as_slice().into(),
        occur_time.0.into(),
        record_time.0.into(),
        state.code().into(),
        kind.into(),
        segment.branch.as_str().into(),
        segment.team.as_str().into(),
        units.into(),
        total.into(),
        squares.into(),
        met.into(),
        replaces.as_ref().map(|key| key.source.as_str()).into(),
        replaces.as_ref().map(|key| key.source_id.as_str()).into(),
    ]
}

pub(crate) fn read(row: &QueryResult) -> Result<Measurement, Error> {
    let (units, total): (i64, i64) = (row.try_get_by_index(10)?, row.try_get_by_index(11)?);
    let (squares, met): (Option<i64>, Option<i64>) = (row.try_get_by_index(12)?, row.try_get_by_index(13)?);
    let result = match row.try_get_by_index::<i16>(7)? {
        INSPECTED => MeasuredResult::Inspected { units, defects: total, good: met },
        VALUES => MeasuredResult::Values { count: units, sum: total, squares, met },
        kind => return Err(Error::corrupt("measurement kind", kind)),
    };
    let new = NewMeasurement {
        standard: ServiceStandardId::from_trusted(row.try_get_by_index(0)?),
        occur_time: Timestamp(row.try_get_by_index(4)?),
        key: read_key(row, (1, 2))?,
        replaces: read_other(row, (14, 15))?,
        segment: Segment { branch: row.try_get_by_index(8)?, team: row.try_get_by_index(9)? },
        result,
    };
    Ok(Measurement {
        id: MeasurementId::from_bytes(id_bytes(row, 3, "measurement id")?),
        record_time: Timestamp(row.try_get_by_index(5)?),
        state: word::<FactState>(row, 6, "measurement state")?,
        new,
    })
}

pub(crate) fn read_key(row: &QueryResult, (source, id): (usize, usize)) -> Result<FactKey, Error> {
    Ok(FactKey {
        source: SourceName::from_trusted(row.try_get_by_index(source)?),
        source_id: row.try_get_by_index(id)?,
    })
}

pub(crate) fn read_other(row: &QueryResult, (source, id): (usize, usize)) -> Result<Option<FactKey>, Error> {
    let (source, id): (Option<String>, Option<String>) = (row.try_get_by_index(source)?, row.try_get_by_index(id)?);
    Ok(source.zip(id).map(|(source, source_id)| FactKey { source: SourceName::from_trusted(source), source_id }))
}

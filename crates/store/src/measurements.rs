//! What was measured against service standards: lists, what a batch is decided on and leads to, and the sums of days. They
//! are about no customer, so they go past the ledger; whoever writes holds the rows of their standards
//! (`service_standards`), so that nothing here can have changed since it was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guanxi_model::fact::{FactKey, FactState};
use guanxi_model::filter::{Filter, Kind, Schema};
use guanxi_model::page::{KeyPart, Page};
use guanxi_model::{Day, ServiceStandardId, Timestamp, Words as _};
use guanxi_satisfaction::standard::StandardTotals;
use guanxi_satisfaction::standard::measured::{Measurement, Segment, Sums};
use sea_orm::{QueryResult, Value};

use crate::bulk::{self, Cell, Column, Rows, int, text};
use crate::catalogue::{query, rows};
use crate::customers::{bind_key, page};
use crate::rows::measurement::{self, SELECT, read_key, read_other};
use crate::{Error, Reader, Tx, filters};

/// What measurements may be filtered by.
pub const MEASUREMENT_FILTER: Schema =
    Schema(&[("occur_time", Kind::Timestamp), ("source", Kind::Text), ("branch", Kind::Text), ("team", Kind::Text)]);

fn place(field: &str) -> Option<&'static str> {
    Some(match field {
        "occur_time" => "m.occur_time",
        "source" => "m.source",
        "branch" => "m.branch",
        "team" => "m.team",
        _ => return None,
    })
}

/// A list of measurements of one standard.
#[derive(Clone, Debug)]
pub struct MeasurementQuery {
    pub standard: ServiceStandardId,
    pub filter: Filter,
    pub show_replaced: bool,
    pub limit: usize,
    /// The key of the last measurement of the page before.
    pub after: Option<Vec<KeyPart>>,
}

/// Which measurement: the standard, and the identity within it.
pub type MeasurementRef = (ServiceStandardId, FactKey);

/// What ended that a measurement counts: another one, or nobody where it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasurementReplacement {
    pub by: Option<FactKey>,
    pub record_time: Timestamp,
}

/// What was there.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    pub measurements: HashMap<MeasurementRef, Measurement>,
    pub replacements: HashMap<MeasurementRef, MeasurementReplacement>,
}

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct MeasurementWrites {
    pub measurements: BTreeMap<MeasurementRef, Measurement>,
    /// Of measurements that were there before.
    pub states: BTreeMap<MeasurementRef, FactState>,
    pub replacements: BTreeMap<MeasurementRef, MeasurementReplacement>,
    /// What is added to days.
    pub days: BTreeMap<(ServiceStandardId, Day, Segment), Sums>,
    pub totals: BTreeMap<ServiceStandardId, StandardTotals>,
}

const KEY: &[Column] = &[text("standard_id"), text("source"), text("source_id")];
const SUMS: [&str; 7] = ["measurements", "units", "total", "squared_units", "squares", "judged_units", "met_units"];
impl Reader {
    /// A page of measurements, the newest by occur time first; the id decides between equal times.
    pub async fn measurements(&self, list: &MeasurementQuery) -> Result<Page<Measurement>, Error> {
        let filter = filters::condition(&list.filter, place, 2);
        let mut values: Vec<Value> = vec![list.standard.as_str().into()];
        values.extend(filter.values);
        let state = if list.show_replaced { "" } else { "AND m.state = 1" };
        let after = match &list.after {
            Some(parts) => format!("AND (m.occur_time, m.measurement_id) < ({})", bind_key(parts, &mut values)),
            None => String::new(),
        };
        values.push(rows(list.limit + 1));
        let sql = format!(
            "SELECT {SELECT} FROM measurements m WHERE m.standard_id = $1 AND {} {state} {after} \
             ORDER BY m.occur_time DESC, m.measurement_id DESC LIMIT ${}",
            filter.sql,
            values.len()
        );
        let found = query(self.connection(), &sql, values).await?;
        let found = found.iter().map(measurement::read).collect::<Result<Vec<_>, _>>()?;
        Ok(page(found, list.limit, |one| {
            vec![KeyPart::Int(one.new.occur_time.0), KeyPart::Bytes(one.id.as_bytes().to_vec())]
        }))
    }

    /// The sums of the days from the first to the last, of one branch or team or of all, in the order of the days. On the pool
    /// for reports: of a long time there may be many branches and teams to add up.
    pub async fn measured_days(
        &self,
        standard: &ServiceStandardId,
        (first, last): (Day, Day),
        (branch, team): (Option<&str>, Option<&str>),
    ) -> Result<Vec<(Day, Sums)>, Error> {
        let mut values: Vec<Value> =
            vec![standard.as_str().into(), i64::from(first.0).into(), i64::from(last.0).into()];
        let mut only = String::new();
        for (column, wanted) in [("branch", branch), ("team", team)] {
            if let Some(wanted) = wanted {
                values.push(wanted.into());
                only.push_str(&format!(" AND m.{column} = ${}", values.len()));
            }
        }
        let sums = SUMS.map(|column| format!("CAST(SUM(m.{column}) AS BIGINT)")).join(", ");
        let sql = format!(
            "SELECT m.day, {sums} FROM measurement_days m WHERE m.standard_id = $1 AND m.day BETWEEN $2 AND $3{only} \
             GROUP BY m.day ORDER BY m.day"
        );
        query(self.reports(), &sql, values).await?.iter().map(read_day).collect()
    }
}

impl Tx {
    /// Measurements that may be there, and what may have ended that they count.
    pub async fn load_measurements(&self, keys: &BTreeSet<MeasurementRef>) -> Result<Measured, Error> {
        let mut measured = Measured::default();
        let find = self.lookup(SELECT, "measurements m", KEY);
        for row in bulk::select(self.connection(), key_rows(keys), find).await? {
            let kept = measurement::read(&row)?;
            measured.measurements.insert((kept.new.standard.clone(), kept.new.key.clone()), kept);
        }
        let select = "r.standard_id, r.source, r.source_id, r.by_source, r.by_source_id, r.record_time";
        let find = self.lookup(select, "measurement_replacements r", KEY);
        for row in bulk::select(self.connection(), key_rows(keys), find).await? {
            let key = (ServiceStandardId::from_trusted(row.try_get_by_index(0)?), read_key(&row, (1, 2))?);
            let replacement = MeasurementReplacement {
                by: read_other(&row, (3, 4))?,
                record_time: Timestamp(row.try_get_by_index(5)?),
            };
            measured.replacements.insert(key, replacement);
        }
        Ok(measured)
    }

    /// Writes everything.
    pub async fn write_measurements(&self, writes: &MeasurementWrites) -> Result<(), Error> {
        let mut new = Rows::new(measurement::COLUMNS);
        for measurement in writes.measurements.values() {
            new.push(measurement::write(measurement));
        }
        bulk::insert(self.connection(), "measurements", new, "").await?;
        self.write_measurement_states(writes).await?;
        self.write_measurement_replacements(writes).await?;
        self.write_measurement_days(writes).await?;
        self.put_standard_totals(&writes.totals).await
    }

    async fn write_measurement_states(&self, writes: &MeasurementWrites) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("standard_id"), text("source"), text("source_id"), int("state")];
        let mut ended = Rows::new(COLUMNS);
        for (key, state) in &writes.states {
            ended.push(key_cells(key).into_iter().chain([state.code().into()]));
        }
        let set = "state = CAST(k.state AS SMALLINT)";
        let on = "measurements.standard_id = k.standard_id AND measurements.source = k.source \
                  AND measurements.source_id = k.source_id";
        bulk::update(self.connection(), "measurements", ended, (set, on)).await.map(drop)
    }

    async fn write_measurement_replacements(&self, writes: &MeasurementWrites) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[
            text("standard_id"),
            text("source"),
            text("source_id"),
            text("by_source"),
            text("by_source_id"),
            int("record_time"),
        ];
        let mut new = Rows::new(COLUMNS);
        for (key, replacement) in &writes.replacements {
            let by = replacement.by.as_ref();
            let tail: [Cell; 3] = [
                by.map(|by| by.source.as_str()).into(),
                by.map(|by| by.source_id.as_str()).into(),
                replacement.record_time.0.into(),
            ];
            new.push(key_cells(key).into_iter().chain(tail));
        }
        bulk::insert(self.connection(), "measurement_replacements", new, "").await.map(drop)
    }

    async fn write_measurement_days(&self, writes: &MeasurementWrites) -> Result<(), Error> {
        const KEY: [Column; 4] = [text("standard_id"), int("day"), text("branch"), text("team")];
        let columns: Vec<Column> = KEY.into_iter().chain(SUMS.map(int)).collect();
        let mut days = Rows::new(&columns);
        for ((standard, day, segment), sums) in &writes.days {
            let key: [Cell; 4] = [
                standard.as_str().into(),
                i64::from(day.0).into(),
                segment.branch.as_str().into(),
                segment.team.as_str().into(),
            ];
            days.push(key.into_iter().chain(sums.numbers().map(Cell::from)));
        }
        let add = SUMS.map(|column| format!("{column} = measurement_days.{column} + excluded.{column}")).join(", ");
        let tail = format!("ON CONFLICT (standard_id, day, branch, team) DO UPDATE SET {add}");
        bulk::insert(self.connection(), "measurement_days", days, &tail).await.map(drop)
    }
}

fn key_rows(keys: &BTreeSet<MeasurementRef>) -> Rows<'static> {
    let mut rows = Rows::new(KEY);
    for key in keys {
        rows.push(key_cells(key));
    }
    rows
}

fn key_cells((standard, key): &MeasurementRef) -> [Cell; 3] {
    [standard.as_str().into(), key.source.as_str().into(), key.source_id.as_str().into()]
}

fn read_day(row: &QueryResult) -> Result<(Day, Sums), Error> {
    let day = i32::try_from(row.try_get_by_index::<i64>(0)?).map_err(|error| Error::corrupt("day", error))?;
    let mut numbers = [0; SUMS.len()];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = row.try_get_by_index(index + 1)?;
    }
    Ok((Day(day), Sums::of(numbers)))
}

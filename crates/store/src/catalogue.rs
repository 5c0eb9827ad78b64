//! Resources that are not about one customer: attribute definitions and touchpoints. Small tables, read whole or by
//! name, written in transactions of their own.

use std::pin::pin;

use futures::TryStreamExt as _;
use guanxi_model::customer::{AttributeDefinition, Touchpoint};
use guanxi_model::{AttributeKey, RequestId, SourceName, Timestamp, TouchpointId, Words};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait, Value};
use tokio::task::coop::consume_budget;

use crate::ledger::Fingerprint;
use crate::rows::{id_bytes, word};
use crate::{Error, Reader, Tx};

const DEFINITION: &str =
    "attribute_key, display_name, description, value_type, unit, revision, create_time, update_time";
const TOUCHPOINT: &str =
    "touchpoint_id, display_name, journey, place, kind, description, revision, create_time, update_time";

pub(crate) async fn attribute_definitions(
    connection: &impl ConnectionTrait,
) -> Result<Vec<AttributeDefinition>, Error> {
    let sql = format!("SELECT {DEFINITION} FROM attribute_definitions ORDER BY attribute_key");
    query(connection, &sql, []).await?.iter().map(read_definition).collect()
}

pub(crate) async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, Error> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.query_all_raw(statement).await?)
}

/// As `query`, for answers of thousands of rows: calls that wait for the same processor have their turns in between.
pub(crate) async fn each<T>(
    connection: &impl StreamTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
    read: impl Fn(QueryResult) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let mut rows = pin!(connection.stream_raw(statement).await?);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(read(row)?);
        consume_budget().await;
    }
    Ok(all)
}

/// The row of a query that finds one or none. Spares SQLite a hand-over against `query`: nothing has to say that there
/// are no more.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, Error> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.query_one_raw(statement).await?)
}

pub(crate) async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, Error> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

impl Reader {
    /// One attribute definition.
    pub async fn attribute_definition(&self, key: &AttributeKey) -> Result<Option<AttributeDefinition>, Error> {
        let sql = format!("SELECT {DEFINITION} FROM attribute_definitions WHERE attribute_key = $1");
        find(self.connection(), &sql, [key.as_str().into()]).await?.as_ref().map(read_definition).transpose()
    }

    /// Attribute definitions after a key, by key.
    pub async fn attribute_definitions(&self, after: &str, limit: usize) -> Result<Vec<AttributeDefinition>, Error> {
        let sql = format!(
            "SELECT {DEFINITION} FROM attribute_definitions WHERE attribute_key > $1 ORDER BY attribute_key LIMIT $2"
        );
        query(self.connection(), &sql, [after.into(), rows(limit)]).await?.iter().map(read_definition).collect()
    }

    /// One touchpoint.
    pub async fn touchpoint(&self, id: &TouchpointId) -> Result<Option<Touchpoint>, Error> {
        let sql = format!("SELECT {TOUCHPOINT} FROM touchpoints WHERE touchpoint_id = $1");
        find(self.connection(), &sql, [id.as_str().into()]).await?.as_ref().map(read_touchpoint).transpose()
    }

    /// Touchpoints after an id, by id.
    pub async fn touchpoints(&self, after: &str, limit: usize) -> Result<Vec<Touchpoint>, Error> {
        let sql =
            format!("SELECT {TOUCHPOINT} FROM touchpoints WHERE touchpoint_id > $1 ORDER BY touchpoint_id LIMIT $2");
        query(self.connection(), &sql, [after.into(), rows(limit)]).await?.iter().map(read_touchpoint).collect()
    }
}

/// A number of rows as a parameter.
pub(crate) fn rows(limit: usize) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

impl Tx {
    /// Locks out other writers of the catalogue until the transaction ends, so that what is read stays true. SQLite has
    /// one writer anyway.
    pub async fn lock_catalogue(&self) -> Result<(), Error> {
        if ConnectionTrait::get_database_backend(self.connection()) == DbBackend::Postgres {
            execute(self.connection(), "SELECT pg_advisory_xact_lock($1)", [CATALOGUE_LOCK.into()]).await?;
        }
        Ok(())
    }

    /// The fingerprint of the request that was carried out under this id on this resource, if one was, and when.
    pub async fn catalogue_request(
        &self,
        name: &str,
        request: &RequestId,
    ) -> Result<Option<(Fingerprint, Timestamp)>, Error> {
        let sql = "SELECT fingerprint, record_time FROM catalogue_requests WHERE name = $1 AND request_id = $2";
        let found = find(self.connection(), sql, [name.into(), request.as_bytes().to_vec().into()]).await?;
        let read = |row: QueryResult| Ok((id_bytes(&row, 0, "fingerprint")?, Timestamp(row.try_get_by_index(1)?)));
        found.map(read).transpose()
    }

    /// Keeps that a request was carried out.
    pub async fn put_catalogue_request(
        &self,
        name: &str,
        request: &RequestId,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO catalogue_requests (name, request_id, fingerprint, record_time) VALUES ($1, $2, $3, $4)";
        let values = [name.into(), request.as_bytes().to_vec().into(), fingerprint.to_vec().into(), now.0.into()];
        execute(self.connection(), sql, values).await.map(drop)
    }

    /// One attribute definition.
    pub async fn attribute_definition(&self, key: &AttributeKey) -> Result<Option<AttributeDefinition>, Error> {
        let sql = format!("SELECT {DEFINITION} FROM attribute_definitions WHERE attribute_key = $1");
        find(self.connection(), &sql, [key.as_str().into()]).await?.as_ref().map(read_definition).transpose()
    }

    /// How many rows a catalogue table has.
    pub async fn count(&self, table: CatalogueTable) -> Result<usize, Error> {
        let sql = format!("SELECT COUNT(*) FROM {}", table.name());
        let found = find(self.connection(), &sql, []).await?;
        let count: i64 = found.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Inserts or replaces an attribute definition.
    pub async fn put_attribute_definition(&self, definition: &AttributeDefinition) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO attribute_definitions ({DEFINITION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (attribute_key) DO UPDATE SET display_name = excluded.display_name, \
             description = excluded.description, revision = excluded.revision, update_time = excluded.update_time"
        );
        let AttributeDefinition {
            key,
            display_name,
            description,
            value_type,
            unit,
            revision,
            create_time,
            update_time,
        } = definition;
        let values: [Value; 8] = [
            key.as_str().into(),
            display_name.as_str().into(),
            description.as_str().into(),
            value_type.code().into(),
            unit.as_str().into(),
            (*revision).into(),
            create_time.0.into(),
            update_time.0.into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Whether any customer has a value for the attribute.
    pub async fn attribute_in_use(&self, key: &AttributeKey) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM customer_attributes WHERE attribute_key = $1 LIMIT 1";
        Ok(!query(self.connection(), sql, [key.as_str().into()]).await?.is_empty())
    }

    /// Deletes an attribute definition.
    pub async fn delete_attribute_definition(&self, key: &AttributeKey) -> Result<(), Error> {
        let sql = "DELETE FROM attribute_definitions WHERE attribute_key = $1";
        execute(self.connection(), sql, [key.as_str().into()]).await.map(drop)
    }

    /// One touchpoint.
    pub async fn touchpoint(&self, id: &TouchpointId) -> Result<Option<Touchpoint>, Error> {
        let sql = format!("SELECT {TOUCHPOINT} FROM touchpoints WHERE touchpoint_id = $1");
        find(self.connection(), &sql, [id.as_str().into()]).await?.as_ref().map(read_touchpoint).transpose()
    }

    /// Inserts or replaces a touchpoint.
    pub async fn put_touchpoint(&self, touchpoint: &Touchpoint) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO touchpoints ({TOUCHPOINT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (touchpoint_id) DO UPDATE SET display_name = excluded.display_name, \
             journey = excluded.journey, place = excluded.place, kind = excluded.kind, \
             description = excluded.description, revision = excluded.revision, update_time = excluded.update_time"
        );
        let Touchpoint { id, display_name, journey, position, kind, description, revision, create_time, update_time } =
            touchpoint;
        let values: [Value; 9] = [
            id.as_str().into(),
            display_name.as_str().into(),
            journey.as_str().into(),
            i64::from(*position).into(),
            kind.code().into(),
            description.as_str().into(),
            (*revision).into(),
            create_time.0.into(),
            update_time.0.into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Deletes a touchpoint.
    pub async fn delete_touchpoint(&self, id: &TouchpointId) -> Result<(), Error> {
        execute(self.connection(), "DELETE FROM touchpoints WHERE touchpoint_id = $1", [id.as_str().into()])
            .await
            .map(drop)
    }
}

/// The tables of the catalogue that have a limit.
#[derive(Clone, Copy, Debug)]
pub enum CatalogueTable {
    AttributeDefinitions,
    Touchpoints,
    Pyramids,
    Questionnaires,
    ServiceStandards,
    SatisfactionBenchmarks,
    SatisfactionTargets,
}

impl CatalogueTable {
    fn name(self) -> &'static str {
        match self {
            CatalogueTable::AttributeDefinitions => "attribute_definitions",
            CatalogueTable::Touchpoints => "touchpoints",
            CatalogueTable::Pyramids => "pyramids",
            CatalogueTable::Questionnaires => "questionnaires",
            CatalogueTable::ServiceStandards => "service_standards",
            CatalogueTable::SatisfactionBenchmarks => "satisfaction_benchmarks",
            CatalogueTable::SatisfactionTargets => "satisfaction_targets",
        }
    }
}

const CATALOGUE_LOCK: i64 = 0x6775_616e_7863;

fn read_definition(row: &QueryResult) -> Result<AttributeDefinition, Error> {
    Ok(AttributeDefinition {
        key: AttributeKey::from_trusted(row.try_get_by_index(0)?),
        display_name: row.try_get_by_index(1)?,
        description: row.try_get_by_index(2)?,
        value_type: word(row, 3, "value type")?,
        unit: row.try_get_by_index(4)?,
        revision: row.try_get_by_index(5)?,
        create_time: Timestamp(row.try_get_by_index(6)?),
        update_time: Timestamp(row.try_get_by_index(7)?),
    })
}

fn read_touchpoint(row: &QueryResult) -> Result<Touchpoint, Error> {
    let position: i64 = row.try_get_by_index(3)?;
    Ok(Touchpoint {
        id: TouchpointId::from_trusted(row.try_get_by_index(0)?),
        display_name: row.try_get_by_index(1)?,
        journey: SourceName::from_trusted(row.try_get_by_index(2)?),
        position: i32::try_from(position).map_err(|error| Error::corrupt("position", error))?,
        kind: word(row, 4, "touchpoint kind")?,
        description: row.try_get_by_index(5)?,
        revision: row.try_get_by_index(6)?,
        create_time: Timestamp(row.try_get_by_index(7)?),
        update_time: Timestamp(row.try_get_by_index(8)?),
    })
}

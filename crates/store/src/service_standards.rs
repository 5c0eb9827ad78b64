//! Service standards, and the lock on them: who records measurements, and who changes what they mean, waits for the other.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::{ServiceStandardId, Timestamp};
use guanxi_satisfaction::standard::{ServiceStandard, StandardTotals};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};

use crate::bulk::{self, Column, Rows, int, text};
use crate::catalogue::{execute, find, query, rows};
use crate::rows::{from_json, to_json};
use crate::{Error, Reader, Tx};

const STANDARD: &str = "standard_id, document, measurements, gross, revision, create_time, update_time";

impl Reader {
    /// One service standard.
    pub async fn service_standard(&self, id: &ServiceStandardId) -> Result<Option<ServiceStandard>, Error> {
        let sql = format!("SELECT {STANDARD} FROM service_standards WHERE standard_id = $1");
        find(self.connection(), &sql, [id.as_str().into()]).await?.as_ref().map(read).transpose()
    }

    /// Service standards after an id, by id.
    pub async fn service_standards(&self, after: &str, limit: usize) -> Result<Vec<ServiceStandard>, Error> {
        let sql =
            format!("SELECT {STANDARD} FROM service_standards WHERE standard_id > $1 ORDER BY standard_id LIMIT $2");
        query(self.connection(), &sql, [after.into(), rows(limit)]).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// One service standard, which nobody else changes or measures against until the transaction ends.
    pub async fn service_standard(&self, id: &ServiceStandardId) -> Result<Option<ServiceStandard>, Error> {
        Ok(self.hold_service_standards(&BTreeSet::from([id.clone()])).await?.pop())
    }

    /// Those of some service standards that are there; nobody else changes or measures against them until the transaction
    /// ends. They are taken in the order of their ids, so that two who take several do not wait for each other.
    pub async fn hold_service_standards(
        &self,
        ids: &BTreeSet<ServiceStandardId>,
    ) -> Result<Vec<ServiceStandard>, Error> {
        const KEY: &[Column] = &[text("standard_id")];
        let mut keys = Rows::new(KEY);
        for id in ids {
            keys.push([id.as_str().into()]);
        }
        let (join, lock) = match ConnectionTrait::get_database_backend(self.connection()) {
            DbBackend::Postgres => ("JOIN", "ORDER BY s.standard_id FOR UPDATE OF s"),
            _ => ("CROSS JOIN", ""),
        };
        let select = STANDARD.split(", ").map(|column| format!("s.{column}")).collect::<Vec<_>>().join(", ");
        let held = |source: &str| {
            format!("SELECT {select} FROM {source} {join} service_standards s ON s.standard_id = k.standard_id {lock}")
        };
        bulk::select(self.connection(), keys, held).await?.iter().map(read).collect()
    }

    /// Inserts or replaces a service standard; what was measured against it stays as it is.
    pub async fn put_service_standard(&self, standard: &ServiceStandard) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO service_standards ({STANDARD}) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (standard_id) DO UPDATE SET document = excluded.document, revision = excluded.revision, \
             update_time = excluded.update_time"
        );
        let ServiceStandard { id, content, totals, revision, create_time, update_time } = standard;
        let values: [Value; 7] = [
            id.as_str().into(),
            to_json(content, "service standard")?.into(),
            totals.measurements.into(),
            totals.gross.into(),
            (*revision).into(),
            create_time.0.into(),
            update_time.0.into(),
        ];
        execute(self.connection(), &sql, values).await.map(drop)
    }

    /// Keeps what the measurements of standards add up to.
    pub(crate) async fn put_standard_totals(
        &self,
        totals: &BTreeMap<ServiceStandardId, StandardTotals>,
    ) -> Result<(), Error> {
        const COLUMNS: &[Column] = &[text("standard_id"), int("measurements"), int("gross")];
        let mut rows = Rows::new(COLUMNS);
        for (id, StandardTotals { measurements, gross }) in totals {
            rows.push([id.as_str().into(), (*measurements).into(), (*gross).into()]);
        }
        let set = "measurements = k.measurements, gross = k.gross";
        let on = "service_standards.standard_id = k.standard_id";
        bulk::update(self.connection(), "service_standards", rows, (set, on)).await.map(drop)
    }

    /// Deletes a service standard that nothing was measured against, with withdrawals of what never came.
    pub async fn delete_service_standard(&self, id: &ServiceStandardId) -> Result<(), Error> {
        for table in ["measurement_replacements", "service_standards"] {
            let sql = format!("DELETE FROM {table} WHERE standard_id = $1");
            execute(self.connection(), &sql, [id.as_str().into()]).await?;
        }
        Ok(())
    }
}

fn read(row: &QueryResult) -> Result<ServiceStandard, Error> {
    Ok(ServiceStandard {
        id: ServiceStandardId::from_trusted(row.try_get_by_index(0)?),
        content: from_json(&row.try_get_by_index::<String>(1)?, "service standard")?,
        totals: StandardTotals { measurements: row.try_get_by_index(2)?, gross: row.try_get_by_index(3)? },
        revision: row.try_get_by_index(4)?,
        create_time: Timestamp(row.try_get_by_index(5)?),
        update_time: Timestamp(row.try_get_by_index(6)?),
    })
}

//! Service standards, and the lock on them: who records measurements, and who changes what they mean, waits for the other.

use guanxi_model::{ServiceStandardId, Timestamp};
use guanxi_satisfaction::standard::{ServiceStandard, StandardTotals};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};

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
    /// One service standard, which nobody else changes or measures against until the transaction ends. Who takes several
    /// takes them by id.
    pub async fn service_standard(&self, id: &ServiceStandardId) -> Result<Option<ServiceStandard>, Error> {
        let lock = match ConnectionTrait::get_database_backend(self.connection()) {
            DbBackend::Postgres => "FOR UPDATE",
            _ => "",
        };
        let sql = format!("SELECT {STANDARD} FROM service_standards WHERE standard_id = $1 {lock}");
        find(self.connection(), &sql, [id.as_str().into()]).await?.as_ref().map(read).transpose()
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

    /// Keeps what the measurements of a standard add up to.
    pub async fn put_standard_totals(&self, id: &ServiceStandardId, totals: StandardTotals) -> Result<(), Error> {
        let sql = "UPDATE service_standards SET measurements = $2, gross = $3 WHERE standard_id = $1";
        let values = [id.as_str().into(), totals.measurements.into(), totals.gross.into()];
        execute(self.connection(), sql, values).await.map(drop)
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

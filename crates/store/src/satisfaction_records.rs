//! What was answered in some days, for operations that read all of it.

use guanxi_model::fact::{FactKind, SatisfactionRecord};
use guanxi_model::{FactId, Timestamp, Words as _};
use sea_orm::QueryResult;

use crate::catalogue::{query, rows};
use crate::rows::{from_json, id_bytes};
use crate::{Error, Reader};

/// Where a record stands among all: when it occurred, and its id.
pub type RecordPlace = (Timestamp, FactId);

impl Reader {
    /// Records in force that come after a place and occurred until a moment, the earliest first, on the pool for reports.
    /// Those of deleted customers are left out.
    pub async fn satisfaction_records(
        &self,
        (after, until): (RecordPlace, Timestamp),
        limit: usize,
    ) -> Result<Vec<(RecordPlace, SatisfactionRecord)>, Error> {
        // A value, not NOT EXISTS: PostgreSQL would read all summaries through for the few that are deleted.
        let sql = "SELECT f.occur_time, f.fact_id, f.body FROM facts f \
             WHERE f.kind = $1 AND (f.occur_time, f.fact_id) > ($2, $3) AND f.occur_time <= $4 AND f.state = 1 \
             AND (SELECT s.delete_time IS NULL FROM summaries s WHERE s.customer_id = f.customer_id) \
             ORDER BY f.occur_time, f.fact_id LIMIT $5";
        let (time, id) = after;
        let values = [
            i64::from(FactKind::SatisfactionRecord.code()).into(),
            time.0.into(),
            id.as_bytes().to_vec().into(),
            until.0.into(),
            rows(limit),
        ];
        query(self.reports(), sql, values).await?.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<(RecordPlace, SatisfactionRecord), Error> {
    let place = (Timestamp(row.try_get_by_index(0)?), FactId::from_bytes(id_bytes(row, 1, "fact id")?));
    Ok((place, from_json(&row.try_get_by_index::<String>(2)?, "satisfaction record")?))
}

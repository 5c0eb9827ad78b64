//! The records of a pyramid's customers, for reports that read all of them.

use guanxi_model::customer::Profile;
use guanxi_model::{CustomerId, PyramidId};
use sea_orm::QueryResult;

use crate::bulk::join_each;
use crate::catalogue::{query, rows};
use crate::ledger::TierRow;
use crate::rows::{from_json, tier};
use crate::{Error, Reader};

/// A customer's record beside where it stands.
#[derive(Clone, Debug)]
pub struct RankedRecord {
    pub customer: CustomerId,
    pub profile: Profile,
    pub tier: TierRow,
}

impl Reader {
    /// The records of those who stand or stood in a pyramid, after a customer, by id, for a report. Deleted customers are
    /// left out.
    pub async fn ranked_records(
        &self,
        pyramid: &PyramidId,
        after: &str,
        limit: usize,
    ) -> Result<Vec<RankedRecord>, Error> {
        let stands = join_each(self.pools.backend, "tiers t", "t.customer_id = c.customer_id AND t.pyramid_id = $1");
        let sql = format!(
            "SELECT c.customer_id, c.document, {} FROM customers c {stands} \
             WHERE c.customer_id > $2 AND c.delete_time IS NULL ORDER BY c.customer_id LIMIT $3",
            tier::SELECT
        );
        let values = [pyramid.as_str().into(), after.into(), rows(limit)];
        query(self.reports(), &sql, values).await?.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<RankedRecord, Error> {
    let customer = CustomerId::from_trusted(row.try_get_by_index(0)?);
    let profile = from_json(&row.try_get_by_index::<String>(1)?, "customer")?;
    let tier = tier::read(row, 2)?.ok_or_else(|| Error::corrupt("tier", "has no generation"))?;
    Ok(RankedRecord { customer, profile, tier })
}

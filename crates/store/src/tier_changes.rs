//! Reading how customers came to stand where they stand.

use guanxi_model::{CustomerId, PyramidId, Timestamp};

use crate::catalogue::{query, rows};
use crate::ledger::TierChange;
use crate::rows::tier_change::{SELECT, read};
use crate::{Error, Reader};

impl Reader {
    /// The changes of a customer in a pyramid, the newest first, before one of a time, generation and version.
    pub async fn tier_changes(
        &self,
        customer: &CustomerId,
        pyramid: &PyramidId,
        (time, generation, version): (i64, i64, i64),
        limit: usize,
    ) -> Result<Vec<TierChange>, Error> {
        let sql = format!(
            "SELECT {SELECT} FROM tier_changes WHERE customer_id = $1 AND pyramid_id = $2 AND \
             (change_time, generation, version) < ($3, $4, $5) \
             ORDER BY change_time DESC, generation DESC, version DESC LIMIT $6"
        );
        let values = [
            customer.as_str().into(),
            pyramid.as_str().into(),
            time.into(),
            generation.into(),
            version.into(),
            rows(limit),
        ];
        query(self.connection(), &sql, values).await?.iter().map(read).collect()
    }

    /// The last change of a customer in a pyramid up to a moment.
    pub async fn tier_change_at(
        &self,
        customer: &CustomerId,
        pyramid: &PyramidId,
        at: Timestamp,
    ) -> Result<Option<TierChange>, Error> {
        let after = (at.0.saturating_add(1), i64::MIN, i64::MIN);
        Ok(self.tier_changes(customer, pyramid, after, 1).await?.pop())
    }
}

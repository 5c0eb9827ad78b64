//! Reading how customers came to stand where they stand. What a run has done is read from second slots until it is folded
//! (docs/decisions/0007).

use guanxi_model::{CustomerId, PyramidId, TierId, Timestamp, Words as _};
use sea_orm::QueryResult;

use crate::catalogue::{each, query, rows};
use crate::ledger::{TierChange, TierChangeReason};
use crate::rows::tier_change::{SELECT, read};
use crate::tiers::last_of_next;
use crate::{Active, Error, Reader};

/// A run that readers see: what it has put in force, and why it moves customers.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub active: Active,
    pub reason: TierChangeReason,
}

/// A tier a customer came into, for a report: whose, when, and which.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub customer: CustomerId,
    pub time: Timestamp,
    pub tier: Option<TierId>,
}

impl Run {
    /// What makes the second slot of a row of `tiers t` the first.
    pub(crate) fn fold(&self) -> String {
        let time = self.active.time.0;
        format!(
            "tier = t.next_tier, generation = t.next_generation, below = t.next_below, review_day = t.next_review_day, \
             due_time = t.next_due_time, \
             assign_time = CASE WHEN t.tier IS DISTINCT FROM t.next_tier THEN {time} ELSE t.assign_time END, \
             next_tier = NULL, next_generation = NULL, next_below = NULL, next_review_day = NULL, \
             next_due_time = NULL, next_inputs = NULL"
        )
    }

    /// The changes that are to be kept where its second slots are folded, as the columns of `tier_changes`, of `tiers`.
    pub(crate) fn unfolded(&self) -> String {
        let Run { active: Active { generation, time, number: _ }, reason } = self;
        let (reason, time) = (reason.code(), time.0);
        format!(
            "SELECT customer_id, pyramid_id, next_generation, version, tier, next_tier, CAST({reason} AS SMALLINT), \
             CAST({time} AS BIGINT), next_inputs, CAST(NULL AS TEXT), CAST(NULL AS TEXT) FROM tiers t \
             WHERE next_generation = {generation} AND tier IS DISTINCT FROM next_tier"
        )
    }
}

/// The changes there are, while a run may have some that are not kept yet.
fn seen(run: Option<&Run>) -> String {
    match run {
        None => "tier_changes t".to_owned(),
        Some(run) => format!("(SELECT {SELECT} FROM tier_changes t UNION ALL {}) AS t", run.unfolded()),
    }
}

impl Reader {
    /// Of some customers after one, the last change in a pyramid up to a moment and the last between it and a later one: in
    /// the order of customers, and of each in that of time, on the pool for reports; with the last customer that was
    /// looked at. Nothing when there are no more.
    pub async fn arrivals(
        &self,
        (pyramid, run): (&PyramidId, Option<&Run>),
        (start, end): (Timestamp, Timestamp),
        (after, limit): (&str, usize),
    ) -> Result<Option<(String, Vec<Arrival>)>, Error> {
        let last = last_of_next(self.reports(), after, limit).await?;
        let Some(last) = last else { return Ok(None) };
        let seen = seen(run);
        let sql = format!(
            "SELECT customer_id, change_time, to_tier FROM (SELECT customer_id, change_time, to_tier, ROW_NUMBER() OVER \
             (PARTITION BY customer_id, change_time <= $5 ORDER BY change_time DESC, generation DESC, version DESC) AS back \
             FROM {seen} WHERE customer_id > $1 AND customer_id <= $2 AND pyramid_id = $3 AND change_time <= $4) AS c \
             WHERE back = 1 ORDER BY customer_id, change_time"
        );
        let values = [after.into(), last.as_str().into(), pyramid.as_str().into(), end.0.into(), start.0.into()];
        let arrival = |row: QueryResult| {
            Ok(Arrival {
                customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
                time: Timestamp(row.try_get_by_index(1)?),
                tier: row.try_get_by_index::<Option<String>>(2)?.map(TierId::from_trusted),
            })
        };
        Ok(Some((last.clone(), each(self.reports(), &sql, values, arrival).await?)))
    }

    /// The changes of a customer in a pyramid, the newest first, before one of a time, generation and version.
    pub async fn tier_changes(
        &self,
        customer: &CustomerId,
        (pyramid, run): (&PyramidId, Option<&Run>),
        (time, generation, version): (i64, i64, i64),
        limit: usize,
    ) -> Result<Vec<TierChange>, Error> {
        let sql = format!(
            "SELECT {SELECT} FROM {} WHERE customer_id = $1 AND pyramid_id = $2 AND \
             (change_time, generation, version) < ($3, $4, $5) \
             ORDER BY change_time DESC, generation DESC, version DESC LIMIT $6",
            seen(run)
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
        of: (&PyramidId, Option<&Run>),
        at: Timestamp,
    ) -> Result<Option<TierChange>, Error> {
        let after = (at.0.saturating_add(1), i64::MIN, i64::MIN);
        Ok(self.tier_changes(customer, of, after, 1).await?.pop())
    }
}

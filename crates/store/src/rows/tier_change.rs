//! A change of tier, with its reason and what was read of the customer.

use guanxi_model::{CustomerId, PyramidId, TierId, Timestamp, Words};
use sea_orm::QueryResult;

use super::word;
use crate::Error;
use crate::bulk::{Cell, Column, int, text};
use crate::ledger::TierChange;

/// All columns.
pub(crate) const COLUMNS: &[Column] = &[
    text("customer_id"),
    text("pyramid_id"),
    int("generation"),
    int("version"),
    text("from_tier"),
    text("to_tier"),
    int("reason"),
    int("change_time"),
    text("inputs"),
    text("actor"),
    text("actor_reason"),
];

/// The columns as a select list.
pub(crate) const SELECT: &str = "customer_id, pyramid_id, generation, version, from_tier, to_tier, reason, change_time, \
     inputs, actor, actor_reason";

/// Reads `SELECT`.
pub(crate) fn read(row: &QueryResult) -> Result<TierChange, Error> {
    let tier = |index| Ok::<_, Error>(row.try_get_by_index::<Option<String>>(index)?.map(TierId::from_trusted));
    let actor = row.try_get_by_index::<Option<String>>(9)?;
    Ok(TierChange {
        customer: CustomerId::from_trusted(row.try_get_by_index(0)?),
        pyramid: PyramidId::from_trusted(row.try_get_by_index(1)?),
        generation: row.try_get_by_index(2)?,
        version: row.try_get_by_index(3)?,
        from: tier(4)?,
        to: tier(5)?,
        reason: word(row, 6, "reason of a tier change")?,
        time: Timestamp(row.try_get_by_index(7)?),
        inputs: row.try_get_by_index(8)?,
        decision: actor.zip(row.try_get_by_index::<Option<String>>(10)?),
    })
}

/// The cells of `COLUMNS`.
pub(crate) fn write(change: &TierChange) -> [Cell; COLUMNS.len()] {
    let TierChange { customer, pyramid, generation, version, from, to, reason, time, inputs, decision } = change;
    let (actor, actor_reason) = decision.as_ref().map(|(actor, reason)| (actor.as_str(), reason.as_str())).unzip();
    [
        customer.as_str().into(),
        pyramid.as_str().into(),
        (*generation).into(),
        (*version).into(),
        from.as_ref().map(TierId::as_str).into(),
        to.as_ref().map(TierId::as_str).into(),
        reason.code().into(),
        time.0.into(),
        inputs.as_str().into(),
        actor.into(),
        actor_reason.into(),
    ]
}

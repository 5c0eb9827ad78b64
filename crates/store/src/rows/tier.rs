//! Where a customer stands in a pyramid: two slots, and what holds it.

use guanxi_model::{CustomerId, Day, PyramidId, TierId, Timestamp};
use sea_orm::QueryResult;

use crate::Error;
use crate::bulk::{Cell, Column, int, text};
use crate::ledger::{NextSlot, Override, Slot, TierRow};

/// All columns; the first two are the key.
pub(crate) const COLUMNS: &[Column] = &[
    text("customer_id"),
    text("pyramid_id"),
    text("tier"),
    int("generation"),
    int("assign_time"),
    int("below"),
    int("review_day"),
    int("due_time"),
    text("next_tier"),
    int("next_generation"),
    int("next_below"),
    int("next_review_day"),
    int("next_due_time"),
    text("next_inputs"),
    text("override_tier"),
    text("override_actor"),
    text("override_reason"),
    int("override_time"),
    int("override_expire_time"),
    int("version"),
];

/// The columns but the key, of `tiers t`, in the order of `read`.
pub(crate) const SELECT: &str = "t.tier, t.generation, t.assign_time, t.below, t.review_day, t.due_time, \
     t.next_tier, t.next_generation, t.next_below, t.next_review_day, t.next_due_time, t.next_inputs, \
     t.override_tier, t.override_actor, t.override_reason, t.override_time, t.override_expire_time, t.version";

/// How many columns `SELECT` has.
pub(crate) const WIDTH: usize = COLUMNS.len() - 2;

/// Reads `SELECT`, from a column on; none where an outer join found no row.
pub(crate) fn read(row: &QueryResult, first: usize) -> Result<Option<TierRow>, Error> {
    let Some(generation) = row.try_get_by_index::<Option<i64>>(first + 1)? else { return Ok(None) };
    let next_generation = row.try_get_by_index::<Option<i64>>(first + 7)?;
    let next = match next_generation {
        Some(generation) => Some(NextSlot {
            slot: read_slot(row, first + 6, first + 8)?,
            generation,
            inputs: row.try_get_by_index::<Option<String>>(first + 11)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Some(TierRow {
        slot: read_slot(row, first, first + 3)?,
        generation,
        assign_time: Timestamp(row.try_get_by_index(first + 2)?),
        next,
        held: read_override(row, first + 12)?,
        version: row.try_get_by_index(first + 17)?,
    }))
}

fn read_slot(row: &QueryResult, tier: usize, rest: usize) -> Result<Slot, Error> {
    let day = |day: i64| i32::try_from(day).map(Day).map_err(|error| Error::corrupt("day", error));
    let below = row.try_get_by_index::<Option<i64>>(rest)?.unwrap_or(0);
    Ok(Slot {
        tier: row.try_get_by_index::<Option<String>>(tier)?.map(TierId::from_trusted),
        below: i32::try_from(below).map_err(|error| Error::corrupt("number of reviews", error))?,
        review: row.try_get_by_index::<Option<i64>>(rest + 1)?.map(day).transpose()?,
        due: row.try_get_by_index::<Option<i64>>(rest + 2)?.map(Timestamp),
    })
}

fn read_override(row: &QueryResult, first: usize) -> Result<Option<Override>, Error> {
    let Some(tier) = row.try_get_by_index::<Option<String>>(first)? else { return Ok(None) };
    Ok(Some(Override {
        tier: TierId::from_trusted(tier),
        actor: row.try_get_by_index(first + 1)?,
        reason: row.try_get_by_index(first + 2)?,
        time: Timestamp(row.try_get_by_index(first + 3)?),
        expire_time: row.try_get_by_index::<Option<i64>>(first + 4)?.map(Timestamp),
    }))
}

/// The cells of `COLUMNS`.
pub(crate) fn write(customer: &CustomerId, pyramid: &PyramidId, row: &TierRow) -> [Cell; COLUMNS.len()] {
    let TierRow { slot, generation, assign_time, next, held, version } = row;
    let [tier, below, review, due] = slot_cells(Some(slot));
    let [next_tier, next_below, next_review, next_due] = slot_cells(next.as_ref().map(|next| &next.slot));
    let held = held.as_ref();
    [
        customer.as_str().into(),
        pyramid.as_str().into(),
        tier,
        (*generation).into(),
        assign_time.0.into(),
        below,
        review,
        due,
        next_tier,
        next.as_ref().map(|next| next.generation).into(),
        next_below,
        next_review,
        next_due,
        next.as_ref().map(|next| next.inputs.as_str()).into(),
        held.map(|held| held.tier.as_str()).into(),
        held.map(|held| held.actor.as_str()).into(),
        held.map(|held| held.reason.as_str()).into(),
        held.map(|held| held.time.0).into(),
        held.and_then(|held| held.expire_time).map(|end| end.0).into(),
        (*version).into(),
    ]
}

/// Tier, reviews below, next review, due time.
pub(crate) fn slot_cells(slot: Option<&Slot>) -> [Cell; 4] {
    [
        slot.and_then(|slot| slot.tier.as_ref()).map(TierId::as_str).into(),
        slot.map(|slot| i64::from(slot.below)).into(),
        slot.and_then(|slot| slot.review).map(|day| i64::from(day.0)).into(),
        slot.and_then(|slot| slot.due).map(|due| due.0).into(),
    ]
}

//! `ActivityService`: the four kinds of facts, recorded one by one and in batches, corrected, taken back and listed.

mod amounts;
mod batches;
mod corrections;
pub(crate) mod facts;
mod identity;
pub(crate) mod kinds;
mod limits;
mod lists;
mod paging;
mod record;
mod refusals;
mod stages;
mod totals;
mod whose;
mod withdrawals;

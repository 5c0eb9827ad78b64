//! From messages to what the domain knows: one file per resource, free functions that are given the context they need.
//! Every fault of a message is found at once and told with its path. The rules are the constructors of the domain types;
//! what they cannot know (which fields go together, how many there may be) is here.
//!
//! Messages are taken apart field by field without `..`, so that a new field of the contract does not compile until
//! somebody has said what becomes of it; fields that only the server writes are bound to `_`.

pub(crate) mod attribute_definition;
mod chart;
pub(crate) mod contact_report;
pub(crate) mod customer;
pub(crate) mod fact;
mod field;
pub(crate) mod first_time;
pub(crate) mod import;
mod interaction;
pub(crate) mod invitation;
pub(crate) mod measurement;
mod money;
pub(crate) mod occasion;
pub(crate) mod operation;
mod page;
mod path;
mod payment;
mod profile;
mod purchase;
pub(crate) mod pyramid;
pub(crate) mod questionnaire;
mod questions;
mod resource;
pub(crate) mod sample;
pub(crate) mod satisfaction;
pub(crate) mod satisfaction_benchmark;
pub(crate) mod satisfaction_comparison;
pub(crate) mod satisfaction_drivers;
pub(crate) mod satisfaction_index;
pub(crate) mod satisfaction_model;
pub(crate) mod satisfaction_set;
pub(crate) mod satisfaction_target;
pub(crate) mod satisfaction_trend;
pub(crate) mod scheme;
pub(crate) mod service_standard;
pub(crate) mod simulation;
mod stage_change;
pub(crate) mod standing;
pub(crate) mod target;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod tier;
mod time;
pub(crate) mod touchpoint;

use guanxi_app::catalogue::Guard;
use guanxi_model::{Currency, Day, Timestamp};

use self::field::{distinct, done, given, list, word, word_or_none};
pub(crate) use self::page::Paging;
use self::path::Path;

/// What the reading of a message depends on beside the message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The currency of the deployment.
    pub(crate) currency: &'a Currency,
    /// The time of the call.
    pub(crate) now: Timestamp,
    /// The day of the call, in the deployment's time zone.
    pub(crate) today: Day,
}

/// New values for some fields of a resource.
#[derive(Clone, Debug)]
pub(crate) struct Update<T> {
    /// Holds the new values of the fields in `mask`; the rest of it is ignored.
    pub(crate) resource: T,
    /// The names of the fields to write, as in the contract.
    pub(crate) mask: Vec<&'static str>,
    pub(crate) guard: Guard,
}

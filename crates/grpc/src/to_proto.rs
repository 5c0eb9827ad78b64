//! From what the domain knows to messages: one file per resource, free functions. Messages are built field by field,
//! so that a new field of the contract does not compile until somebody has said where its value comes from.

pub(crate) mod attribute_definition;
mod chart;
pub(crate) mod contact_report;
pub(crate) mod customer;
pub(crate) mod data_quality;
pub(crate) mod fact;
pub(crate) mod first_time;
mod interaction;
pub(crate) mod invitation;
pub(crate) mod measurement;
pub(crate) mod money;
pub(crate) mod movement;
pub(crate) mod occasion;
pub(crate) mod operation;
pub(crate) mod page;
mod payment;
pub(crate) mod preset;
mod profile;
mod purchase;
pub(crate) mod pyramid;
pub(crate) mod questionnaire;
pub(crate) mod report;
pub(crate) mod sample;
pub(crate) mod satisfaction;
pub(crate) mod satisfaction_benchmark;
pub(crate) mod satisfaction_comparison;
pub(crate) mod satisfaction_drivers;
mod satisfaction_figure;
pub(crate) mod satisfaction_index;
pub(crate) mod satisfaction_model;
pub(crate) mod satisfaction_target;
pub(crate) mod satisfaction_trend;
mod scheme;
pub(crate) mod service_standard;
pub(crate) mod simulation;
mod stage_change;
pub(crate) mod standard_report;
pub(crate) mod standing;
pub(crate) mod target;
pub(crate) mod tier;
pub(crate) mod tier_change;
pub(crate) mod tier_profile;
mod time;
pub(crate) mod touchpoint;

use guanxi_model::Words;

/// The number of a word on the wire.
fn number<W: Words>(word: W) -> i32 {
    i32::from(word.code())
}

/// The number of a word that may be missing; 0 is none.
fn number_or_zero<W: Words>(word: Option<W>) -> i32 {
    word.map_or(0, number)
}

//! Pyramids, their revisions, tiers and reports; operations.

mod activation;
mod as_of;
mod assignments;
mod concurrency;
mod data_quality;
mod explanation;
mod expressions;
mod facts;
mod faults;
mod golden;
pub(crate) mod kit;
mod measures;
mod movement;
mod movement_report;
mod occasions;
mod operations;
mod overrides;
pub(crate) mod passing;
mod pyramids;
mod report;
mod revisions;
mod rfm;
mod strategy;
mod target_decisions;
mod tier_changes;
mod tiering;
mod windows;

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
mod kit;
mod measures;
mod movement;
mod occasions;
mod operations;
mod overrides;
mod passing;
mod pyramids;
mod report;
mod revisions;
mod strategy;
mod target_decisions;
mod tiering;
mod windows;

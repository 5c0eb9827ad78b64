//! Pyramids, their revisions, tiers and reports; operations.

mod activation;
mod assignments;
mod concurrency;
mod data_quality;
mod explanation;
mod facts;
mod faults;
mod golden;
mod kit;
mod measures;
mod occasions;
mod operations;
mod pyramids;
mod report;
mod revisions;
mod simulation;
mod strategy;
mod target_decisions;
mod tiering;

//! Questionnaires with their revisions, and what was answered; service standards, and what was measured.

mod analysis;
mod answers;
pub(crate) mod comparisons;
mod contacts;
mod drivers;
pub(crate) mod eligibility;
mod faults;
mod goal_kit;
mod goals;
pub(crate) mod index;
pub(crate) mod invitations;
pub(crate) mod kit;
mod meaning;
mod measurements;
mod model;
mod presets;
mod questionnaires;
mod questions;
mod records;
mod revisions;
mod samples;
pub(crate) mod standard_kit;
mod standard_reports;
mod standards;
mod standing;
mod surveys;
mod trends;

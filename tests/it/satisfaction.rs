//! Questionnaires with their revisions, and what was answered; service standards, and what was measured.

mod answers;
mod contacts;
mod faults;
pub(crate) mod index;
pub(crate) mod kit;
mod meaning;
mod measurements;
mod presets;
mod questionnaires;
mod records;
mod revisions;
pub(crate) mod standard_kit;
mod standard_reports;
mod standards;

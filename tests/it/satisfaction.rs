//! Questionnaires with their revisions, and what was answered.

mod analysis;
mod answers;
mod drivers;
mod faults;
pub(crate) mod index;
pub(crate) mod kit;
mod meaning;
mod model;
mod presets;
mod questionnaires;
mod questions;
mod records;
mod revisions;
mod surveys;

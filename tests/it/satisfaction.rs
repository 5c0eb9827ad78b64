//! Questionnaires with their revisions, and what was answered.

mod analysis;
mod answers;
mod contact;
mod drivers;
mod faults;
pub(crate) mod index;
mod invitations;
pub(crate) mod kit;
mod meaning;
mod model;
mod presets;
mod questionnaires;
mod records;
mod revisions;
mod samples;
mod standing;
mod surveys;

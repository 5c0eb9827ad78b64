//! Questionnaires with their revisions, and what was answered.

mod answers;
mod contact;
mod faults;
mod invitations;
pub(crate) mod kit;
mod meaning;
mod presets;
mod questionnaires;
mod records;
mod revisions;
mod samples;
mod standing;

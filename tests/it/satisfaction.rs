//! Questionnaires and their revisions.

mod faults;
pub(crate) mod kit;
mod questionnaires;
mod revisions;

//! guanxi-model

pub mod tally;

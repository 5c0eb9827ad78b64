//! Imports: what the streams acknowledge, what is left of one that breaks, and a server that is killed.

mod broken;
mod command_line;
mod demo;
mod killed;
mod killed_measurements;
mod streams;
pub(crate) mod surveys;

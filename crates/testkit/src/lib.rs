//! What the tests of every crate share: databases, the backends a case runs on, the server under test, real data.
//!
//! Only dev-dependencies lead here. What is missing on a machine is skipped aloud, and fails where `GUANXI_REQUIRE`
//! names it (see [`require`]).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "only tests use this crate: a panic here is how a test says that its surroundings are broken"
)]

mod backend;
mod data;
mod postgres;
mod process;
mod require;
mod server;

pub use backend::{Backend, run};
pub use data::data_file;
pub use postgres::{Postgres, TestDatabase};
pub use process::{ServerProcess, serve_when_asked};
pub use require::{required, skip_or_fail};
pub use server::{Database, Replica, START, TestServer, config, database, empty_database};

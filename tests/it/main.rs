//! The black-box suite: what callers of the service see, through the generated client only, each case on SQLite and on
//! PostgreSQL. One binary, one module per service or concern.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says by a panic that something is wrong"
)]

mod activity;
mod architecture;
mod customers;
mod imports;
mod laws;
mod satisfaction;
mod segmentation;
mod support;
mod wire;

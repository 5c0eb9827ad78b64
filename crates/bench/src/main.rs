//! `guanxi-bench`: what the server does per second beside what the machine and the database can do, as ratios of one and
//! the same run. Not a test: figures depend on the machine, ratios much less.
//!
//! - [`args`], [`report`]: what is asked for, what is printed and written
//! - [`data`], [`survey`]: the customers, purchases and answers of every benchmark, from a seed
//! - [`database`], [`server`], [`load`], [`paced`]: what is measured, and with what
//! - [`bare`]: the best loaders and scorers of our own writing, past the server
//! - [`one_by_one`]: a server that commits every call by itself
//! - [`get`], [`create`], [`record`], [`import`], [`activate`], [`simulate`], [`busy`],
//!   [`answers`], [`judge`]: the benchmarks

#![allow(clippy::print_stdout, reason = "a tool whose output is its purpose")]

mod activate;
mod answers;
mod args;
mod bare;
mod bench;
mod busy;
mod create;
mod data;
mod database;
mod get;
mod import;
mod judge;
mod load;
mod memory;
mod one_by_one;
mod paced;
mod record;
mod report;
mod server;
mod simulate;
mod survey;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser as _;

use args::Args;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Anything that ends a run.
type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        // A goal that was missed; the table says which.
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("guanxi-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<bool> {
    match args.one_by_one {
        Some(address) => one_by_one::serve(address).await.map(|()| true),
        None => bench::run(args.at_scale()).await,
    }
}

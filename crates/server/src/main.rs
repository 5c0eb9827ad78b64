//! The binary `guanxi`: picks the allocator, runs the command, and turns an error into one line and an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use guanxi_server::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("guanxi: {error}");
            ExitCode::FAILURE
        }
    }
}

//! Compiles `proto/` with protox, in Rust, so that no protoc is needed: generates the messages, clients and server
//! traits, and writes the descriptor set that reflection serves.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use protox::Compiler;
use protox::file::{ChainFileResolver, DescriptorSetFileResolver, GoogleFileResolver, IncludeFileResolver};

/// What these import is compiled with them.
const ROOTS: [&str; 6] = [
    "guanxi/v1/activity_service.proto",
    "guanxi/v1/customer_service.proto",
    "guanxi/v1/error_reason.proto",
    "guanxi/v1/satisfaction_service.proto",
    "guanxi/v1/segmentation_service.proto",
    // Opened so that reflection knows the error details and grpcurl prints them.
    "google/rpc/error_details.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    // tonic-prost-build does not print these, and without them any file of the package would rerun this script.
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=proto");

    let mut compiler = compiler()?;
    compiler.include_imports(true).include_source_info(true).open_files(ROOTS)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Only the encoded form keeps the custom options (field behaviour, resources, method signatures).
    fs::write(out.join("guanxi.bin"), compiler.encode_file_descriptor_set())?;

    let mut prost = prost_build::Config::new();
    prost
        .enable_type_names()
        .type_name_domain(["."], "type.googleapis.com")
        .extern_path(".google.rpc", "::tonic_types::pb")
        .extern_path(".google.api", "()");
    tonic_prost_build::configure().compile_fds_with_config(compiler.file_descriptor_set(), prost)?;
    Ok(())
}

/// Files of `proto/`, then `google/rpc` out of tonic-types, then protobuf's own.
fn compiler() -> Result<Compiler, Box<dyn Error>> {
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(Path::new("proto").to_path_buf()));
    resolver.add(DescriptorSetFileResolver::new(google_rpc()?));
    resolver.add(GoogleFileResolver::new());
    Ok(Compiler::with_file_resolver(resolver))
}

/// `google/rpc/*.proto`, as tonic-types ships them. It compiled them without their folder, which clients in other
/// languages know them by.
fn google_rpc() -> Result<FileDescriptorSet, Box<dyn Error>> {
    let mut set = FileDescriptorSet::decode(tonic_types::pb::FILE_DESCRIPTOR_SET)?;
    for file in &mut set.file {
        let name = file.name().to_owned();
        if !name.contains('/') {
            file.name = Some(format!("google/rpc/{name}"));
        }
    }
    Ok(set)
}

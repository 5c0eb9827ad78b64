//! grpc

mod from_proto;
mod kinds;
pub mod status;
mod to_proto;

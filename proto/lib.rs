//! The contract of Guanxi: the messages, clients and server traits generated from `proto/`, and the descriptor sets
//! that reflection serves. Nothing here is written by hand but this file; read the `.proto` files for the documentation.

/// `google.*`: what of Google's interfaces the contract refers to.
pub mod google {
    /// `google.longrunning`: operations.
    pub mod longrunning {
        #![allow(
            missing_docs,
            clippy::all,
            clippy::allow_attributes_without_reason,
            clippy::too_many_lines,
            reason = "generated"
        )]
        tonic::include_proto!("google.longrunning");
    }
    /// `google.rpc`: status and error details.
    pub mod rpc {
        pub use tonic_types::pb::*;
    }
    /// `google.type`: money and dates.
    pub mod r#type {
        #![allow(
            missing_docs,
            clippy::all,
            clippy::allow_attributes_without_reason,
            clippy::too_many_lines,
            reason = "generated"
        )]
        tonic::include_proto!("google.r#type");
    }
}

// Generated code refers to other packages by the path from the root of all packages, so it must stand at its own.
mod guanxi {
    pub mod v1 {
        #![allow(
            missing_docs,
            clippy::all,
            clippy::allow_attributes_without_reason,
            clippy::too_many_lines,
            reason = "generated"
        )]
        tonic::include_proto!("guanxi.v1");
    }
}
/// `guanxi.v1`: the services.
pub use guanxi::v1;

/// The encoded descriptor set of everything served, with comments and custom options, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guanxi.bin"));

//! The services of the contract over the application: the only crate that names generated messages. It knows no SQL and
//! decides nothing; what a caller may send is said by the domain's constructors, what becomes of it by `app`.
//!
//! - `from_proto`: from requests to commands and queries, every fault of a request at once
//! - `to_proto`: from what the domain knows to messages
//! - `kinds`: the kinds of facts, whose messages differ in name only
//! - `services`: the handlers
//! - [`status`]: from errors to what callers see

mod from_proto;
mod kinds;
#[cfg(test)]
mod round_trip;
mod services;
pub mod status;
#[cfg(test)]
mod testing;
mod to_proto;

use std::sync::Arc;

use guanxi::google::longrunning::operations_server::{self, OperationsServer};
use guanxi::v1::activity_service_server::{self, ActivityServiceServer};
use guanxi::v1::customer_service_server::{self, CustomerServiceServer};
use guanxi::v1::satisfaction_service_server::{self, SatisfactionServiceServer};
use guanxi::v1::segmentation_service_server::{self, SegmentationServiceServer};
use guanxi_app::App;
use tonic::service::Routes;

use services::Service;

/// The full names of the services that `routes` serves.
pub const SERVICE_NAMES: [&str; 5] = [
    customer_service_server::SERVICE_NAME,
    activity_service_server::SERVICE_NAME,
    satisfaction_service_server::SERVICE_NAME,
    segmentation_service_server::SERVICE_NAME,
    operations_server::SERVICE_NAME,
];

/// The largest message that is sent. Pages are closed well below; clients receive up to this by default.
const SEND_LIMIT: usize = 4 * 1024 * 1024;

/// Every service of the contract, each receiving messages of up to `receive_limit` bytes.
pub fn routes(app: Arc<App>, receive_limit: usize) -> Routes {
    let service = Service::new(app);
    let customers = CustomerServiceServer::new(service.clone());
    let activity = ActivityServiceServer::new(service.clone());
    let satisfaction = SatisfactionServiceServer::new(service.clone());
    let segmentation = SegmentationServiceServer::new(service.clone());
    let operations = OperationsServer::new(service);
    Routes::new(customers.max_decoding_message_size(receive_limit).max_encoding_message_size(SEND_LIMIT))
        .add_service(activity.max_decoding_message_size(receive_limit).max_encoding_message_size(SEND_LIMIT))
        .add_service(satisfaction.max_decoding_message_size(receive_limit).max_encoding_message_size(SEND_LIMIT))
        .add_service(segmentation.max_decoding_message_size(receive_limit).max_encoding_message_size(SEND_LIMIT))
        .add_service(operations.max_decoding_message_size(receive_limit).max_encoding_message_size(SEND_LIMIT))
}

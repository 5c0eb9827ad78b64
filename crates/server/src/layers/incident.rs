//! A panic in a handler becomes INTERNAL with an id that leads to the log line; the client would see a broken
//! connection otherwise.

use std::any::Any;

use tonic::Status;
use uuid::Uuid;

use crate::status;

pub(super) fn status(panic: &(dyn Any + Send)) -> Status {
    let incident = Uuid::now_v7().simple().to_string();
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(incident, message, "panic in a handler");
    status::internal(&incident)
}

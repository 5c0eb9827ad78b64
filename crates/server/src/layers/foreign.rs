//! Refusals that tonic makes before a handler sees the call, put into the words of the contract: they come without
//! details, and some with a code that blames the server for what the caller sent.

use guanxi_model::Violations;
use http::{HeaderMap, Response};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::status;

/// tonic answers a unary call that it refuses with a response that is all headers.
pub(super) fn translate_response(mut response: Response<Body>, receive_limit_bytes: usize) -> Response<Body> {
    translate(response.headers_mut(), receive_limit_bytes);
    response
}

/// `headers` of a response, or its trailers.
pub(super) fn translate(headers: &mut HeaderMap, receive_limit_bytes: usize) {
    let foreign = headers.get(Status::GRPC_STATUS).is_some_and(|code| matches!(code.as_bytes(), b"11" | b"13"))
        && !headers.contains_key(Status::GRPC_STATUS_DETAILS);
    if !foreign {
        return;
    }
    let ours = Status::from_header_map(headers).and_then(|status| ours(&status, receive_limit_bytes));
    if let Some(ours) = ours {
        write(&ours, headers);
    }
}

fn ours(status: &Status, receive_limit_bytes: usize) -> Option<Status> {
    let message = status.message();
    match status.code() {
        Code::OutOfRange if message.contains("decoded message length too large") => {
            Some(status::too_large(receive_limit_bytes))
        }
        Code::Internal if MALFORMED.iter().any(|start| message.starts_with(start)) => Some(malformed(message)),
        _ => None,
    }
}

/// What prost says names the message and the field, and no value.
fn malformed(message: &str) -> Status {
    let fault = format!("is no message of this method: {message}");
    status::of(guanxi_app::Error::Invalid(Violations::one("request", fault)))
}

/// How tonic and prost begin what they say about bytes that are no gRPC message.
const MALFORMED: [&str; 4] = [
    "failed to decode Protobuf message",
    "Missing request message",
    "Unexpected EOF decoding stream",
    "protocol error:",
];

fn write(status: &Status, headers: &mut HeaderMap) {
    headers.remove(Status::GRPC_MESSAGE);
    if status.add_header(headers).is_err() {
        tracing::error!(code = ?status.code(), "a status could not be written as headers");
    }
}

//! From errors to what callers see: the only file that builds a `tonic::Status`. Every status carries an `ErrorInfo`
//! with a reason of the contract (`error_reason.proto`), and the details that the contract documents beside it.
//!
//! A status travels in headers, whose size peers limit, so all of it stays under 4 KiB: every value is cut short, and of
//! many faults as many are listed as there is room for (`clip`).

mod clip;
mod report;
#[cfg(test)]
mod tests;

use std::time::Duration;

use guanxi::google::rpc;
use guanxi::v1::ErrorReason;
use guanxi_app::{Error, Refusal};
use guanxi_model::fact::FactKey;
use guanxi_model::{Violations, name};
use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::FieldViolation;
use uuid::Uuid;

use self::report::Report;

/// How long callers are asked to wait where nothing better is known.
const RETRY_SOON: Duration = Duration::from_millis(100);

/// What a caller is told instead of an answer. Our own faults are logged here, once, and told by an id only.
pub fn of(error: Error) -> Status {
    if let Error::Internal(cause) = &error {
        let incident = Uuid::now_v7().to_string();
        tracing::error!(incident, cause = chain(cause.as_ref()), "internal error");
        return internal(&incident);
    }
    let report = report(&error);
    tracing::debug!(reason = report.reason(), %error, "refused");
    report.into_status()
}

/// A request that is wrong in itself.
pub fn invalid(violations: Violations) -> Status {
    of(Error::Invalid(violations))
}

/// The same as a message, for one item among others.
pub fn to_rpc(error: Error) -> rpc::Status {
    as_message(&of(error))
}

/// How an operation ended that failed by a fault of ours, logged under this incident id.
pub fn operation_failed(incident: &str) -> rpc::Status {
    as_message(&internal(incident))
}

/// How an operation ended that was cancelled.
pub fn operation_cancelled(operation: &str) -> rpc::Status {
    let message = format!("{operation} was cancelled");
    let report = Report::new(Code::Cancelled, ErrorReason::OperationCancelled, message).with("resource", operation);
    as_message(&report.into_status())
}

fn as_message(status: &Status) -> rpc::Status {
    // The details of a status are this very message, encoded.
    rpc::Status::decode(status.details()).unwrap_or_else(|_| rpc::Status {
        code: status.code() as i32,
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}

/// A panic or another fault of ours that has been logged under this incident id.
pub fn internal(incident: &str) -> Status {
    let message = format!("internal error, incident {incident}");
    Report::new(Code::Internal, ErrorReason::Internal, message).with("incident", incident).into_status()
}

/// More calls at a time than are taken.
pub fn overloaded() -> Status {
    Report::new(Code::ResourceExhausted, ErrorReason::Overloaded, "too many calls at a time")
        .retry(RETRY_SOON)
        .into_status()
}

/// The server takes no new calls.
pub fn shutting_down() -> Status {
    of(Error::ShuttingDown)
}

/// The time for a call is over; `capped` where that is the server's limit and not the caller's wish.
pub fn deadline_exceeded(limit: Duration, capped: bool) -> Status {
    let whose = if capped { "the server's limit" } else { "the deadline of the call" };
    let message = format!("{whose}, {limit:?}, has passed; a write may have happened: retry with the same request_id");
    Report::new(Code::DeadlineExceeded, ErrorReason::DeadlineExceeded, message).into_status()
}

/// A `grpc-timeout` header that is none.
pub fn bad_timeout(value: &str) -> Status {
    let fault =
        format!("must be 1 to 8 digits and one of H, M, S, m, u, n, got \"{}\"", guanxi_model::violation::clip(value));
    invalid(Violations::one("grpc-timeout", fault))
}

/// A message larger than the server receives.
pub fn too_large(limit_bytes: usize) -> Status {
    let message = format!("the message is larger than {limit_bytes} bytes");
    Report::new(Code::ResourceExhausted, ErrorReason::RequestTooLarge, message)
        .with("limit_bytes", limit_bytes.to_string())
        .into_status()
}

/// A stream on which nothing came for too long.
pub fn stream_idle(limit: Duration) -> Status {
    let message = format!("nothing came for {limit:?}; send again from the item after the last acknowledged one");
    Report::new(Code::Cancelled, ErrorReason::StreamIdle, message)
        .with("idle_seconds", limit.as_secs().to_string())
        .into_status()
}

fn report(error: &Error) -> Report {
    let message = error.to_string();
    match error {
        Error::Invalid(violations) => wrong_fields(violations),
        Error::NotFound(name) => Report::new(Code::NotFound, ErrorReason::ResourceNotFound, message).resource(name),
        Error::AlreadyExists(name) => {
            Report::new(Code::AlreadyExists, ErrorReason::ResourceAlreadyExists, message).resource(name)
        }
        Error::ExternalIdTaken { external_id, customer } => {
            Report::new(Code::AlreadyExists, ErrorReason::ExternalIdTaken, message)
                .resource(&name::customer(customer))
                .with("system", external_id.system.as_str())
                .with("id", external_id.id.as_str())
        }
        Error::FactDiffers { name, fields } => fact_differs(name, fields),
        Error::RequestIdReused(id) => {
            Report::new(Code::InvalidArgument, ErrorReason::RequestIdReused, message).with("request_id", id)
        }
        Error::Stale(name) => {
            let message = format!("{message}: the etag is not the present one; read it again");
            Report::new(Code::Aborted, ErrorReason::EtagMismatch, message).resource(name)
        }
        Error::BatchAborted(item) => {
            Report::new(Code::Aborted, ErrorReason::BatchAborted, message).with("item", item.to_string())
        }
        Error::PageStale(pyramid) => {
            let message = format!("{message} since the first page; begin again without a page token");
            Report::new(Code::Aborted, ErrorReason::PageTokenStale, message).with("pyramid", pyramid)
        }
        Error::Refused(refusal) => refused(refusal),
        Error::Conflict => {
            let message = "too many writers touched the same customer at once; try again";
            Report::new(Code::Aborted, ErrorReason::WriteConflict, message).retry(RETRY_SOON)
        }
        Error::Unavailable { retry_after } => {
            let message = "the database does not answer; retry with the same request_id";
            Report::new(Code::Unavailable, ErrorReason::StorageUnavailable, message).retry(*retry_after)
        }
        Error::ShuttingDown => {
            let message = "the server is stopping; another one will answer";
            Report::new(Code::Unavailable, ErrorReason::ShuttingDown, message).retry(RETRY_SOON)
        }
        // `of` has answered these already, with an incident id.
        Error::Internal(_) => Report::new(Code::Internal, ErrorReason::Internal, "internal error"),
    }
}

fn wrong_fields(violations: &Violations) -> Report {
    let mut report = Report::new(Code::InvalidArgument, ErrorReason::InvalidFields, clip::summary(violations));
    let listed = clip::listed(violations).into_iter().map(|(path, fault)| FieldViolation::new(path, fault));
    report.details.set_bad_request(listed.collect::<Vec<_>>());
    report.with("fields", violations.len().to_string())
}

fn fact_differs(name: &str, fields: &[&'static str]) -> Report {
    let fields = fields.join(",");
    let message = format!("{name} is kept and differs in {fields}; send a correction that replaces it");
    Report::new(Code::AlreadyExists, ErrorReason::FactDiffers, message).resource(name).with("fields", fields)
}

fn refused(refusal: &Refusal) -> Report {
    let report = |reason| Report::new(Code::FailedPrecondition, reason, refusal.to_string());
    match refusal {
        Refusal::CustomerDeleted(name) => {
            report(ErrorReason::CustomerDeleted).precondition(name).with("resource", name)
        }
        Refusal::CustomerNotDeleted(name) => {
            report(ErrorReason::CustomerNotDeleted).precondition(name).with("resource", name)
        }
        Refusal::FactAlreadyReplaced { by } => already_replaced(report(ErrorReason::FactAlreadyReplaced), by.as_ref()),
        Refusal::TotalsOutOfRange(name) => {
            report(ErrorReason::TotalsOutOfRange).precondition(name).with("resource", name)
        }
        Refusal::AttributeInUse(name) => report(ErrorReason::AttributeInUse).precondition(name).with("resource", name),
        Refusal::PyramidNotActive(name) => {
            report(ErrorReason::PyramidNotActive).precondition(name).with("pyramid", name)
        }
        Refusal::PyramidBusy { pyramid, operation } => {
            report(ErrorReason::PyramidBusy).precondition(pyramid).with("pyramid", pyramid).with("operation", operation)
        }
        Refusal::PyramidActive(name) => report(ErrorReason::PyramidActive).precondition(name).with("pyramid", name),
        Refusal::QuestionnaireActive(name) => {
            report(ErrorReason::QuestionnaireActive).precondition(name).with("questionnaire", name)
        }
        Refusal::QuestionnaireNotActive(name) => {
            report(ErrorReason::QuestionnaireNotActive).precondition(name).with("questionnaire", name)
        }
        Refusal::ServiceStandardMeasured(name) => {
            report(ErrorReason::ServiceStandardMeasured).precondition(name).with("service_standard", name)
        }
        Refusal::OperationRunning(name) => {
            report(ErrorReason::OperationRunning).precondition(name).with("resource", name)
        }
        Refusal::LimitReached { limit } => {
            report(ErrorReason::LimitReached).precondition("").with("limit", limit.to_string())
        }
        Refusal::TooFewResponses { of, missing } => report(ErrorReason::TooFewResponses)
            .precondition(of)
            .with("resource", of)
            .with("missing", missing.to_string()),
        Refusal::UnfitResponses { of, fault } => {
            let parts = fault.parts().join(",");
            report(ErrorReason::UnfitResponses).precondition(of).with("resource", of).with("parts", parts)
        }
    }
}

fn already_replaced(report: Report, by: Option<&FactKey>) -> Report {
    match by {
        Some(by) => report
            .precondition(&format!("{}/{}", by.source, by.source_id))
            .with("source", by.source.as_str())
            .with("source_id", by.source_id.as_str()),
        None => report.precondition(""),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}

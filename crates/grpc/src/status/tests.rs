//! What callers read from a status, and that it always fits into headers.

use std::sync::Arc;

use guanxi_app::UnfitResponses;
use guanxi_model::{CustomerId, ExternalId, SourceName};
use tonic::codegen::http::HeaderMap;
use tonic_types::StatusExt as _;

use super::report::MAX_MESSAGE;
use super::*;

fn customer() -> CustomerId {
    CustomerId::parse("ada").unwrap()
}

fn key(source_id: &str) -> FactKey {
    FactKey { source: SourceName::parse("shop").unwrap(), source_id: source_id.to_owned() }
}

fn info(status: &Status) -> (String, Vec<(String, String)>) {
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.domain, "guanxi.dev");
    let mut metadata: Vec<_> = info.metadata.into_iter().collect();
    metadata.sort();
    (info.reason, metadata)
}

fn header_bytes(status: &Status) -> usize {
    let mut headers = HeaderMap::new();
    status.add_header(&mut headers).unwrap();
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// One error of each kind, every text as long as callers can make it.
fn errors(text: &str) -> Vec<Error> {
    let name = || format!("customers/{text}");
    let external_id = ExternalId { system: SourceName::parse("s".repeat(63)).unwrap(), id: text.to_owned() };
    let mut violations = Violations::new();
    for index in 0..200 {
        violations.push(format!("customer.contacts[{index}].{text}"), format!("{index}{text}"));
    }
    let refusals = [
        Refusal::CustomerDeleted(name()),
        Refusal::CustomerNotDeleted(name()),
        Refusal::FactAlreadyReplaced { by: Some(key(text)) },
        Refusal::FactAlreadyReplaced { by: None },
        Refusal::TotalsOutOfRange(name()),
        Refusal::AttributeInUse(name()),
        Refusal::PyramidNotActive(name()),
        Refusal::PyramidBusy { pyramid: name(), operation: name() },
        Refusal::PyramidActive(name()),
        Refusal::OperationRunning(name()),
        Refusal::LimitReached { limit: usize::MAX },
        Refusal::TooFewResponses { of: name(), missing: u64::MAX },
        Refusal::UnfitResponses { of: name(), fault: UnfitResponses::Constant(vec![text.to_owned(); 50]) },
    ];
    let mut errors = vec![
        Error::Invalid(violations),
        Error::NotFound(name()),
        Error::AlreadyExists(name()),
        Error::ExternalIdTaken { external_id, customer: customer() },
        Error::FactDiffers { name: name(), fields: vec!["context.occur_time"; 40] },
        Error::RequestIdReused(text.to_owned()),
        Error::Stale(name()),
        Error::BatchAborted(499),
        Error::PageStale(name()),
        Error::Conflict,
        Error::Unavailable { retry_after: Duration::from_millis(500) },
        Error::ShuttingDown,
        Error::Internal(Arc::new(std::io::Error::other(text.to_owned()))),
    ];
    errors.extend(refusals.map(Error::Refused));
    errors
}

#[test]
fn every_status_fits_into_4_kib_and_names_its_reason() {
    for text in ["x".repeat(70_000), "界 \"%\u{7}".repeat(10_000)] {
        for error in errors(&text) {
            let shown = format!("{error:.40?}");
            let status = of(error);
            assert!(header_bytes(&status) < 4096, "{} bytes: {shown:.200}", header_bytes(&status));
            assert!(status.message().len() <= MAX_MESSAGE);
            let reason = format!("ERROR_REASON_{}", info(&status).0);
            assert!(ErrorReason::from_str_name(&reason).is_some(), "{reason}");
        }
    }
}

#[test]
fn twenty_faults_are_listed_and_the_others_counted() {
    let mut violations = Violations::new();
    for index in 0..23 {
        violations.push(format!("customer.contacts[{index}].display_name"), "must not be empty or blank");
    }
    let status = of(Error::Invalid(violations));
    let listed = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!((status.code(), listed.len()), (Code::InvalidArgument, 21));
    assert_eq!(listed[19].field, "customer.contacts[19].display_name");
    assert_eq!((listed[20].field.as_str(), listed[20].description.as_str()), ("", "and 3 more"));
    assert_eq!(info(&status), ("INVALID_FIELDS".into(), vec![("fields".into(), "23".into())]));
    assert_eq!(status.message(), "customer.contacts[0].display_name: must not be empty or blank (and 22 more)");
}

#[test]
fn faults_of_ours_are_told_by_an_incident_only() {
    let status = of(Error::Internal(Arc::new(std::io::Error::other("secret"))));
    let (reason, metadata) = info(&status);
    assert_eq!((status.code(), reason.as_str(), metadata.len()), (Code::Internal, "INTERNAL", 1));
    assert!(status.message().ends_with(&metadata[0].1) && !status.message().contains("secret"));
}

#[test]
fn retryable_ones_say_when() {
    let unavailable = of(Error::Unavailable { retry_after: Duration::from_millis(500) });
    for (status, millis) in
        [(unavailable, 500), (of(Error::Conflict), 100), (overloaded(), 100), (shutting_down(), 100)]
    {
        assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(Duration::from_millis(millis)));
        assert_eq!(status.metadata().get("grpc-retry-pushback-ms").unwrap(), millis.to_string().as_str());
    }
    assert!(of(Error::NotFound("customers/ada".into())).metadata().get("grpc-retry-pushback-ms").is_none());
}

#[test]
fn resources_are_named_with_their_type() {
    for (name, kind) in [
        ("customers/ada", "guanxi.dev/Customer"),
        ("customers/ada/purchases/0198", "guanxi.dev/Purchase"),
        ("pyramids/value/revisions/3", "guanxi.dev/PyramidRevision"),
    ] {
        let resource = of(Error::NotFound(name.into())).get_details_resource_info().unwrap();
        assert_eq!((resource.resource_name.as_str(), resource.resource_type.as_str()), (name, kind));
    }
}

#[test]
fn refusals_name_the_rule_and_the_subject() {
    let status =
        of(Error::Refused(Refusal::PyramidBusy { pyramid: "pyramids/v".into(), operation: "operations/1".into() }));
    let failure = &status.get_details_precondition_failure().unwrap().violations[0];
    assert_eq!((failure.r#type.as_str(), failure.subject.as_str()), ("PYRAMID_BUSY", "pyramids/v"));
    let metadata = [("operation", "operations/1"), ("pyramid", "pyramids/v")];
    assert_eq!(info(&status).1, metadata.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn an_item_carries_the_same_as_a_call() {
    let item = to_rpc(Error::Refused(Refusal::FactAlreadyReplaced { by: Some(key("o-1")) }));
    assert_eq!(item.code, Code::FailedPrecondition as i32);
    assert_eq!(item.details.len(), 2);
    let whole = Status::with_details(Code::FailedPrecondition, item.message.clone(), item.encode_to_vec().into());
    assert_eq!(info(&whole).1[1], ("source_id".to_owned(), "o-1".to_owned()));
}

#[test]
fn transport_statuses_have_their_codes() {
    let limit = Duration::from_secs(30);
    for (status, code, reason) in [
        (deadline_exceeded(limit, true), Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (bad_timeout("soon"), Code::InvalidArgument, "INVALID_FIELDS"),
        (too_large(262_144), Code::ResourceExhausted, "REQUEST_TOO_LARGE"),
        (stream_idle(limit), Code::Cancelled, "STREAM_IDLE"),
        (internal("7"), Code::Internal, "INTERNAL"),
    ] {
        assert_eq!((status.code(), info(&status).0.as_str()), (code, reason));
    }
    let cancelled = operation_cancelled("operations/1");
    assert_eq!(cancelled.code, Code::Cancelled as i32);
}

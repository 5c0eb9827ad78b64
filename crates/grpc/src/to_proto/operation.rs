//! Long-running operations. What an operation keeps are documents of whoever does it; here they become the messages that
//! the contract names for its method.

use std::sync::Arc;

use guanxi::google::longrunning as lro;
use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_app::operations::{
    ANALYZE, ASSIGN, ActivationOutcome, ActivationPhase, ActivationProgress, ActivationRequest, DRAW, DrawingRequest,
    FIRST_TIME, FIT, FitRequest, OperationOutcome, SIMULATE,
};
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{Currency, name};
use guanxi_store::{Operation, OperationState, Pyramid};
use prost::Name;
use prost_types::Any;
use serde::de::DeserializeOwned;

use super::{first_time, page, pyramid, sample, satisfaction_index, satisfaction_model, simulation, time};
use crate::status;

/// An operation. `pyramid` is what it works on, as it is now.
///
/// # Errors
/// The documents of the operation cannot be read.
pub(crate) fn resource(
    currency: &Currency,
    operation: Operation,
    pyramid: Option<Pyramid>,
) -> Result<lro::Operation, Error> {
    match operation.kind.as_str() {
        SIMULATE => reading(&operation, simulation::metadata, |name, request, outcome| match outcome {
            OperationOutcome::Simulated(outcome) => response(&simulation::response(currency, &request, &outcome)),
            outcome => failure(name, &outcome),
        }),
        ANALYZE => reading(&operation, satisfaction_index::metadata, |name, request, outcome| match outcome {
            OperationOutcome::Analyzed(outcome) => response(&satisfaction_index::response(&request, *outcome)),
            OperationOutcome::TooManyRows { most } => Ok(refused(satisfaction_index::too_many_rows(most))),
            outcome => failure(name, &outcome),
        }),
        FIT => reading(&operation, satisfaction_model::metadata, |name, request: FitRequest, outcome| match outcome {
            OperationOutcome::Fitted(outcome) => response(&satisfaction_model::response(&request, *outcome)),
            OperationOutcome::Unfit(unfit) => Ok(refused(request.refusal(unfit).into())),
            outcome => failure(name, &outcome),
        }),
        DRAW => reading(&operation, sample::metadata, |name, request: DrawingRequest, outcome| match outcome {
            OperationOutcome::Drawn(drawn) => response(&sample::response(&request, *drawn)),
            OperationOutcome::NoSuchTiers(places) => Ok(refused(request.no_such_tiers(&places))),
            outcome => failure(name, &outcome),
        }),
        FIRST_TIME => reading(&operation, first_time::metadata, |name, request, outcome| match outcome {
            OperationOutcome::FirstTime(outcome) => response(&first_time::response(request, *outcome)),
            OperationOutcome::TooManyRows { .. } => Ok(refused(first_time::too_many_rows())),
            outcome => failure(name, &outcome),
        }),
        _ => run(operation, pyramid),
    }
}

/// How an operation ended, as its caller is told.
type Ended = lro::operation::Result;

/// An operation that reads and answers, by what it was asked and how far it is.
fn reading<Request: DeserializeOwned, Progress: DeserializeOwned, Metadata: Name>(
    operation: &Operation,
    metadata: impl FnOnce(&Operation, &Request, &Progress) -> Metadata,
    ended: impl FnOnce(&str, Request, OperationOutcome) -> Result<Ended, Error>,
) -> Result<lro::Operation, Error> {
    let request = serde_json::from_str(&operation.request).map_err(fault)?;
    let progress = serde_json::from_str(&operation.progress).map_err(fault)?;
    let metadata = Any::from_msg(&metadata(operation, &request, &progress)).map_err(fault)?;
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let name = name::operation(&operation.id);
    let result = outcome.map(|outcome| ended(&name, request, outcome)).transpose()?;
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
}

fn response(message: &impl Name) -> Result<Ended, Error> {
    Ok(Ended::Response(Any::from_msg(message).map_err(fault)?))
}

fn refused(error: Error) -> Ended {
    Ended::Error(status::to_rpc(error))
}

/// An activation or a renewal.
fn run(operation: Operation, pyramid: Option<Pyramid>) -> Result<lro::Operation, Error> {
    let ActivationRequest { pyramid: of, number } = serde_json::from_str(&operation.request).map_err(fault)?;
    let Operation {
        id,
        kind,
        subject: _,
        state,
        request: _,
        progress,
        outcome,
        cancel_requested,
        lease_until: _,
        fence: _,
        create_time,
        update_time,
        end_time: _,
    } = operation;
    let progress: ActivationProgress = serde_json::from_str(&progress).map_err(fault)?;
    let name = name::operation(&id);
    let metadata = pb::ActivatePyramidRevisionMetadata {
        pyramid_revision: name::revision(&of, number),
        phase: phase(state, progress.phase).into(),
        done_count: progress.done,
        total_count: progress.total,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
        cancel_requested,
    };
    let result = outcome.map(|outcome| result((&kind, &name), &outcome, pyramid)).transpose()?;
    let metadata = if kind == ASSIGN { Any::from_msg(&assigning(metadata)) } else { Any::from_msg(&metadata) };
    Ok(lro::Operation { name, metadata: Some(metadata.map_err(fault)?), done: state.is_done(), result })
}

/// The same, as the metadata of a renewal.
fn assigning(metadata: pb::ActivatePyramidRevisionMetadata) -> pb::AssignTiersMetadata {
    let pb::ActivatePyramidRevisionMetadata {
        pyramid_revision,
        phase,
        done_count,
        total_count,
        create_time,
        update_time,
        cancel_requested,
    } = metadata;
    pb::AssignTiersMetadata {
        pyramid_revision,
        phase,
        done_count,
        total_count,
        create_time,
        update_time,
        cancel_requested,
    }
}

fn phase(state: OperationState, phase: ActivationPhase) -> pb::ActivationPhase {
    match (state, phase) {
        (OperationState::Pending, _) => pb::ActivationPhase::Unspecified,
        (_, ActivationPhase::Calibrate) => pb::ActivationPhase::Calibrate,
        (_, ActivationPhase::Assign) => pb::ActivationPhase::Assign,
        (_, ActivationPhase::Fold) => pb::ActivationPhase::Fold,
    }
}

fn result((kind, name): (&str, &str), outcome: &str, pyramid: Option<Pyramid>) -> Result<Ended, Error> {
    match serde_json::from_str(outcome).map_err(fault)? {
        OperationOutcome::Activated(ActivationOutcome { ranked: ranked_count, moved: moved_count }) => {
            let pyramid = pyramid.map(pyramid::resource);
            match kind {
                ASSIGN => response(&pb::AssignTiersResponse { pyramid, ranked_count, moved_count }),
                _ => response(&pb::ActivatePyramidRevisionResponse { pyramid, ranked_count, moved_count }),
            }
        }
        outcome => failure(name, &outcome),
    }
}

/// How an operation ended that was not done. How one kind alone may end was told before.
fn failure(name: &str, outcome: &OperationOutcome) -> Result<Ended, Error> {
    match outcome {
        OperationOutcome::Cancelled => Ok(Ended::Error(status::operation_cancelled(name))),
        OperationOutcome::Failed { incident } => Ok(Ended::Error(status::operation_failed(incident))),
        OperationOutcome::Activated(_)
        | OperationOutcome::Simulated(_)
        | OperationOutcome::Analyzed(_)
        | OperationOutcome::TooManyRows { .. }
        | OperationOutcome::Fitted(_)
        | OperationOutcome::Unfit(_)
        | OperationOutcome::Drawn(_)
        | OperationOutcome::NoSuchTiers(_)
        | OperationOutcome::FirstTime(_) => {
            Err(fault(std::io::Error::other("an operation has the outcome of another kind")))
        }
    }
}

/// ListOperations. `pyramid` finds what an operation works on.
///
/// # Errors
/// As `resource`.
pub(crate) fn list_response(
    currency: &Currency,
    query: QueryHash,
    operations: Page<Operation>,
    pyramid: impl Fn(&Operation) -> Option<Pyramid>,
) -> Result<lro::ListOperationsResponse, Error> {
    let Page { items, next } = operations;
    let items = items.into_iter().map(|operation| {
        let (key, pyramid) = (key(&operation), pyramid(&operation));
        resource(currency, operation, pyramid).map(|message| (key, message))
    });
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let page = Page { items, next };
    let (operations, next_page_token) = page::close(page, query, |(key, _)| key.to_vec(), |(_, message)| message);
    Ok(lro::ListOperationsResponse { operations, next_page_token })
}

/// What operations are listed by.
pub(crate) fn key(operation: &Operation) -> [KeyPart; 2] {
    [KeyPart::Int(operation.create_time.0), KeyPart::Bytes(operation.id.as_bytes().to_vec())]
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(Arc::new(error))
}

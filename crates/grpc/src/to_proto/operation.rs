//! Long-running operations. What an operation keeps are documents of whoever does it; here they become the messages that
//! the contract names for its method.

use std::sync::Arc;

use guanxi::google::longrunning as lro;
use guanxi::v1 as pb;
use guanxi_app::Error;
use guanxi_app::operations::{
    ANALYZE, ASSIGN, ActivationOutcome, ActivationPhase, ActivationProgress, ActivationRequest, AnalysisOutcome,
    AnalysisRequest, DRAW, DrawingRequest, FIRST_TIME, FIT, FirstTimeRequest, FitRequest, OperationOutcome,
    RecordsProgress, SIMULATE,
};
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{Currency, name};
use guanxi_store::{Operation, OperationState, Pyramid};
use prost_types::Any;

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
        SIMULATE => simulation(currency, &operation),
        ANALYZE => analysis(&operation),
        FIT => fit(&operation),
        DRAW => drawing(&operation),
        FIRST_TIME => services(&operation),
        _ => run(operation, pyramid),
    }
}

/// A simulation.
fn simulation(currency: &Currency, operation: &Operation) -> Result<lro::Operation, Error> {
    use lro::operation::Result::Response;
    let request = serde_json::from_str(&operation.request).map_err(fault)?;
    let progress = serde_json::from_str(&operation.progress).map_err(fault)?;
    let name = name::operation(&operation.id);
    let metadata = Any::from_msg(&simulation::metadata(operation, &request, &progress)).map_err(fault)?;
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let result = match outcome {
        Some(OperationOutcome::Simulated(outcome)) => {
            let response = simulation::response(currency, &request, &outcome);
            Some(Response(Any::from_msg(&response).map_err(fault)?))
        }
        Some(outcome) => Some(failure(&name, &outcome)?),
        None => None,
    };
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
}

/// A fit of a model.
fn fit(operation: &Operation) -> Result<lro::Operation, Error> {
    use lro::operation::Result::{Error as Failed, Response};
    let request: FitRequest = serde_json::from_str(&operation.request).map_err(fault)?;
    let progress = serde_json::from_str(&operation.progress).map_err(fault)?;
    let name = name::operation(&operation.id);
    let metadata = Any::from_msg(&satisfaction_model::metadata(operation, &request, &progress)).map_err(fault)?;
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let result = match outcome {
        Some(OperationOutcome::Fitted(outcome)) => {
            let response = satisfaction_model::response(&request, *outcome);
            Some(Response(Any::from_msg(&response).map_err(fault)?))
        }
        Some(OperationOutcome::Unfit(unfit)) => Some(Failed(status::to_rpc(request.refusal(unfit).into()))),
        Some(outcome) => Some(failure(&name, &outcome)?),
        None => None,
    };
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
}

/// A drawing of a sample.
fn drawing(operation: &Operation) -> Result<lro::Operation, Error> {
    use lro::operation::Result::{Error as Failed, Response};
    let request: DrawingRequest = serde_json::from_str(&operation.request).map_err(fault)?;
    let progress = serde_json::from_str(&operation.progress).map_err(fault)?;
    let name = name::operation(&operation.id);
    let metadata = Any::from_msg(&sample::metadata(operation, &request, &progress)).map_err(fault)?;
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let result = match outcome {
        Some(OperationOutcome::Drawn(drawn)) => {
            let response = sample::response(&request, *drawn);
            Some(Response(Any::from_msg(&response).map_err(fault)?))
        }
        Some(OperationOutcome::NoSuchTiers(places)) => Some(Failed(status::to_rpc(request.no_such_tiers(&places)))),
        Some(outcome) => Some(failure(&name, &outcome)?),
        None => None,
    };
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
}

/// Which services were right first time.
fn services(operation: &Operation) -> Result<lro::Operation, Error> {
    use lro::operation::Result::{Error as Failed, Response};
    let request: FirstTimeRequest = serde_json::from_str(&operation.request).map_err(fault)?;
    let progress = serde_json::from_str(&operation.progress).map_err(fault)?;
    let name = name::operation(&operation.id);
    let metadata = Any::from_msg(&first_time::metadata(operation, &request, &progress)).map_err(fault)?;
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let result = match outcome {
        Some(OperationOutcome::FirstTime(outcome)) => {
            let response = first_time::response(request, *outcome);
            Some(Response(Any::from_msg(&response).map_err(fault)?))
        }
        Some(OperationOutcome::TooManyRows { .. }) => Some(Failed(status::to_rpc(first_time::too_many_rows()))),
        Some(outcome) => Some(failure(&name, &outcome)?),
        None => None,
    };
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
}

/// An analysis.
fn analysis(operation: &Operation) -> Result<lro::Operation, Error> {
    use lro::operation::Result::Response;
    let request: AnalysisRequest = serde_json::from_str(&operation.request).map_err(fault)?;
    let RecordsProgress { done } = serde_json::from_str(&operation.progress).map_err(fault)?;
    let name = name::operation(&operation.id);
    let metadata = pb::AnalyzeSatisfactionMetadata {
        questionnaire_revision: name::questionnaire_revision(&request.set.questionnaire, request.set.number),
        filter: request.set.filter,
        done_count: done,
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    };
    let outcome = operation.outcome.as_deref().map(serde_json::from_str).transpose().map_err(fault)?;
    let result = match outcome {
        Some(OperationOutcome::Analyzed(outcome)) => {
            let AnalysisOutcome { scheme, rows } = *outcome;
            let of = (metadata.questionnaire_revision.clone(), &scheme);
            let basis = pb::SatisfactionBasis::Records;
            let response = satisfaction_index::index(of, &request.question, (basis, rows));
            Some(Response(Any::from_msg(&response).map_err(fault)?))
        }
        Some(outcome) => Some(failure(&name, &outcome)?),
        None => None,
    };
    let metadata = Any::from_msg(&metadata).map_err(fault)?;
    Ok(lro::Operation { name, metadata: Some(metadata), done: operation.state.is_done(), result })
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

fn result(
    (kind, name): (&str, &str),
    outcome: &str,
    pyramid: Option<Pyramid>,
) -> Result<lro::operation::Result, Error> {
    use lro::operation::Result::Response;
    Ok(match serde_json::from_str(outcome).map_err(fault)? {
        OperationOutcome::Activated(ActivationOutcome { ranked: ranked_count, moved: moved_count }) => {
            let pyramid = pyramid.map(pyramid::resource);
            let response = match kind {
                ASSIGN => Any::from_msg(&pb::AssignTiersResponse { pyramid, ranked_count, moved_count }),
                _ => Any::from_msg(&pb::ActivatePyramidRevisionResponse { pyramid, ranked_count, moved_count }),
            };
            Response(response.map_err(fault)?)
        }
        outcome => failure(name, &outcome)?,
    })
}

/// How an operation ended that was not done.
fn failure(name: &str, outcome: &OperationOutcome) -> Result<lro::operation::Result, Error> {
    use lro::operation::Result::Error as Failed;
    match outcome {
        OperationOutcome::Cancelled => Ok(Failed(status::operation_cancelled(name))),
        OperationOutcome::Failed { incident } => Ok(Failed(status::operation_failed(incident))),
        OperationOutcome::TooManyRows { most } => Ok(Failed(status::to_rpc(satisfaction_index::too_many_rows(*most)))),
        OperationOutcome::Activated(_)
        | OperationOutcome::Simulated(_)
        | OperationOutcome::Analyzed(_)
        | OperationOutcome::Fitted(_)
        | OperationOutcome::Unfit(_)
        | OperationOutcome::FirstTime(_)
        | OperationOutcome::Drawn(_)
        | OperationOutcome::NoSuchTiers(_) => {
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

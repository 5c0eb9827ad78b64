//! A fitted model.

use guanxi::v1 as pb;
use guanxi_app::operations::{FitOutcome, FitRequest, RecordSet, RecordsProgress};
use guanxi_model::name;
use guanxi_satisfaction::path_model::{Fit, ItemFit, LatentFit, PathFit};
use guanxi_store::Operation;

use super::{number, report, time};

/// How far a fit is.
pub(crate) fn metadata(
    operation: &Operation,
    request: &FitRequest,
    progress: &RecordsProgress,
) -> pb::FitSatisfactionModelMetadata {
    pb::FitSatisfactionModelMetadata {
        questionnaire_revision: revision(&request.set),
        filter: request.set.filter.clone(),
        done_count: progress.done,
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    }
}

/// What was fitted.
pub(crate) fn response(request: &FitRequest, outcome: FitOutcome) -> pb::FitSatisfactionModelResponse {
    let FitOutcome { fit: Fit { n, turns, latents, paths, constant }, incomplete, time: made } = outcome;
    pb::FitSatisfactionModelResponse {
        questionnaire_revision: revision(&request.set),
        inner_weights: number(request.inner),
        fit_time: Some(time::timestamp(made)),
        record_count: report::count(n),
        incomplete_count: report::count(incomplete),
        iteration_count: i32::try_from(turns).unwrap_or(i32::MAX),
        latents: latents.into_iter().map(latent).collect(),
        paths: paths.into_iter().map(path).collect(),
        constant_items: constant,
    }
}

fn revision(set: &RecordSet) -> String {
    name::questionnaire_revision(&set.questionnaire, set.number)
}

fn latent(latent: LatentFit) -> pb::FittedLatent {
    let LatentFit { id, items, r_squared, alpha, index } = latent;
    pb::FittedLatent {
        dimension: id,
        items: items.into_iter().map(item).collect(),
        r_squared,
        alpha,
        index: index.map(|(index, _)| index),
        lower_bound: index.map(|(_, interval)| interval.low),
        upper_bound: index.map(|(_, interval)| interval.high),
    }
}

fn item(item: ItemFit) -> pb::FittedItem {
    let ItemFit { id, weight, loading, share } = item;
    pb::FittedItem { item: id, weight, loading, share }
}

fn path(path: PathFit) -> pb::FittedPath {
    let PathFit { from, to, coefficient } = path;
    pb::FittedPath { from, to, coefficient }
}

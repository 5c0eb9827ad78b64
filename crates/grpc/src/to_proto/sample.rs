//! Samples, how far drawing one is, and how large one should be.

use guanxi::v1 as pb;
use guanxi_app::operations::{DrawingProgress, DrawingRequest, DrawnSample, DrawnStratum};
use guanxi_model::{RevisionNumber, name};
use guanxi_satisfaction::Objection;
use guanxi_store::Operation;

use super::{number, report, time};

/// How far it is.
pub(crate) fn metadata(
    operation: &Operation,
    request: &DrawingRequest,
    progress: &DrawingProgress,
) -> pb::DrawSampleMetadata {
    let DrawingProgress { number, done, total, sample } = progress;
    let holding = sample.as_ref().filter(|_| request.drawing.reserve.is_some());
    pb::DrawSampleMetadata {
        questionnaire_revision: questionnaire_revision(request),
        pyramid_revision: pyramid_revision(request, *number),
        done_count: *done,
        total_count: *total,
        held_count: holding.map_or(0, |sample| i32::try_from(sample.held()).unwrap_or(i32::MAX)),
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    }
}

/// What was drawn.
pub(crate) fn response(request: &DrawingRequest, sample: DrawnSample) -> pb::SurveySample {
    let DrawnSample { number, time: made, strata, against } = sample;
    pb::SurveySample {
        questionnaire_revision: questionnaire_revision(request),
        pyramid: request.drawing.pyramid.as_ref().map(name::pyramid).unwrap_or_default(),
        seed: request.drawing.seed,
        strata: strata.into_iter().map(stratum).collect(),
        objections: against.into_iter().map(objection_count).collect(),
        pyramid_revision: pyramid_revision(request, number),
        draw_time: Some(time::timestamp(made)),
    }
}

/// EstimateSampleSize: how many responses are needed, and how many to invite.
pub(crate) fn estimate((responses, invitations): (u64, u64)) -> pb::EstimateSampleSizeResponse {
    pb::EstimateSampleSizeResponse {
        response_count: report::count(responses),
        invitation_count: report::count(invitations),
    }
}

fn questionnaire_revision(request: &DrawingRequest) -> String {
    name::questionnaire_revision(&request.drawing.questionnaire, request.revision)
}

fn pyramid_revision(request: &DrawingRequest, number: Option<RevisionNumber>) -> String {
    let revision = request.drawing.pyramid.as_ref().zip(number);
    revision.map(|(pyramid, number)| name::revision(pyramid, number)).unwrap_or_default()
}

fn stratum(stratum: DrawnStratum) -> pb::SampleStratum {
    pb::SampleStratum {
        customer_count: stratum.customers,
        eligible_count: stratum.eligible,
        customers: stratum.drawn.iter().map(name::customer).collect(),
        lost_count: stratum.lost,
        tier: stratum.tier.map(String::from).unwrap_or_default(),
    }
}

/// How often something speaks against asking.
fn objection_count((reason, count): (Objection, i64)) -> pb::SurveyObjectionCount {
    pb::SurveyObjectionCount { reason: number(reason), customer_count: count }
}

//! What a simulation found. What it keeps of an example is what was read of the customer; here it is explained by the
//! candidate, as ExplainTier explains a customer by what is in force.

use guanxi::v1 as pb;
use guanxi_app::operations::{Simulated, SimulationOutcome, SimulationPhase, SimulationProgress, SimulationRequest};
use guanxi_model::{Amount, Currency, PyramidId, RevisionNumber, name};
use guanxi_segmentation::{Example, Explanation, Moved, Readings, Simulation, TierReport, TieringRule, Way, explain};
use guanxi_store::{Operation, OperationState};

use super::tier::{Coverages, boundary, closed_tiers, parts};
use super::{money, report, time};

/// How far it is.
pub(crate) fn metadata(
    operation: &Operation,
    request: &SimulationRequest,
    progress: &SimulationProgress,
) -> pb::SimulatePyramidMetadata {
    let SimulationProgress { phase, done, total } = *progress;
    let phase = match (operation.state, phase) {
        (OperationState::Pending, _) => pb::SimulationPhase::Unspecified,
        (_, SimulationPhase::Calibrate) => pb::SimulationPhase::Calibrate,
        (_, SimulationPhase::Compare) => pb::SimulationPhase::Compare,
    };
    pb::SimulatePyramidMetadata {
        pyramid: name::pyramid(&request.pyramid),
        pyramid_revision: revision(&request.pyramid, request.candidate.number()),
        phase: phase.into(),
        done_count: done,
        total_count: total,
        create_time: Some(time::timestamp(operation.create_time)),
        update_time: Some(time::timestamp(operation.update_time)),
        cancel_requested: operation.cancel_requested,
    }
}

/// What it found.
pub(crate) fn response(
    currency: &Currency,
    request: &SimulationRequest,
    outcome: &SimulationOutcome,
) -> pb::SimulatePyramidResponse {
    let SimulationOutcome { baseline, candidate, time: made, found } = outcome;
    let Simulation { ways, baseline: before, candidate: after, unranked, mobility } = found;
    let side = |side: &Simulated, reports: &[TierReport]| {
        let tier = |(index, report)| tier(currency, side, index, report);
        reports.iter().copied().enumerate().map(tier).collect()
    };
    pb::SimulatePyramidResponse {
        pyramid: name::pyramid(&request.pyramid),
        pyramid_revision: revision(&request.pyramid, candidate.number),
        baseline_revision: revision(&request.pyramid, baseline.as_ref().and_then(|baseline| baseline.number)),
        as_of_date: request.as_of.map(time::day),
        simulate_time: request.as_of.is_none().then(|| time::timestamp(*made)),
        baseline_tiers: baseline.as_ref().map(|baseline| side(baseline, before)).unwrap_or_default(),
        tiers: side(candidate, after),
        moves: ways.iter().map(|way| moved(currency, (baseline.as_ref(), candidate), way)).collect(),
        unranked_count: report::count(*unranked),
        mobility: mobility.map(|Moved { upward, unchanged, downward, index }| pb::SimulatedMobility {
            upward_count: report::count(upward),
            unchanged_count: report::count(unchanged),
            downward_count: report::count(downward),
            index,
        }),
    }
}

fn revision(pyramid: &PyramidId, number: Option<RevisionNumber>) -> String {
    number.map(|number| name::revision(pyramid, number)).unwrap_or_default()
}

fn tier(currency: &Currency, side: &Simulated, index: usize, report: TierReport) -> pb::SimulatedTier {
    let rule = side.scheme.tiering();
    let last = side.calibration.boundaries.get(index).and_then(Option::as_ref);
    let lowest_score = match rule {
        TieringRule::ScoreThresholds(thresholds) => thresholds.get(index).copied(),
        TieringRule::CustomerShares(_) => last.map(|last| last.score),
        TieringRule::ValueShares(_) => None,
    };
    // The last tier has no lower boundary, also where a calibration says who is the last of all.
    let is_last = index + 1 >= side.scheme.tiers().len();
    let report = report::tier(currency, &side.scheme, (index, report));
    pb::SimulatedTier {
        target_basis_points: report.target_basis_points,
        report: Some(report),
        lowest_score: lowest_score.filter(|_| !is_last),
        lowest_value: last.filter(|_| !is_last).map(|last| money::money(currency, Amount(last.value))),
    }
}

fn moved(currency: &Currency, (from, to): (Option<&Simulated>, &Simulated), way: &Way) -> pb::SimulatedMove {
    let Way { from: begin, to: end, customers, value_from, value_to, causes, examples } = way;
    pb::SimulatedMove {
        from_tier: from.map(|from| tier_id(from, *begin)).unwrap_or_default(),
        to_tier: tier_id(to, *end),
        customer_count: report::count(*customers),
        baseline_value: Some(money::sum(currency, *value_from)),
        value: Some(money::sum(currency, *value_to)),
        held_count: report::count(causes.held),
        calibration_count: report::count(causes.calibration),
        scheme_count: report::count(causes.scheme),
        examples: examples.iter().map(|one| example(currency, to, one)).collect(),
    }
}

fn tier_id(side: &Simulated, index: Option<usize>) -> String {
    index.and_then(|index| side.scheme.tiers().get(index)).map(|tier| tier.id.to_string()).unwrap_or_default()
}

fn example(currency: &Currency, by: &Simulated, example: &Example) -> pb::SimulatedExample {
    let Example { customer, inputs } = example;
    let (scheme, readings) = (&by.scheme, Readings::from(inputs.clone()));
    let Explanation { parts: explained, placement } = explain(scheme, &by.calibration, customer, &readings);
    let placement = placement.ok();
    let standing = placement.as_ref().map(|placement| placement.standing);
    let bound = |bound: Option<&_>| bound.map(|bound| boundary(currency, scheme, bound));
    pb::SimulatedExample {
        customer: name::customer(customer),
        score: standing.map(|standing| standing.score),
        value: standing.map(|standing| money::money(currency, Amount(standing.value))),
        parts: parts(currency, scheme, &explained, Coverages::Forgotten),
        placed_tier: tier_id(by, placement.as_ref().map(|placement| placement.tier)),
        boundary_met: bound(placement.as_ref().and_then(|placement| placement.met.as_ref())),
        next_boundary: bound(placement.as_ref().and_then(|placement| placement.next.as_ref())),
        closed_tiers: closed_tiers(scheme, &readings),
    }
}

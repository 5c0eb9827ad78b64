//! Where customers stand, and why.

use guanxi::v1 as pb;
use guanxi_model::{Amount, Currency, CustomerId, PyramidId, TierId, Timestamp, name};
use guanxi_segmentation::{
    Against, Bound, Explanation, Measure, Part, Placement, PyramidScheme, Standing, Unit, Unranked,
};
use guanxi_store::Judge;

use super::{money, scheme, time};

/// A customer of a pyramid, as readers see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) customer: &'a CustomerId,
    pub(crate) pyramid: &'a PyramidId,
    /// What the customer is judged by.
    pub(crate) judge: &'a Judge,
    /// Where it stands by its last write.
    pub(crate) tier: Option<&'a TierId>,
    /// Since when; none where it never stood anywhere.
    pub(crate) since: Option<Timestamp>,
    /// What it comes to.
    pub(crate) standing: Result<Standing, Unranked>,
}

/// Where a customer stands.
pub(crate) fn assignment(currency: &Currency, seen: Seen<'_>) -> pb::TierAssignment {
    let Seen { customer, pyramid, judge, tier, since, standing } = seen;
    let tiers = judge.scheme.tiers();
    let index = tier.and_then(|tier| tiers.iter().position(|known| known.id == *tier));
    let strategy = index.and_then(|index| tiers[index].strategy.as_ref());
    pb::TierAssignment {
        name: name::tier_assignment(customer, pyramid),
        pyramid_revision: name::revision(pyramid, judge.number),
        tier: tier.map(ToString::to_string).unwrap_or_default(),
        tier_rank: index.and_then(|index| i32::try_from(index + 1).ok()).unwrap_or(0),
        score: standing.ok().map(|standing| standing.score),
        value: standing.ok().map(|standing| money::money(currency, Amount(standing.value))),
        assign_time: since.map(time::timestamp),
        unranked_reason: standing.err().map_or(pb::UnrankedReason::Unspecified, unranked_reason).into(),
        strategy: strategy.map(scheme::strategy),
    }
}

fn unranked_reason(unranked: Unranked) -> pb::UnrankedReason {
    match unranked {
        Unranked::OutsidePopulation => pb::UnrankedReason::OutsidePopulation,
        Unranked::MeasureMissing { measure: _ } | Unranked::NothingMeasured => pb::UnrankedReason::MeasureMissing,
        Unranked::ValueMissing => pb::UnrankedReason::ValueMissing,
    }
}

/// Why a customer stands there.
pub(crate) fn explanation(
    currency: &Currency,
    judge: &Judge,
    assignment: pb::TierAssignment,
    explanation: Explanation,
) -> pb::TierExplanation {
    let Explanation { parts, placement } = explanation;
    let bound = |bound: Option<Bound>| bound.map(|bound| boundary(currency, &judge.scheme, &bound));
    let (met, next) = match placement {
        Ok(Placement { tier: _, standing: _, met, next }) => (bound(met), bound(next)),
        Err(_) => (None, None),
    };
    pb::TierExplanation {
        assignment: Some(assignment),
        parts: judge.scheme.measures().iter().zip(&parts).map(|(measure, one)| part(currency, measure, one)).collect(),
        boundary_met: met,
        next_boundary: next,
        calibrate_time: Some(time::timestamp(judge.calibrate_time)),
        calibrated_count: i64::try_from(judge.calibration.customers).unwrap_or(i64::MAX),
    }
}

fn part(currency: &Currency, measure: &Measure, part: &Part) -> pb::ScorePart {
    use pb::score_part::RawValue;
    let Part { measure: _, reading, normalised, weight_share, points } = *part;
    let raw_value = reading.value.map(|value| match measure.kind.unit() {
        Unit::Count => RawValue::Count(value),
        Unit::Money => RawValue::Amount(money::money(currency, Amount(value))),
        Unit::Seconds => RawValue::Duration(time::seconds(value)),
    });
    pb::ScorePart {
        measure_id: measure.id.to_string(),
        kind: scheme::measure_kind(measure.kind).into(),
        coverage: Some(reading.coverage.share().unwrap_or(1.0)),
        normalized_value: normalised,
        weight_share: Some(weight_share),
        points: Some(points),
        raw_value,
    }
}

fn boundary(currency: &Currency, scheme: &PyramidScheme, bound: &Bound) -> pb::TierBoundary {
    // The last customer inside is somebody else's business.
    let Bound { tier, score, value, customer: _ } = bound;
    let amount = |minor| money::money(currency, Amount(minor));
    pb::TierBoundary {
        tier: scheme.tiers().get(*tier).map(|tier| tier.id.to_string()).unwrap_or_default(),
        score: score.map(|Against { bound, .. }| bound),
        value: value.map(|Against { bound, .. }| amount(bound)),
        score_distance: score.map(|Against { distance, .. }| distance),
        value_distance: value.map(|Against { distance, .. }| amount(distance)),
    }
}

//! Where customers stand, and why.

use guanxi::v1 as pb;
use guanxi_model::{Amount, Currency, CustomerId, Day, PyramidId, TierId, Timestamp, name};
use guanxi_segmentation::{
    Against, Bound, Explanation, Judgement, Measure, Part, Placement, PyramidScheme, Readings, Stay, Unit, Unranked,
    keeps, movement, score_only,
};
use guanxi_store::Judge;
use guanxi_store::ledger::{Override, Slot};

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
    /// What holds it there.
    pub(crate) held: Option<&'a Override>,
    pub(crate) readings: &'a Readings,
}

/// Where a customer stands.
pub(crate) fn assignment(currency: &Currency, seen: &Seen<'_>) -> pb::TierAssignment {
    let Seen { customer, pyramid, judge, tier, since, held, readings } = *seen;
    let tiers = judge.scheme.tiers();
    let index = tier.and_then(|tier| judge.scheme.index_of(tier));
    let strategy = index.and_then(|index| tiers[index].strategy.as_ref());
    let standing = score_only(&judge.scheme, &judge.calibration.knots, readings);
    // An override may hold somebody who is not of the population.
    let unranked = standing.err().filter(|_| tier.is_none());
    pb::TierAssignment {
        name: name::tier_assignment(customer, pyramid),
        pyramid_revision: name::revision(pyramid, judge.number),
        tier: tier.map(ToString::to_string).unwrap_or_default(),
        tier_rank: index.and_then(|index| i32::try_from(index + 1).ok()).unwrap_or(0),
        score: standing.ok().map(|standing| standing.score),
        value: standing.ok().map(|standing| money::money(currency, Amount(standing.value))),
        assign_time: since.map(time::timestamp),
        unranked_reason: unranked.map_or(pb::UnrankedReason::Unspecified, unranked_reason).into(),
        r#override: held.map(tier_override),
        strategy: strategy.map(scheme::strategy),
    }
}

fn tier_override(held: &Override) -> pb::TierOverride {
    let Override { tier, actor, reason, time: since, expire_time } = held;
    pb::TierOverride {
        tier: tier.to_string(),
        actor: actor.clone(),
        reason: reason.clone(),
        create_time: Some(time::timestamp(*since)),
        expire_time: expire_time.map(time::timestamp),
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
pub(crate) fn explanation(currency: &Currency, seen: &Seen<'_>, explanation: Explanation) -> pb::TierExplanation {
    let (judge, Explanation { parts, placement }) = (seen.judge, explanation);
    let bound = |bound: Option<Bound>| bound.map(|bound| boundary(currency, &judge.scheme, &bound));
    let (placed, met, next) = match placement {
        Ok(Placement { tier, standing: _, met, next }) => (judge.scheme.tiers().get(tier), bound(met), bound(next)),
        Err(_) => (None, None, None),
    };
    pb::TierExplanation {
        assignment: Some(assignment(currency, seen)),
        parts: self::parts(currency, &judge.scheme, &parts, Coverages::Known),
        boundary_met: met,
        next_boundary: next,
        calibrate_time: Some(time::timestamp(judge.calibrate_time)),
        calibrated_count: i64::try_from(judge.calibration.customers).unwrap_or(i64::MAX),
        placed_tier: placed.map(|tier| tier.id.to_string()).unwrap_or_default(),
        review: None,
        due_time: None,
        closed_tiers: closed_tiers(&judge.scheme, seen.readings),
    }
}

pub(super) fn closed_tiers(scheme: &PyramidScheme, readings: &Readings) -> Vec<String> {
    let tiers = scheme.tiers();
    readings.closed.iter().filter_map(|index| tiers.get(*index)).map(|tier| tier.id.to_string()).collect()
}

/// What is to come: the reviews, and when the customer is looked at next.
pub(crate) fn with_outlook(
    explanation: pb::TierExplanation,
    review: Option<pb::TierReview>,
    due: Option<Timestamp>,
) -> pb::TierExplanation {
    pb::TierExplanation { review, due_time: due.map(time::timestamp), ..explanation }
}

/// How the reviews of a customer are going who has stood in a slot since a day, by what is read of it now.
pub(crate) fn review(
    judge: &Judge,
    (slot, since): (&Slot, Day),
    (explained, readings): (&Explanation, &Readings),
) -> Option<pb::TierReview> {
    let (rules, next_review) = (judge.scheme.movement()?, slot.review?);
    let tier = judge.scheme.index_of(slot.tier.as_ref()?)?;
    let placed = explained.placement.as_ref().ok()?;
    let judgement = Judgement { tier: placed.tier, standing: placed.standing };
    let by = (&judge.scheme, &judge.calibration);
    let keeps = keeps(by, (judgement, readings), tier, rules.keep_basis_points());
    let stay = Stay { tier, since, below: slot.below, next_review };
    Some(pb::TierReview {
        keeps,
        below_count: slot.below,
        review_count: rules.reviews(),
        next_review_date: Some(time::day(next_review)),
        earliest_fall_date: Some(time::day(movement::earliest_fall(rules, &stay))),
    })
}

/// Whether parts know how complete they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverages {
    Known,
    Forgotten,
}

/// What each measure adds to a score.
pub(super) fn parts(
    currency: &Currency,
    scheme: &PyramidScheme,
    parts: &[Part],
    coverages: Coverages,
) -> Vec<pb::ScorePart> {
    scheme.measures().iter().zip(parts).map(|(measure, one)| part(currency, measure, one, coverages)).collect()
}

fn part(currency: &Currency, measure: &Measure, part: &Part, coverages: Coverages) -> pb::ScorePart {
    use pb::score_part::RawValue;
    let Part { measure: _, reading, normalised, weight_share, points } = *part;
    let raw_value = reading.value.map(|value| match measure.unit() {
        Unit::Count | Unit::Days => RawValue::Count(value),
        Unit::Money => RawValue::Amount(money::money(currency, Amount(value))),
        Unit::Seconds => RawValue::Duration(time::seconds(value)),
        Unit::Number => RawValue::Number(value as f64 / Unit::Number.per_one() as f64),
    });
    let coverage = (coverages == Coverages::Known).then(|| reading.coverage.share().unwrap_or(1.0));
    pb::ScorePart {
        measure_id: measure.id.to_string(),
        kind: scheme::measure_kind(measure.kind).into(),
        coverage,
        normalized_value: normalised,
        weight_share: Some(weight_share),
        points: Some(points),
        raw_value,
    }
}

pub(super) fn boundary(currency: &Currency, scheme: &PyramidScheme, bound: &Bound) -> pb::TierBoundary {
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

//! The scheme of a pyramid's revision. Money parameters are minor units in a scheme and whole units in the contract.

use guanxi::v1 as pb;
use guanxi_model::Currency;
use guanxi_segmentation::{
    DataStandard, Direction, Measure, MeasureKind, MissingRule, MovementDraft, MovementRules, Normaliser, Population,
    PyramidScheme, Tier, TierStrategy, TieringRule, Unit, Window,
};

use super::money::minor_units_per_unit;
use super::{number, number_or_zero, time};

/// What of a revision is its scheme; the rest is left empty.
pub(super) fn scheme(currency: &Currency, scheme: &PyramidScheme) -> pb::PyramidRevision {
    pb::PyramidRevision {
        name: String::new(),
        description: String::new(),
        measures: scheme.measures().iter().map(|one| measure(currency, one)).collect(),
        population: population(scheme.population()).into(),
        value_measure: measure_kind(scheme.value().kind).into(),
        tiers: scheme.tiers().iter().map(tier).collect(),
        tiering_rule: Some(rule(scheme.tiering())),
        create_time: None,
        value_window: window(scheme.value().window),
        movement_rules: scheme.movement().map(movement),
    }
}

fn measure(currency: &Currency, measure: &Measure) -> pb::Measure {
    let Measure {
        id,
        kind,
        window: time,
        expression,
        normaliser: curve,
        direction: end,
        weight,
        missing,
        min_coverage_bp,
    } = measure;
    let per_unit = match kind.unit(*time) {
        Unit::Money => minor_units_per_unit(currency),
        unit => unit.per_one() as f64,
    };
    pb::Measure {
        measure_id: id.to_string(),
        kind: measure_kind(*kind).into(),
        weight: *weight,
        direction: direction(*end).into(),
        missing_value_rule: missing_rule(*missing).into(),
        min_coverage_basis_points: *min_coverage_bp,
        window: window(*time),
        expression: expression.as_ref().map(|one| one.source().to_owned()).unwrap_or_default(),
        normalizer: Some(normaliser(*curve, per_unit)),
    }
}

/// Not given where it is all of the time.
fn window(window: Window) -> Option<pb::Window> {
    use pb::window::Span;
    let span = match window {
        Window::Lifetime => return None,
        Window::Trailing { days } => Span::TrailingDays(days),
        Window::HalfLife { days } => Span::HalfLifeDays(days),
    };
    Some(pb::Window { span: Some(span) })
}

fn movement(rules: &MovementRules) -> pb::MovementRules {
    let MovementDraft { keep_basis_points, reviews, min_stay_days, max_fall } = MovementDraft::from(*rules);
    pb::MovementRules {
        keep_basis_points: Some(keep_basis_points),
        review_count: Some(reviews),
        minimum_stay_days: Some(min_stay_days),
        maximum_fall: Some(max_fall),
    }
}

fn normaliser(curve: Normaliser, per_unit: f64) -> pb::measure::Normalizer {
    use pb::measure::Normalizer;
    match curve {
        Normaliser::Linear { low, high } => {
            Normalizer::Linear(pb::LinearNormalizer { low: low / per_unit, high: high / per_unit })
        }
        Normaliser::Logarithmic { scale, cap } => {
            Normalizer::Logarithmic(pb::LogarithmicNormalizer { scale: scale / per_unit, cap: cap / per_unit })
        }
        Normaliser::Rank => Normalizer::Rank(pb::RankNormalizer {}),
    }
}

fn tier(tier: &Tier) -> pb::Tier {
    let Tier { id, display_name, strategy: what_we_do, data_standard: standard, gate } = tier;
    pb::Tier {
        tier_id: id.to_string(),
        display_name: display_name.clone(),
        strategy: what_we_do.as_ref().map(strategy),
        data_standard: standard.as_ref().map(data_standard),
        gate: gate.as_ref().map(|gate| gate.source().to_owned()).unwrap_or_default(),
    }
}

fn data_standard(standard: &DataStandard) -> pb::DataStandard {
    let DataStandard { items, labels, attributes } = standard;
    pb::DataStandard {
        required: items.iter().copied().map(number).collect(),
        required_labels: labels.iter().map(ToString::to_string).collect(),
        required_attributes: attributes.iter().map(ToString::to_string).collect(),
    }
}

/// What we do for a tier.
pub(super) fn strategy(strategy: &TierStrategy) -> pb::TierStrategy {
    let TierStrategy {
        service_level,
        contact_interval_days,
        response_deadline_seconds,
        communication_policy,
        owner_role,
    } = strategy;
    pb::TierStrategy {
        service_level: service_level.clone(),
        contact_interval_days: *contact_interval_days,
        response_deadline: response_deadline_seconds.map(time::seconds),
        communication_policy: communication_policy.clone(),
        owner_role: number_or_zero(*owner_role),
    }
}

fn rule(rule: &TieringRule) -> pb::pyramid_revision::TieringRule {
    use pb::pyramid_revision::TieringRule as Pb;
    match rule {
        TieringRule::ScoreThresholds(thresholds) => {
            Pb::ScoreThresholds(pb::ScoreThresholds { thresholds: thresholds.clone() })
        }
        TieringRule::CustomerShares(shares) => Pb::CustomerShares(pb::CustomerShares { basis_points: shares.clone() }),
        TieringRule::ValueShares(shares) => Pb::ValueShares(pb::ValueShares { basis_points: shares.clone() }),
    }
}

/// The kind of a measure.
pub(super) fn measure_kind(kind: MeasureKind) -> pb::MeasureKind {
    use pb::MeasureKind as Pb;
    match kind {
        MeasureKind::PurchaseCount => Pb::PurchaseCount,
        MeasureKind::ReturnCount => Pb::ReturnCount,
        MeasureKind::UnitCount => Pb::UnitCount,
        MeasureKind::PromotedPurchaseCount => Pb::PromotedPurchaseCount,
        MeasureKind::PurchaseDayCount => Pb::PurchaseDayCount,
        MeasureKind::DistinctProductCount => Pb::DistinctProductCount,
        MeasureKind::Recency => Pb::Recency,
        MeasureKind::Tenure => Pb::Tenure,
        MeasureKind::NetRevenue => Pb::NetRevenue,
        MeasureKind::DiscountAmount => Pb::DiscountAmount,
        MeasureKind::CostOfGoods => Pb::CostOfGoods,
        MeasureKind::CostToServe => Pb::CostToServe,
        MeasureKind::ContributionMargin => Pb::ContributionMargin,
        MeasureKind::AmountPaid => Pb::AmountPaid,
        MeasureKind::AmountWithheld => Pb::AmountWithheld,
        MeasureKind::AverageOrderValue => Pb::AverageOrderValue,
        MeasureKind::PaidOnTimeShare => Pb::PaidOnTimeShare,
        MeasureKind::DaysOverdue => Pb::DaysOverdue,
        MeasureKind::InteractionCount => Pb::InteractionCount,
        MeasureKind::ComplaintCount => Pb::ComplaintCount,
        MeasureKind::PraiseCount => Pb::PraiseCount,
        MeasureKind::SuggestionCount => Pb::SuggestionCount,
        MeasureKind::InquiryCount => Pb::InquiryCount,
        MeasureKind::ServiceRequestCount => Pb::ServiceRequestCount,
        MeasureKind::VisitCount => Pb::VisitCount,
        MeasureKind::FollowUpCount => Pb::FollowUpCount,
        MeasureKind::CoCreationCount => Pb::CoCreationCount,
        MeasureKind::ReferralCount => Pb::ReferralCount,
        MeasureKind::ContactSeconds => Pb::ContactTime,
        MeasureKind::Expression => Pb::Expression,
    }
}

fn direction(direction: Direction) -> pb::MeasureDirection {
    match direction {
        Direction::HigherIsBetter => pb::MeasureDirection::HigherIsBetter,
        Direction::LowerIsBetter => pb::MeasureDirection::LowerIsBetter,
    }
}

fn missing_rule(rule: MissingRule) -> pb::MissingValueRule {
    match rule {
        MissingRule::Skip => pb::MissingValueRule::Skip,
        MissingRule::Lowest => pb::MissingValueRule::Lowest,
        MissingRule::Unranked => pb::MissingValueRule::Unranked,
    }
}

fn population(population: Population) -> pb::Population {
    match population {
        Population::Purchasers => pb::Population::AtLeastOnePurchase,
        Population::Everyone => pb::Population::AllCustomers,
    }
}

//! The scheme of a pyramid's revision. Its rules are those of `PyramidScheme::new`; what is found here is only what a
//! draft cannot express: numbers that are no word, and money that is no amount. Faults of both are told together.
//!
//! Money parameters are whole units of the currency in the contract and minor units in a scheme.

mod tier;

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_model::customer::ValueType;
use guanxi_model::{AttributeKey, Currency, Violations};
use guanxi_segmentation::{
    Direction, MeasureDraft, MeasureKind, MissingRule, MovementDraft, Normaliser, Population, PyramidScheme,
    SchemeDraft, TieringRule, Unit, Window,
};

use self::tier::tier;
use super::field::{each, merge_untold};
use super::{Context, Path};
use crate::to_proto::money::minor_units_per_unit;

/// Up to here doubles hold whole numbers of minor units with room to spare; the same limit as for amounts.
const MAX_MINOR_UNITS: f64 = 1e15;

/// The attributes that expressions may read.
pub(crate) type AttributeTypes = BTreeMap<AttributeKey, ValueType>;

/// The scheme of a revision.
pub(super) fn scheme(
    (ctx, attributes): (&Context<'_>, &AttributeTypes),
    v: &mut Violations,
    at: Path<'_>,
    revision: pb::PyramidRevision,
) -> Option<PyramidScheme> {
    let mut faults = Violations::new();
    let draft = draft(ctx, &mut faults, revision);
    let scheme = PyramidScheme::new(draft, attributes).map_err(|more| merge_untold(&mut faults, &more)).ok();
    let scheme = scheme.filter(|_| faults.is_empty());
    v.merge(&at.to_string(), faults);
    scheme
}

fn draft(ctx: &Context<'_>, v: &mut Violations, revision: pb::PyramidRevision) -> SchemeDraft {
    let pb::PyramidRevision {
        name: _,
        // Read by the request, of which it is the other half.
        description: _,
        measures,
        population,
        value_measure,
        tiers,
        tiering_rule,
        create_time: _,
        value_window,
        movement_rules,
    } = revision;
    let (measures_at, tiers_at) = (Path::of("measures"), Path::of("tiers"));
    SchemeDraft {
        measures: each(measures, |index, one| measure(ctx.currency, v, measures_at.index(index), one)),
        population: self::population(v, population),
        value: measure_kind(v, Path::of("value_measure"), value_measure),
        value_window: window(value_window),
        tiers: each(tiers, |index, one| tier(v, tiers_at.index(index), one)),
        tiering: tiering_rule.map(rule),
        movement: movement_rules.map(movement),
        minor_units: minor_units_per_unit(ctx.currency) as u32,
    }
}

fn measure(currency: &Currency, v: &mut Violations, at: Path<'_>, measure: pb::Measure) -> MeasureDraft {
    let pb::Measure {
        measure_id,
        kind,
        weight,
        direction,
        missing_value_rule,
        min_coverage_basis_points,
        window: time,
        expression,
        normalizer: curve,
    } = measure;
    let (kind, window) = (measure_kind(v, at.field("kind"), kind), window(time));
    let unit = kind.map_or(Unit::Count, |kind| kind.unit(window));
    let mut in_units = Parameters { currency, unit, v };
    let normaliser = curve.map(|curve| normaliser(&mut in_units, at, curve));
    MeasureDraft {
        id: measure_id,
        kind,
        window,
        expression,
        normaliser,
        direction: self::direction(v, at.field("direction"), direction),
        weight,
        missing: missing_rule(v, at.field("missing_value_rule"), missing_value_rule),
        min_coverage_bp: min_coverage_basis_points,
    }
}

fn window(window: Option<pb::Window>) -> Window {
    use pb::window::Span;
    match window.and_then(|pb::Window { span }| span) {
        None => Window::Lifetime,
        Some(Span::TrailingDays(days)) => Window::Trailing { days },
        Some(Span::HalfLifeDays(days)) => Window::HalfLife { days },
    }
}

fn movement(rules: pb::MovementRules) -> MovementDraft {
    let pb::MovementRules { keep_basis_points, review_count, minimum_stay_days, maximum_fall } = rules;
    let usual = MovementDraft::default();
    MovementDraft {
        keep_basis_points: keep_basis_points.unwrap_or(usual.keep_basis_points),
        reviews: review_count.unwrap_or(usual.reviews),
        min_stay_days: minimum_stay_days.unwrap_or(usual.min_stay_days),
        max_fall: maximum_fall.unwrap_or(usual.max_fall),
    }
}

/// Reads parameters in the unit of a measure.
struct Parameters<'a> {
    currency: &'a Currency,
    unit: Unit,
    v: &'a mut Violations,
}

impl Parameters<'_> {
    /// The parameter in the measure's integer unit. What is not finite is left for the scheme to refuse.
    fn read(&mut self, at: Path<'_>, parameter: f64) -> f64 {
        if self.unit != Unit::Money || !parameter.is_finite() {
            return parameter * self.unit.per_one() as f64;
        }
        let currency = self.currency;
        let per_unit = minor_units_per_unit(currency);
        let minor = (parameter * per_unit).round();
        if minor.abs() > MAX_MINOR_UNITS {
            self.v.push(at, format!("must be within plus and minus {} {currency}", MAX_MINOR_UNITS / per_unit));
        } else if minor / per_unit != parameter {
            let digits = currency.digits();
            self.v.push(at, format!("is {parameter}; an amount of {currency} has at most {digits} decimal digits"));
        }
        minor
    }
}

fn normaliser(in_units: &mut Parameters<'_>, at: Path<'_>, curve: pb::measure::Normalizer) -> Normaliser {
    use pb::measure::Normalizer::{Linear, Logarithmic, Rank};
    match curve {
        Linear(pb::LinearNormalizer { low, high }) => {
            let at = at.field("linear");
            Normaliser::Linear { low: in_units.read(at.field("low"), low), high: in_units.read(at.field("high"), high) }
        }
        Logarithmic(pb::LogarithmicNormalizer { scale, cap }) => {
            let at = at.field("logarithmic");
            Normaliser::Logarithmic {
                scale: in_units.read(at.field("scale"), scale),
                cap: in_units.read(at.field("cap"), cap),
            }
        }
        Rank(pb::RankNormalizer {}) => Normaliser::Rank,
    }
}

fn rule(rule: pb::pyramid_revision::TieringRule) -> TieringRule {
    use pb::pyramid_revision::TieringRule as Rule;
    match rule {
        Rule::ScoreThresholds(pb::ScoreThresholds { thresholds }) => TieringRule::ScoreThresholds(thresholds),
        Rule::CustomerShares(pb::CustomerShares { basis_points }) => TieringRule::CustomerShares(basis_points),
        Rule::ValueShares(pb::ValueShares { basis_points }) => TieringRule::ValueShares(basis_points),
    }
}

/// None where it is not given, which the scheme refuses, and where it is no word, which is noted here.
fn measure_kind(v: &mut Violations, at: Path<'_>, number: i32) -> Option<MeasureKind> {
    use pb::MeasureKind as Pb;
    Some(match Pb::try_from(number) {
        Ok(Pb::Unspecified) => return None,
        Ok(Pb::PurchaseCount) => MeasureKind::PurchaseCount,
        Ok(Pb::ReturnCount) => MeasureKind::ReturnCount,
        Ok(Pb::UnitCount) => MeasureKind::UnitCount,
        Ok(Pb::PromotedPurchaseCount) => MeasureKind::PromotedPurchaseCount,
        Ok(Pb::PurchaseDayCount) => MeasureKind::PurchaseDayCount,
        Ok(Pb::DistinctProductCount) => MeasureKind::DistinctProductCount,
        Ok(Pb::Recency) => MeasureKind::Recency,
        Ok(Pb::Tenure) => MeasureKind::Tenure,
        Ok(Pb::NetRevenue) => MeasureKind::NetRevenue,
        Ok(Pb::DiscountAmount) => MeasureKind::DiscountAmount,
        Ok(Pb::CostOfGoods) => MeasureKind::CostOfGoods,
        Ok(Pb::CostToServe) => MeasureKind::CostToServe,
        Ok(Pb::ContributionMargin) => MeasureKind::ContributionMargin,
        Ok(Pb::AmountPaid) => MeasureKind::AmountPaid,
        Ok(Pb::AmountWithheld) => MeasureKind::AmountWithheld,
        Ok(Pb::AverageOrderValue) => MeasureKind::AverageOrderValue,
        Ok(Pb::PaidOnTimeShare) => MeasureKind::PaidOnTimeShare,
        Ok(Pb::DaysOverdue) => MeasureKind::DaysOverdue,
        Ok(Pb::InteractionCount) => MeasureKind::InteractionCount,
        Ok(Pb::ComplaintCount) => MeasureKind::ComplaintCount,
        Ok(Pb::PraiseCount) => MeasureKind::PraiseCount,
        Ok(Pb::SuggestionCount) => MeasureKind::SuggestionCount,
        Ok(Pb::InquiryCount) => MeasureKind::InquiryCount,
        Ok(Pb::ServiceRequestCount) => MeasureKind::ServiceRequestCount,
        Ok(Pb::VisitCount) => MeasureKind::VisitCount,
        Ok(Pb::FollowUpCount) => MeasureKind::FollowUpCount,
        Ok(Pb::CoCreationCount) => MeasureKind::CoCreationCount,
        Ok(Pb::ReferralCount) => MeasureKind::ReferralCount,
        Ok(Pb::Expression) => MeasureKind::Expression,
        Ok(Pb::ContactTime) => MeasureKind::ContactSeconds,
        Err(_) => {
            v.push(at, format!("{number} is no value of MeasureKind"));
            return None;
        }
    })
}

fn direction(v: &mut Violations, at: Path<'_>, number: i32) -> Direction {
    use pb::MeasureDirection as Pb;
    match Pb::try_from(number) {
        Ok(Pb::Unspecified | Pb::HigherIsBetter) => Direction::HigherIsBetter,
        Ok(Pb::LowerIsBetter) => Direction::LowerIsBetter,
        Err(_) => unknown(v, at, number, [Pb::HigherIsBetter, Pb::LowerIsBetter].map(|word| word.as_str_name())),
    }
}

fn missing_rule(v: &mut Violations, at: Path<'_>, number: i32) -> MissingRule {
    use pb::MissingValueRule as Pb;
    match Pb::try_from(number) {
        Ok(Pb::Unspecified | Pb::Skip) => MissingRule::Skip,
        Ok(Pb::Lowest) => MissingRule::Lowest,
        Ok(Pb::Unranked) => MissingRule::Unranked,
        Err(_) => unknown(v, at, number, [Pb::Lowest, Pb::Skip, Pb::Unranked].map(|word| word.as_str_name())),
    }
}

fn population(v: &mut Violations, number: i32) -> Population {
    use pb::Population as Pb;
    match Pb::try_from(number) {
        Ok(Pb::Unspecified | Pb::AtLeastOnePurchase) => Population::Purchasers,
        Ok(Pb::AllCustomers) => Population::Everyone,
        Err(_) => {
            let allowed = [Pb::AtLeastOnePurchase, Pb::AllCustomers].map(|word| word.as_str_name());
            unknown(v, Path::of("population"), number, allowed)
        }
    }
}

fn unknown<T: Default, const N: usize>(v: &mut Violations, at: Path<'_>, number: i32, allowed: [&str; N]) -> T {
    v.push(at, format!("{number} is no value of it; allowed: {}", allowed.join(", ")));
    T::default()
}

#[cfg(test)]
mod tests;

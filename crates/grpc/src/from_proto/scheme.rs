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
mod tests {
    use super::*;
    use crate::testing::ctx;

    fn linear(kind: pb::MeasureKind, low: f64, high: f64) -> pb::Measure {
        pb::Measure {
            measure_id: format!("{kind:?}").to_lowercase(),
            kind: kind.into(),
            weight: 1.0,
            normalizer: Some(pb::measure::Normalizer::Linear(pb::LinearNormalizer { low, high })),
            ..pb::Measure::default()
        }
    }

    fn revision(measures: Vec<pb::Measure>) -> pb::PyramidRevision {
        let tier = |id: &str| pb::Tier { tier_id: id.into(), ..pb::Tier::default() };
        let shares = pb::CustomerShares { basis_points: vec![2_000, 8_000] };
        pb::PyramidRevision {
            measures,
            value_measure: pb::MeasureKind::NetRevenue.into(),
            tiers: vec![tier("top"), tier("rest")],
            tiering_rule: Some(pb::pyramid_revision::TieringRule::CustomerShares(shares)),
            ..pb::PyramidRevision::default()
        }
    }

    fn read(revision: pb::PyramidRevision) -> Result<PyramidScheme, Vec<String>> {
        let mut v = Violations::new();
        let scheme = scheme((&ctx(), &AttributeTypes::new()), &mut v, Path::of("pyramid_revision"), revision);
        scheme.ok_or_else(|| v.iter().map(|fault| fault.path.clone()).collect())
    }

    #[test]
    fn money_is_in_whole_units_and_counts_are_as_they_are() {
        let scheme = read(revision(vec![
            linear(pb::MeasureKind::NetRevenue, 0.0, 19.99),
            linear(pb::MeasureKind::UnitCount, 0.5, 9.25),
        ]));
        let measures = scheme.unwrap().measures().to_vec();
        assert_eq!(measures[0].normaliser, Normaliser::Linear { low: 0.0, high: 1999.0 });
        assert_eq!(measures[1].normaliser, Normaliser::Linear { low: 0.5, high: 9.25 });
    }

    #[test]
    fn money_finer_than_the_minor_unit_or_beyond_all_money_is_refused() {
        let faults = |low, high| read(revision(vec![linear(pb::MeasureKind::NetRevenue, low, high)])).unwrap_err();
        let at = |parameter| format!("pyramid_revision.measures[0].linear.{parameter}");
        assert_eq!(faults(0.001, 5.0), [at("low")]);
        assert_eq!(faults(0.0, 1e14), [at("high")]);
        assert_eq!(faults(f64::NAN, f64::INFINITY), [at("low"), at("high")]);
    }

    #[test]
    fn faults_of_words_and_of_the_scheme_are_told_together_and_once() {
        let measure = pb::Measure {
            kind: 77,
            direction: 9,
            missing_value_rule: -1,
            weight: -1.0,
            normalizer: None,
            ..linear(pb::MeasureKind::UnitCount, 0.0, 1.0)
        };
        let spoiled = pb::PyramidRevision {
            population: 3,
            value_measure: 5,
            tiers: vec![pb::Tier {
                gate: String::new(),
                tier_id: "Top".into(),
                display_name: "x".repeat(201),
                strategy: Some(pb::TierStrategy {
                    contact_interval_days: -1,
                    response_deadline: Some(prost_types::Duration { seconds: 0, nanos: 1 }),
                    owner_role: 9,
                    ..pb::TierStrategy::default()
                }),
                data_standard: Some(pb::DataStandard {
                    required: vec![1, 8, 1],
                    required_labels: vec!["Region".into()],
                    required_attributes: vec!["vat".into(), "vat".into()],
                }),
            }],
            tiering_rule: None,
            ..revision(vec![measure])
        };
        let mut faults = read(spoiled).unwrap_err();
        faults.sort();
        let told = [
            "measures[0].direction",
            "measures[0].kind",
            "measures[0].missing_value_rule",
            "measures[0].normalizer",
            "measures[0].weight",
            "population",
            "tiering_rule",
            "tiers",
            "tiers[0].data_standard.required[1]",
            "tiers[0].data_standard.required[2]",
            "tiers[0].data_standard.required_attributes[1]",
            "tiers[0].data_standard.required_labels[0]",
            "tiers[0].display_name",
            "tiers[0].strategy.contact_interval_days",
            "tiers[0].strategy.owner_role",
            "tiers[0].strategy.response_deadline",
            "tiers[0].tier_id",
            "value_measure",
        ];
        assert_eq!(faults, told.map(|path| format!("pyramid_revision.{path}")));
    }
}

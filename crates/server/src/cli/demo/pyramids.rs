//! How the customers are ranked: one pyramid for each tiering rule, and one in which customers move by rules of their own.

use guanxi::v1 as pb;
use pb::measure::Normalizer;
use pb::pyramid_revision::TieringRule;
use pb::{MeasureDirection, MeasureKind, MissingValueRule};

/// The pyramid that the commands to try are about.
pub(super) const CURRY: &str = "curry";

/// A pyramid and its first revision.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) id: &'static str,
    pub(super) display_name: &'static str,
    pub(super) description: &'static str,
    pub(super) revision: pb::PyramidRevision,
}

/// The one that people have decided about.
pub(super) const STANDING: &str = "standing";
/// The one in which somebody is held.
pub(super) const POTENTIAL: &str = "potential";

pub(super) fn plans() -> [Plan; 4] {
    [curry(), abc(), standing(), potential()]
}

/// Shares of the customers.
fn curry() -> Plan {
    let basis_points = vec![100, 400, 1500, 8000];
    Plan {
        id: CURRY,
        display_name: "Customer pyramid",
        description: "Curry and Curry: the top 1 %, the next 4 %, the next 15 %, and all others, by net revenue.",
        revision: pb::PyramidRevision {
            tiers: treated(
                tiers(&[("top", "Top"), ("big", "Big"), ("medium", "Medium"), ("small", "Small")]),
                &[("Named contact", 14, 4, 5), ("Own desk", 30, 8, 3), ("Hotline", 90, 24, 2), ("Web shop", 0, 72, 1)],
            ),
            tiering_rule: Some(TieringRule::CustomerShares(pb::CustomerShares { basis_points })),
            ..revenue_only()
        },
    }
}

/// Shares of the value.
fn abc() -> Plan {
    let basis_points = vec![8000, 1500, 500];
    Plan {
        id: "abc",
        display_name: "ABC",
        description: "A customers have the first 80 % of the net revenue, B the next 15 %, C the rest.",
        revision: pb::PyramidRevision {
            tiers: tiers(&[("a", "A"), ("b", "B"), ("c", "C")]),
            tiering_rule: Some(TieringRule::ValueShares(pb::ValueShares { basis_points })),
            ..revenue_only()
        },
    }
}

/// A score of several measures, against thresholds.
fn standing() -> Plan {
    let margin = Normalizer::Logarithmic(pb::LogarithmicNormalizer { scale: 100.0, cap: 20_000.0 });
    let complaints = Normalizer::Linear(pb::LinearNormalizer { low: 0.0, high: 4.0 });
    let withheld = Normalizer::Linear(pb::LinearNormalizer { low: 0.0, high: 1000.0 });
    let worse = |measure| pb::Measure { direction: MeasureDirection::LowerIsBetter.into(), ..measure };
    Plan {
        id: STANDING,
        display_name: "Standing",
        description: "What a customer leaves us, how often it buys, and how smoothly.",
        revision: pb::PyramidRevision {
            description: "What a customer leaves us counts half.".to_owned(),
            measures: vec![
                pb::Measure {
                    missing_value_rule: MissingValueRule::Lowest.into(),
                    min_coverage_basis_points: 5000,
                    ..measure("margin", MeasureKind::ContributionMargin, 5.0, margin)
                },
                measure("purchases", MeasureKind::PurchaseCount, 3.0, Normalizer::Rank(pb::RankNormalizer {})),
                worse(measure("complaints", MeasureKind::ComplaintCount, 1.0, complaints)),
                worse(measure("withheld", MeasureKind::AmountWithheld, 1.0, withheld)),
            ],
            value_measure: MeasureKind::ContributionMargin.into(),
            tiers: treated(
                tiers(&[("gold", "Gold"), ("silver", "Silver"), ("bronze", "Bronze"), ("iron", "Iron")]),
                &[("Named contact", 14, 4, 5), ("Own desk", 30, 8, 3), ("Hotline", 90, 24, 2), ("Web shop", 0, 72, 1)],
            ),
            tiering_rule: Some(TieringRule::ScoreThresholds(pb::ScoreThresholds {
                thresholds: vec![80.0, 60.0, 40.0],
            })),
            ..Default::default()
        },
    }
}

/// Measures that fade and that come from attributes, a gate, and a fall only after reviews.
fn potential() -> Plan {
    let revenue = Normalizer::Logarithmic(pb::LogarithmicNormalizer { scale: 50.0, cap: 5_000.0 });
    let year = Normalizer::Linear(pb::LinearNormalizer { low: 0.0, high: 365.0 });
    let need = Normalizer::Linear(pb::LinearNormalizer { low: 0.0, high: 20_000.0 });
    let half_life = pb::Window { span: Some(pb::window::Span::HalfLifeDays(180)) };
    let expression = "attribute.cups_per_day * 50.0".to_owned();
    let mut tiers = tiers(&[("focus", "Focus"), ("grow", "Grow"), ("keep", "Keep"), ("watch", "Watch")]);
    tiers[0].gate = "measure.revenue > 0.0".to_owned();
    Plan {
        id: POTENTIAL,
        display_name: "Potential",
        description: "What a customer buys now, and what it could: up at once, down after three reviews below.",
        revision: pb::PyramidRevision {
            description: "A cup a day is taken for 50 a year.".to_owned(),
            measures: vec![
                pb::Measure { window: Some(half_life), ..measure("revenue", MeasureKind::NetRevenue, 3.0, revenue) },
                pb::Measure {
                    direction: MeasureDirection::LowerIsBetter.into(),
                    ..measure("recency", MeasureKind::Recency, 1.0, year)
                },
                pb::Measure { expression, ..measure("need", MeasureKind::Expression, 1.0, need) },
            ],
            value_measure: MeasureKind::NetRevenue.into(),
            value_window: Some(half_life),
            tiers,
            tiering_rule: Some(TieringRule::ScoreThresholds(pb::ScoreThresholds {
                thresholds: vec![60.0, 40.0, 20.0],
            })),
            movement_rules: Some(pb::MovementRules::default()),
            ..Default::default()
        },
    }
}

fn revenue_only() -> pb::PyramidRevision {
    let linear = Normalizer::Linear(pb::LinearNormalizer { low: 0.0, high: 50_000.0 });
    pb::PyramidRevision {
        measures: vec![measure("revenue", MeasureKind::NetRevenue, 1.0, linear)],
        value_measure: MeasureKind::NetRevenue.into(),
        ..Default::default()
    }
}

fn measure(id: &str, kind: MeasureKind, weight: f64, normalizer: Normalizer) -> pb::Measure {
    pb::Measure {
        measure_id: id.to_owned(),
        kind: kind.into(),
        weight,
        normalizer: Some(normalizer),
        ..Default::default()
    }
}

fn tiers(tiers: &[(&str, &str)]) -> Vec<pb::Tier> {
    let tier = |(id, name): &(&str, &str)| pb::Tier {
        tier_id: (*id).to_owned(),
        display_name: (*name).to_owned(),
        ..Default::default()
    };
    tiers.iter().map(tier).collect()
}

/// What is worth knowing about a customer, the most important first.
const WORTH_KNOWING: [pb::RecordItem; 5] = [
    pb::RecordItem::Email,
    pb::RecordItem::Consent,
    pb::RecordItem::Phone,
    pb::RecordItem::AccountOwner,
    pb::RecordItem::Birthday,
];

/// Tiers with what is done for each: the service level, a contact every so many days, an answer within so many hours, and
/// how much of what is worth knowing should be known.
fn treated(tiers: Vec<pb::Tier>, plans: &[(&str, i32, i64, usize)]) -> Vec<pb::Tier> {
    let treated = |(tier, (service_level, days, hours, known)): (pb::Tier, &(&str, i32, i64, usize))| {
        let strategy = pb::TierStrategy {
            service_level: (*service_level).to_owned(),
            contact_interval_days: *days,
            response_deadline: Some(prost_types::Duration { seconds: hours * 3600, nanos: 0 }),
            owner_role: pb::AccountTeamRole::Account.into(),
            ..Default::default()
        };
        let required = WORTH_KNOWING.iter().take(*known).map(|item| (*item).into()).collect();
        let data_standard = pb::DataStandard { required, ..Default::default() };
        pb::Tier { strategy: Some(strategy), data_standard: Some(data_standard), ..tier }
    };
    tiers.into_iter().zip(plans).map(treated).collect()
}

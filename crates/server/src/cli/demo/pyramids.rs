//! How the customers are ranked: one pyramid for each tiering rule.

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

pub(super) fn plans() -> [Plan; 3] {
    [curry(), abc(), standing()]
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
        id: "standing",
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

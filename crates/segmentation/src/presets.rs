//! Schemes of the literature, to begin with: each is a whole draft, to be taken as it is or changed before it is made a
//! revision. The figures that their authors leave to the firm are starting points.

use crate::{
    Direction, MeasureDraft, MeasureKind, MissingRule, MovementDraft, Normaliser, Population, SchemeDraft, TierDraft,
    TieringRule, Window,
};

/// A scheme with a name.
#[derive(Clone, Debug)]
pub struct Preset {
    pub id: &'static str,
    pub display_name: &'static str,
    pub description: &'static str,
    /// Who says so.
    pub source: &'static str,
    pub scheme: SchemeDraft,
}

const YEAR: Window = Window::Trailing { days: 365 };

/// All there are.
pub fn presets() -> Vec<Preset> {
    vec![curry(), zeithaml(), abc(), accounts()]
}

fn curry() -> Preset {
    Preset {
        id: "curry",
        display_name: "Curry pyramid",
        description: "Top 1 %, large 4 %, medium 15 % and small 80 % of the customers by the revenue of a year.",
        source: "Curry & Curry 2000, The Customer Marketing Method",
        scheme: SchemeDraft {
            measures: vec![ranked("revenue", MeasureKind::NetRevenue, 1.0)],
            tiering: Some(TieringRule::CustomerShares(vec![100, 400, 1_500, 8_000])),
            tiers: tiers(&["top", "large", "medium", "small"]),
            ..of_a_year(MeasureKind::NetRevenue)
        },
    }
}

/// By profit, as the authors have it: lead is for those who cost money. Shares of value leave whoever brings nothing in
/// the last tier however many they are; ranks among everybody would lift them by their number.
fn zeithaml() -> Preset {
    Preset {
        id: "zeithaml",
        display_name: "Platinum, gold, iron, lead",
        description: "By the contribution margin of a year: the first half of it comes from platinum, the next 30 % from \
                      gold, the rest from iron; who brings nothing or costs money is lead. Rises at once and falls \
                      after three reviews. The cut-offs are the firm's.",
        source: "Zeithaml, Rust & Lemon 2001, California Management Review 43(4), 118-142",
        scheme: SchemeDraft {
            measures: vec![ranked("margin", MeasureKind::ContributionMargin, 1.0)],
            // The last tier must have a share: that of the customers who hardly bring anything.
            tiering: Some(TieringRule::ValueShares(vec![5_000, 3_000, 1_999, 1])),
            tiers: tiers(&["platinum", "gold", "iron", "lead"]),
            movement: Some(MovementDraft::default()),
            ..of_a_year(MeasureKind::ContributionMargin)
        },
    }
}

fn abc() -> Preset {
    Preset {
        id: "abc",
        display_name: "ABC analysis",
        description: "A holds the first 80 % of the revenue of a year, B the next 15 %, C the rest.",
        source: "H. F. Dickie 1951, ABC inventory analysis shoots for dollars, not pennies",
        scheme: SchemeDraft {
            measures: vec![ranked("revenue", MeasureKind::NetRevenue, 1.0)],
            tiering: Some(TieringRule::ValueShares(vec![8_000, 1_500, 500])),
            tiers: tiers(&["a", "b", "c"]),
            ..of_a_year(MeasureKind::NetRevenue)
        },
    }
}

/// Three quarters of the score are the rank among those who bring something, so that it means the same however many have
/// bought nothing for a year; one quarter is how little of it serving them takes. Gates hold apart who brings nothing
/// and who costs more than he brings, whatever weights and thresholds a firm puts in.
fn accounts() -> Preset {
    let mut tiers = tiers(&["key", "prime", "marginal", "unprofitable"]);
    for (tier, gate) in tiers.iter_mut().zip(["measure.margin > 0", "measure.margin > 0", "measure.margin >= 0"]) {
        gate.clone_into(&mut tier.gate);
    }
    Preset {
        id: "accounts",
        display_name: "Key, prime and marginal accounts",
        description: "By the contribution margin of a year, ranked among those who bring one, and by the part of it that \
                      serving them takes. Who brings nothing is marginal; who costs more than it brings is a class of \
                      its own. The cut-offs are the firm's.",
        source: "Zeithaml, Rust & Lemon 2001; Kaplan & Narayanan 2001, J. Cost Management 15(5)",
        scheme: SchemeDraft {
            measures: vec![
                named("margin", MeasureKind::ContributionMargin),
                named("cost_to_serve", MeasureKind::CostToServe),
                contribution(),
                service_share(),
            ],
            tiering: Some(TieringRule::ScoreThresholds(vec![90.0, 60.0, 0.0])),
            tiers,
            ..of_a_year(MeasureKind::ContributionMargin)
        },
    }
}

/// The margin of those who bring one. Of all others it is missing, so that they are not ranked among them.
fn contribution() -> MeasureDraft {
    MeasureDraft {
        window: Window::Lifetime,
        expression: "measure.margin / (measure.margin > 0 ? 1 : 0)".to_owned(),
        missing: MissingRule::Lowest,
        ..ranked("contribution", MeasureKind::Expression, 3.0)
    }
}

/// How much serving takes of what is there before it, 0 to 1; missing where nothing is, and skipped.
fn service_share() -> MeasureDraft {
    MeasureDraft {
        window: Window::Lifetime,
        expression: "measure.cost_to_serve / max(measure.margin + measure.cost_to_serve, 0)".to_owned(),
        normaliser: Some(Normaliser::Linear { low: 0.0, high: 1.0 }),
        direction: Direction::LowerIsBetter,
        ..ranked("service_share", MeasureKind::Expression, 1.0)
    }
}

/// A measure that is there for gates and expressions to name: it weighs a millionth of the others.
fn named(id: &str, kind: MeasureKind) -> MeasureDraft {
    MeasureDraft { normaliser: Some(Normaliser::Linear { low: 0.0, high: 1.0 }), ..ranked(id, kind, 1e-6) }
}

fn of_a_year(value: MeasureKind) -> SchemeDraft {
    SchemeDraft { population: Population::Purchasers, value: Some(value), value_window: YEAR, ..SchemeDraft::default() }
}

fn ranked(id: &str, kind: MeasureKind, weight: f64) -> MeasureDraft {
    MeasureDraft {
        id: id.to_owned(),
        kind: Some(kind),
        window: YEAR,
        expression: String::new(),
        normaliser: Some(Normaliser::Rank),
        direction: Direction::HigherIsBetter,
        weight,
        missing: MissingRule::Skip,
        min_coverage_bp: 0,
    }
}

fn tiers(ids: &[&str]) -> Vec<TierDraft> {
    ids.iter().map(|id| TierDraft { id: (*id).to_owned(), ..TierDraft::default() }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::PyramidScheme;

    #[test]
    fn presets_are_schemes() {
        for preset in presets() {
            let scheme = PyramidScheme::new(preset.scheme, &BTreeMap::new());
            assert!(scheme.is_ok(), "{}: {:?}", preset.id, scheme.err());
        }
    }
}

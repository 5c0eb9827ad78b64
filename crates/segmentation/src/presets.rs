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

fn zeithaml() -> Preset {
    Preset {
        id: "zeithaml",
        display_name: "Platinum, gold, iron, lead",
        description: "By rank of the contribution margin of a year; rises at once and falls after three reviews. \
                      The cut-offs are the firm's.",
        source: "Zeithaml, Rust & Lemon 2001, California Management Review 43(4), 118-142",
        scheme: SchemeDraft {
            measures: vec![ranked("margin", MeasureKind::ContributionMargin, 1.0)],
            tiering: Some(TieringRule::ScoreThresholds(vec![95.0, 80.0, 50.0])),
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

fn accounts() -> Preset {
    let cost =
        MeasureDraft { direction: Direction::LowerIsBetter, ..ranked("cost_to_serve", MeasureKind::CostToServe, 1.0) };
    let mut tiers = tiers(&["key", "prime", "marginal", "unprofitable"]);
    for tier in &mut tiers[..3] {
        tier.gate = "measure.margin >= 0".to_owned();
    }
    Preset {
        id: "accounts",
        display_name: "Key, prime and marginal accounts",
        description: "By contribution margin and cost to serve of a year; whoever costs more than it brings is a class of \
                      its own.",
        source: "Zeithaml, Rust & Lemon 2001; Kaplan & Narayanan 2001, J. Cost Management 15(5)",
        scheme: SchemeDraft {
            measures: vec![ranked("margin", MeasureKind::ContributionMargin, 3.0), cost],
            tiering: Some(TieringRule::ScoreThresholds(vec![80.0, 50.0, 0.0])),
            tiers,
            ..of_a_year(MeasureKind::ContributionMargin)
        },
    }
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

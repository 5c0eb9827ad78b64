//! A scheme as it comes from outside and as it is stored: nothing here is checked yet.

use guanxi_model::Violations;
use serde::{Deserialize, Serialize};

use super::{Measure, MissingRule, Population, PyramidScheme, Tier, TieringRule, Value};
use crate::check;
use crate::data_quality::DataStandard;
use crate::exact;
use crate::measure::MeasureKind;
use crate::movement::MovementDraft;
use crate::normalise::{Direction, Normaliser};
use crate::strategy::TierStrategy;
use crate::window::Window;

/// A scheme as it comes from outside. What could not be read at all is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemeDraft {
    pub measures: Vec<MeasureDraft>,
    pub population: Population,
    pub value: Option<MeasureKind>,
    #[serde(default)]
    pub value_window: Window,
    pub tiering: Option<TieringRule>,
    /// From top to bottom.
    pub tiers: Vec<TierDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<MovementDraft>,
    /// Minor units in a unit of money, in which expressions see amounts; not needed without any.
    #[serde(default)]
    pub minor_units: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureDraft {
    pub id: String,
    pub kind: Option<MeasureKind>,
    #[serde(default)]
    pub window: Window,
    /// What an expression measure comes from; empty for all others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expression: String,
    pub normaliser: Option<Normaliser>,
    pub direction: Direction,
    #[serde(with = "exact")]
    pub weight: f64,
    pub missing: MissingRule,
    pub min_coverage_bp: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierDraft {
    pub id: String,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<TierStrategy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_standard: Option<DataStandard>,
    /// What a customer must fulfil to be let in; empty where nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gate: String,
}

impl TryFrom<SchemeDraft> for PyramidScheme {
    type Error = Violations;

    fn try_from(draft: SchemeDraft) -> Result<Self, Violations> {
        // It was checked with the attributes there were when it was made.
        check::check(draft, None)
    }
}

impl From<PyramidScheme> for SchemeDraft {
    fn from(scheme: PyramidScheme) -> Self {
        let PyramidScheme { measures, population, value, tiering, tiers, movement, minor_units } = scheme;
        let Value { kind: value, window: value_window } = value;
        SchemeDraft {
            measures: measures.into_iter().map(MeasureDraft::from).collect(),
            population,
            value: Some(value),
            value_window,
            tiering: Some(tiering),
            tiers: tiers.into_iter().map(TierDraft::from).collect(),
            movement: movement.map(MovementDraft::from),
            minor_units,
        }
    }
}

impl From<Measure> for MeasureDraft {
    fn from(measure: Measure) -> Self {
        let Measure { id, kind, window, expression, normaliser, direction, weight, missing, min_coverage_bp } = measure;
        MeasureDraft {
            id: id.as_str().to_owned(),
            kind: Some(kind),
            window,
            expression: expression.map(|one| one.source().to_owned()).unwrap_or_default(),
            normaliser: Some(normaliser),
            direction,
            weight,
            missing,
            min_coverage_bp,
        }
    }
}

impl From<Tier> for TierDraft {
    fn from(tier: Tier) -> Self {
        let Tier { id, display_name, strategy, data_standard, gate } = tier;
        let gate = gate.map(|gate| gate.source().to_owned()).unwrap_or_default();
        TierDraft { id: id.as_str().to_owned(), display_name, strategy, data_standard, gate }
    }
}

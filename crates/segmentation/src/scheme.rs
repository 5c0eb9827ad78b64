//! The content of a pyramid's revision: which customers are ordered by which measures, and how the order is cut into
//! tiers. A scheme exists only when it is whole (check.rs), and then never changes. It is stored as its draft (draft.rs).
//!
//! Presets of the field differ only in these fields: Zeithaml's platinum to lead by thresholds, Curry's 1/4/15/80 by
//! shares of customers, ABC by shares of value.

mod draft;

use std::collections::BTreeMap;

use guanxi_model::customer::ValueType;
use guanxi_model::{AttributeKey, Counter, MeasureId, Tally, TierId, Violations};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::data_quality::DataStandard;
use crate::exact;
use crate::expression::Expression;
use crate::measure::{MeasureKind, Reading, Unit};
use crate::movement::MovementRules;
use crate::normalise::{Direction, Normaliser};
use crate::strategy::TierStrategy;
use crate::subject::{Needs, Subject};
use crate::window::Window;

pub use draft::{MeasureDraft, SchemeDraft, TierDraft};

/// Who is ordered at all; the others are unranked. Deleted customers are never offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    #[default]
    Purchasers,
    Everyone,
}

/// What a missing value of a measure means for the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingRule {
    /// The other measures share its weight.
    #[default]
    Skip,
    /// The worst there is: no points.
    Lowest,
    /// The customer is in no tier.
    Unranked,
}

/// How the ordered population is cut into tiers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieringRule {
    /// The lowest score of each tier but the last, 0 to 100.
    ScoreThresholds(#[serde(with = "exact::list")] Vec<f64>),
    /// Basis points of the customers in each tier, by score, then value, then id.
    CustomerShares(Vec<i32>),
    /// Basis points of the value in each tier, by value, then id: a customer belongs to the first tier whose end the
    /// value of those before him has not reached.
    ValueShares(Vec<i32>),
}

/// A validated scheme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SchemeDraft", into = "SchemeDraft")]
pub struct PyramidScheme {
    pub(crate) measures: Vec<Measure>,
    pub(crate) population: Population,
    pub(crate) value: Value,
    pub(crate) tiering: TieringRule,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) movement: Option<MovementRules>,
    pub(crate) minor_units: u32,
}

/// One summand of the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub id: MeasureId,
    pub kind: MeasureKind,
    pub window: Window,
    /// What an expression measure comes from.
    pub expression: Option<Expression>,
    pub normaliser: Normaliser,
    pub direction: Direction,
    pub weight: f64,
    pub missing: MissingRule,
    pub min_coverage_bp: i32,
}

/// The measure of money that shares of value, Gini and reports are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    pub kind: MeasureKind,
    pub window: Window,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    pub id: TierId,
    pub display_name: String,
    pub strategy: Option<TierStrategy>,
    pub data_standard: Option<DataStandard>,
    /// What a customer must fulfil to be let in. Whoever does not, or of whom it is not known, goes to the next tier.
    pub gate: Option<Expression>,
}

impl PyramidScheme {
    pub const MAX_MEASURES: usize = 50;
    pub const MIN_TIERS: usize = 2;
    pub const MAX_TIERS: usize = 20;

    /// The scheme of a draft whose expressions may read these attributes.
    ///
    /// # Errors
    /// Everything that is wrong with the draft, at paths relative to it such as `measures[1].weight`.
    pub fn new(
        draft: SchemeDraft,
        attributes: &BTreeMap<AttributeKey, ValueType>,
    ) -> Result<PyramidScheme, Violations> {
        check::check(draft, Some(attributes))
    }

    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    pub fn population(&self) -> Population {
        self.population
    }

    /// The money measure that shares of value, Gini and reports are about.
    pub fn value(&self) -> Value {
        self.value
    }

    pub fn tiering(&self) -> &TieringRule {
        &self.tiering
    }

    /// From top to bottom; at least two.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The index of the tier of that id, from the top.
    pub fn index_of(&self, tier: &TierId) -> Option<usize> {
        self.tiers.iter().position(|known| known.id == *tier)
    }

    /// What keeps customers from moving at once; nothing where they do.
    pub fn movement(&self) -> Option<&MovementRules> {
        self.movement.as_ref()
    }

    /// Whether a run must survey the population's values before it can score anyone.
    pub fn ranks_population(&self) -> bool {
        self.measures.iter().any(Measure::ranks_population)
    }
}

impl PyramidScheme {
    /// What the scheme asks for of a customer beside the sums over its life.
    pub fn needs(&self) -> Needs {
        let measures = self.measures.iter().map(|measure| measure.kind.needs(measure.window));
        let mut needs = measures.fold(self.value.kind.needs(self.value.window), Needs::and);
        // The population is of those who have bought.
        needs.counters.insert(Counter::Purchases);
        needs.attributes.extend(self.expressions().flat_map(|one| one.reads().attributes.iter().cloned()));
        needs
    }

    /// All expressions: of measures and of gates.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let measures = self.measures.iter().filter_map(|measure| measure.expression.as_ref());
        measures.chain(self.tiers.iter().filter_map(|tier| tier.gate.as_ref()))
    }
}

impl Value {
    pub(crate) fn read(self, subject: Subject<'_>) -> Reading {
        self.kind.read(subject, self.window, 0)
    }
}

impl Measure {
    pub(crate) fn read(&self, subject: Subject<'_>) -> Reading {
        self.kind.read(subject, self.window, self.min_coverage_bp)
    }

    /// What the value counts.
    pub fn unit(&self) -> Unit {
        self.kind.unit(self.window)
    }

    pub(crate) fn ranks_population(&self) -> bool {
        self.normaliser == Normaliser::Rank
    }
}

impl Population {
    pub fn admits(self, tally: &Tally) -> bool {
        match self {
            Population::Purchasers => tally[Counter::Purchases] > 0,
            Population::Everyone => true,
        }
    }
}

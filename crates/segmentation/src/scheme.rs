//! The content of a pyramid's revision: which customers are ordered by which measures, and how the order is cut into
//! tiers. A scheme exists only when it is whole (check.rs), and then never changes. It is stored as its draft.
//!
//! Presets of the field differ only in these fields: Zeithaml's platinum to lead by thresholds, Curry's 1/4/15/80 by
//! shares of customers, ABC by shares of value.

use std::collections::BTreeSet;

use guanxi_model::{Counter, MeasureId, Tally, TierId, Violations};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::exact;
use crate::measure::{MeasureKind, Reading};
use crate::normalise::{Direction, Normaliser};

/// A scheme as it comes from outside. What could not be read at all is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemeDraft {
    pub measures: Vec<MeasureDraft>,
    pub population: Population,
    pub value: Option<MeasureKind>,
    pub tiering: Option<TieringRule>,
    /// From top to bottom.
    pub tiers: Vec<TierDraft>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureDraft {
    pub id: String,
    pub kind: Option<MeasureKind>,
    pub normaliser: Option<Normaliser>,
    pub direction: Direction,
    #[serde(with = "exact")]
    pub weight: f64,
    pub missing: MissingRule,
    pub min_coverage_bp: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierDraft {
    pub id: String,
    pub display_name: String,
}

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
    pub(crate) value: MeasureKind,
    pub(crate) tiering: TieringRule,
    pub(crate) tiers: Vec<Tier>,
}

/// What a scheme reads of a customer; the rest decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub counters: BTreeSet<Counter>,
}

/// One summand of the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub id: MeasureId,
    pub kind: MeasureKind,
    pub normaliser: Normaliser,
    pub direction: Direction,
    pub weight: f64,
    pub missing: MissingRule,
    pub min_coverage_bp: i32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    pub id: TierId,
    pub display_name: String,
}

impl PyramidScheme {
    pub const MAX_MEASURES: usize = 50;
    pub const MIN_TIERS: usize = 2;
    pub const MAX_TIERS: usize = 20;

    /// The scheme of a draft.
    ///
    /// # Errors
    /// Everything that is wrong with the draft, at paths relative to it such as `measures[1].weight`.
    pub fn new(draft: SchemeDraft) -> Result<PyramidScheme, Violations> {
        check::check(draft)
    }

    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    pub fn population(&self) -> Population {
        self.population
    }

    /// The money measure that shares of value, Gini and reports are about.
    pub fn value(&self) -> MeasureKind {
        self.value
    }

    pub fn tiering(&self) -> &TieringRule {
        &self.tiering
    }

    /// From top to bottom; at least two.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// What has to be read of everybody to say where each stands.
    pub fn needs(&self) -> Needs {
        let kinds = self.measures.iter().map(|measure| measure.kind).chain([self.value]);
        Needs { counters: kinds.flat_map(|kind| kind.counters()).chain(self.population.counters()).copied().collect() }
    }

    /// Whether a run must survey the population's values before it can score anyone.
    pub fn ranks_population(&self) -> bool {
        self.measures.iter().any(Measure::ranks_population)
    }
}

impl Measure {
    pub(crate) fn read(&self, tally: &Tally) -> Reading {
        self.kind.read(tally, self.min_coverage_bp)
    }

    pub(crate) fn ranks_population(&self) -> bool {
        self.normaliser == Normaliser::Rank
    }
}

impl Population {
    fn counters(self) -> &'static [Counter] {
        match self {
            Population::Purchasers => &[Counter::Purchases],
            Population::Everyone => &[],
        }
    }

    pub fn admits(self, tally: &Tally) -> bool {
        match self {
            Population::Purchasers => tally[Counter::Purchases] > 0,
            Population::Everyone => true,
        }
    }
}

impl TryFrom<SchemeDraft> for PyramidScheme {
    type Error = Violations;

    fn try_from(draft: SchemeDraft) -> Result<Self, Violations> {
        PyramidScheme::new(draft)
    }
}

impl From<PyramidScheme> for SchemeDraft {
    fn from(scheme: PyramidScheme) -> Self {
        let PyramidScheme { measures, population, value, tiering, tiers } = scheme;
        SchemeDraft {
            measures: measures.into_iter().map(MeasureDraft::from).collect(),
            population,
            value: Some(value),
            tiering: Some(tiering),
            tiers: tiers.into_iter().map(TierDraft::from).collect(),
        }
    }
}

impl From<Measure> for MeasureDraft {
    fn from(measure: Measure) -> Self {
        let Measure { id, kind, normaliser, direction, weight, missing, min_coverage_bp } = measure;
        MeasureDraft {
            id: id.as_str().to_owned(),
            kind: Some(kind),
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
        let Tier { id, display_name } = tier;
        TierDraft { id: id.as_str().to_owned(), display_name }
    }
}

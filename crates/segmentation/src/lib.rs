//! The customer pyramid: measures of a customer, the value score made of them, the rules that cut the ordered
//! population into tiers, the rules of movement between them, the explanation of a placement, and the reports.
//!
//! Everything here is a pure function of one customer at one moment, a validated scheme and an immutable calibration: no clock, no I/O,
//! no async. A run over everybody and the judgement of one customer call the same functions.
//!
//! A run over the population, in any order of customers:
//! 1. [`RankSurvey`], only when the scheme ranks by share of the population: the values everyone has.
//! 2. [`Calibrator`]: everyone's score, from which come the boundaries.
//! 3. [`settle`]: where everyone comes to stand; [`PyramidReport`] and [`Profile`] from the places.
//!
//! Under [`MovementRules`] a customer may stand above his place for a while: [`movement::step`] says how long.
//! [`Migration`] compares two dates or revisions, [`Simulation`] a candidate with what is in
//! force.

mod arena;
mod calibration;
mod check;
mod data_quality;
mod due;
mod exact;
mod explain;
mod expression;
mod measure;
mod migration;
pub mod movement;
mod normalise;
mod occasions;
mod presets;
mod profile;
mod readings;
mod report;
mod scheme;
mod score;
mod settle;
mod simulation;
mod strategy;
mod subject;
mod target;
mod tiering;
mod window;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod sample;

pub use calibration::{Boundary, Calibration, Calibrator, OrderKey, RankSurvey};
pub use data_quality::{DataStandard, QualityBuilder, QualityFigures, RecordItem, Requirement, TierQuality, verified};
pub use explain::{Against, Bound, Explanation, Placement, explain};
pub use expression::{Expression, Names, Reads, Values, Wanted};
pub use measure::{Coverage, Group, MeasureKind, Reading, Unit};
pub use migration::{Flow, Migration, MigrationBuilder, MigrationCell, MigrationRow, Mobility, Position};
pub use movement::{Assessment, MovementDraft, MovementRules, Stay, Step};
pub use normalise::{Direction, Knots, Normaliser, Ranks};
pub use occasions::{Occasion, OccasionKey, OccasionKind, Recurrence, When, keys_of, occasions};
pub use presets::{Preset, presets};
pub use profile::{
    Based, Basis, MeasureFigures, MixFigures, Profile, ProfileBuilder, Profiled, ServiceCost, TierProfile, WordCount,
};
pub use readings::{Inputs, Readings};
pub use report::{LorenzPoint, PyramidReport, ReportBuilder, Share, TierReport};
pub use scheme::{
    Measure, MeasureDraft, MissingRule, Population, PyramidScheme, SchemeDraft, Tier, TierDraft, TieringRule, Value,
};
pub use score::{Part, Scored, Standing, Unranked, score, score_only};
pub use settle::{Look, Place, Settled, settle};
pub use simulation::{Cause, Causes, Example, Moved, Side, Simulation, SimulationBuilder, Way};
pub use strategy::TierStrategy;
pub use subject::{History, Needs, Span, Subject};
pub use target::{NewTargetDecision, Target, TargetDecision, TargetDecisionKind};
pub use tiering::{Judgement, judge, keeps, place};
pub use window::Window;

//! The customer pyramid: measures of a customer, the value score made of them, the rules that cut the ordered
//! population into tiers, the explanation of a placement, and the report on the whole.
//!
//! Everything here is a pure function of a tally, a validated scheme and an immutable calibration: no clock, no I/O,
//! no async. A run over everybody and the judgement of one customer call the same functions.
//!
//! A run over the population, in any order of customers:
//! 1. [`RankSurvey`], only when the scheme ranks by share of the population: the values everyone has.
//! 2. [`Calibrator`]: everyone's score, from which come the boundaries.
//! 3. [`judge`]: everyone's place; [`PyramidReport`] from the places.

mod arena;
mod calibration;
mod check;
mod exact;
mod explain;
mod expression;
mod measure;
mod normalise;
mod report;
mod scheme;
mod score;
mod tiering;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod sample;

pub use calibration::{Boundary, Calibration, Calibrator, OrderKey, RankSurvey};
pub use explain::{Against, Bound, Explanation, Placement, explain};
pub use expression::{Expression, Names, Reads, Values, Wanted};
pub use measure::{Coverage, Group, MeasureKind, Reading, Unit};
pub use normalise::{Direction, Knots, Normaliser, Ranks};
pub use report::{LorenzPoint, PyramidReport, ReportBuilder, Share, TierReport};
pub use scheme::{
    Measure, MeasureDraft, MissingRule, Population, PyramidScheme, SchemeDraft, Tier, TierDraft, TieringRule,
};
pub use score::{Part, Scored, Standing, Unranked, score, score_only};
pub use tiering::{Judgement, judge, place};

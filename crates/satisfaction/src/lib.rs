//! Satisfaction: what a questionnaire asks, and what answers to it mean.
//!
//! Everything here is a pure function of a validated questionnaire and answers to it: no clock, no I/O, no async. Answers are
//! integers on the scale of their item, and weights are integers, so that nothing depends on the order in which anything
//! comes.

mod answers;
pub mod benchmark;
mod build;
pub mod chart;
mod check;
mod compare;
pub mod contact;
mod correlation;
pub mod cube;
pub mod difference;
mod draw;
pub mod drivers;
mod eligibility;
mod evaluate;
mod figures;
pub mod first_time;
mod line;
mod metric;
pub mod path_model;
mod presets;
pub mod quantity;
mod scheme;
pub mod set;
pub mod standard;
mod standing;
pub mod target;
mod tree;
pub mod trend;
mod walk;

#[cfg(test)]
mod data;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod sample;

pub use compare::{Comparison, SatisfactionBand, Zone, ZonePlace};
pub use draw::{Allocation, Draw, Drawn};
pub use eligibility::{
    Addressee, Approaches, Asking, ContactRule, FollowUp, Objection, Objections, looks_back_to, objections,
};
pub use evaluate::{DimensionResult, Evaluation, Gating, ItemResult};
pub use figures::{REFERENCE_FIGURES, ReferenceFigure, told_by};
pub use metric::{Metrics, PromoterClass};
pub use presets::{Preset, presets};
pub use scheme::{
    AnswerScale, DimensionDraft, Gate, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnairePopulation,
    QuestionnaireScheme, QuestionnaireScope, SatisfactionMetric, ScaleDirection, ScaleLabel, WeightSource,
};
pub use standing::{Decayed, Heard, Pooling, Standing, Trend, by_questionnaire, by_scope};

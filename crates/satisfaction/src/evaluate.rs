//! What the answers of one record mean: of each item, of each dimension, and of the whole.
//!
//! A dimension is worth the weighted mean of what in it was answered (the weights are re-normalised); the whole likewise.
//! The index is made of its parts: every item that counts has a share of the whole, and the shares times what the items are
//! worth are the points that add up to it.

use guanxi_model::fact::{Answer, QuestionKind};
use guanxi_model::grid::on_grid;

use crate::answers::Sheet;
use crate::compare::{Comparison, Zone};
use crate::metric::Metrics;
use crate::scheme::{IndexForm, QuestionnaireScheme};
use crate::walk::{Stretch, Walk};

/// What a record means.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// None where too little was answered. The sum of the points of the items, in their order or any other.
    pub index: Option<f64>,
    /// The share of the declared weight that was answered and counts, 0 to 1.
    pub answered_share: f64,
    /// Means of perceptions and of the expectations they are compared with.
    pub comparison: Option<Comparison>,
    /// In the order of the questionnaire, all of them.
    pub items: Vec<ItemResult>,
    pub dimensions: Vec<DimensionResult>,
    pub metrics: Metrics,
}

/// What an item means.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemResult {
    /// 0 to 100 by the form of the index; none under a form that has no scores, and where it was not answered.
    pub score: Option<f64>,
    /// With each kind of expectation that was answered.
    pub comparisons: Vec<Comparison>,
    pub zone: Option<Zone>,
    pub importance: Option<i32>,
    /// Questions that were left out, and those answered "not rated".
    pub missing: Vec<QuestionKind>,
    pub not_rated: Vec<QuestionKind>,
    /// Its share of the whole, 0 to 1; 0 where it does not count.
    pub weight_share: f64,
    /// What it adds to the index, or would if enough was answered.
    pub points: f64,
}

/// What a dimension means.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionResult {
    /// 0 to 100, as of items; for itself, whatever its gate says.
    pub score: Option<f64>,
    pub comparison: Option<Comparison>,
    pub importance: Option<i32>,
    pub answered_share: f64,
    pub gate: Gating,
    pub weight_share: f64,
    pub points: f64,
}

guanxi_model::words! {
    /// What has become of a gate.
    Gating { None = 1, Open = 2, Closed = 3, Unknown = 4 }
}

impl QuestionnaireScheme {
    /// What answers mean that have no faults.
    pub fn evaluate(&self, answers: &[Answer]) -> Evaluation {
        self.evaluate_sheet(&Sheet::of(answers))
    }

    pub(crate) fn evaluate_sheet(&self, sheet: &Sheet<'_>) -> Evaluation {
        let mut walk = Walk::of(self, sheet);
        // What lies in a dimension is listed after it, so from the end every part is known before its whole.
        for index in (0..self.content().dimensions.len()).rev() {
            walk.judge(index);
        }
        let (worth, answered_share) = walk.group(self.tree().top());
        let index = match self.form() {
            IndexForm::Difference => walk.add_up(self.tree().top()),
            IndexForm::Ratio | IndexForm::Interval | IndexForm::Gap => {
                walk.share_out(self.tree().top(), Stretch::whole(self.whole()), Gating::None).1
            }
        };
        let needed_bp = if self.form() == IndexForm::Difference { WHOLE_BP } else { self.content().min_answered_bp };
        let told = worth.is_some() && is_at_least(answered_share, needed_bp);
        Evaluation { index: told.then_some(index), answered_share, ..walk.finish() }
    }
}

const WHOLE_BP: i32 = 10_000;

/// Whether a share reaches a number of basis points.
pub(crate) fn is_at_least(share: f64, basis_points: i32) -> bool {
    on_grid(share) >= on_grid(f64::from(basis_points) / f64::from(WHOLE_BP))
}

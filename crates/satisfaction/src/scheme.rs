//! The content of a questionnaire's revision: a tree of dimensions and items, what each item asks on which scale, and how
//! the answers become an index. A scheme exists only when it is whole (check.rs), and then never changes. It is stored as
//! its draft.
//!
//! Instruments of the literature differ only in these fields: SERVQUAL is pairs of expectation and perception with the gap
//! as index, SERVPERF the same without expectations, the ECSI three ratings of ten points among other questions, the zone
//! of tolerance two expectations beside one perception.

use guanxi_model::fact::QuestionKind;
use guanxi_model::{SourceName, TouchpointId, Violations};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::cube::Layout;
use crate::tree::Tree;

guanxi_model::words! {
    /// Whom a questionnaire is for.
    QuestionnairePopulation { Customer = 1, Employee = 2, Prospect = 3, FormerCustomer = 4 }
    /// What a questionnaire is about: what has just happened, or all there has been.
    QuestionnaireScope { Transaction = 1, Cumulative = 2 }
    /// How answers become an index.
    IndexForm { Ratio = 1, Interval = 2, Gap = 3, Difference = 4 }
    /// Whose weights count.
    WeightSource { Declared = 1, Stated = 2 }
    /// Which end of a scale is the good one.
    ScaleDirection { HigherIsBetter = 1, LowerIsBetter = 2 }
    /// What else an item is the question of.
    SatisfactionMetric { NetPromoter = 1, Csat = 2, CustomerEffort = 3 }
}

/// A questionnaire as it comes from outside. What could not be read at all is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionnaireDraft {
    pub population: QuestionnairePopulation,
    pub scope: Option<QuestionnaireScope>,
    /// After which touchpoint it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<TouchpointId>,
    /// Which journey it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journey: Option<SourceName>,
    /// Each after the one it belongs to.
    pub dimensions: Vec<DimensionDraft>,
    pub items: Vec<ItemDraft>,
    pub form: Option<IndexForm>,
    pub weights: WeightSource,
    /// The expectation that perceptions are held against; where only one kind is asked, that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<QuestionKind>,
    /// How far a perception may be off its expectation, in basis points of it, and still be as expected.
    pub tolerance_bp: i32,
    /// The share of the weight that must be answered for an index.
    pub min_answered_bp: i32,
}

/// A group of items or of other dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionDraft {
    pub id: String,
    pub display_name: String,
    /// The dimension it belongs to; empty at the top.
    pub parent: String,
    /// Beside its siblings; 0 where it is asked without counting.
    pub weight: i32,
    /// The share of the weight in it that must be answered for it to count.
    pub min_answered_bp: i32,
    /// On which its importance is asked, where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance_scale: Option<AnswerScale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// Counts only when another dimension is satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub dimension: String,
    /// 0 to 100, which the other's score must reach.
    pub min_score: i32,
}

/// Something that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDraft {
    pub id: String,
    pub text: String,
    /// The dimension it belongs to; empty at the top.
    pub dimension: String,
    /// Beside its siblings; 0 where it is asked without counting.
    pub weight: i32,
    pub scale: Option<AnswerScale>,
    pub questions: Vec<QuestionKind>,
    /// On which its importance is asked, where that is another scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance_scale: Option<AnswerScale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<SatisfactionMetric>,
}

/// The whole numbers that may be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerScale {
    pub min: i32,
    pub max: i32,
    pub direction: ScaleDirection,
    pub labels: Vec<ScaleLabel>,
}

/// What an answer is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleLabel {
    pub value: i32,
    pub label: String,
}

/// A validated questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "QuestionnaireDraft", into = "QuestionnaireDraft")]
pub struct QuestionnaireScheme {
    draft: QuestionnaireDraft,
    form: IndexForm,
    tree: Tree,
    layout: Layout,
}

impl QuestionnaireScheme {
    pub const MAX_ITEMS: usize = 100;
    pub const MAX_DIMENSIONS: usize = 50;
    /// How deep dimensions may lie in each other.
    pub const MAX_DEPTH: usize = 5;
    pub const MAX_WEIGHT: i32 = 1_000_000;
    /// The largest answer, and minus it the smallest. Squares and products of answers stay within 64 bits for a million
    /// records and more.
    pub const MAX_ANSWER: i32 = 1_000_000;

    /// The questionnaire of a draft. What follows from the rest (which expectation is compared) is filled in.
    ///
    /// # Errors
    /// Everything that is wrong with the draft, at paths relative to it such as `items[1].scale.max`.
    pub fn new(draft: QuestionnaireDraft) -> Result<QuestionnaireScheme, Violations> {
        let (draft, form) = check::check(draft)?;
        let (tree, layout) = (Tree::of(&draft), Layout::of(&draft, form));
        Ok(QuestionnaireScheme { draft, form, tree, layout })
    }

    /// What it consists of.
    pub fn content(&self) -> &QuestionnaireDraft {
        &self.draft
    }

    /// How answers become an index.
    pub fn form(&self) -> IndexForm {
        self.form
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether items and dimensions have scores of 0 to 100.
    pub(crate) fn has_scores(&self) -> bool {
        matches!(self.form, IndexForm::Ratio | IndexForm::Interval)
    }

    /// What the shares of all items add up to: the most points there can be, or 1 where points are gaps.
    pub(crate) fn whole(&self) -> f64 {
        if self.has_scores() { 100.0 } else { 1.0 }
    }
}

impl ItemDraft {
    /// The question that is answered by what the respondent got: a perception, or a rating for itself.
    pub fn outcome(&self) -> Option<QuestionKind> {
        self.questions.iter().copied().find(|kind| matches!(kind, QuestionKind::Rating | QuestionKind::Perception))
    }

    /// The kinds of expectation it asks.
    pub fn expectations(&self) -> impl Iterator<Item = QuestionKind> + '_ {
        self.questions.iter().copied().filter(|kind| kind.is_expectation())
    }

    /// The scale of one of its questions.
    pub fn scale_of(&self, kind: QuestionKind) -> Option<&AnswerScale> {
        match kind {
            QuestionKind::Importance => self.importance_scale.as_ref().or(self.scale.as_ref()),
            _ => self.scale.as_ref(),
        }
    }
}

impl AnswerScale {
    pub(crate) fn is_upright(&self) -> bool {
        self.direction == ScaleDirection::HigherIsBetter
    }

    /// The answer with its good end up.
    pub(crate) fn upright(&self, value: i32) -> i32 {
        if self.is_upright() { value } else { self.min + self.max - value }
    }
}

impl TryFrom<QuestionnaireDraft> for QuestionnaireScheme {
    type Error = Violations;

    fn try_from(draft: QuestionnaireDraft) -> Result<Self, Violations> {
        QuestionnaireScheme::new(draft)
    }
}

impl From<QuestionnaireScheme> for QuestionnaireDraft {
    fn from(scheme: QuestionnaireScheme) -> Self {
        scheme.draft
    }
}

//! Which place of the sums holds what: laid down by a revision, in the order of its items, and never changed after. A change
//! of this file is a change of what is kept: cells of older releases have to be counted anew by a migration.

use guanxi_model::fact::QuestionKind;
use guanxi_model::grid::STEPS_PER_POINT;

use crate::scheme::{IndexForm, ItemDraft, QuestionnaireDraft, SatisfactionMetric};

/// How many records there are.
pub(crate) const RECORDS: usize = 0;

/// The places of a questionnaire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) index: Measured,
    pub(crate) comparison: Option<Compared>,
    /// Detractors, passives, promoters.
    pub(crate) promoters: Option<usize>,
    /// Satisfied, asked and answered.
    pub(crate) satisfied: Option<usize>,
    /// Agreeing that it was easy, asked and answered.
    pub(crate) easy: Option<usize>,
    pub(crate) dimensions: Vec<OfDimension>,
    pub(crate) items: Vec<OfItem>,
    /// How many places there are.
    pub(crate) places: usize,
}

/// Numbers with a mean: how many, their sum, the sum of their squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) at: usize,
    /// What is 1 in the sums, as part of a point.
    pub(crate) unit: f64,
}

/// Perceptions against expectations: the gap, of both the sum and then the sum of the squares, and the bands from
/// dissatisfied to delighted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Compared {
    pub(crate) kind: QuestionKind,
    pub(crate) gap: Measured,
    pub(crate) perception: usize,
    pub(crate) expectation: usize,
    pub(crate) bands: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OfDimension {
    pub(crate) score: Option<Measured>,
    pub(crate) comparison: Option<Compared>,
    pub(crate) importance: Option<Measured>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OfItem {
    /// What was perceived, or the rating, good end up.
    pub(crate) outcome: Option<Measured>,
    pub(crate) importance: Option<Measured>,
    pub(crate) comparisons: Vec<Compared>,
    /// Below adequate, tolerated, above desired, contradictory; sums of superiority, adequacy, width.
    pub(crate) zone: Option<usize>,
    /// Per question: not rated, left out.
    pub(crate) questions: Vec<(QuestionKind, usize)>,
}

/// One after the other.
struct Places(usize);

impl Places {
    fn take(&mut self, places: usize) -> usize {
        let first = self.0;
        self.0 += places;
        first
    }

    fn measured(&mut self, unit: f64) -> Measured {
        Measured { at: self.take(3), unit }
    }

    fn compared(&mut self, kind: QuestionKind, unit: f64) -> Compared {
        let gap = self.measured(unit);
        let (perception, expectation, bands) = (self.take(2), self.take(2), self.take(3));
        Compared { kind, gap, perception, expectation, bands }
    }
}

/// One step of the grid.
pub(crate) const STEP: f64 = 1.0 / STEPS_PER_POINT;
/// One point of a scale.
pub(crate) const POINT: f64 = 1.0;

impl Layout {
    /// The places of a draft that was found to be whole.
    pub(crate) fn of(draft: &QuestionnaireDraft, form: IndexForm) -> Layout {
        let mut places = Places(RECORDS + 1);
        let asks = |metric| draft.items.iter().any(|item| item.metric == Some(metric));
        let has_scores = matches!(form, IndexForm::Ratio | IndexForm::Interval);
        // A difference is a whole number, and may be so large that its square has no room for the grid.
        let index = places.measured(if form == IndexForm::Difference { POINT } else { STEP });
        let comparison = draft.compared.map(|kind| places.compared(kind, STEP));
        let promoters = asks(SatisfactionMetric::NetPromoter).then(|| places.take(3));
        let satisfied = asks(SatisfactionMetric::Csat).then(|| places.take(2));
        let easy = asks(SatisfactionMetric::CustomerEffort).then(|| places.take(2));
        let dimensions = draft.dimensions.iter().map(|dimension| OfDimension {
            score: has_scores.then(|| places.measured(STEP)),
            comparison: draft.compared.map(|kind| places.compared(kind, STEP)),
            importance: dimension.importance_scale.as_ref().map(|_| places.measured(POINT)),
        });
        let dimensions = dimensions.collect();
        let items = draft.items.iter().map(|item| of_item(&mut places, item)).collect();
        Layout { index, comparison, promoters, satisfied, easy, dimensions, items, places: places.0 }
    }
}

fn of_item(places: &mut Places, item: &ItemDraft) -> OfItem {
    let asks = |kind| item.questions.contains(&kind);
    let has_zone = [QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation];
    let compares = asks(QuestionKind::Perception);
    OfItem {
        outcome: item.outcome().map(|_| places.measured(POINT)),
        importance: asks(QuestionKind::Importance).then(|| places.measured(POINT)),
        comparisons: item.expectations().filter(|_| compares).map(|kind| places.compared(kind, POINT)).collect(),
        zone: has_zone.into_iter().all(asks).then(|| places.take(7)),
        questions: item.questions.iter().map(|kind| (*kind, places.take(2))).collect(),
    }
}

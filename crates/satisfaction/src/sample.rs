//! Questionnaires and answers for the tests of this crate.

use guanxi_model::fact::{Answer, Asked, QuestionKind};
use guanxi_model::{DimensionId, ItemId};

use crate::{
    AnswerScale, DimensionDraft, Gate, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnairePopulation,
    QuestionnaireScheme, QuestionnaireScope, ScaleDirection, WeightSource,
};

pub(crate) fn scale(min: i32, max: i32) -> AnswerScale {
    AnswerScale { min, max, direction: ScaleDirection::HigherIsBetter, labels: Vec::new() }
}

pub(crate) fn item(id: &str, scale: AnswerScale, questions: &[QuestionKind]) -> ItemDraft {
    ItemDraft {
        id: id.to_owned(),
        text: String::new(),
        dimension: String::new(),
        weight: 1,
        scale: Some(scale),
        questions: questions.to_vec(),
        importance_scale: None,
        metric: None,
    }
}

pub(crate) fn rated(id: &str, weight: i32) -> ItemDraft {
    ItemDraft { weight, ..item(id, scale(1, 5), &[QuestionKind::Rating]) }
}

pub(crate) fn pair(id: &str) -> ItemDraft {
    item(id, scale(1, 7), &[QuestionKind::Perception, QuestionKind::DesiredExpectation])
}

pub(crate) fn within(dimension: &str, item: ItemDraft) -> ItemDraft {
    ItemDraft { dimension: dimension.to_owned(), ..item }
}

pub(crate) fn dimension(id: &str) -> DimensionDraft {
    DimensionDraft {
        id: id.to_owned(),
        display_name: String::new(),
        parent: String::new(),
        weight: 1,
        min_answered_bp: 0,
        importance_scale: None,
        gate: None,
    }
}

pub(crate) fn resting_on(below: &str, min_score: i32, dimension: DimensionDraft) -> DimensionDraft {
    DimensionDraft { gate: Some(Gate { dimension: below.to_owned(), min_score }), ..dimension }
}

pub(crate) fn draft(form: IndexForm, dimensions: Vec<DimensionDraft>, items: Vec<ItemDraft>) -> QuestionnaireDraft {
    QuestionnaireDraft {
        population: QuestionnairePopulation::Customer,
        scope: Some(QuestionnaireScope::Cumulative),
        touchpoint: None,
        journey: None,
        dimensions,
        items,
        form: Some(form),
        weights: WeightSource::Declared,
        compared: None,
        tolerance_bp: 500,
        min_answered_bp: 8_000,
    }
}

pub(crate) fn scheme(draft: QuestionnaireDraft) -> QuestionnaireScheme {
    QuestionnaireScheme::new(draft).unwrap()
}

pub(crate) fn answer(item: &str, kind: QuestionKind, value: i32) -> Answer {
    Answer { asked: Asked::Item(ItemId::parse(item).unwrap(), kind), value: Some(value) }
}

pub(crate) fn rating(item: &str, value: i32) -> Answer {
    answer(item, QuestionKind::Rating, value)
}

pub(crate) fn importance_of(dimension: &str, value: i32) -> Answer {
    Answer { asked: Asked::Dimension(DimensionId::parse(dimension).unwrap()), value: Some(value) }
}

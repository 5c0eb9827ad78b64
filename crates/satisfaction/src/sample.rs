//! Questionnaires and answers for the tests of this crate.

use guanxi_model::fact::{Answer, Asked, QuestionKind};
use guanxi_model::{DimensionId, ItemId};

pub(crate) use crate::build::{dimension, draft, item, scale, within};
use crate::{DimensionDraft, Gate, ItemDraft, QuestionnaireDraft, QuestionnaireScheme};

pub(crate) fn rated(id: &str, weight: i32) -> ItemDraft {
    ItemDraft { weight, ..item(id, scale(1, 5), &[QuestionKind::Rating]) }
}

pub(crate) fn pair(id: &str) -> ItemDraft {
    item(id, scale(1, 7), &[QuestionKind::Perception, QuestionKind::DesiredExpectation])
}

pub(crate) fn resting_on(below: &str, min_score: i32, dimension: DimensionDraft) -> DimensionDraft {
    DimensionDraft { gate: Some(Gate { dimension: below.to_owned(), min_score }), ..dimension }
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

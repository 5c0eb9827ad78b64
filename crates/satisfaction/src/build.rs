//! Puts drafts of questionnaires together, for presets and for tests: what is usual is left out.

use guanxi_model::fact::QuestionKind;

use crate::{
    AnswerScale, DimensionDraft, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnairePopulation, QuestionnaireScope,
    ScaleDirection, ScaleLabel, WeightSource,
};

/// A scale without labels, on which more is better.
pub(crate) fn scale(min: i32, max: i32) -> AnswerScale {
    AnswerScale { min, max, direction: ScaleDirection::HigherIsBetter, labels: Vec::new() }
}

/// A scale with words at its ends.
pub(crate) fn between(min: (i32, &str), max: (i32, &str)) -> AnswerScale {
    labelled(scale(min.0, max.0), &[min, max])
}

/// A scale with words for some of its values.
pub(crate) fn labelled(scale: AnswerScale, labels: &[(i32, &str)]) -> AnswerScale {
    let labels = labels.iter().map(|(value, label)| ScaleLabel { value: *value, label: (*label).to_owned() });
    AnswerScale { labels: labels.collect(), ..scale }
}

/// An item at the top, of weight 1.
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

/// The item in a dimension.
pub(crate) fn within(dimension: &str, item: ItemDraft) -> ItemDraft {
    ItemDraft { dimension: dimension.to_owned(), ..item }
}

/// A dimension at the top, of weight 1.
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

/// A cumulative questionnaire for customers.
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

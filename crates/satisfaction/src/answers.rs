//! The answers of one record, held against the questionnaire they answer: what is wrong with them, and what each question
//! was answered.

use std::collections::HashMap;

use guanxi_model::Violations;
use guanxi_model::fact::{Answer, Asked, QuestionKind};

use crate::scheme::{AnswerScale, ItemDraft, QuestionnaireScheme};

impl QuestionnaireScheme {
    /// What is wrong with answers, all of it: what is not asked, what is not on its scale, what is answered twice. Paths
    /// are relative to the record: `answers[3].value`.
    pub fn faults_of(&self, answers: &[Answer]) -> Violations {
        let mut faults = Violations::new();
        let mut seen = HashMap::new();
        for (index, answer) in answers.iter().enumerate() {
            let path = format!("answers[{index}]");
            if let Some(before) = seen.insert(&answer.asked, index) {
                faults.push(&path, format!("answers what answers[{before}] has answered"));
            }
            match self.scale(&answer.asked) {
                Err((field, fault)) => faults.push(format!("{path}.{field}"), fault),
                Ok(scale) => {
                    if let Some(value) = answer.value.filter(|value| !(scale.min..=scale.max).contains(value)) {
                        let fault = format!("is {value}; {} to {} is allowed", scale.min, scale.max);
                        faults.push(format!("{path}.value"), fault);
                    }
                }
            }
        }
        faults
    }

    /// The scale of a question, or the field that asks what is not asked.
    fn scale(&self, asked: &Asked) -> Result<&AnswerScale, (&'static str, String)> {
        let content = self.content();
        match asked {
            Asked::Item(id, kind) => {
                let item = content.items.iter().find(|item| item.id == id.as_str());
                let item = item.ok_or_else(|| ("item", format!("\"{id}\" is no item of the questionnaire")))?;
                let scale = item.scale_of(*kind).filter(|_| item.questions.contains(kind));
                scale.ok_or_else(|| ("question", format!("is not asked of {id}; asked: {}", asked_of(item))))
            }
            Asked::Dimension(id) => {
                let dimension = content.dimensions.iter().find(|one| one.id == id.as_str());
                let dimension =
                    dimension.ok_or_else(|| ("dimension", format!("\"{id}\" is no dimension of the questionnaire")))?;
                let fault = || ("dimension", format!("the importance of {id} is not asked"));
                dimension.importance_scale.as_ref().ok_or_else(fault)
            }
        }
    }
}

/// The questions of an item, as they are called in the contract.
fn asked_of(item: &ItemDraft) -> String {
    let names: Vec<&str> = item.questions.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

/// Whether and how a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Value(i32),
    NotRated,
    Missing,
}

impl Given {
    pub(crate) fn value(self) -> Option<i32> {
        match self {
            Given::Value(value) => Some(value),
            Given::NotRated | Given::Missing => None,
        }
    }
}

/// Answers by what they answer: an item with what is asked of it, or a dimension.
pub(crate) struct Sheet<'a>(HashMap<(&'a str, Option<QuestionKind>), Option<i32>>);

impl<'a> Sheet<'a> {
    pub(crate) fn of(answers: &'a [Answer]) -> Sheet<'a> {
        let asked = |answer: &'a Answer| match &answer.asked {
            Asked::Item(id, kind) => (id.as_str(), Some(*kind)),
            Asked::Dimension(id) => (id.as_str(), None),
        };
        Sheet(answers.iter().map(|answer| (asked(answer), answer.value)).collect())
    }

    pub(crate) fn item(&self, item: &str, kind: QuestionKind) -> Given {
        self.given((item, Some(kind)))
    }

    /// What an item was answered with that says what the respondent got, good end up.
    pub(crate) fn outcome(&self, item: &ItemDraft) -> Option<i32> {
        let (scale, kind) = item.scale.as_ref().zip(item.outcome())?;
        Some(scale.upright(self.item(&item.id, kind).value()?))
    }

    /// How important a dimension is.
    pub(crate) fn dimension(&self, dimension: &str) -> Given {
        self.given((dimension, None))
    }

    fn given(&self, asked: (&str, Option<QuestionKind>)) -> Given {
        match self.0.get(&asked) {
            Some(Some(value)) => Given::Value(*value),
            Some(None) => Given::NotRated,
            None => Given::Missing,
        }
    }
}

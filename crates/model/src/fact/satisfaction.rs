//! What somebody answered, to which questionnaire, and how it was asked.

use serde::{Deserialize, Serialize};

use super::{Emotion, FactKey, FactKind};
use crate::customer::ContactRole;
use crate::{DimensionId, ItemId, PyramidId, QuestionnaireId, RevisionNumber, SourceName, TierId, TouchpointId};

/// The answers of one respondent at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SatisfactionRecord {
    pub questionnaire: QuestionnaireId,
    pub revision: RevisionNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<Respondent>,
    pub method: CollectionMethod,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<TouchpointId>,
    /// The fact it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutFact>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wave: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<Handler>,
    pub answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion: Option<Emotion>,
    /// The invitation that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
    /// Ours, not the caller's: put on when the record is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
}

/// Where the customer stood when the record came, which decides for good where it is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The primary pyramid of that time, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pyramid: Option<PyramidId>,
    /// The tier in it; none where the customer was unranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierId>,
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Respondent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<SourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<ContactRole>,
}

/// Another fact of the same customer, which may not have come yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutFact {
    pub kind: FactKind,
    pub source: SourceName,
    pub source_id: String,
}

impl AboutFact {
    /// Names a fact.
    pub fn of(kind: FactKind, key: FactKey) -> AboutFact {
        let FactKey { source, source_id } = key;
        AboutFact { kind, source, source_id }
    }
}

/// One of our people who was involved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    pub handler: String,
    pub team: String,
    pub branch: String,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub asked: Asked,
    /// None where the respondent did not want to rate it, which is not the same as leaving it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
}

/// What a question is about, and what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Item(ItemId, QuestionKind),
    /// How important the dimension is.
    Dimension(DimensionId),
}

crate::words! {
    /// What a question asks of the thing it is about.
    QuestionKind {
        Rating = 1, Perception = 2, PredictiveExpectation = 3, DesiredExpectation = 4, AdequateExpectation = 5,
        PromisedExpectation = 6, Importance = 7
    }
    /// How answers were come by.
    CollectionMethod { SelfCompletion = 1, Phone = 2, Interviewer = 3, MysteryShopper = 4, Inspection = 5, ThirdParty = 6 }
}

impl CollectionMethod {
    /// Whether somebody other than our own people has answered.
    pub fn asks_the_customer(self) -> bool {
        !matches!(self, CollectionMethod::MysteryShopper | CollectionMethod::Inspection)
    }
}

impl QuestionKind {
    /// What callers call it.
    pub fn name(self) -> &'static str {
        match self {
            QuestionKind::Rating => "RATING",
            QuestionKind::Perception => "PERCEPTION",
            QuestionKind::PredictiveExpectation => "PREDICTIVE_EXPECTATION",
            QuestionKind::DesiredExpectation => "DESIRED_EXPECTATION",
            QuestionKind::AdequateExpectation => "ADEQUATE_EXPECTATION",
            QuestionKind::PromisedExpectation => "PROMISED_EXPECTATION",
            QuestionKind::Importance => "IMPORTANCE",
        }
    }

    /// Whether it asks what was expected.
    pub fn is_expectation(self) -> bool {
        match self {
            QuestionKind::PredictiveExpectation
            | QuestionKind::DesiredExpectation
            | QuestionKind::AdequateExpectation
            | QuestionKind::PromisedExpectation => true,
            QuestionKind::Rating | QuestionKind::Perception | QuestionKind::Importance => false,
        }
    }
}

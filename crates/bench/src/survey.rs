//! A questionnaire of five ratings, and what was answered to it: all of it follows from numbers.

use guanxi::v1 as pb;
use guanxi_model::fact::{
    Answer, Asked, CollectionMethod, Fact, FactBody, Handler, QuestionKind, SatisfactionRecord, Stamp,
};
use guanxi_model::{ItemId, PyramidId, QuestionnaireId, RevisionNumber, TierId, Timestamp, Words as _};
use guanxi_satisfaction::{
    AnswerScale, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnairePopulation, QuestionnaireScheme,
    QuestionnaireScope, ScaleDirection, WeightSource,
};

use crate::Result;
use crate::data::{self, mix};

/// The items; each is rated from 1 to 5.
const ITEMS: [&str; 5] = ["speed", "care", "price", "goods", "word"];
const CHANNELS: [&str; 3] = ["web", "shop", "phone"];
const TIERS: [&str; 4] = ["top", "large", "medium", "small"];
const DAY: i64 = 86_400_000_000;
/// Records are of the days before now.
const DAYS: u64 = 365;

/// One record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) customer: u64,
    /// Its own number, of which everything else follows.
    number: u64,
    pub(crate) occur_time: Timestamp,
}

impl Reply {
    pub(crate) fn new(number: u64, customers: u64, now: Timestamp) -> Reply {
        let random = mix(number ^ 0x5a71_5fac);
        let occur_time = Timestamp(now.0 - (random >> 20) as i64 % (DAYS as i64 * DAY));
        Reply { customer: random % customers, number, occur_time }
    }

    fn random(self, of: u64) -> u64 {
        mix(self.number.wrapping_mul(8).wrapping_add(of))
    }

    fn value(self, item: usize) -> i32 {
        1 + (self.random(item as u64) % 5) as i32
    }

    fn channel(self) -> &'static str {
        CHANNELS[(self.random(5) % 3) as usize]
    }

    fn method(self) -> CollectionMethod {
        if self.random(6).is_multiple_of(2) { CollectionMethod::SelfCompletion } else { CollectionMethod::Phone }
    }

    fn handler(self) -> Handler {
        let number = self.random(7) % 100;
        let (team, branch) = (format!("t{:02}", number % 20), format!("b{}", number % 5));
        Handler { handler: format!("h{number:02}"), team, branch }
    }

    /// As the store keeps it, of a customer that stands in a tier.
    pub(crate) fn fact(
        self,
        (questionnaire, revision): &(QuestionnaireId, RevisionNumber),
        source: &str,
        record_time: Timestamp,
    ) -> Fact {
        let answer = |(index, item): (usize, &&str)| Answer {
            asked: Asked::Item(ItemId::from_trusted((*item).to_owned()), QuestionKind::Rating),
            value: Some(self.value(index)),
        };
        let tier = TIERS[(mix(self.customer) % 4) as usize];
        let stamp = Stamp {
            pyramid: Some(PyramidId::from_trusted("answers".to_owned())),
            tier: Some(TierId::from_trusted(tier.to_owned())),
        };
        let record = SatisfactionRecord {
            questionnaire: questionnaire.clone(),
            revision: *revision,
            respondent: None,
            method: self.method(),
            channel: self.channel().to_owned(),
            touchpoint: None,
            about: None,
            wave: String::new(),
            handlers: vec![self.handler()],
            answers: ITEMS.iter().enumerate().map(answer).collect(),
            emotion: None,
            invitation: None,
            stamp: Some(stamp),
        };
        let told = (self.customer, self.occur_time);
        data::fact(told, (source, self.source_id()), record_time, FactBody::SatisfactionRecord(record))
    }

    /// As a caller gives it.
    pub(crate) fn message(self, questionnaire: &str, source: &str) -> pb::SatisfactionRecord {
        let Handler { handler, team, branch } = self.handler();
        let answer = |(index, item): (usize, &&str)| pb::SatisfactionAnswer {
            item: (*item).to_owned(),
            question: pb::QuestionKind::Rating.into(),
            value: Some(self.value(index)),
            ..Default::default()
        };
        pb::SatisfactionRecord {
            context: Some(data::context((self.customer, self.occur_time), (source, self.source_id()))),
            questionnaire_revision: format!("questionnaires/{questionnaire}/revisions/1"),
            collection_method: i32::from(self.method().code()),
            channel: self.channel().to_owned(),
            handlers: vec![pb::SatisfactionHandler { handler, team, branch }],
            answers: ITEMS.iter().enumerate().map(answer).collect(),
            ..Default::default()
        }
    }

    fn source_id(self) -> String {
        format!("r{:010}", self.number)
    }
}

/// What is asked.
pub(crate) fn scheme() -> Result<QuestionnaireScheme> {
    let scale = AnswerScale { min: 1, max: 5, direction: ScaleDirection::HigherIsBetter, labels: Vec::new() };
    let item = |id: &&str| ItemDraft {
        id: (*id).to_owned(),
        text: String::new(),
        dimension: String::new(),
        weight: 1,
        scale: Some(scale.clone()),
        questions: vec![QuestionKind::Rating],
        importance_scale: None,
        metric: None,
    };
    let draft = QuestionnaireDraft {
        population: QuestionnairePopulation::Customer,
        scope: Some(QuestionnaireScope::Cumulative),
        touchpoint: None,
        journey: None,
        dimensions: Vec::new(),
        items: ITEMS.iter().map(item).collect(),
        form: Some(IndexForm::Interval),
        weights: WeightSource::Declared,
        compared: None,
        tolerance_bp: 500,
        min_answered_bp: 8_000,
    };
    QuestionnaireScheme::new(draft).map_err(|faults| faults.to_string().into())
}

/// The same as a message.
pub(crate) fn revision() -> pb::QuestionnaireRevision {
    let item = |id: &&str| pb::QuestionnaireItem {
        item_id: (*id).to_owned(),
        scale: Some(pb::AnswerScale { min: 1, max: 5, ..Default::default() }),
        questions: vec![pb::QuestionKind::Rating.into()],
        ..Default::default()
    };
    pb::QuestionnaireRevision {
        scope: pb::QuestionnaireScope::Cumulative.into(),
        index_form: pb::IndexForm::Interval.into(),
        items: ITEMS.iter().map(item).collect(),
        ..Default::default()
    }
}

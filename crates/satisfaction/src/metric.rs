//! The well-known single questions.

use guanxi_model::fact::QuestionKind;

use crate::answers::Sheet;
use crate::scheme::{AnswerScale, ItemDraft, SatisfactionMetric, ScaleDirection};

guanxi_model::words! {
    /// What an answer to the question of the net promoter score makes of its respondent.
    PromoterClass { Detractor = 1, Passive = 2, Promoter = 3 }
}

/// What the questions of the metrics were answered, where they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    pub promoter: Option<PromoterClass>,
    /// In one of the two topmost boxes.
    pub satisfied: Option<bool>,
    /// Agrees that it was easy; not told of the form of 2010, which has no boxes.
    pub easy: Option<bool>,
}

impl Metrics {
    pub(crate) fn of(items: &[ItemDraft], sheet: &Sheet<'_>) -> Metrics {
        let mut metrics = Metrics::default();
        for item in items {
            let value = item.outcome().and_then(|kind: QuestionKind| sheet.item(&item.id, kind).value());
            let Some(((metric, scale), value)) = item.metric.zip(item.scale.as_ref()).zip(value) else { continue };
            match metric {
                SatisfactionMetric::NetPromoter => metrics.promoter = Some(promoter(value)),
                SatisfactionMetric::Csat => metrics.satisfied = Some(value > scale.max - 2),
                SatisfactionMetric::CustomerEffort => metrics.easy = easy(scale, value),
            }
        }
        metrics
    }
}

/// Reichheld 2003, HBR 81(12): promoters 9-10, passives 7-8, detractors below.
fn promoter(value: i32) -> PromoterClass {
    match value {
        9.. => PromoterClass::Promoter,
        7..=8 => PromoterClass::Passive,
        _ => PromoterClass::Detractor,
    }
}

/// "The company made it easy", 1 to 7: 5 to 7 agree. The effort of Dixon, Freeman & Toman 2010 (HBR 88(7)) runs the other
/// way and has no such boxes.
fn easy(scale: &AnswerScale, value: i32) -> Option<bool> {
    (scale.direction == ScaleDirection::HigherIsBetter).then_some(value >= 5)
}

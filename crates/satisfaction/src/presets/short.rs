//! Questionnaires that are asked after something has just happened, or are a single question.

use guanxi_model::SourceName;

use super::{Preset, ratings};
use crate::build::{between, draft, labelled, scale};
use crate::{AnswerScale, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnaireScope, SatisfactionMetric};

/// Asked after a transaction.
fn after(items: Vec<ItemDraft>) -> QuestionnaireDraft {
    QuestionnaireDraft { scope: Some(QuestionnaireScope::Transaction), ..draft(IndexForm::Interval, Vec::new(), items) }
}

/// The stages of a journey, each rated from 1 to 10.
fn stages(journey: &str, stages: &[(&str, &str, i32)]) -> QuestionnaireDraft {
    QuestionnaireDraft {
        journey: SourceName::parse(journey).ok(),
        ..after(ratings(stages, &between((1, "unacceptable"), (10, "outstanding"))))
    }
}

pub(super) fn dealer_sales() -> Preset {
    const STAGES: [(&str, &str, i32); 7] = [
        ("contact", "First contact", 1),
        ("reception", "Reception at the dealer's", 1),
        ("advice", "Needs and advice", 1),
        ("presentation", "Presentation of the car", 1),
        ("test_drive", "Test drive", 1),
        ("contract", "Offer and contract", 1),
        ("delivery", "Delivery of the car", 1),
    ];
    Preset {
        id: "dealer_sales",
        display_name: "Sales satisfaction of a car dealer",
        description: "The seven stages of buying a car, each rated from 1 to 10.",
        source: "Sales satisfaction index (SSI) of car dealers; stages and weights are each dealer's own",
        content: stages("car-purchase", &STAGES),
    }
}

pub(super) fn dealer_service() -> Preset {
    const STAGES: [(&str, &str, i32); 6] = [
        ("appointment", "Making the appointment", 1),
        ("reception", "Handing the car in", 1),
        ("consultation", "Diagnosis and consultation", 1),
        ("work", "The work itself", 1),
        ("handover", "Bill and handover", 1),
        ("follow_up", "Follow-up", 1),
    ];
    Preset {
        id: "dealer_service",
        display_name: "Customer service satisfaction of a car dealer",
        description: "The six stages of a visit to the workshop, each rated from 1 to 10.",
        source: "Customer satisfaction index (CSI) of car dealers' service; stages and weights are each dealer's own",
        content: stages("car-service", &STAGES),
    }
}

fn five() -> AnswerScale {
    between((1, "very poor"), (5, "very good"))
}

pub(super) fn supplier() -> Preset {
    const ASKED: [(&str, &str, i32); 5] = [
        ("product", "The products", 30),
        ("quality", "Their quality", 25),
        ("packaging", "Their packaging", 10),
        ("delivery", "Their delivery", 20),
        ("service", "Service and support", 15),
    ];
    Preset {
        id: "supplier",
        display_name: "Satisfaction with a supplier",
        description: "Product, quality, packaging, delivery and service, with weights to begin with.",
        source: "Customer satisfaction surveys of suppliers under ISO 9001; weights are each firm's own",
        content: draft(IndexForm::Interval, Vec::new(), ratings(&ASKED, &five())),
    }
}

pub(super) fn counter() -> Preset {
    let buttons = labelled(scale(1, 3), &[(1, "dissatisfied"), (2, "neutral"), (3, "satisfied")]);
    Preset {
        id: "counter",
        display_name: "Rating at a counter",
        description: "Three buttons beside a counter. Who presses none is recorded as not rated: out of the index, and in \
                      the response rate.",
        source: "Service evaluation devices at counters",
        content: after(ratings(&[("service", "How was our service?", 1)], &buttons)),
    }
}

/// A single question that is the one of a metric.
fn single(metric: SatisfactionMetric, (id, text): (&str, &str), scale: &AnswerScale) -> Vec<ItemDraft> {
    ratings(&[(id, text, 1)], scale).into_iter().map(|item| ItemDraft { metric: Some(metric), ..item }).collect()
}

pub(super) fn nps() -> Preset {
    let likely = between((0, "not at all likely"), (10, "extremely likely"));
    let question = ("recommend", "How likely are you to recommend us to a friend or colleague?");
    Preset {
        id: "nps",
        display_name: "Net promoter score",
        description: "One question of 0 to 10: 9 and 10 promote, 7 and 8 are passive, less detracts.",
        source: "Reichheld 2003, HBR 81(12), The one number you need to grow",
        content: draft(IndexForm::Interval, Vec::new(), single(SatisfactionMetric::NetPromoter, question, &likely)),
    }
}

pub(super) fn csat() -> Preset {
    let five = between((1, "very dissatisfied"), (5, "very satisfied"));
    let question = ("satisfied", "How satisfied are you?");
    Preset {
        id: "csat",
        display_name: "Customer satisfaction score",
        description: "One question of 1 to 5: 4 and 5 are satisfied.",
        source: "The top-two-box share of a single question",
        content: after(single(SatisfactionMetric::Csat, question, &five)),
    }
}

pub(super) fn effort() -> Preset {
    let seven = between((1, "strongly disagree"), (7, "strongly agree"));
    let question = ("easy", "The company made it easy to handle my issue.");
    Preset {
        id: "ces",
        display_name: "Customer effort score",
        description: "One statement of 1 to 7: 5 to 7 agree that it was easy.",
        source: "Dixon, Freeman & Toman 2010, HBR 88(7), in its later form",
        content: after(single(SatisfactionMetric::CustomerEffort, question, &seven)),
    }
}

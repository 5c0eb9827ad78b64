//! Questionnaires of several dimensions.

use guanxi_model::fact::QuestionKind;

use super::{Block, Preset, dimensions, items, ratings};
use crate::build::{between, dimension, draft, labelled, scale, within};
use crate::{
    AnswerScale, DimensionDraft, Gate, IndexForm, ItemDraft, QuestionnaireDraft, QuestionnairePopulation,
    SatisfactionMetric, ScaleDirection,
};

/// The latent variables of the model; only satisfaction is the index.
const ECSI: [Block<'static>; 7] = [
    (
        "image",
        "Image",
        &["Can be trusted", "Stable and established", "Contributes to society", "Cares for customers", "Innovative"],
    ),
    (
        "expectations",
        "Expectations",
        &["Overall quality expected", "Expected to meet personal needs", "How often things were expected to go wrong"],
    ),
    (
        "quality",
        "Perceived quality",
        &[
            "Overall quality",
            "Quality of the product",
            "Customer service and advice",
            "Quality of the services used",
            "Range of products and services",
            "Reliability and accuracy",
            "Clear and open information",
        ],
    ),
    ("value", "Perceived value", &["Price given the quality", "Quality given the price"]),
    (
        "satisfaction",
        "Satisfaction",
        &["Overall satisfaction", "Fulfilment of expectations", "Compared with the ideal"],
    ),
    ("complaints", "Complaint handling", &["How well a complaint was, or would be, handled"]),
    ("loyalty", "Loyalty", &["Would choose again", "Would stay at a higher price", "Would recommend"]),
];

pub(super) fn ecsi() -> Preset {
    let dimensions = dimensions(&ECSI).into_iter().map(|dimension| {
        let weight = i32::from(dimension.id == "satisfaction");
        DimensionDraft { weight, ..dimension }
    });
    let ten = between((1, "very low"), (10, "very high"));
    Preset {
        id: "ecsi",
        display_name: "European customer satisfaction index",
        description: "24 ratings of 1 to 10 for seven latent variables. The index is that of the three satisfaction \
                      questions, weighted alike until a model gives them weights of their own.",
        source: "Fornell, Johnson, Anderson, Cha & Bryant 1996, J. Marketing 60(4), 7-18; Tenenhaus et al. 2005, CSDA 48",
        content: draft(IndexForm::Interval, dimensions.collect(), items(&ECSI, &ten, &[QuestionKind::Rating])),
    }
}

/// From very dissatisfied to very satisfied.
fn five() -> AnswerScale {
    let words =
        [(1, "very dissatisfied"), (2, "dissatisfied"), (3, "neither"), (4, "satisfied"), (5, "very satisfied")];
    labelled(scale(1, 5), &words)
}

pub(super) fn levels() -> Preset {
    const LEVELS: [Block<'static>; 3] = [
        ("material", "Material", &["The product does what it is for", "The price is fair"]),
        ("psychological", "Psychological", &["Being treated with respect", "Feeling at ease and sure of the choice"]),
        ("social", "Social", &["What the firm does for society", "Being proud to be seen with it"]),
    ];
    let mut dimensions = dimensions(&LEVELS);
    for index in 1..dimensions.len() {
        let below = dimensions[index - 1].id.clone();
        dimensions[index].gate = Some(Gate { dimension: below, min_score: 60 });
    }
    Preset {
        id: "levels",
        display_name: "Material, psychological and social satisfaction",
        description: "Three levels that rest on each other: the next one earns nothing until the one below scores 60, \
                      and keeps its weight.",
        source: "The three vertical levels of the customer satisfaction (CS) strategy",
        content: draft(IndexForm::Interval, dimensions, items(&LEVELS, &five(), &[QuestionKind::Rating])),
    }
}

pub(super) fn identity() -> Preset {
    const IDENTITY: [Block<'static>; 3] = [
        ("mind", "Mind", &["What the firm stands for", "Its values show in what it does"]),
        ("behaviour", "Behaviour", &["How its people act", "How its procedures work"]),
        ("visual", "Visual", &["How its places and signs look", "How its people and products look"]),
    ];
    Preset {
        id: "identity",
        display_name: "Mind, behaviour and visual satisfaction",
        description: "Satisfaction with the three sides of a corporate identity.",
        source: "The three horizontal sides of the customer satisfaction (CS) strategy",
        content: draft(IndexForm::Interval, dimensions(&IDENTITY), items(&IDENTITY, &five(), &[QuestionKind::Rating])),
    }
}

pub(super) fn employee() -> Preset {
    const ASKED: [(&str, &str, i32); 6] = [
        ("work", "The work itself", 1),
        ("pay", "Pay and benefits", 1),
        ("growth", "Learning and advancement", 1),
        ("lead", "How I am led", 1),
        ("colleagues", "Working with colleagues", 1),
        ("conditions", "Working conditions", 1),
    ];
    let recommend = ratings(
        &[("recommend", "Would you recommend working here?", 0)],
        &between((0, "not at all likely"), (10, "extremely likely")),
    );
    let metric = Some(SatisfactionMetric::NetPromoter);
    let recommend = recommend.into_iter().map(|item| ItemDraft { metric, ..item });
    let items = ratings(&ASKED, &five()).into_iter().chain(recommend).collect();
    Preset {
        id: "employee",
        display_name: "Employee satisfaction",
        description: "Six facets of a job, and whether one would recommend it (eNPS), which does not count in the index.",
        source: "Smith, Kendall & Hulin 1969, The Measurement of Satisfaction in Work and Retirement",
        content: QuestionnaireDraft {
            population: QuestionnairePopulation::Employee,
            ..draft(IndexForm::Interval, Vec::new(), items)
        },
    }
}

pub(super) fn delivered_value() -> Preset {
    const VALUES: [(&str, &str, i32); 4] = [
        ("product", "What the product is worth", 1),
        ("service", "What the service is worth", 1),
        ("personnel", "What our people are worth", 1),
        ("image", "What the image is worth", 1),
    ];
    const COSTS: [(&str, &str, i32); 4] = [
        ("money", "Money", 1),
        ("time", "Time", 1),
        ("physical", "Physical effort", 1),
        ("mental", "Mental effort", 1),
    ];
    let amount = scale(0, 1_000_000);
    let cost = AnswerScale { direction: ScaleDirection::LowerIsBetter, ..amount.clone() };
    let values = ratings(&VALUES, &amount).into_iter().map(|item| within("value", item));
    let costs = ratings(&COSTS, &cost).into_iter().map(|item| within("cost", item));
    let named = |id: &str, name: &str| DimensionDraft { display_name: name.to_owned(), ..dimension(id) };
    Preset {
        id: "delivered_value",
        display_name: "Customer delivered value",
        description: "Four values less four costs, all in one unit: money or points. The index is the difference; without \
                      any of the eight there is none.",
        source: "Kotler 1994, Marketing Management, 8th ed.",
        content: draft(
            IndexForm::Difference,
            vec![named("value", "Total customer value"), named("cost", "Total customer cost")],
            values.chain(costs).collect(),
        ),
    }
}

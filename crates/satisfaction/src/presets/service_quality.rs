//! Service quality: what is expected of a service against what is perceived.

use guanxi_model::fact::QuestionKind;

use super::{Block, Preset, dimensions, items};
use crate::build::{between, draft, scale};
use crate::{DimensionDraft, IndexForm, QuestionnaireDraft, WeightSource};

/// The dimensions in the order of the instrument, with what each item is about.
const SERVQUAL: [Block<'static>; 5] = [
    ("tangibles", "Tangibles", &["Modern equipment", "Appealing premises", "Neat staff", "Appealing printed matter"]),
    (
        "reliability",
        "Reliability",
        &[
            "Does what it promised in time",
            "Sincere interest in solving problems",
            "Right the first time",
            "Serves at the time it said",
            "Records without errors",
        ],
    ),
    (
        "responsiveness",
        "Responsiveness",
        &["Says when it will be done", "Prompt service", "Always willing to help", "Never too busy to answer"],
    ),
    (
        "assurance",
        "Assurance",
        &["Staff inspire confidence", "Safe in dealing with it", "Courteous staff", "Staff know the answers"],
    ),
    (
        "empathy",
        "Empathy",
        &[
            "Individual attention",
            "Convenient hours",
            "Staff who give personal attention",
            "Has the customer's interest at heart",
            "Understands specific needs",
        ],
    ),
];

/// An item counts only with both answers, a dimension only with half its items.
const HALF_BP: i32 = 5_000;

pub(super) fn servqual() -> Preset {
    let agreement = between((1, "strongly disagree"), (7, "strongly agree"));
    let questions = [QuestionKind::Perception, QuestionKind::DesiredExpectation];
    let dimensions = dimensions(&SERVQUAL).into_iter().map(|dimension| DimensionDraft {
        min_answered_bp: HALF_BP,
        importance_scale: Some(scale(0, 100)),
        ..dimension
    });
    let content = draft(IndexForm::Gap, dimensions.collect(), items(&SERVQUAL, &agreement, &questions));
    Preset {
        id: "servqual",
        display_name: "SERVQUAL",
        description: "22 pairs of expectation and perception in five dimensions. The index is the gap, weighted by the 100 \
                      points that the respondent shares out; without them every dimension weighs the same.",
        source: "Parasuraman, Zeithaml & Berry 1988, J. Retailing 64(1), 12-40; 1991, J. Retailing 67(4), 420-450",
        content: QuestionnaireDraft { weights: WeightSource::Stated, ..content },
    }
}

pub(super) fn servperf() -> Preset {
    let agreement = between((1, "strongly disagree"), (7, "strongly agree"));
    let dimensions = dimensions(&SERVQUAL).into_iter().map(|one| DimensionDraft { min_answered_bp: HALF_BP, ..one });
    Preset {
        id: "servperf",
        display_name: "SERVPERF",
        description: "The 22 perceptions of SERVQUAL alone, as an index of 0 to 100.",
        source: "Cronin & Taylor 1992, J. Marketing 56(3), 55-68",
        content: draft(
            IndexForm::Interval,
            dimensions.collect(),
            items(&SERVQUAL, &agreement, &[QuestionKind::Perception]),
        ),
    }
}

pub(super) fn tolerance_zone() -> Preset {
    const ASKED: [(&str, &str, i32); 5] = [
        ("tangibles", "Premises, equipment and staff look right", 1),
        ("reliability", "What was promised is done right, and in time", 1),
        ("responsiveness", "Help is prompt and willing", 1),
        ("assurance", "Staff are able, courteous and inspire confidence", 1),
        ("empathy", "Every customer gets individual attention", 1),
    ];
    let level = between((1, "low"), (9, "high"));
    let mut items = super::ratings(&ASKED, &level);
    for item in &mut items {
        item.questions =
            vec![QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation];
    }
    Preset {
        id: "tolerance_zone",
        display_name: "Zone of tolerance",
        description: "Desired and adequate service beside what was perceived, for each dimension of service quality. The \
                      index is the adequacy gap: what was perceived above what would just do.",
        source: "Zeithaml, Berry & Parasuraman 1993, JAMS 21(1), 1-12",
        content: QuestionnaireDraft {
            compared: Some(QuestionKind::AdequateExpectation),
            ..draft(IndexForm::Gap, Vec::new(), items)
        },
    }
}

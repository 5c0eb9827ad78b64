//! Instruments of the literature, to begin with: each is a whole draft, to be taken as it is or changed before it is made a
//! revision. Weights and thresholds that their authors leave to the firm are starting points; wordings are ours.

mod long;
mod service_quality;
mod short;

use guanxi_model::fact::QuestionKind;

use crate::build::{dimension, item, within};
use crate::{AnswerScale, DimensionDraft, ItemDraft, QuestionnaireDraft};

/// A questionnaire with a name.
#[derive(Clone, Debug)]
pub struct Preset {
    pub id: &'static str,
    pub display_name: &'static str,
    pub description: &'static str,
    /// Who says so.
    pub source: &'static str,
    pub content: QuestionnaireDraft,
}

/// All there are.
pub fn presets() -> Vec<Preset> {
    vec![
        service_quality::servqual(),
        service_quality::servperf(),
        service_quality::tolerance_zone(),
        long::ecsi(),
        long::levels(),
        long::identity(),
        long::employee(),
        long::delivered_value(),
        short::dealer_sales(),
        short::dealer_service(),
        short::supplier(),
        short::counter(),
        short::nps(),
        short::csat(),
        short::effort(),
    ]
}

/// A dimension with a name, and the wordings of its items, which are numbered.
type Block<'a> = (&'a str, &'a str, &'a [&'a str]);

/// A dimension for each block.
fn dimensions(blocks: &[Block<'_>]) -> Vec<DimensionDraft> {
    let named = |(id, name, _): &Block<'_>| DimensionDraft { display_name: (*name).to_owned(), ..dimension(id) };
    blocks.iter().map(named).collect()
}

/// The items of all blocks, asked alike.
fn items(blocks: &[Block<'_>], scale: &AnswerScale, questions: &[QuestionKind]) -> Vec<ItemDraft> {
    let of_block = |(id, _, texts): &Block<'_>| {
        let id = (*id).to_owned();
        let one = move |(index, text): (usize, &&str)| {
            let asked = item(&format!("{id}_{}", index + 1), scale.clone(), questions);
            within(&id, ItemDraft { text: (*text).to_owned(), ..asked })
        };
        texts.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(of_block).collect()
}

/// Ratings at the top, each with its weight.
fn ratings(asked: &[(&str, &str, i32)], scale: &AnswerScale) -> Vec<ItemDraft> {
    let one = |(id, text, weight): &(&str, &str, i32)| ItemDraft {
        text: (*text).to_owned(),
        weight: *weight,
        ..item(id, scale.clone(), &[QuestionKind::Rating])
    };
    asked.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionnaireScheme;

    #[test]
    fn presets_are_questionnaires() {
        for preset in presets() {
            let scheme = QuestionnaireScheme::new(preset.content);
            assert!(scheme.is_ok(), "{}: {:?}", preset.id, scheme.err());
        }
    }
}

//! Each item and each dimension for itself: its id, its scale, what it asks.

use std::collections::HashSet;

use guanxi_model::fact::QuestionKind;
use guanxi_model::{DimensionId, ItemId, text};

use super::{Faults, WHOLE_BP};
use crate::scheme::{
    AnswerScale, DimensionDraft, ItemDraft, QuestionnaireDraft, QuestionnaireScheme, SatisfactionMetric, ScaleDirection,
};

const MAX_TEXT: usize = 500;
const MAX_NAME: usize = 200;
const MAX_LABEL: usize = 100;
const MAX_LABELS: usize = 101;

impl Faults {
    pub(super) fn dimensions(&mut self, draft: &QuestionnaireDraft) {
        let max = QuestionnaireScheme::MAX_DIMENSIONS;
        if draft.dimensions.len() > max {
            self.add("dimensions", format!("has {}; up to {max} are allowed", draft.dimensions.len()));
        }
        let mut seen = HashSet::new();
        for (index, dimension) in draft.dimensions.iter().enumerate() {
            let path = format!("dimensions[{index}]");
            if !seen.insert(&dimension.id) {
                self.add(format!("{path}.dimension_id"), "is the id of a dimension before it");
            }
            self.dimension(&path, dimension);
        }
    }

    fn dimension(&mut self, path: &str, dimension: &DimensionDraft) {
        self.0.field(format!("{path}.dimension_id"), DimensionId::parse(dimension.id.as_str()));
        self.0.field(format!("{path}.display_name"), text::optional(dimension.display_name.as_str(), MAX_NAME));
        self.within(format!("{path}.weight"), dimension.weight, (0, QuestionnaireScheme::MAX_WEIGHT));
        self.within(format!("{path}.min_answered_basis_points"), dimension.min_answered_bp, (0, WHOLE_BP));
        if let Some(scale) = &dimension.importance_scale {
            self.importance(&format!("{path}.importance_scale"), scale);
        }
    }

    pub(super) fn items(&mut self, draft: &QuestionnaireDraft) {
        let max = QuestionnaireScheme::MAX_ITEMS;
        if draft.items.is_empty() || draft.items.len() > max {
            self.add("items", format!("has {}; 1 to {max} are allowed", draft.items.len()));
        }
        let (mut seen, mut metrics) = (HashSet::new(), HashSet::new());
        for (index, item) in draft.items.iter().enumerate() {
            let path = format!("items[{index}]");
            if !seen.insert(&item.id) {
                self.add(format!("{path}.item_id"), "is the id of an item before it");
            }
            if item.metric.is_some_and(|metric| !metrics.insert(metric)) {
                self.add(format!("{path}.metric"), "is the metric of an item before it");
            }
            self.item(&path, item);
        }
    }

    fn item(&mut self, path: &str, item: &ItemDraft) {
        self.0.field(format!("{path}.item_id"), ItemId::parse(item.id.as_str()));
        self.0.field(format!("{path}.text"), text::optional(item.text.as_str(), MAX_TEXT));
        self.within(format!("{path}.weight"), item.weight, (0, QuestionnaireScheme::MAX_WEIGHT));
        match &item.scale {
            None => self.add(format!("{path}.scale"), "is required"),
            Some(scale) => {
                self.scale(&format!("{path}.scale"), scale);
                self.metric(&format!("{path}.metric"), (item.metric, scale));
            }
        }
        self.questions(&format!("{path}.questions"), &item.questions);
        let asks_importance = item.questions.contains(&QuestionKind::Importance);
        match &item.importance_scale {
            Some(_) if !asks_importance => {
                self.add(format!("{path}.importance_scale"), "goes with a question of importance only");
            }
            Some(scale) => self.importance(&format!("{path}.importance_scale"), scale),
            None => {
                if let Some(scale) = item.scale.as_ref().filter(|scale| asks_importance && scale.min < 0) {
                    let fault = format!("is needed: importance cannot be {}", scale.min);
                    self.add(format!("{path}.importance_scale"), fault);
                }
            }
        }
    }

    fn questions(&mut self, path: &str, kinds: &[QuestionKind]) {
        let count = |wanted: &dyn Fn(QuestionKind) -> bool| kinds.iter().filter(|kind| wanted(**kind)).count();
        for (index, kind) in kinds.iter().enumerate() {
            if kinds[..index].contains(kind) {
                self.add(format!("{path}[{index}]"), "is asked twice");
            }
        }
        let (ratings, perceptions) =
            (count(&|kind| kind == QuestionKind::Rating), count(&|kind| kind == QuestionKind::Perception));
        if ratings > 0 && perceptions > 0 {
            self.add(path, "has a rating and a perception; one of them is needed");
        } else if ratings + perceptions == 0 {
            self.add(path, "needs a rating or a perception");
        } else if ratings > 0 && count(&QuestionKind::is_expectation) > 0 {
            self.add(path, "has an expectation, which is held against a perception, not a rating");
        }
    }

    fn importance(&mut self, path: &str, scale: &AnswerScale) {
        self.scale(path, scale);
        if scale.min < 0 {
            self.add(format!("{path}.min"), format!("is {}; importance is 0 or more", scale.min));
        }
        if scale.direction == ScaleDirection::LowerIsBetter {
            self.add(format!("{path}.direction"), "must be higher is better: more is more important");
        }
    }

    fn scale(&mut self, path: &str, scale: &AnswerScale) {
        let limit = QuestionnaireScheme::MAX_ANSWER;
        self.within(format!("{path}.min"), scale.min, (-limit, limit));
        self.within(format!("{path}.max"), scale.max, (-limit, limit));
        if scale.max <= scale.min {
            self.add(format!("{path}.max"), format!("is {}; more than min, {}, is needed", scale.max, scale.min));
        }
        if scale.labels.len() > MAX_LABELS {
            self.add(format!("{path}.labels"), format!("has {}; up to {MAX_LABELS} are allowed", scale.labels.len()));
        }
        let mut seen = HashSet::new();
        for (index, label) in scale.labels.iter().enumerate() {
            let path = format!("{path}.labels[{index}]");
            if !(scale.min..=scale.max).contains(&label.value) {
                self.add(
                    format!("{path}.value"),
                    format!("is {}; {} to {} is allowed", label.value, scale.min, scale.max),
                );
            }
            if !seen.insert(label.value) {
                self.add(format!("{path}.value"), "has a label before it");
            }
            self.0.field(format!("{path}.label"), text::required(label.label.as_str(), MAX_LABEL));
        }
    }

    /// The metrics are defined on scales of their own: Reichheld 2003 (and the 1 to 10 of older surveys), Dixon, Freeman &
    /// Toman 2010 and its later form.
    fn metric(&mut self, path: &str, (metric, scale): (Option<SatisfactionMetric>, &AnswerScale)) {
        let Some(metric) = metric else { return };
        let AnswerScale { min, max, direction, labels: _ } = scale;
        let higher = *direction == ScaleDirection::HigherIsBetter;
        let (fits, allowed) = match metric {
            SatisfactionMetric::NetPromoter => {
                ((0..=1).contains(min) && *max == 10 && higher, "of 0 to 10, or 1 to 10, higher is better")
            }
            SatisfactionMetric::Csat => {
                (*max > min.saturating_add(1) && higher, "of three steps or more, higher is better")
            }
            SatisfactionMetric::CustomerEffort => {
                let fits = matches!((min, max, higher), (1, 7, true) | (1, 5, false));
                (fits, "of 1 to 7, higher is better, or of 1 to 5, lower is better")
            }
        };
        if !fits {
            self.add(path, format!("needs a scale {allowed}"));
        }
    }
}

//! Whether items and dimensions make a tree in which everything that counts has a weight.

use std::collections::HashMap;

use super::Faults;
use crate::scheme::{QuestionnaireDraft, QuestionnaireScheme};

impl Faults {
    pub(super) fn tree(&mut self, draft: &QuestionnaireDraft) {
        let before = self.0.len();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut depths = Vec::new();
        for (index, dimension) in draft.dimensions.iter().enumerate() {
            let depth = self.belongs(&format!("dimensions[{index}].parent"), &dimension.parent, &places);
            depths.push(depth.map_or(1, |parent: usize| depths[parent] + 1));
            if depths[index] > QuestionnaireScheme::MAX_DEPTH {
                let fault = format!("lies too deep; {} levels are allowed", QuestionnaireScheme::MAX_DEPTH);
                self.add(format!("dimensions[{index}].parent"), fault);
            }
            self.gate(draft, index);
            places.entry(dimension.id.as_str()).or_insert(index);
        }
        for (index, item) in draft.items.iter().enumerate() {
            self.belongs(&format!("items[{index}].dimension"), &item.dimension, &places);
        }
        // What is in a dimension can be told only where everything says rightly where it belongs.
        if self.0.len() == before {
            self.weights(draft);
        }
    }

    /// The dimension that something says it belongs to, among those before it.
    fn belongs(&mut self, path: &str, to: &str, places: &HashMap<&str, usize>) -> Option<usize> {
        let place = places.get(to).copied();
        if place.is_none() && !to.is_empty() {
            let fault = format!("\"{}\" is no dimension listed before", guanxi_model::violation::clip(to));
            self.add(path, fault);
        }
        place
    }

    fn gate(&mut self, draft: &QuestionnaireDraft, index: usize) {
        let dimension = &draft.dimensions[index];
        let Some(gate) = &dimension.gate else { return };
        let path = format!("dimensions[{index}].gate");
        let siblings = draft.dimensions[..index].iter().filter(|one| one.parent == dimension.parent);
        if !siblings.map(|one| &one.id).any(|id| *id == gate.dimension) {
            self.add(format!("{path}.dimension"), "must be a dimension before it that has the same parent");
        }
        self.within(format!("{path}.min_score"), gate.min_score, (0, 100));
    }

    /// Every group has something in it, and something of that counts.
    fn weights(&mut self, draft: &QuestionnaireDraft) {
        let mut groups: HashMap<&str, (usize, i64)> = HashMap::new();
        let dimensions = draft.dimensions.iter().map(|one| (one.parent.as_str(), one.weight));
        for (group, weight) in dimensions.chain(draft.items.iter().map(|one| (one.dimension.as_str(), one.weight))) {
            let (count, sum) = groups.entry(group).or_default();
            *count += 1;
            *sum += i64::from(weight);
        }
        for (index, dimension) in draft.dimensions.iter().enumerate() {
            match groups.get(dimension.id.as_str()) {
                None => self.add(format!("dimensions[{index}]"), "has no items"),
                Some((_, 0)) => self.add(format!("dimensions[{index}]"), "has nothing in it that has a weight"),
                Some(_) => {}
            }
        }
        if groups.get("").is_none_or(|(_, sum)| *sum == 0) && !draft.items.is_empty() {
            self.add("items", "nothing at the top has a weight");
        }
    }
}

//! Whether a draft is a questionnaire: every rule about its content, and all faults of a draft at once. Paths name the
//! fields as the contract does. Numbers of unknown enum values are the caller's to refuse.
//!
//! A stored questionnaire is checked again when it is read, so a rule may be loosened later but not tightened.

mod items;
mod tree;

use guanxi_model::Violations;
use guanxi_model::fact::QuestionKind;

use crate::scheme::{IndexForm, QuestionnaireDraft, QuestionnaireScope, WeightSource};

const WHOLE_BP: i32 = 10_000;
const MAX_TOLERANCE_BP: i32 = 5_000;

/// The draft with what follows from it filled in, and the form of its index; or all its faults.
pub(crate) fn check(mut draft: QuestionnaireDraft) -> Result<(QuestionnaireDraft, IndexForm), Violations> {
    let mut faults = Faults(Violations::default());
    faults.whole(&draft);
    faults.dimensions(&draft);
    faults.items(&draft);
    faults.tree(&draft);
    faults.compared(&draft);
    faults.form(&draft);
    draft.compared = draft.compared.or_else(|| asked(&draft).first().copied());
    match draft.form {
        Some(form) if faults.0.is_empty() => Ok((draft, form)),
        _ => Err(faults.0),
    }
}

/// The kinds of expectation that anything asks, each once.
fn asked(draft: &QuestionnaireDraft) -> Vec<QuestionKind> {
    let mut kinds: Vec<QuestionKind> = draft.items.iter().flat_map(|item| item.expectations()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

struct Faults(Violations);

impl Faults {
    fn add(&mut self, path: impl Into<String>, fault: impl Into<String>) {
        self.0.push(path, fault);
    }

    fn within(&mut self, path: impl Into<String>, number: i32, (min, max): (i32, i32)) {
        if !(min..=max).contains(&number) {
            self.add(path, format!("is {number}; {min} to {max} is allowed"));
        }
    }

    fn whole(&mut self, draft: &QuestionnaireDraft) {
        if draft.scope.is_none() {
            self.add("scope", "is required");
        }
        if draft.touchpoint.is_some() && draft.scope == Some(QuestionnaireScope::Cumulative) {
            self.add("touchpoint", "goes with a transaction only; this questionnaire is about all there has been");
        }
        if draft.touchpoint.is_some() && draft.journey.is_some() {
            self.add("journey", "must not be given beside touchpoint, which has a journey of its own");
        }
        if draft.form.is_none() {
            self.add("index_form", "is required");
        }
        self.within("tolerance_basis_points", draft.tolerance_bp, (0, MAX_TOLERANCE_BP));
        self.within("min_answered_basis_points", draft.min_answered_bp, (0, WHOLE_BP));
        let states = draft.dimensions.iter().any(|dimension| dimension.importance_scale.is_some())
            || draft.items.iter().any(|item| item.questions.contains(&QuestionKind::Importance));
        if draft.weights == WeightSource::Stated && !states {
            self.add("weight_source", "is stated, but nothing asks for an importance");
        }
    }

    fn compared(&mut self, draft: &QuestionnaireDraft) {
        let asked = asked(draft);
        match draft.compared {
            Some(kind) if !kind.is_expectation() => self.add("compared_expectation", "is no kind of expectation"),
            Some(kind) if !asked.contains(&kind) => self.add("compared_expectation", "is asked by no item"),
            None if asked.len() > 1 => {
                self.add("compared_expectation", "is required where more than one kind of expectation is asked");
            }
            Some(_) | None => {}
        }
    }

    /// What a form of the index asks of the items.
    fn form(&mut self, draft: &QuestionnaireDraft) {
        match draft.form {
            None | Some(IndexForm::Interval) => {}
            Some(IndexForm::Ratio) => self.ratio(draft),
            Some(IndexForm::Gap) => self.gap(draft),
            Some(IndexForm::Difference) => self.difference(draft),
        }
    }

    /// A ratio needs a true zero.
    fn ratio(&mut self, draft: &QuestionnaireDraft) {
        for (index, item) in draft.items.iter().enumerate() {
            if let Some(scale) = item.scale.as_ref().filter(|scale| scale.min < 0) {
                let fault = format!("is {}; 0 or more is needed for an index of the ratio form", scale.min);
                self.add(format!("items[{index}].scale.min"), fault);
            }
        }
    }

    /// Gaps can be added up only where they are gaps on one scale, and of one kind of expectation.
    fn gap(&mut self, draft: &QuestionnaireDraft) {
        let compared = draft.compared.or_else(|| asked(draft).first().copied());
        let mut first = None;
        for (index, item) in draft.items.iter().enumerate().filter(|(_, item)| item.weight > 0) {
            if !compared.is_some_and(|kind| item.questions.contains(&kind)) {
                let fault = "must ask the compared expectation, or have the weight 0, for an index of the gap form";
                self.add(format!("items[{index}].questions"), fault);
            }
            let Some(scale) = &item.scale else { continue };
            let (min, max) = *first.get_or_insert((scale.min, scale.max));
            if (scale.min, scale.max) != (min, max) {
                let fault = format!("is {} to {}; gaps need one scale, {min} to {max}", scale.min, scale.max);
                self.add(format!("items[{index}].scale"), fault);
            }
        }
        self.no_gates(draft);
    }

    /// Values less costs, in one unit: nothing negative, nothing weighted.
    fn difference(&mut self, draft: &QuestionnaireDraft) {
        const FAULT: &str = "must be 1, or left out: a difference has no weights";
        for (index, item) in draft.items.iter().enumerate() {
            if let Some(scale) = item.scale.as_ref().filter(|scale| scale.min < 0) {
                let fault = format!("is {}; values and costs are 0 or more", scale.min);
                self.add(format!("items[{index}].scale.min"), fault);
            }
            if item.weight != 1 {
                self.add(format!("items[{index}].weight"), FAULT);
            }
        }
        if draft.weights == WeightSource::Stated {
            self.add("weight_source", "must be DECLARED, or left out: a difference has no weights");
        }
        for (index, _) in draft.dimensions.iter().enumerate().filter(|(_, one)| one.weight != 1) {
            self.add(format!("dimensions[{index}].weight"), FAULT);
        }
        self.no_gates(draft);
    }

    fn no_gates(&mut self, draft: &QuestionnaireDraft) {
        for (index, _) in draft.dimensions.iter().enumerate().filter(|(_, one)| one.gate.is_some()) {
            let fault = "needs scores of 0 to 100: an index of the ratio or the interval form";
            self.add(format!("dimensions[{index}].gate"), fault);
        }
    }
}

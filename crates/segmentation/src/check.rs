//! Whether a draft is a scheme: every rule about a pyramid's content, and all faults of a draft at once. Paths name
//! the fields as the contract does. Numbers of unknown enum values are the caller's to refuse.
//!
//! A stored scheme is checked again when it is read, so a rule may be loosened later but not tightened.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use guanxi_model::customer::ValueType;
use guanxi_model::{AttributeKey, MeasureId, TierId, Violations};

use crate::expression::{Expression, Names, Wanted};
use crate::measure::{MeasureKind, Unit};
use crate::movement::MovementRules;
use crate::normalise::Normaliser;
use crate::scheme::{Measure, MeasureDraft, PyramidScheme, SchemeDraft, Tier, TierDraft, TieringRule, Value};
use crate::tiering::WHOLE_BP;
use crate::window::Window;

const MAX_DISPLAY_NAME_CHARS: usize = 200;

/// The scheme of a draft, or all its faults. `attributes` are those that expressions may read; none of a stored scheme,
/// which was checked when it was made.
pub(crate) fn check(
    draft: SchemeDraft,
    attributes: Option<&BTreeMap<AttributeKey, ValueType>>,
) -> Result<PyramidScheme, Violations> {
    let SchemeDraft { measures, population, value, value_window, tiering, tiers, movement, minor_units } = draft;
    let mut faults = Faults(Violations::default());
    let tier_count = tiers.len();
    let (read, all) = (ids(&measures, |kind| kind != Some(MeasureKind::Expression)), ids(&measures, |_| true));
    let measures = faults.measures(measures, attributes.map(|attributes| Names { attributes, measures: &read }));
    let value = faults.value(value, value_window);
    let tiers = faults.tiers(tiers, attributes.map(|attributes| Names { attributes, measures: &all }));
    let tiering = faults.tiering(tiering, tier_count);
    let movement = movement.and_then(|rules| match MovementRules::new(rules) {
        Ok(rules) => Some(rules),
        Err(more) => {
            faults.0.merge("", more);
            None
        }
    });
    match (value, tiering) {
        (Some(value), Some(tiering)) if faults.0.is_empty() => {
            Ok(PyramidScheme { measures, population, value, tiering, tiers, movement, minor_units })
        }
        _ => Err(faults.0),
    }
}

/// The ids of the measures of some kinds, as far as they are ids.
fn ids(measures: &[MeasureDraft], of: impl Fn(Option<MeasureKind>) -> bool) -> BTreeSet<MeasureId> {
    measures
        .iter()
        .filter(|draft| of(draft.kind))
        .filter_map(|draft| MeasureId::parse(draft.id.as_str()).ok())
        .collect()
}

struct Faults(Violations);

impl Faults {
    fn add(&mut self, path: impl Into<String>, fault: impl Into<String>) {
        self.0.push(path, fault);
    }

    fn positive(&mut self, path: String, number: f64) {
        if !is_positive(number) {
            self.add(path, format!("is {number}; a positive number is needed"));
        }
    }

    fn measures(&mut self, drafts: Vec<MeasureDraft>, names: Option<Names<'_>>) -> Vec<Measure> {
        if drafts.is_empty() || drafts.len() > PyramidScheme::MAX_MEASURES {
            self.add("measures", format!("has {}; 1 to {} are allowed", drafts.len(), PyramidScheme::MAX_MEASURES));
        }
        let weights = || drafts.iter().map(|draft| draft.weight);
        if weights().all(is_positive) && weights().sum::<f64>().is_infinite() {
            self.add("measures", "weights add up to more than a double holds");
        }
        let mut seen = HashSet::new();
        let checked = drafts.into_iter().enumerate().filter_map(|(index, draft)| {
            let path = format!("measures[{index}]");
            if !seen.insert(draft.id.clone()) {
                self.add(format!("{path}.measure_id"), "is the id of a measure before it");
            }
            self.measure(&path, draft, names)
        });
        checked.collect()
    }

    fn measure(&mut self, path: &str, draft: MeasureDraft, names: Option<Names<'_>>) -> Option<Measure> {
        let MeasureDraft { id, kind, window, expression, normaliser, direction, weight, missing, min_coverage_bp } =
            draft;
        let id = self.0.field(format!("{path}.measure_id"), MeasureId::parse(id));
        if kind.is_none() {
            self.add(format!("{path}.kind"), "is required");
        }
        self.window(format!("{path}.window"), window, kind);
        self.positive(format!("{path}.weight"), weight);
        if !(0..=WHOLE_BP).contains(&min_coverage_bp) {
            let fault = format!("is {min_coverage_bp}; 0 to {WHOLE_BP} is allowed");
            self.add(format!("{path}.min_coverage_basis_points"), fault);
        }
        let normaliser = self.normaliser(path, normaliser);
        let expression = self.measured(&format!("{path}.expression"), (kind, &expression), names);
        Some(Measure {
            expression,
            id: id?,
            kind: kind?,
            window,
            normaliser: normaliser?,
            direction,
            weight,
            missing,
            min_coverage_bp,
        })
    }

    fn measured(
        &mut self,
        path: &str,
        (kind, source): (Option<MeasureKind>, &str),
        names: Option<Names<'_>>,
    ) -> Option<Expression> {
        match (kind == Some(MeasureKind::Expression), source) {
            (true, "") => self.add(path, "is required of an expression measure"),
            (true, source) => return self.expression(path, source, (names, Wanted::Number)),
            (false, "") => {}
            (false, _) => self.add(path, "goes with an expression measure only"),
        }
        None
    }

    fn expression(
        &mut self,
        path: &str,
        source: &str,
        (names, wanted): (Option<Names<'_>>, Wanted),
    ) -> Option<Expression> {
        let parsed = match names {
            Some(names) => Expression::parse(source, &names, wanted),
            None => Expression::stored(source),
        };
        parsed.map_err(|faults| faults.into_iter().for_each(|fault| self.add(path, fault))).ok()
    }

    fn normaliser(&mut self, path: &str, normaliser: Option<Normaliser>) -> Option<Normaliser> {
        match normaliser {
            None => self.add(format!("{path}.normalizer"), "choose one of linear, logarithmic, rank"),
            Some(Normaliser::Rank) => {}
            Some(Normaliser::Linear { low, high }) => self.linear(&format!("{path}.linear"), low, high),
            Some(Normaliser::Logarithmic { scale, cap }) => {
                self.logarithmic(&format!("{path}.logarithmic"), scale, cap);
            }
        }
        normaliser
    }

    fn linear(&mut self, path: &str, low: f64, high: f64) {
        for (name, cap) in [("low", low), ("high", high)] {
            if !cap.is_finite() {
                self.add(format!("{path}.{name}"), format!("is {cap}; a finite number is needed"));
            }
        }
        if low.is_finite() && high <= low {
            self.add(format!("{path}.high"), format!("is {high}; more than low, {low}, is needed"));
        } else if low.is_finite() && high.is_finite() && !(high - low).is_finite() {
            self.add(format!("{path}.high"), format!("is {high}; too far from low, {low}"));
        }
    }

    fn logarithmic(&mut self, path: &str, scale: f64, cap: f64) {
        self.positive(format!("{path}.scale"), scale);
        self.positive(format!("{path}.cap"), cap);
        if is_positive(scale) && is_positive(cap) && !is_positive(cap / scale) {
            self.add(format!("{path}.cap"), format!("is {cap}; too far from scale, {scale}"));
        }
    }

    fn window(&mut self, path: String, window: Window, kind: Option<MeasureKind>) {
        let (field, days) = match window {
            Window::Lifetime => return,
            Window::Trailing { days } => ("trailing_days", days),
            Window::HalfLife { days } => ("half_life_days", days),
        };
        if !(1..=Window::MAX_DAYS).contains(&days) {
            self.add(format!("{path}.{field}"), format!("is {days}; 1 to {} is allowed", Window::MAX_DAYS));
        }
        if kind.is_some_and(|kind| !kind.allows(window)) {
            self.add(path, "does not go with this kind of measure");
        }
    }

    fn value(&mut self, value: Option<MeasureKind>, window: Window) -> Option<Value> {
        self.window("value_window".to_owned(), window, value);
        match value {
            None => self.add("value_measure", "is required"),
            Some(kind) if kind.unit(window) != Unit::Money => self.add("value_measure", "is not a measure of money"),
            Some(_) => {}
        }
        value.map(|kind| Value { kind, window })
    }

    fn tiers(&mut self, drafts: Vec<TierDraft>, names: Option<Names<'_>>) -> Vec<Tier> {
        let (min, max) = (PyramidScheme::MIN_TIERS, PyramidScheme::MAX_TIERS);
        if !(min..=max).contains(&drafts.len()) {
            self.add("tiers", format!("has {}; {min} to {max} are allowed", drafts.len()));
        }
        let mut seen = HashSet::new();
        let last = drafts.len().saturating_sub(1);
        let checked = drafts.into_iter().enumerate().filter_map(|(index, draft)| {
            let TierDraft { id, display_name, strategy, data_standard, gate } = draft;
            let gate = self.gate(index == last, (&format!("tiers[{index}].gate"), &gate), names);
            if !seen.insert(id.clone()) {
                self.add(format!("tiers[{index}].tier_id"), "is the id of a tier above it");
            }
            if display_name.chars().count() > MAX_DISPLAY_NAME_CHARS {
                let fault = format!("is too long; up to {MAX_DISPLAY_NAME_CHARS} characters are allowed");
                self.add(format!("tiers[{index}].display_name"), fault);
            }
            if let Some(strategy) = &strategy {
                self.0.merge(&format!("tiers[{index}].strategy"), strategy.faults());
            }
            let id = self.0.field(format!("tiers[{index}].tier_id"), TierId::parse(id));
            Some(Tier { id: id?, display_name, strategy, data_standard, gate })
        });
        checked.collect()
    }

    fn gate(&mut self, is_last: bool, (path, gate): (&str, &str), names: Option<Names<'_>>) -> Option<Expression> {
        match gate {
            "" => None,
            _ if is_last => {
                self.add(path, "is not allowed: the last tier takes everybody whom no other does");
                None
            }
            gate => self.expression(path, gate, (names, Wanted::Truth)),
        }
    }

    fn tiering(&mut self, rule: Option<TieringRule>, tiers: usize) -> Option<TieringRule> {
        match &rule {
            None => self.add("tiering_rule", "choose one of score_thresholds, customer_shares, value_shares"),
            Some(TieringRule::ScoreThresholds(thresholds)) => self.thresholds(thresholds, tiers),
            Some(TieringRule::CustomerShares(shares)) => self.shares("customer_shares", shares, tiers),
            Some(TieringRule::ValueShares(shares)) => self.shares("value_shares", shares, tiers),
        }
        rule
    }

    fn thresholds(&mut self, thresholds: &[f64], tiers: usize) {
        let path = "score_thresholds.thresholds";
        if thresholds.len() + 1 != tiers {
            let fault = format!("has {}; one for each of the {tiers} tiers but the last is needed", thresholds.len());
            self.add(path, fault);
        }
        for (index, threshold) in thresholds.iter().enumerate() {
            if !(0.0..=100.0).contains(threshold) {
                self.add(format!("{path}[{index}]"), format!("is {threshold}; 0 to 100 is allowed"));
            }
        }
        for (index, pair) in thresholds.windows(2).enumerate() {
            if pair[1] >= pair[0] {
                self.add(format!("{path}[{}]", index + 1), format!("is {}; less than {} is needed", pair[1], pair[0]));
            }
        }
    }

    fn shares(&mut self, rule: &str, shares_bp: &[i32], tiers: usize) {
        let path = format!("{rule}.basis_points");
        if shares_bp.len() != tiers {
            self.add(&path, format!("has {}; one for each of the {tiers} tiers is needed", shares_bp.len()));
        }
        for (index, share) in shares_bp.iter().enumerate() {
            if !(1..=WHOLE_BP).contains(share) {
                self.add(format!("{path}[{index}]"), format!("is {share}; 1 to {WHOLE_BP} is allowed"));
            }
        }
        let sum: i64 = shares_bp.iter().map(|share| i64::from(*share)).sum();
        if sum != i64::from(WHOLE_BP) {
            self.add(&path, format!("add up to {sum}; {WHOLE_BP} is needed"));
        }
    }
}

fn is_positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

#[cfg(test)]
mod tests;

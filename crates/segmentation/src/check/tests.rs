//! Every fault of a scheme, one by one and all at once.

use super::*;
use crate::sample::{draft, linear};
use crate::strategy::TierStrategy;

fn attributes() -> BTreeMap<AttributeKey, ValueType> {
    [(AttributeKey::parse("segment").unwrap(), ValueType::Text)].into()
}

fn expression(source: &str) -> MeasureDraft {
    let kind = Some(MeasureKind::Expression);
    MeasureDraft { id: "fit".into(), kind, expression: source.into(), ..linear(MeasureKind::NetRevenue, 1.0, 0.0, 1.0) }
}

#[test]
fn expressions_go_with_their_measures_and_gates_above_the_last_tier() {
    let path = "measures[2].expression";
    let mut whole = sound();
    whole.measures.push(expression("attribute.segment == 'gold' ? 1 : measure.measure0 / 2"));
    whole.tiers[0].gate = "measure.fit >= 1".into();
    let stored = serde_json::to_string(&check(whole, Some(&attributes())).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&serde_json::from_str::<PyramidScheme>(&stored).unwrap()).unwrap(), stored);
    for wrong in ["", "measure.fit", "measure.nothing", "attribute.colour", "attribute.segment", "1 +"] {
        one_fault(path, |draft| draft.measures.push(expression(wrong)));
    }
    one_fault("measures[0].expression", |draft| draft.measures[0].expression = "1".into());
    one_fault("tiers[0].gate", |draft| draft.tiers[0].gate = "measure.measure0".into());
    one_fault("tiers[2].gate", |draft| draft.tiers[2].gate = "true".into());
}

fn sound() -> SchemeDraft {
    let revenue = || linear(MeasureKind::NetRevenue, 1.0, 0.0, 100.0);
    draft(vec![revenue(), revenue()], TieringRule::ScoreThresholds(vec![60.0, 30.0]))
}

fn paths(spoil: impl FnOnce(&mut SchemeDraft)) -> Vec<String> {
    let mut draft = sound();
    spoil(&mut draft);
    let violations = check(draft, Some(&attributes())).err().unwrap_or_default();
    violations.iter().map(|violation| violation.path.clone()).collect()
}

#[track_caller]
fn one_fault(path: &str, spoil: impl FnOnce(&mut SchemeDraft)) {
    assert_eq!(paths(spoil), [path]);
}

fn first(normaliser: Normaliser) -> impl FnOnce(&mut SchemeDraft) {
    move |draft| draft.measures[0].normaliser = Some(normaliser)
}

#[test]
fn sound_draft_has_no_fault() {
    assert_eq!(paths(|_| ()), [""; 0]);
}

#[test]
fn measures_are_one_to_fifty_with_distinct_ids() {
    one_fault("measures", |draft| draft.measures.clear());
    one_fault("measures", |draft| {
        let measure = |index| MeasureDraft { id: format!("many{index}"), ..draft.measures[0].clone() };
        draft.measures = (0..51).map(measure).collect();
    });
    one_fault("measures[1].measure_id", |draft| draft.measures[1].id = draft.measures[0].id.clone());
    one_fault("measures[0].measure_id", |draft| draft.measures[0].id = "No id".to_owned());
    one_fault("measures[0].kind", |draft| draft.measures[0].kind = None);
}

#[test]
fn weights_are_positive_and_can_be_added() {
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        one_fault("measures[1].weight", |draft| draft.measures[1].weight = weight);
    }
    one_fault("measures", |draft| draft.measures.iter_mut().for_each(|measure| measure.weight = f64::MAX));
}

#[test]
fn coverage_is_a_share() {
    for basis_points in [-1, 10_001] {
        let path = "measures[0].min_coverage_basis_points";
        one_fault(path, |draft| draft.measures[0].min_coverage_bp = basis_points);
    }
}

#[test]
fn normalisers_have_room_between_their_ends() {
    one_fault("measures[0].normalizer", |draft| draft.measures[0].normaliser = None);
    one_fault("measures[0].linear.high", first(Normaliser::Linear { low: 5.0, high: 5.0 }));
    one_fault("measures[0].linear.high", first(Normaliser::Linear { low: f64::MIN, high: f64::MAX }));
    one_fault("measures[0].linear.low", first(Normaliser::Linear { low: f64::NAN, high: 5.0 }));
    one_fault("measures[0].logarithmic.scale", first(Normaliser::Logarithmic { scale: 0.0, cap: 5.0 }));
    one_fault("measures[0].logarithmic.cap", first(Normaliser::Logarithmic { scale: 1.0, cap: f64::NAN }));
    one_fault("measures[0].logarithmic.cap", first(Normaliser::Logarithmic { scale: 1e300, cap: 1e-300 }));
}

#[test]
fn value_is_a_measure_of_money() {
    one_fault("value_measure", |draft| draft.value = None);
    one_fault("value_measure", |draft| draft.value = Some(MeasureKind::UnitCount));
}

#[test]
fn tiers_are_two_to_twenty_with_distinct_ids() {
    for count in [1, 21] {
        one_fault("tiers", |draft| {
            let tier = |index| TierDraft { id: format!("t{index}"), ..TierDraft::default() };
            let thresholds = (1..count).map(|index| f64::from(90 - index)).collect();
            draft.tiers = (0..count).map(tier).collect();
            draft.tiering = Some(TieringRule::ScoreThresholds(thresholds));
        });
    }
    one_fault("tiers[2].tier_id", |draft| draft.tiers[2].id = draft.tiers[0].id.clone());
    one_fault("tiers[2].tier_id", |draft| draft.tiers[2].id = String::new());
    one_fault("tiers[0].display_name", |draft| draft.tiers[0].display_name = "x".repeat(201));
    one_fault("tiers[1].strategy.contact_interval_days", |draft| {
        let strategy = TierStrategy { contact_interval_days: -1, ..TierStrategy::default() };
        draft.tiers[1].strategy = Some(strategy);
    });
}

#[test]
fn thresholds_fall_within_the_scale() {
    let thresholds = |values: &[f64]| {
        let values = values.to_vec();
        move |draft: &mut SchemeDraft| draft.tiering = Some(TieringRule::ScoreThresholds(values))
    };
    let path = "score_thresholds.thresholds";
    one_fault("tiering_rule", |draft| draft.tiering = None);
    one_fault(path, thresholds(&[50.0]));
    one_fault(&format!("{path}[1]"), thresholds(&[50.0, 50.0]));
    one_fault(&format!("{path}[0]"), thresholds(&[100.5, 50.0]));
    one_fault(&format!("{path}[1]"), thresholds(&[50.0, f64::NAN]));
}

#[test]
fn shares_are_positive_and_add_up_to_the_whole() {
    let shares = |values: &[i32]| {
        let values = values.to_vec();
        move |draft: &mut SchemeDraft| draft.tiering = Some(TieringRule::CustomerShares(values))
    };
    let path = "customer_shares.basis_points";
    one_fault(path, shares(&[5_000, 5_000]));
    one_fault(path, shares(&[100, 400, 1_500]));
    one_fault(&format!("{path}[2]"), shares(&[5_000, 5_000, 0]));
    let by_value = |draft: &mut SchemeDraft| draft.tiering = Some(TieringRule::ValueShares(vec![9_000; 3]));
    one_fault("value_shares.basis_points", by_value);
}

#[test]
fn ten_faults_are_named_at_once() {
    let faults = paths(|draft| {
        let first = &mut draft.measures[0];
        (first.id, first.kind, first.weight, first.min_coverage_bp) = (String::new(), None, -1.0, -1);
        first.normaliser = Some(Normaliser::Logarithmic { scale: 0.0, cap: 0.0 });
        draft.measures[1].normaliser = None;
        draft.value = None;
        draft.tiers[1].id = "Gold".to_owned();
        draft.tiering = None;
    });
    assert_eq!(faults.len(), 10, "{faults:?}");
}

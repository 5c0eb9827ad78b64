//! Money in whole units, and the faults of a draft that are told together.

use super::*;
use crate::testing::ctx;

fn linear(kind: pb::MeasureKind, low: f64, high: f64) -> pb::Measure {
    pb::Measure {
        measure_id: format!("{kind:?}").to_lowercase(),
        kind: kind.into(),
        weight: 1.0,
        normalizer: Some(pb::measure::Normalizer::Linear(pb::LinearNormalizer { low, high })),
        ..pb::Measure::default()
    }
}

fn revision(measures: Vec<pb::Measure>) -> pb::PyramidRevision {
    let tier = |id: &str| pb::Tier { tier_id: id.into(), ..pb::Tier::default() };
    let shares = pb::CustomerShares { basis_points: vec![2_000, 8_000] };
    pb::PyramidRevision {
        measures,
        value_measure: pb::MeasureKind::NetRevenue.into(),
        tiers: vec![tier("top"), tier("rest")],
        tiering_rule: Some(pb::pyramid_revision::TieringRule::CustomerShares(shares)),
        ..pb::PyramidRevision::default()
    }
}

fn read(revision: pb::PyramidRevision) -> Result<PyramidScheme, Vec<String>> {
    let mut v = Violations::new();
    let scheme = scheme((&ctx(), &AttributeTypes::new()), &mut v, Path::of("pyramid_revision"), revision);
    scheme.ok_or_else(|| v.iter().map(|fault| fault.path.clone()).collect())
}

#[test]
fn money_is_in_whole_units_and_counts_are_as_they_are() {
    let scheme = read(revision(vec![
        linear(pb::MeasureKind::NetRevenue, 0.0, 19.99),
        linear(pb::MeasureKind::UnitCount, 0.5, 9.25),
    ]));
    let measures = scheme.unwrap().measures().to_vec();
    assert_eq!(measures[0].normaliser, Normaliser::Linear { low: 0.0, high: 1999.0 });
    assert_eq!(measures[1].normaliser, Normaliser::Linear { low: 0.5, high: 9.25 });
}

#[test]
fn money_finer_than_the_minor_unit_or_beyond_all_money_is_refused() {
    let faults = |low, high| read(revision(vec![linear(pb::MeasureKind::NetRevenue, low, high)])).unwrap_err();
    let at = |parameter| format!("pyramid_revision.measures[0].linear.{parameter}");
    assert_eq!(faults(0.001, 5.0), [at("low")]);
    assert_eq!(faults(0.0, 1e14), [at("high")]);
    assert_eq!(faults(f64::NAN, f64::INFINITY), [at("low"), at("high")]);
}

#[test]
fn faults_of_words_and_of_the_scheme_are_told_together_and_once() {
    let measure = pb::Measure {
        kind: 77,
        direction: 9,
        missing_value_rule: -1,
        weight: -1.0,
        normalizer: None,
        ..linear(pb::MeasureKind::UnitCount, 0.0, 1.0)
    };
    let spoiled = pb::PyramidRevision {
        population: 3,
        value_measure: 5,
        tiers: vec![pb::Tier {
            gate: String::new(),
            tier_id: "Top".into(),
            display_name: "x".repeat(201),
            strategy: Some(pb::TierStrategy {
                contact_interval_days: -1,
                response_deadline: Some(prost_types::Duration { seconds: 0, nanos: 1 }),
                owner_role: 9,
                ..pb::TierStrategy::default()
            }),
            data_standard: Some(pb::DataStandard {
                required: vec![1, 8, 1],
                required_labels: vec!["Region".into()],
                required_attributes: vec!["vat".into(), "vat".into()],
            }),
        }],
        tiering_rule: None,
        ..revision(vec![measure])
    };
    let mut faults = read(spoiled).unwrap_err();
    faults.sort();
    let told = [
        "measures[0].direction",
        "measures[0].kind",
        "measures[0].missing_value_rule",
        "measures[0].normalizer",
        "measures[0].weight",
        "population",
        "tiering_rule",
        "tiers",
        "tiers[0].data_standard.required[1]",
        "tiers[0].data_standard.required[2]",
        "tiers[0].data_standard.required_attributes[1]",
        "tiers[0].data_standard.required_labels[0]",
        "tiers[0].display_name",
        "tiers[0].strategy.contact_interval_days",
        "tiers[0].strategy.owner_role",
        "tiers[0].strategy.response_deadline",
        "tiers[0].tier_id",
        "value_measure",
    ];
    assert_eq!(faults, told.map(|path| format!("pyramid_revision.{path}")));
}

//! What the tests of this crate share: small schemes, tallies, and strategies that make valid ones of every kind.

use std::collections::BTreeMap;

use guanxi_model::{Counter, CustomerId, Tally};
use proptest::collection::{SizeRange, btree_map, vec};
use proptest::prelude::*;

use crate::{
    Calibration, Calibrator, Direction, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population, PyramidScheme,
    RankSurvey, SchemeDraft, Subject, TierDraft, TieringRule, Window,
};

/// Customers with what is counted of them.
pub(crate) type People = Vec<(CustomerId, Tally)>;

pub(crate) fn linear(kind: MeasureKind, weight: f64, low: f64, high: f64) -> MeasureDraft {
    MeasureDraft {
        id: "measure".to_owned(),
        kind: Some(kind),
        window: Window::Lifetime,
        expression: String::new(),
        normaliser: Some(Normaliser::Linear { low, high }),
        direction: Direction::HigherIsBetter,
        weight,
        missing: MissingRule::Skip,
        min_coverage_bp: 0,
    }
}

/// Numbers the measures and makes as many tiers as the rule speaks of.
pub(crate) fn draft(mut measures: Vec<MeasureDraft>, tiering: TieringRule) -> SchemeDraft {
    for (index, measure) in measures.iter_mut().enumerate() {
        measure.id = format!("measure{index}");
    }
    let tiers = match &tiering {
        TieringRule::ScoreThresholds(thresholds) => thresholds.len() + 1,
        TieringRule::CustomerShares(shares) | TieringRule::ValueShares(shares) => shares.len(),
    };
    let tier = |index| TierDraft { id: format!("tier{index}"), ..TierDraft::default() };
    SchemeDraft {
        measures,
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: Window::Lifetime,
        tiering: Some(tiering),
        tiers: (0..tiers).map(tier).collect(),
        movement: None,
        minor_units: 100,
    }
}

pub(crate) fn scheme(draft: SchemeDraft) -> PyramidScheme {
    PyramidScheme::new(draft, &BTreeMap::new()).unwrap_or_else(|violations| panic!("{violations:?}"))
}

pub(crate) fn tally(counters: &[(Counter, i64)]) -> Tally {
    counters.iter().copied().collect()
}

pub(crate) fn customer(number: usize) -> CustomerId {
    CustomerId::parse(format!("c{number:05}")).unwrap_or_else(|error| panic!("{error}"))
}

/// A whole run.
pub(crate) fn calibration(scheme: &PyramidScheme, people: &People) -> Calibration {
    let mut survey = RankSurvey::new(scheme);
    for (_, tally) in people {
        survey.add(Subject::of_lifetime(tally));
    }
    let mut calibrator = Calibrator::new(scheme, survey.finish(), people.len());
    for (customer, tally) in people {
        let _unranked = calibrator.add(customer, Subject::of_lifetime(tally));
    }
    calibrator.finish()
}

/// Distinct customers in shuffled order; few distinct numbers, so that ties abound.
pub(crate) fn population(size: impl Into<SizeRange>) -> impl Strategy<Value = People> {
    btree_map(0_usize..10_000, tallies(), size)
        .prop_map(|people| people.into_iter().map(|(number, tally)| (customer(number), tally)).collect::<Vec<_>>())
        .prop_shuffle()
}

fn tallies() -> impl Strategy<Value = Tally> {
    let counts = (0_i64..4, -4_i64..30, 0_i64..3, 0_i64..3, 0_i64..300);
    counts.prop_map(|(purchases, tens, lines, interactions, seconds)| {
        tally(&[
            (Counter::Purchases, purchases),
            (Counter::NetRevenue, tens * 10),
            (Counter::CostedRevenue, tens * 10),
            (Counter::CostOfGoods, tens * 6),
            (Counter::Lines, lines + 1),
            (Counter::CostedLines, lines),
            (Counter::Interactions, interactions),
            (Counter::TimedInteractions, interactions / 2),
            (Counter::CostedInteractions, interactions),
            (Counter::ContactSeconds, seconds * (interactions / 2)),
        ])
    })
}

fn measures() -> impl Strategy<Value = MeasureDraft> {
    let normaliser = prop_oneof![
        (-50.0..50.0, 1e-3..500.0).prop_map(|(low, width)| Normaliser::Linear { low, high: low + width }),
        (1e-3..100.0, 1e-3..1e4).prop_map(|(scale, cap)| Normaliser::Logarithmic { scale, cap }),
        Just(Normaliser::Rank),
    ];
    let direction = prop_oneof![Just(Direction::HigherIsBetter), Just(Direction::LowerIsBetter)];
    let missing = prop_oneof![Just(MissingRule::Skip), Just(MissingRule::Lowest), Just(MissingRule::Unranked)];
    let kind = proptest::sample::select(MeasureKind::ALL.as_slice());
    let weight = prop_oneof![1e-3..10.0, Just(1e-300), Just(1e300)];
    (kind, normaliser, direction, weight, missing, 0..=10_000).prop_map(
        |(kind, normaliser, direction, weight, missing, min_coverage_bp)| MeasureDraft {
            normaliser: Some(normaliser),
            direction,
            missing,
            min_coverage_bp,
            ..linear(kind, weight, 0.0, 1.0)
        },
    )
}

fn tiering() -> impl Strategy<Value = TieringRule> {
    let cuts = proptest::collection::btree_set(1..10_000, 1..6).prop_map(|cuts| {
        let ends: Vec<i32> = cuts.into_iter().chain([10_000]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        ends.iter().zip(starts).map(|(end, start)| end - start).collect::<Vec<i32>>()
    });
    let thresholds = |shares: Vec<i32>| {
        shares
            .iter()
            .skip(1)
            .scan(100.0, |rest, share| {
                *rest -= f64::from(*share) / 100.0;
                Some(*rest)
            })
            .map(|threshold: f64| threshold.max(0.0))
            .collect::<Vec<f64>>()
    };
    prop_oneof![
        cuts.clone().prop_map(move |shares| TieringRule::ScoreThresholds(thresholds(shares))),
        cuts.clone().prop_map(TieringRule::CustomerShares),
        cuts.prop_map(TieringRule::ValueShares),
    ]
}

/// Valid schemes of every kind, without gates.
pub(crate) fn schemes() -> impl Strategy<Value = PyramidScheme> {
    drafts().prop_map(scheme)
}

/// The same with gates before some of the tiers, by what the first measure comes to.
pub(crate) fn gated_schemes() -> impl Strategy<Value = PyramidScheme> {
    let gate = prop_oneof![
        2 => Just(""),
        1 => Just("measure.measure0 > 1"),
        1 => Just("measure.measure0 <= 1"),
        1 => Just("measure.measure0 < 0"),
    ];
    (drafts(), vec(gate, 20)).prop_map(|(mut draft, gates)| {
        let bounded = draft.tiers.len() - 1;
        for (tier, gate) in draft.tiers[..bounded].iter_mut().zip(gates) {
            gate.clone_into(&mut tier.gate);
        }
        scheme(draft)
    })
}

fn drafts() -> impl Strategy<Value = SchemeDraft> {
    let population = prop_oneof![Just(Population::Purchasers), Just(Population::Everyone)];
    let value = prop_oneof![Just(MeasureKind::NetRevenue), Just(MeasureKind::ContributionMargin)];
    (vec(measures(), 1..6), tiering(), population, value).prop_map(|(measures, tiering, population, value)| {
        SchemeDraft { population, value: Some(value), ..draft(measures, tiering) }
    })
}

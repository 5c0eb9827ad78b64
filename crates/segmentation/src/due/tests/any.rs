//! Schemes with everything that time moves, and lives of customers, of every kind.

use std::collections::BTreeMap;

use guanxi_model::customer::{AttributeValue, ValueType};
use guanxi_model::{AttributeKey, Counter, Day, Tally};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::START;
use crate::sample::{draft, linear, tally};
use crate::{
    Direction, History, MeasureDraft, MeasureKind, MissingRule, MovementDraft, Normaliser, Population, PyramidScheme,
    SchemeDraft, Subject, TieringRule, Unit, Window,
};

fn key() -> AttributeKey {
    AttributeKey::parse("segment").unwrap()
}

pub(super) fn scheme(draft: SchemeDraft) -> PyramidScheme {
    let attributes = BTreeMap::from([(key(), ValueType::Text)]);
    PyramidScheme::new(draft, &attributes).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// A customer's life as far as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Life {
    lifetime: Tally,
    history: History,
}

impl Life {
    pub(super) fn new(days: Vec<(i32, Tally)>, segment: Option<&str>) -> Life {
        let mut by_day = BTreeMap::<Day, Tally>::new();
        for (day, tally) in days {
            let sum = by_day.entry(Day(START + day)).or_default();
            *sum = sum.plus(&tally).unwrap();
        }
        let lifetime = by_day.values().fold(Tally::default(), |sum, day| sum.plus(day).unwrap());
        let products = by_day.keys().map(|day| (*day, format!("product{}", day.0 % 3), 1)).collect();
        let attributes = segment.map(|word| (key(), AttributeValue::Text(word.to_owned()))).into_iter().collect();
        Life { lifetime, history: History { days: by_day.into_iter().collect(), products, attributes } }
    }

    pub(super) fn on(&self, day: i32) -> Subject<'_> {
        Subject { lifetime: &self.lifetime, history: &self.history, today: Day(START + day) }
    }
}

/// What happens on one day; the last may be a day to come.
fn day() -> impl Strategy<Value = (i32, Tally)> {
    let sale = (0_i64..3, 0..2_i64, -300_i64..900, 0_i64..3);
    let contact = (0_i64..3, 0_i64..3, 0_i64..3, 0_i64..200);
    let payment = (0_i64..3, 0_i64..3, 0_i64..3);
    (-120_i32..2, sale, contact, payment).prop_map(
        |(day, (sales, returns, tens, costed), (contacts, timed, handled, seconds), (payments, dated, punctual))| {
            let lines = sales + returns;
            let (costed, timed, handled) = (costed.min(lines), timed.min(contacts), handled.min(contacts));
            let dated = dated.min(payments);
            let counters = [
                (Counter::Purchases, sales),
                (Counter::Returns, returns),
                (Counter::Units, sales * 2 - returns),
                (Counter::NetRevenue, tens * 10),
                (Counter::Lines, lines),
                (Counter::CostedLines, costed),
                (Counter::CostedRevenue, if costed > 0 { tens * 10 } else { 0 }),
                (Counter::CostOfGoods, costed * 700),
                (Counter::Interactions, contacts),
                (Counter::TimedInteractions, timed),
                (Counter::ContactSeconds, timed * seconds),
                (Counter::CostedInteractions, handled),
                (Counter::HandlingCost, handled * 90),
                (Counter::Payments, payments),
                (Counter::DatedPayments, dated),
                (Counter::PunctualPayments, punctual.min(dated)),
                (Counter::DaysOverdue, (dated - punctual.min(dated)) * 9),
            ];
            (day, tally(&counters))
        },
    )
}

pub(super) fn life() -> impl Strategy<Value = Life> {
    (vec(day(), 0..9), select(vec![None, Some("key"), Some("other")]))
        .prop_map(|(days, segment)| Life::new(days, segment))
}

fn window(kind: MeasureKind) -> impl Strategy<Value = Window> {
    let any = prop_oneof![
        Just(Window::Lifetime),
        (1..60).prop_map(|days| Window::Trailing { days }),
        (1..25).prop_map(|days| Window::HalfLife { days })
    ];
    any.prop_map(move |window| if kind.allows(window) { window } else { Window::Lifetime })
}

/// What is much of a measure.
fn much(unit: Unit) -> f64 {
    match unit {
        Unit::Count => 6.0,
        Unit::Money => 9_000.0,
        Unit::Seconds => 600.0,
        Unit::Days => 450.0,
        Unit::Number => 5e6,
    }
}

fn normaliser(much: f64) -> impl Strategy<Value = Normaliser> {
    prop_oneof![
        3 => (-0.5..0.3, 0.01..1.0)
            .prop_map(move |(low, width)| Normaliser::Linear { low: low * much, high: (low + width) * much }),
        1 => (0.01..1.0, 0.1..1.0)
            .prop_map(move |(scale, cap)| Normaliser::Logarithmic { scale: scale * much, cap: cap * much }),
        1 => Just(Normaliser::Rank),
    ]
}

fn rules() -> impl Strategy<Value = (Direction, MissingRule, f64)> {
    let direction = prop_oneof![3 => Just(Direction::HigherIsBetter), 1 => Just(Direction::LowerIsBetter)];
    let missing = prop_oneof![Just(MissingRule::Skip), Just(MissingRule::Lowest), Just(MissingRule::Unranked)];
    (direction, missing, 0.1..3.0)
}

fn plain() -> impl Strategy<Value = MeasureDraft> {
    let kind = select([MeasureKind::ALL.as_slice(), &[MeasureKind::Recency, MeasureKind::Tenure].repeat(4)].concat());
    let windowed = kind.prop_flat_map(|kind| (Just(kind), window(kind)));
    let curved = windowed.prop_flat_map(|(kind, window)| (Just((kind, window)), normaliser(much(kind.unit(window)))));
    let coverage = prop_oneof![2 => Just(0), 3 => select(vec![1, 2_500, 3_333, 5_000, 6_667, 10_000])];
    (curved, rules(), coverage).prop_map(|(((kind, window), normaliser), (direction, missing, weight), coverage)| {
        let normaliser = Some(normaliser);
        let measure = linear(kind, weight, 0.0, 1.0);
        MeasureDraft { window, normaliser, direction, missing, min_coverage_bp: coverage, ..measure }
    })
}

/// Numbers over the first two measures, which are plain ones.
const EXPRESSIONS: [&str; 5] = [
    "measure.measure0 / measure.measure1",
    "1 / (measure.measure0 - 5)",
    "measure.measure0 > measure.measure1 ? measure.measure0 : 1",
    "max(measure.measure0, 3) - measure.measure1 / 10",
    "attribute.segment == 'key' ? measure.measure1 : 2",
];

const GATES: [&str; 6] = [
    "",
    "measure.measure0 >= 3",
    "measure.measure1 / measure.measure0 < 2",
    "measure.measure0 < 30 || measure.measure1 > 1",
    "attribute.segment == 'key' && measure.measure0 < 100",
    "measure.measure2 > 1",
];

fn expression() -> impl Strategy<Value = MeasureDraft> {
    (select(EXPRESSIONS.as_slice()), normaliser(much(Unit::Number)), rules()).prop_map(
        |(expression, normaliser, (direction, missing, weight))| {
            let (normaliser, expression) = (Some(normaliser), expression.to_owned());
            let measure = linear(MeasureKind::Expression, weight, 0.0, 1.0);
            MeasureDraft { expression, normaliser, direction, missing, ..measure }
        },
    )
}

fn tiering() -> impl Strategy<Value = TieringRule> {
    let cuts = || subsequence((1..20).collect::<Vec<i32>>(), 1..=4);
    let shares = |cuts: Vec<i32>| {
        let ends = cuts.iter().map(|cut| cut * 500).chain([10_000]);
        let starts = [0].into_iter().chain(cuts.iter().map(|cut| cut * 500));
        ends.zip(starts).map(|(end, start)| end - start).collect::<Vec<i32>>()
    };
    let thresholds = |cuts: Vec<i32>| cuts.iter().rev().map(|cut| f64::from(*cut) * 5.0).collect();
    prop_oneof![
        2 => cuts().prop_map(move |cuts| TieringRule::ScoreThresholds(thresholds(cuts))),
        1 => cuts().prop_map(move |cuts| TieringRule::CustomerShares(shares(cuts))),
        1 => cuts().prop_map(move |cuts| TieringRule::ValueShares(shares(cuts))),
    ]
}

fn movement() -> impl Strategy<Value = MovementDraft> {
    (3_000..10_000, 1..4, 0..60, 1..3).prop_map(|(keep_basis_points, reviews, min_stay_days, max_fall)| MovementDraft {
        keep_basis_points,
        reviews,
        min_stay_days,
        max_fall,
    })
}

pub(super) fn schemes() -> impl Strategy<Value = PyramidScheme> {
    let measures = (vec(plain(), 2..4), vec(expression(), 0..2));
    let value = select(vec![MeasureKind::NetRevenue, MeasureKind::ContributionMargin, MeasureKind::CostOfGoods]);
    let value = (value, window(MeasureKind::NetRevenue));
    let gates = prop_oneof![Just(None), (0_usize..4, select(GATES.as_slice())).prop_map(Some)];
    let population = prop_oneof![3 => Just(Population::Everyone), 1 => Just(Population::Purchasers)];
    (measures, tiering(), value, gates, (prop::option::of(movement()), population)).prop_map(
        |((mut measures, expressions), tiering, (value, value_window), gate, (movement, population))| {
            measures.extend(expressions);
            let count = measures.len();
            let mut draft =
                SchemeDraft { value: Some(value), value_window, movement, population, ..draft(measures, tiering) };
            let last = draft.tiers.len() - 1;
            if let Some((tier, gate)) = gate.filter(|(_, gate)| count > 2 || !gate.contains("measure2")) {
                draft.tiers[tier % last].gate = gate.to_owned();
            }
            scheme(draft)
        },
    )
}

//! The revisions of the law about time, with everything that time moves: windows that end and that fade, ages, expressions
//! of ages, gates of them, coverage, and customers who are unranked for a while. As the contract words them, and as the
//! segmentation takes them.

use std::collections::BTreeMap;

use guanxi::v1::{self, MissingValueRule, PyramidRevision};
use guanxi_segmentation::{
    Direction, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population, PyramidScheme, SchemeDraft, TierDraft,
    TieringRule, Unit, Window,
};

use crate::segmentation::kit::{TIERS, linear, logarithmic, measure, scheme, thresholds};
use crate::segmentation::passing::{half_life, trailing};

/// What the revisions differ in.
struct Sort {
    /// Where the tiers begin.
    starts: [f64; 3],
    /// Of the first measure, and whether that is read by a curve.
    days: i32,
    curved: bool,
    /// Measures of their own.
    more: fn() -> Vec<Measured>,
    /// Of the tiers but the last.
    gates: [&'static str; 3],
}

/// How many revisions there are.
pub(super) const COUNT: usize = 6;

const SORTS: [Sort; COUNT] = [
    Sort { starts: [55.0, 40.0, 20.0], days: 20, curved: false, more: Vec::new, gates: [""; 3] },
    Sort { starts: [70.0, 35.0, 10.0], days: 45, curved: true, more: Vec::new, gates: [""; 3] },
    Sort { starts: [60.0, 50.0, 40.0], days: 7, curved: false, more: Vec::new, gates: [""; 3] },
    Sort { starts: [50.0, 35.0, 15.0], days: 30, curved: false, more: paced, gates: [""; 3] },
    Sort { starts: [45.0, 30.0, 15.0], days: 14, curved: false, more: covered, gates: ["", "measure.order < 200", ""] },
    Sort {
        starts: [45.0, 30.0, 10.0],
        days: 25,
        curved: true,
        more: aged,
        gates: ["measure.recency < 15 || measure.days > 1", "measure.age >= 20 && measure.tenure < 70", ""],
    },
];

/// The curve of the first measure where it is no line: from nothing to 1,000 dollars.
const CURVE: (f64, f64) = (50.0, 1_000.0);

/// A measure from nothing to a height, in the unit of the contract.
struct Measured {
    id: &'static str,
    kind: (v1::MeasureKind, MeasureKind),
    window: Window,
    expression: &'static str,
    high: f64,
    weight: f64,
    missing: (MissingValueRule, MissingRule),
    min_coverage_bp: i32,
}

const SKIP: (MissingValueRule, MissingRule) = (MissingValueRule::Skip, MissingRule::Skip);
const UNRANKED: (MissingValueRule, MissingRule) = (MissingValueRule::Unranked, MissingRule::Unranked);

macro_rules! measured {
    ($id:literal, $kind:ident, $window:expr, $high:literal, $weight:literal) => {
        Measured {
            id: $id,
            kind: (v1::MeasureKind::$kind, MeasureKind::$kind),
            window: $window,
            expression: "",
            high: $high,
            weight: $weight,
            missing: SKIP,
            min_coverage_bp: 0,
        }
    };
}

const LIFE: Window = Window::Lifetime;

const fn last(days: i32) -> Window {
    Window::Trailing { days }
}

const fn fading(days: i32) -> Window {
    Window::HalfLife { days }
}

/// What every revision measures.
fn common() -> Vec<Measured> {
    vec![
        measured!("recent", NetRevenue, last(20), 500.0, 3.0),
        measured!("fading", PurchaseCount, fading(15), 4.0, 1.0),
        measured!("days", PurchaseDayCount, fading(30), 3.0, 0.7),
        measured!("recency", Recency, LIFE, 60.0, 1.3),
        measured!("products", DistinctProductCount, last(40), 3.0, 0.4),
        measured!("order", AverageOrderValue, LIFE, 300.0, 0.9),
    ]
}

/// Nobody is ranked on the day of a purchase.
fn paced() -> Vec<Measured> {
    let expression = "measure.order / measure.recency";
    vec![Measured { expression, missing: UNRANKED, ..measured!("pace", Expression, LIFE, 40.0, 1.0) }]
}

/// Nobody is ranked who is too little known of late; what fades is left out where it is.
fn covered() -> Vec<Measured> {
    vec![
        Measured {
            missing: UNRANKED,
            min_coverage_bp: 6_000,
            ..measured!("margin", ContributionMargin, last(35), 200.0, 1.0)
        },
        Measured { min_coverage_bp: 5_000, ..measured!("costs", CostOfGoods, fading(12), 150.0, 2.0) },
    ]
}

/// By age, which comes to nothing on the first day.
fn aged() -> Vec<Measured> {
    let expression = "measure.tenure > 30 ? 30 : 1 / measure.tenure + measure.recency";
    vec![
        measured!("tenure", Tenure, LIFE, 90.0, 1.0),
        Measured { expression, ..measured!("age", Expression, LIFE, 30.0, 1.5) },
    ]
}

impl Measured {
    fn lower_is_better(&self) -> bool {
        self.kind.1 == MeasureKind::Recency
    }

    fn wire(&self) -> v1::Measure {
        let direction = if self.lower_is_better() { v1::MeasureDirection::LowerIsBetter.into() } else { 0 };
        v1::Measure {
            measure_id: self.id.into(),
            weight: self.weight,
            window: match self.window {
                Window::Lifetime => None,
                Window::Trailing { days } => trailing(days),
                Window::HalfLife { days } => half_life(days),
            },
            direction,
            expression: self.expression.into(),
            missing_value_rule: self.missing.0.into(),
            min_coverage_basis_points: self.min_coverage_bp,
            ..measure(self.kind.0, linear(0.0, self.high))
        }
    }

    fn draft(&self) -> MeasureDraft {
        let unit = match self.kind.1.unit(self.window) {
            Unit::Money => 100.0,
            unit => unit.per_one() as f64,
        };
        let direction = if self.lower_is_better() { Direction::LowerIsBetter } else { Direction::HigherIsBetter };
        MeasureDraft {
            id: self.id.into(),
            kind: Some(self.kind.1),
            window: self.window,
            expression: self.expression.into(),
            normaliser: Some(Normaliser::Linear { low: 0.0, high: self.high * unit }),
            direction,
            weight: self.weight,
            missing: self.missing.1,
            min_coverage_bp: self.min_coverage_bp,
        }
    }
}

impl Sort {
    fn measures(&self) -> Vec<Measured> {
        let mut measures = common();
        measures[0].window = last(self.days);
        measures.extend((self.more)());
        measures
    }
}

/// A revision as the contract has it.
pub(super) fn revision(which: usize) -> PyramidRevision {
    let sort = &SORTS[which];
    let mut measures: Vec<_> = sort.measures().iter().map(Measured::wire).collect();
    if sort.curved {
        measures[0].normalizer = Some(logarithmic(CURVE.0, CURVE.1));
    }
    let mut revision = PyramidRevision { value_window: trailing(25), ..scheme(measures, thresholds(&sort.starts)) };
    for (tier, gate) in revision.tiers.iter_mut().zip(sort.gates) {
        tier.gate = gate.into();
    }
    revision
}

/// The same as the segmentation has it.
pub(super) fn draft(which: usize) -> PyramidScheme {
    let sort = &SORTS[which];
    let mut measures: Vec<_> = sort.measures().iter().map(Measured::draft).collect();
    if sort.curved {
        measures[0].normaliser = Some(Normaliser::Logarithmic { scale: CURVE.0 * 100.0, cap: CURVE.1 * 100.0 });
    }
    let gates = sort.gates.into_iter().chain([""]);
    let tier = |(id, gate): (&str, &str)| TierDraft { id: id.into(), gate: gate.into(), ..TierDraft::default() };
    let draft = SchemeDraft {
        measures,
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: last(25),
        tiering: Some(TieringRule::ScoreThresholds(sort.starts.to_vec())),
        tiers: TIERS.into_iter().zip(gates).map(tier).collect(),
        movement: None,
        minor_units: 100,
    };
    PyramidScheme::new(draft, &BTreeMap::new()).unwrap()
}

//! Judging one customer, as the commit path of a fact does: ten measures over windows, movement rules and the due time,
//! nothing but computing. Beside it the budget it has.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use guanxi_model::{Counter, Day, Tally};
use guanxi_segmentation::{
    Calibration, Direction, History, Look, MeasureDraft, MeasureKind, MissingRule, MovementDraft, Normaliser,
    Population, PyramidScheme, SchemeDraft, Subject, TierDraft, TieringRule, Window, settle,
};

use crate::Result;
use crate::data::{customer_id, mix};
use crate::memory::Cpu;
use crate::report::{Goal, Measured, Report, Row, Side};

/// Microseconds that one judgement may take.
const BUDGET: u64 = 20;
/// Customers of one round, and days each has bought on.
const CUSTOMERS: u64 = 50_000;
const DAYS: u64 = 20;
const TODAY: Day = Day(20_000);

pub(crate) fn run(rounds: usize, report: &mut Report) -> Result<()> {
    let scheme = scheme()?;
    let calibration = Calibration::default();
    let mut budget = Side::new(format!("the budget: {BUDGET} us for each"));
    let mut ours = Side::new("ten measures over windows, movement rules and the due time, of 20 days");
    let people: Vec<(Tally, History)> = (0..CUSTOMERS).map(person).collect();
    for _ in 0..rounds {
        let (count, seconds) = (1_000_000 / BUDGET, 1.0);
        budget.rounds.push(Measured { count, seconds, p50_us: None, p99_us: None, cpu_us: BUDGET as f64 });
        let cpu = Cpu::start(std::process::id())?;
        let began = Instant::now();
        for (number, (lifetime, history)) in people.iter().enumerate() {
            let subject = Subject { lifetime, history, today: TODAY };
            black_box(settle((&scheme, &calibration), &customer_id(number as u64), subject, None, Look::Onward));
        }
        let (seconds, cpu_us) = (began.elapsed().as_secs_f64(), cpu.micros_per(CUSTOMERS)?);
        ours.rounds.push(Measured { count: CUSTOMERS, seconds, p50_us: None, p99_us: None, cpu_us });
    }
    report.add(Row {
        benchmark: "judging one customer".to_owned(),
        unit: "customers",
        ceiling: budget,
        ours,
        goal: Goal::AtLeast(1.0),
        memory: None,
        memory_below_mib: None,
        notes: Vec::new(),
    });
    Ok(())
}

fn person(number: u64) -> (Tally, History) {
    let mut history = History::default();
    for index in 0..DAYS {
        let random = mix(number * DAYS + index);
        let day = TODAY.plus_days(-((random % 700) as i32));
        let tally = [
            (Counter::Purchases, 1),
            (Counter::NetRevenue, (random >> 16) as i64 % 20_000),
            (Counter::CostedRevenue, (random >> 16) as i64 % 20_000),
            (Counter::Lines, 1),
            (Counter::CostedLines, 1),
            (Counter::Interactions, 1),
            (Counter::CostedInteractions, 1),
            (Counter::Praises, (random >> 40) as i64 % 2),
        ];
        history.days.push((day, tally.into_iter().collect()));
    }
    history.days.sort_by_key(|(day, _)| *day);
    history.until(TODAY)
}

fn scheme() -> Result<PyramidScheme> {
    let year = Window::Trailing { days: 365 };
    let fading = Window::HalfLife { days: 180 };
    let measures = [
        (MeasureKind::NetRevenue, year),
        (MeasureKind::PurchaseCount, year),
        (MeasureKind::PurchaseDayCount, year),
        (MeasureKind::AverageOrderValue, year),
        (MeasureKind::ContributionMargin, fading),
        (MeasureKind::PraiseCount, fading),
        (MeasureKind::InteractionCount, year),
        (MeasureKind::ComplaintCount, year),
        (MeasureKind::NetRevenue, Window::Lifetime),
        (MeasureKind::CostToServe, fading),
    ];
    let measure = |(index, (kind, window)): (usize, (MeasureKind, Window))| MeasureDraft {
        id: format!("measure{index}"),
        kind: Some(kind),
        window,
        expression: String::new(),
        normaliser: Some(Normaliser::Logarithmic { scale: 10.0, cap: 1_000_000.0 }),
        direction: Direction::HigherIsBetter,
        weight: 1.0,
        missing: MissingRule::Skip,
        min_coverage_bp: 0,
    };
    let tier = |id: &str| TierDraft { id: id.to_owned(), ..TierDraft::default() };
    let draft = SchemeDraft {
        measures: measures.into_iter().enumerate().map(measure).collect(),
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: year,
        tiering: Some(TieringRule::ScoreThresholds(vec![60.0, 40.0, 20.0])),
        tiers: ["top", "large", "medium", "small"].map(tier).to_vec(),
        movement: Some(MovementDraft::default()),
        minor_units: 100,
    };
    PyramidScheme::new(draft, &BTreeMap::new()).map_err(|faults| format!("{faults:?}").into())
}

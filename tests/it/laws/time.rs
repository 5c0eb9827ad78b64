//! What facts, corrections, withdrawals, overrides, other revisions and the passing of time bring about step by step is
//! what one reckoning of everything comes to: after the clock has come to rest and the sweeper is done, every customer
//! stands where a run over everybody places it, and where its facts put it when they are reckoned without the server;
//! scores bit for bit.

use std::cell::Cell;
use std::collections::BTreeMap;

use guanxi::v1::{self, PurchaseType, PyramidRevision};
use guanxi_model::{Counter, CustomerId, Day, Tally};
use guanxi_segmentation::{
    Calibrator, Direction, History, Knots, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population,
    PyramidScheme, SchemeDraft, Subject, TierDraft, TieringRule, Window, judge,
};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::play::{Kept, Play, Step, step};
use crate::segmentation::kit::{
    activate, active_pyramid, add_revision, create_pyramid, everybody, linear, logarithmic, measure, places, scheme,
    thresholds,
};
use crate::segmentation::passing::{assign_tiers, half_life, trailing};

on_each_backend! { what_comes_about_step_by_step_is_what_everything_comes_to }

const CASES: u32 = 8;
const SEED: [u8; 32] = *b"step by step comes to everything";
const DAY_SECONDS: i64 = 86_400;

/// What is measured: as the contract words it, and as the segmentation takes it.
fn measures() -> Vec<(v1::Measure, MeasureDraft)> {
    let lower = v1::MeasureDirection::LowerIsBetter;
    let sort = |id: &str, (wire, kind), window: Window, high: f64, weight: f64| {
        let money = kind == MeasureKind::NetRevenue || kind == MeasureKind::AverageOrderValue;
        let is_recency = kind == MeasureKind::Recency;
        let message = v1::Measure {
            measure_id: id.into(),
            weight,
            window: match window {
                Window::Lifetime => None,
                Window::Trailing { days } => trailing(days),
                Window::HalfLife { days } => half_life(days),
            },
            direction: if is_recency { lower.into() } else { 0 },
            ..measure(wire, linear(0.0, high))
        };
        let draft = MeasureDraft {
            id: id.into(),
            kind: Some(kind),
            window,
            expression: String::new(),
            normaliser: Some(Normaliser::Linear { low: 0.0, high: if money { high * 100.0 } else { high } }),
            direction: if is_recency { Direction::LowerIsBetter } else { Direction::HigherIsBetter },
            weight,
            missing: MissingRule::Skip,
            min_coverage_bp: 0,
        };
        (message, draft)
    };
    use MeasureKind::{AverageOrderValue, DistinctProductCount, NetRevenue, PurchaseCount, PurchaseDayCount, Recency};
    vec![
        sort("recent", (v1::MeasureKind::NetRevenue, NetRevenue), Window::Trailing { days: 20 }, 500.0, 3.0),
        sort("fading", (v1::MeasureKind::PurchaseCount, PurchaseCount), Window::HalfLife { days: 15 }, 4e6, 1.0),
        sort("days", (v1::MeasureKind::PurchaseDayCount, PurchaseDayCount), Window::HalfLife { days: 30 }, 3e6, 0.7),
        sort("recency", (v1::MeasureKind::Recency, Recency), Window::Lifetime, 60.0, 1.3),
        sort(
            "products",
            (v1::MeasureKind::DistinctProductCount, DistinctProductCount),
            Window::Trailing { days: 40 },
            3.0,
            0.4,
        ),
        sort("order", (v1::MeasureKind::AverageOrderValue, AverageOrderValue), Window::Lifetime, 300.0, 0.9),
    ]
}

/// What the revisions differ in: where their tiers begin, the days of the first window, and by what curve that is read.
const REVISIONS: [([f64; 3], i32, bool); 3] =
    [([55.0, 40.0, 20.0], 20, false), ([70.0, 35.0, 10.0], 45, true), ([60.0, 50.0, 40.0], 7, false)];

/// The curve of the first measure where it is no line: from nothing to 1,000 dollars.
const CURVE: (f64, f64) = (50.0, 1_000.0);

fn revision(which: usize) -> PyramidRevision {
    let (starts, days, curved) = REVISIONS[which];
    let measures = measures().into_iter().map(|(message, _)| match message.measure_id.as_str() {
        // What fades is told in millionths inside.
        "fading" => v1::Measure { normalizer: Some(linear(0.0, 4.0)), ..message },
        "days" => v1::Measure { normalizer: Some(linear(0.0, 3.0)), ..message },
        "recent" if curved => {
            let normalizer = Some(logarithmic(CURVE.0, CURVE.1));
            v1::Measure { normalizer, window: trailing(days), ..message }
        }
        "recent" => v1::Measure { window: trailing(days), ..message },
        _ => message,
    });
    PyramidRevision { value_window: trailing(25), ..scheme(measures.collect(), thresholds(&starts)) }
}

fn draft(which: usize) -> PyramidScheme {
    let (starts, days, curved) = REVISIONS[which];
    let tier = |id: &str| TierDraft { id: id.into(), ..TierDraft::default() };
    let mut measures: Vec<_> = measures().into_iter().map(|(_, draft)| draft).collect();
    measures[0].window = Window::Trailing { days };
    if curved {
        measures[0].normaliser = Some(Normaliser::Logarithmic { scale: CURVE.0 * 100.0, cap: CURVE.1 * 100.0 });
    }
    let draft = SchemeDraft {
        measures,
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: Window::Trailing { days: 25 },
        tiering: Some(TieringRule::ScoreThresholds(starts.to_vec())),
        tiers: crate::segmentation::kit::TIERS.into_iter().map(tier).collect(),
        movement: None,
        minor_units: 100,
    };
    PyramidScheme::new(draft, &BTreeMap::new()).unwrap()
}

async fn what_comes_about_step_by_step_is_what_everything_comes_to(guanxi: TestServer) {
    let mut revisions = vec![active_pyramid(&guanxi, "value", revision(0)).await];
    for which in 1..REVISIONS.len() {
        revisions.push(add_revision(&guanxi, "value", revision(which)).await);
    }
    create_pyramid(&guanxi, "anew").await;
    println!("seed: {:?}", std::str::from_utf8(&SEED));
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 16, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &SEED));
    let number = Cell::new(0);
    let outcome = runner.run(&prop::collection::vec(step(), 8..28), |steps| {
        number.set(number.get() + 1);
        let play = Play::new(&guanxi, number.get(), &revisions);
        block_in_place(|| Handle::current().block_on(hold(play, &steps)))
    });
    outcome.unwrap();
}

async fn hold(mut play: Play<'_>, steps: &[Step]) -> Result<(), TestCaseError> {
    for step in steps {
        play.take(step).await;
    }
    play.let_everybody_go().await;
    let (guanxi, stood) = (play.guanxi, play.rest().await);
    let in_force = play.in_force().await;
    let which = play.revisions.iter().position(|name| *name == in_force).unwrap();
    let anew = add_revision(guanxi, "anew", revision(which)).await;
    activate(guanxi, &anew).await;
    let again = everybody(guanxi, "anew").await;
    prop_assert_eq!(places(&stood), places(&again));
    prop_assert_eq!(assign_tiers(guanxi).await.moved_count, 0);
    let seen = everybody(guanxi, "value").await;
    prop_assert_eq!(play.own(&seen), play.own(&stood));
    prop_assert_eq!(play.own(&seen), reckoned(&play, which));
    Ok(())
}

/// Where the facts that count put each customer today, those left out who have bought nothing.
fn reckoned(play: &Play<'_>, which: usize) -> BTreeMap<String, (String, u64)> {
    let (scheme, kept) = (draft(which), &play.kept);
    let calibration = Calibrator::new(&scheme, Knots::default(), 0).finish();
    let today = Day(i32::try_from(play.guanxi.clock.now().seconds_nanos().0.div_euclid(DAY_SECONDS)).unwrap());
    let mut customers = BTreeMap::<&str, BTreeMap<Day, Tally>>::new();
    for one in kept {
        let day = customers.entry(&one.customer).or_default().entry(one.day).or_default();
        *day = day.plus(&tally(one)).unwrap();
    }
    let placed = customers.into_iter().filter_map(|(customer, days)| {
        let lifetime = days.values().fold(Tally::default(), |sum, day| sum.plus(day).unwrap());
        let of = kept.iter().filter(|one| one.customer == customer && one.cents >= 0);
        let products = of.map(|one| (one.day, one.product.clone(), 1)).collect();
        let history = History { days: days.into_iter().collect(), products, ..History::default() };
        let subject = Subject { lifetime: &lifetime, history: &history, today };
        let id = CustomerId::parse(customer.to_owned()).unwrap();
        let judgement = judge(&scheme, &calibration, &id, &scheme.read(subject)).ok()?;
        let tier = scheme.tiers()[judgement.tier].id.to_string();
        Some((customer.to_owned(), (tier, judgement.standing.score.to_bits())))
    });
    placed.collect()
}

fn tally(one: &Kept) -> Tally {
    let kind = if one.cents < 0 { PurchaseType::Return } else { PurchaseType::Sale };
    let mut tally = Tally::default();
    tally[Counter::NetRevenue] = one.cents;
    tally[Counter::Purchases] = i64::from(kind == PurchaseType::Sale);
    tally
}

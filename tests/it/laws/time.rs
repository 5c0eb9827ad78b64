//! What facts, corrections, withdrawals and the passing of time bring about step by step is what one reckoning of
//! everything comes to: after the clock has come to rest and the sweeper is done, every customer stands where a run over
//! everybody places it, and where its facts put it when they are reckoned without the server; scores bit for bit.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use guanxi::v1::{self, FactKind, Purchase, PurchaseType, PyramidRevision, WithdrawFactRequest};
use guanxi_model::{Counter, CustomerId, Day, Tally};
use guanxi_segmentation::{
    Calibrator, Direction, History, Knots, MeasureDraft, MeasureKind, MissingRule, Normaliser, Population,
    PyramidScheme, SchemeDraft, Subject, TierDraft, TieringRule, Window, judge,
};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::segmentation::kit::{
    activate, active_pyramid, add_revision, create_pyramid, creating, customer_of, everybody, linear, measure, places,
    scheme, thresholds,
};
use crate::segmentation::passing::{assign_tiers, deal_at, half_life, settled, trailing};
use crate::support::shop;

on_each_backend! { what_comes_about_step_by_step_is_what_everything_comes_to }

const CASES: u32 = 8;
const CUSTOMERS: usize = 3;
const SEED: [u8; 32] = *b"step by step comes to everything";
const DAY_SECONDS: i64 = 86_400;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Buy {
        customer: usize,
        days_ago: i64,
        cents: i64,
        product: usize,
    },
    /// The purchase of this place among those that count says something else now.
    Correct {
        which: Index,
        days_ago: i64,
        cents: i64,
    },
    Withdraw {
        which: Index,
    },
    /// Time goes on; whether everybody waits for the sweeper then.
    Pass {
        hours: u64,
        rest: bool,
    },
}

/// A purchase that counts.
#[derive(Clone, Debug)]
struct Kept {
    customer: String,
    day: Day,
    cents: i64,
    product: String,
    source_id: String,
}

fn step() -> impl Strategy<Value = Step> {
    let cents = || prop_oneof![3 => 1_i64..40_000, 1 => -30_000_i64..-1];
    prop_oneof![
        5 => (0..CUSTOMERS, 0_i64..70, cents(), 0_usize..4)
            .prop_map(|(customer, days_ago, cents, product)| Step::Buy { customer, days_ago, cents, product }),
        2 => (any::<Index>(), 0_i64..70, cents())
            .prop_map(|(which, days_ago, cents)| Step::Correct { which, days_ago, cents }),
        1 => any::<Index>().prop_map(|which| Step::Withdraw { which }),
        3 => (1_u64..700, prop::bool::weighted(0.25)).prop_map(|(hours, rest)| Step::Pass { hours, rest }),
    ]
}

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

const THRESHOLDS: [f64; 3] = [55.0, 40.0, 20.0];

fn revision() -> PyramidRevision {
    let measures = measures().into_iter().map(|(message, _)| match message.measure_id.as_str() {
        // What fades is told in millionths inside.
        "fading" => v1::Measure { normalizer: Some(linear(0.0, 4.0)), ..message },
        "days" => v1::Measure { normalizer: Some(linear(0.0, 3.0)), ..message },
        _ => message,
    });
    PyramidRevision { value_window: trailing(25), ..scheme(measures.collect(), thresholds(&THRESHOLDS)) }
}

fn draft() -> PyramidScheme {
    let tier = |id: &str| TierDraft { id: id.into(), ..TierDraft::default() };
    let draft = SchemeDraft {
        measures: measures().into_iter().map(|(_, draft)| draft).collect(),
        population: Population::Purchasers,
        value: Some(MeasureKind::NetRevenue),
        value_window: Window::Trailing { days: 25 },
        tiering: Some(TieringRule::ScoreThresholds(THRESHOLDS.to_vec())),
        tiers: crate::segmentation::kit::TIERS.into_iter().map(tier).collect(),
        movement: None,
        minor_units: 100,
    };
    PyramidScheme::new(draft, &Default::default()).unwrap()
}

async fn what_comes_about_step_by_step_is_what_everything_comes_to(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", revision()).await;
    create_pyramid(&guanxi, "anew").await;
    println!("seed: {:?}", std::str::from_utf8(&SEED));
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 16, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &SEED));
    let number = Cell::new(0);
    let outcome = runner.run(&prop::collection::vec(step(), 8..28), |steps| {
        number.set(number.get() + 1);
        block_in_place(|| Handle::current().block_on(hold(&guanxi, number.get(), &steps)))
    });
    outcome.unwrap();
}

async fn hold(guanxi: &TestServer, number: u32, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut kept = Vec::new();
    for step in steps {
        take(guanxi, number, step, &mut kept).await;
    }
    let stood = at_rest(guanxi, number).await;
    let anew = add_revision(guanxi, "anew", revision()).await;
    activate(guanxi, &anew).await;
    let (seen, again) = (everybody(guanxi, "value").await, everybody(guanxi, "anew").await);
    prop_assert_eq!(places(&seen), places(&again));
    prop_assert_eq!(assign_tiers(guanxi).await.moved_count, 0);
    let scores = seen.iter().filter(|one| customer_of(one).starts_with(&format!("p{number}-")));
    let scores: BTreeMap<_, _> =
        scores.map(|one| (customer_of(one).to_owned(), (one.tier.clone(), one.score.unwrap().to_bits()))).collect();
    prop_assert_eq!(&scores, &stood);
    prop_assert_eq!(scores, reckoned(guanxi, &kept));
    Ok(())
}

fn customers(number: u32) -> impl Iterator<Item = String> {
    (0..CUSTOMERS).map(move |role| format!("p{number}-{role}"))
}

/// Where those of one play stand once nothing is due.
async fn at_rest(guanxi: &TestServer, number: u32) -> BTreeMap<String, (String, u64)> {
    let mut stood = BTreeMap::new();
    for one in everybody(guanxi, "value").await {
        settled(guanxi, customer_of(&one)).await;
    }
    for one in everybody(guanxi, "value").await {
        if customers(number).any(|customer| customer == customer_of(&one)) {
            stood.insert(customer_of(&one).to_owned(), (one.tier, one.score.unwrap().to_bits()));
        }
    }
    stood
}

async fn take(guanxi: &TestServer, number: u32, step: &Step, kept: &mut Vec<Kept>) {
    match step {
        Step::Pass { hours, rest } => {
            guanxi.clock.advance(Duration::from_secs(hours * 3_600));
            if *rest {
                at_rest(guanxi, number).await;
            }
        }
        Step::Buy { customer, days_ago, cents, product } => {
            let customer = format!("p{number}-{customer}");
            let product = format!("product-{product}");
            kept.push(buy(guanxi, (customer, product), (*days_ago, *cents), None).await);
        }
        Step::Correct { which, days_ago, cents } if !kept.is_empty() => {
            let old = kept.swap_remove(which.index(kept.len()));
            let of = (old.customer, old.product);
            kept.push(buy(guanxi, of, (*days_ago, *cents), Some(old.source_id)).await);
        }
        Step::Withdraw { which } if !kept.is_empty() => {
            let old = kept.swap_remove(which.index(kept.len()));
            let request = WithdrawFactRequest {
                customer: format!("customers/{}", old.customer),
                kind: FactKind::Purchase.into(),
                fact: Some(shop(&old.source_id)),
            };
            guanxi.activity().withdraw_fact(request).await.unwrap();
        }
        Step::Correct { .. } | Step::Withdraw { .. } => {}
    }
}

async fn buy(
    guanxi: &TestServer,
    (customer, product): (String, String),
    (days_ago, cents): (i64, i64),
    replaces: Option<String>,
) -> Kept {
    let seconds = guanxi.clock.now().seconds_nanos().0 - days_ago * DAY_SECONDS;
    let mut purchase: Purchase = deal_at(&customer, guanxi_testkit::START, cents);
    purchase.lines[0].product.clone_from(&product);
    let context = purchase.context.as_mut().unwrap();
    context.occur_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
    context.replaces = replaces.map(|source_id| shop(&source_id));
    let source_id = context.source_id.clone();
    guanxi.activity().record_purchase(creating(purchase)).await.unwrap();
    let day = Day(i32::try_from(seconds.div_euclid(DAY_SECONDS)).unwrap());
    Kept { customer, day, cents, product, source_id }
}

/// Where the facts that count put each customer today, those left out who have bought nothing.
fn reckoned(guanxi: &TestServer, kept: &[Kept]) -> BTreeMap<String, (String, u64)> {
    let scheme = draft();
    let calibration = Calibrator::new(&scheme, Knots::default(), 0).finish();
    let today = Day(i32::try_from(guanxi.clock.now().seconds_nanos().0.div_euclid(DAY_SECONDS)).unwrap());
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

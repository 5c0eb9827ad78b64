//! What facts, corrections, withdrawals, overrides, other revisions and the passing of time bring about step by step is
//! what one reckoning of everything comes to: after the clock has come to rest and the sweeper is done, every customer
//! stands where a run over everybody places it, and where its facts put it when they are reckoned without the server;
//! scores bit for bit.

use std::collections::BTreeMap;

use guanxi::v1::PurchaseType;
use guanxi_model::{Counter, CustomerId, Day, Tally};
use guanxi_segmentation::{Calibrator, History, Knots, Subject, judge};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::play::{Kept, Play, Step, cost, step};
use super::timed::{self, draft, revision};
use super::trial::Law;
use crate::segmentation::kit::{activate, active_pyramid, add_revision, create_pyramid, everybody, places};
use crate::segmentation::passing::assign_tiers;

on_each_backend! { what_comes_about_step_by_step_is_what_everything_comes_to }

const LAW: Law = Law { seed: "step by step comes to everything", cases: 8, shrinks: 16 };
const DAY_SECONDS: i64 = 86_400;

async fn what_comes_about_step_by_step_is_what_everything_comes_to(guanxi: TestServer) {
    let mut revisions = vec![active_pyramid(&guanxi, "value", revision(0)).await];
    for which in 1..timed::COUNT {
        revisions.push(add_revision(&guanxi, "value", revision(which)).await);
    }
    create_pyramid(&guanxi, "anew").await;
    LAW.holds(&prop::collection::vec(step(), 8..28), async |number, steps| {
        hold(Play::new(&guanxi, number, &revisions), &steps).await
    });
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
    tally[Counter::Lines] = 1;
    if let Some(cost) = cost(one.cents) {
        tally[Counter::CostedLines] = 1;
        tally[Counter::CostedRevenue] = one.cents;
        tally[Counter::CostOfGoods] = cost * one.cents.signum();
    }
    tally
}

//! The same facts come to the same score, parts, value, stage and tier, bit for bit: in whatever order they come, however
//! often, by whichever way and by however many callers at once; and that is what they come to when reckoned at once.

use std::collections::BTreeMap;

use guanxi::v1::score_part::RawValue;
use guanxi::v1::{DeleteCustomerRequest, GetCustomerRequest, TierExplanation, UnrankedReason};
use guanxi_model::{CustomerId, Tally};
use guanxi_segmentation::{Calibration, Calibrator, PyramidScheme, RankSurvey, Subject, Unranked, explain};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::facts::{CUSTOMERS, Event, customer, events};
use super::pyramid::{self, PYRAMIDS};
use super::reckoning::{Reckoned, reckon};
use super::sending::{Step, send, steps};
use super::trial::Law;
use crate::activity::kinds::Activity;
use crate::support::{cents, create_person};

on_each_backend! {
    the_same_facts_come_to_the_same_in_any_order,
    the_same_facts_come_to_the_same_over_two_servers_at_once,
}

const LAW: Law = Law { seed: "the same facts come to the same!", cases: 16, shrinks: 64 };

/// Two plays of the same events in different orders, each with a part that comes before the run over everybody.
#[derive(Clone, Debug)]
struct Plan {
    events: Vec<Event>,
    orders: [Vec<Step>; 2],
    before_run: usize,
}

fn plan() -> impl Strategy<Value = Plan> {
    events().prop_flat_map(|events| {
        let orders = [steps(events.len()), steps(events.len())];
        (Just(events), orders, 0_usize..24).prop_map(|(events, orders, before_run)| Plan { events, orders, before_run })
    })
}

impl Plan {
    /// What is sent of one of the plays before the run, and after it.
    fn parts(&self, play: usize) -> (&[Step], &[Step]) {
        self.orders[play].split_at(self.before_run.min(self.orders[play].len()))
    }
}

async fn the_same_facts_come_to_the_same_in_any_order(guanxi: TestServer) {
    create_pyramids(&guanxi).await;
    let servers = [guanxi.activity()];
    hold(&guanxi, &servers);
}

async fn the_same_facts_come_to_the_same_over_two_servers_at_once(guanxi: TestServer) {
    // On SQLite only one server at a time brings a database up to date: the second begins when the first one answers.
    create_pyramids(&guanxi).await;
    let replica = guanxi.replica().await;
    let servers = [guanxi.activity(), Activity::new(replica.channel)];
    hold(&guanxi, &servers);
}

async fn create_pyramids(guanxi: &TestServer) {
    for pyramid in PYRAMIDS {
        pyramid::create(guanxi.channel(), pyramid).await;
    }
}

/// The law, with facts sent to several servers on one database.
fn hold(guanxi: &TestServer, servers: &[Activity]) {
    LAW.holds(&plan(), async |number, plan| put_on((guanxi, servers), number, &plan).await);
}

/// Sends both plays of a plan and compares what they come to.
async fn put_on((guanxi, servers): (&TestServer, &[Activity]), number: u32, plan: &Plan) -> Result<(), TestCaseError> {
    let plays = [format!("a{number}"), format!("b{number}")];
    for play in &plays {
        for role in 0..CUSTOMERS {
            create_person(guanxi, &format!("{play}-{role}")).await;
        }
    }
    let casts = plays.each_ref().map(|play| plan.events.iter().map(|event| event.cast(play)).collect::<Vec<_>>());
    let mut sent = Vec::new();
    for (index, events) in casts.iter().enumerate() {
        let (before, _) = plan.parts(index);
        send(servers, events, before).await;
        sent.extend(before.iter().map(|step| events[step.event].clone()));
    }
    let at_run = run_over_everybody(guanxi, &sent).await;
    for (index, events) in casts.iter().enumerate() {
        send(servers, events, plan.parts(index).1).await;
    }
    let all = casts.concat();
    let mut outcome = compare(guanxi, &plays, &all, &at_run).await;
    if outcome.is_ok() {
        let afresh = run_over_everybody(guanxi, &all).await;
        outcome = compare(guanxi, &plays, &all, &afresh).await;
    }
    strike(guanxi, &plays).await;
    outcome
}

/// What each pyramid is to judge by after the run.
async fn run_over_everybody(
    guanxi: &TestServer,
    sent: &[Event],
) -> BTreeMap<&'static str, (PyramidScheme, Calibration)> {
    for pyramid in PYRAMIDS {
        pyramid::activate(guanxi.channel(), pyramid).await;
    }
    let everybody = reckon(sent);
    let people: Vec<(CustomerId, Tally)> = everybody.iter().map(|(name, known)| (id(name), known.tally)).collect();
    let calibrated = |pyramid| {
        let scheme = pyramid::scheme(pyramid);
        let mut survey = RankSurvey::new(&scheme);
        people.iter().for_each(|(_, tally)| survey.add(Subject::of_lifetime(tally)));
        let mut calibrator = Calibrator::new(&scheme, survey.finish(), people.len());
        for (id, tally) in &people {
            // Whoever has no standing has no part in it.
            let _ = calibrator.add(id, Subject::of_lifetime(tally));
        }
        let calibration = calibrator.finish();
        (pyramid, (scheme, calibration))
    };
    PYRAMIDS.into_iter().map(calibrated).collect()
}

fn id(name: &str) -> CustomerId {
    CustomerId::parse(name.strip_prefix("customers/").unwrap()).unwrap()
}

/// Whether both plays come to the same, and to what their facts come to when reckoned at once.
async fn compare(
    guanxi: &TestServer,
    plays: &[String; 2],
    all: &[Event],
    judges: &BTreeMap<&'static str, (PyramidScheme, Calibration)>,
) -> Result<(), TestCaseError> {
    let reckoned = reckon(all);
    for role in 0..CUSTOMERS {
        let names = plays.each_ref().map(|play| customer(play, &role.to_string()));
        let Some(expected) = reckoned.get(&names[0]) else { continue };
        for pyramid in PYRAMIDS {
            let (scheme, calibration) = &judges[pyramid];
            let mut seen = Vec::new();
            for name in &names {
                let id = id(name);
                let answer = pyramid::explain(guanxi.channel(), id.as_str(), pyramid).await;
                agrees(&answer, (scheme, calibration), (&id, &expected.tally))?;
                seen.push(answer);
            }
            prop_assert_eq!(bits(&seen[0]), bits(&seen[1]), "{} of {:?}", pyramid, names);
        }
        for name in names {
            stage_agrees(guanxi, &name, expected).await?;
        }
    }
    Ok(())
}

/// The bits of the score, of the value and of every part.
fn bits(answer: &TierExplanation) -> (Option<u64>, Option<i64>, Vec<[Option<u64>; 4]>) {
    let assignment = answer.assignment.as_ref().unwrap();
    let double = |double: Option<f64>| double.map(f64::to_bits);
    let parts = answer.parts.iter().map(|part| {
        [double(part.normalized_value), double(part.weight_share), double(part.points), double(part.coverage)]
    });
    (double(assignment.score), assignment.value.as_ref().map(cents), parts.collect())
}

/// Whether an answer is, bit for bit, what the facts come to.
fn agrees(
    answer: &TierExplanation,
    (scheme, calibration): (&PyramidScheme, &Calibration),
    (id, tally): (&CustomerId, &Tally),
) -> Result<(), TestCaseError> {
    let expected = explain(scheme, calibration, id, &scheme.read(Subject::of_lifetime(tally)));
    let assignment = answer.assignment.as_ref().unwrap();
    let (score, value, parts) = bits(answer);
    let expected_parts = expected.parts.iter().map(|part| {
        let coverage = part.reading.coverage.share().unwrap_or(1.0);
        [part.normalised, Some(part.weight_share), Some(part.points), Some(coverage)].map(|one| one.map(f64::to_bits))
    });
    prop_assert_eq!(parts, expected_parts.collect::<Vec<_>>(), "the parts of {}", id);
    let raw = answer.parts.iter().map(|part| part.raw_value.as_ref().map(integer));
    prop_assert_eq!(raw.collect::<Vec<_>>(), expected.parts.iter().map(|part| part.reading.value).collect::<Vec<_>>());
    match expected.placement {
        Ok(placement) => {
            prop_assert_eq!(score, Some(placement.standing.score.to_bits()), "the score of {}", id);
            prop_assert_eq!(value, Some(placement.standing.value), "the value of {}", id);
            prop_assert_eq!(&assignment.tier, scheme.tiers()[placement.tier].id.as_str(), "the tier of {}", id);
            let sum = answer.parts.iter().fold(0.0, |sum, part| sum + part.points());
            prop_assert_eq!(assignment.score, Some(sum), "the parts add up");
        }
        Err(why) => {
            prop_assert_eq!((score, value, assignment.tier.as_str()), (None, None, ""));
            let reason = match why {
                Unranked::OutsidePopulation => UnrankedReason::OutsidePopulation,
                Unranked::ValueMissing => UnrankedReason::ValueMissing,
                Unranked::MeasureMissing { .. } | Unranked::NothingMeasured => UnrankedReason::MeasureMissing,
            };
            prop_assert_eq!(assignment.unranked_reason(), reason);
        }
    }
    Ok(())
}

/// A raw value in the smallest unit.
fn integer(raw: &RawValue) -> i64 {
    match raw {
        RawValue::Count(count) => *count,
        RawValue::Amount(amount) => cents(amount),
        RawValue::Duration(duration) => duration.seconds,
        RawValue::Number(number) => (number * 1e6).round() as i64,
    }
}

async fn stage_agrees(guanxi: &TestServer, name: &str, expected: &Reckoned) -> Result<(), TestCaseError> {
    let request = GetCustomerRequest { name: name.into() };
    let seen = guanxi.customers().get_customer(request).await.unwrap().into_inner();
    prop_assert_eq!(seen.stage(), expected.stage, "the stage of {}", name);
    Ok(())
}

/// Takes the customers of both plays out of every population.
async fn strike(guanxi: &TestServer, plays: &[String; 2]) {
    for play in plays {
        for role in 0..CUSTOMERS {
            let request =
                DeleteCustomerRequest { name: customer(play, &role.to_string()), ..DeleteCustomerRequest::default() };
            guanxi.customers().delete_customer(request).await.unwrap();
        }
    }
}

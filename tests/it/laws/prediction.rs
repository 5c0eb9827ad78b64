//! What a simulation says of a candidate is what putting it in force then does, whatever the candidate asks for, whatever
//! has happened, and whether the candidate is new, a draft, or in force already: who goes from where to where, both
//! reports, every example. And where no rule of movement and no override holds anybody, a simulation finds everybody
//! where the calibration in force places it: what facts and time have done one by one is what everything comes to.

use std::collections::BTreeSet;

use guanxi::v1::pyramid_revision::TieringRule;
use guanxi::v1::simulate_pyramid_request::Candidate;
use guanxi::v1::{
    GetPyramidRevisionRequest, Measure, MeasureDirection, MeasureKind, MissingValueRule, MovementRules, PyramidReport,
    PyramidRevision, SimulatePyramidResponse, SimulatedTier, TierReport,
};
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestCaseError;

use super::play::{Play, Step, step};
use super::trial::Law;
use crate::segmentation::kit::{
    activate, active_pyramid, add_revision, by_revenue, customer_shares, linear, logarithmic, measure, rank, report,
    revenue, scheme, thresholds, value_shares,
};
use crate::segmentation::passing::{assign_tiers, half_life, trailing};
use crate::segmentation::simulation::{self, counts, examples_went, simulate, tiers, went};

on_each_backend! { what_a_simulation_says_is_what_a_run_does }

const LAW: Law = Law { seed: "what is predicted is what comes.", cases: 10, shrinks: 16 };

/// What may be measured.
fn pool() -> Vec<Measure> {
    let lower = MeasureDirection::LowerIsBetter.into();
    vec![
        revenue(),
        Measure { window: half_life(20), ..measure(MeasureKind::PurchaseCount, logarithmic(1.0, 10.0)) },
        Measure { direction: lower, ..measure(MeasureKind::Recency, rank()) },
        Measure { window: trailing(40), ..measure(MeasureKind::DistinctProductCount, linear(0.0, 3.0)) },
        Measure { weight: 2.5, window: trailing(30), ..measure(MeasureKind::AverageOrderValue, rank()) },
        Measure {
            window: trailing(35),
            min_coverage_basis_points: 6_000,
            missing_value_rule: MissingValueRule::Unranked.into(),
            ..measure(MeasureKind::ContributionMargin, linear(0.0, 200.0))
        },
        Measure {
            window: half_life(12),
            min_coverage_basis_points: 5_000,
            missing_value_rule: MissingValueRule::Lowest.into(),
            ..measure(MeasureKind::CostOfGoods, linear(0.0, 150.0))
        },
    ]
}

/// What grows old with a customer: an expression of that which comes to nothing on the first day, and a gate.
fn aging() -> impl Strategy<Value = (Vec<Measure>, &'static str)> {
    let missing = select(vec![MissingValueRule::Skip, MissingValueRule::Lowest, MissingValueRule::Unranked]);
    let curve = prop_oneof![Just(linear(0.0, 10.0)), Just(rank())];
    let gate = select(vec!["", "measure.tenure >= 20", "measure.tenure < 50 && measure.pace < 20"]);
    (missing, curve, gate).prop_map(|(missing, curve, gate)| {
        let pace = Measure {
            measure_id: "pace".into(),
            expression: "measure.tenure > 25 ? 4 : 100 / measure.tenure".into(),
            missing_value_rule: missing.into(),
            ..measure(MeasureKind::Expression, curve)
        };
        (vec![measure(MeasureKind::Tenure, linear(0.0, 80.0)), pace], gate)
    })
}

fn rule() -> impl Strategy<Value = TieringRule> {
    let starts = subsequence(vec![80.0, 65.0, 50.0, 35.0, 20.0], 1..=3);
    prop_oneof![
        starts.prop_map(|starts| thresholds(&starts)),
        shares().prop_map(|shares| customer_shares(&shares)),
        shares().prop_map(|shares| value_shares(&shares)),
    ]
}

/// Two to four parts of the whole.
fn shares() -> impl Strategy<Value = Vec<i32>> {
    subsequence((1..20).map(|part| part * 500).collect::<Vec<i32>>(), 1..=3).prop_map(|mut cuts| {
        cuts.push(10_000);
        let starts = [0].into_iter().chain(cuts.clone());
        cuts.iter().zip(starts).map(|(end, start)| end - start).collect()
    })
}

fn movement() -> impl Strategy<Value = MovementRules> {
    (5_000..10_000, 1..4, 0..40, 1..3).prop_map(|(keep, reviews, stay, fall)| MovementRules {
        keep_basis_points: Some(keep),
        review_count: Some(reviews),
        minimum_stay_days: Some(stay),
        maximum_fall: Some(fall),
    })
}

fn candidate() -> impl Strategy<Value = PyramidRevision> {
    let window = prop_oneof![Just(None), (5..60).prop_map(trailing), (5..60).prop_map(half_life)];
    // Of margins nothing is known here, so under such a candidate only overrides have anybody in a tier.
    let value = prop_oneof![4 => Just(MeasureKind::NetRevenue), 1 => Just(MeasureKind::ContributionMargin)];
    let measures = (subsequence(pool(), 1..=4), prop::option::of(aging()));
    (measures, rule(), prop::option::of(movement()), window, value).prop_map(
        |((mut measures, aging), rule, movement_rules, value_window, value)| {
            let (more, gate) = aging.unwrap_or_default();
            measures.extend(more);
            let value_measure = value.into();
            let mut revision =
                PyramidRevision { movement_rules, value_window, value_measure, ..scheme(measures, rule) };
            revision.tiers[0].gate = gate.into();
            revision
        },
    )
}

/// How the candidate is told of.
#[derive(Clone, Copy, Debug)]
enum Told {
    Revision,
    Draft,
    InForce,
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![Just(Told::Revision), Just(Told::Draft), Just(Told::InForce)]
}

async fn what_a_simulation_says_is_what_a_run_does(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let step = step().prop_filter("revisions are put in force by the law", |step| !matches!(step, Step::Switch { .. }));
    let plays = (prop::collection::vec(step, 8..24), candidate(), told());
    LAW.holds(&plays, async |number, (steps, candidate, told)| hold(&guanxi, number, &steps, (candidate, told)).await);
}

async fn hold(
    guanxi: &TestServer,
    number: u32,
    steps: &[Step],
    (candidate, told): (PyramidRevision, Told),
) -> Result<(), TestCaseError> {
    let mut play = Play::new(guanxi, number, &[]);
    let (earlier, later) = steps.split_at(steps.len() / 2);
    for step in earlier {
        play.take(step).await;
    }
    play.rest().await;
    let before = (tiers(guanxi).await, report(guanxi, "value").await);
    let made = match told {
        Told::InForce => {
            let made = simulate(guanxi, simulation::revision(&play.in_force().await)).await;
            assign_tiers(guanxi).await;
            made
        }
        Told::Revision => {
            let name = add_revision(guanxi, "value", candidate).await;
            let made = simulate(guanxi, simulation::revision(&name)).await;
            activate(guanxi, &name).await;
            made
        }
        Told::Draft => {
            let made = simulate(guanxi, simulation::of(Candidate::Draft(candidate.clone()))).await;
            activate(guanxi, &add_revision(guanxi, "value", candidate).await).await;
            made
        }
    };
    let after = (tiers(guanxi).await, report(guanxi, "value").await);
    prop_assert_eq!(counts(&made), went(&before.0, &after.0));
    prop_assert_eq!(reports(&made.baseline_tiers), before.1.tiers);
    prop_assert_eq!(reports(&made.tiers), after.1.tiers.clone());
    examples_went(&made, &before.0, &after.0);
    everybody_is_in_one_place(&made, &after.1);
    for step in later {
        play.take(step).await;
    }
    nobody_stands_elsewhere(&play).await;
    Ok(())
}

fn reports(tiers: &[SimulatedTier]) -> Vec<TierReport> {
    tiers.iter().map(|one| one.report.clone().unwrap()).collect()
}

/// The tiers and those in none make up the population.
fn everybody_is_in_one_place(made: &SimulatePyramidResponse, report: &PyramidReport) {
    let ways: BTreeSet<_> = made.moves.iter().map(|one| (&one.from_tier, &one.to_tier)).collect();
    assert_eq!(ways.len(), made.moves.len());
    let moved: i64 = made.moves.iter().map(|one| one.customer_count).sum();
    let ranked: i64 = report.tiers.iter().map(|tier| tier.customer_count).sum();
    assert_eq!(moved + made.unranked_count, ranked + report.unranked_count);
}

/// Without movement rules and with nobody held each customer stands where the calibration in force places it, after
/// whatever has happened since that was made.
async fn nobody_stands_elsewhere(play: &Play<'_>) {
    play.let_everybody_go().await;
    play.rest().await;
    let name = play.in_force().await;
    let request = GetPyramidRevisionRequest { name: name.clone() };
    let revision = play.guanxi.segmentation().get_pyramid_revision(request).await.unwrap().into_inner();
    if revision.movement_rules.is_none() {
        let made = simulate(play.guanxi, simulation::revision(&name)).await;
        let elsewhere: Vec<_> = made.moves.iter().filter(|one| one.held_count > 0).collect();
        assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    }
}

//! The rules at their edges, and placing by boundaries against ranking everybody.

use guanxi_model::{Counter, Tally};
use proptest::prelude::*;

use super::*;
use crate::Subject;
use crate::measure::MeasureKind;
use crate::sample::{People, calibration, customer, draft, linear, population, scheme, schemes, tally};

const CURRY: [i32; 4] = [100, 400, 1_500, 8_000];
const ABC: [i32; 3] = [8_000, 1_500, 500];

fn people(revenues: &[i64]) -> People {
    let person = |(number, revenue): (usize, &i64)| {
        (customer(number), tally(&[(Counter::Purchases, 1), (Counter::NetRevenue, *revenue)]))
    };
    revenues.iter().enumerate().map(person).collect()
}

/// The tiers of a population, after a run over it.
fn places(tiering: TieringRule, revenues: &[i64]) -> Vec<usize> {
    let scheme = scheme(draft(vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e3)], tiering));
    let people = people(revenues);
    let calibration = calibration(&scheme, &people);
    people
        .iter()
        .map(|(id, tally)| judge(&scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).unwrap().tier)
        .collect()
}

#[test]
fn giant_is_an_a_alone() {
    assert_eq!(places(TieringRule::ValueShares(ABC.to_vec()), &[3, 970, 2]), [2, 0, 2]);
}

#[test]
fn abc_counts_what_was_held_before_the_customer() {
    // Before: 0, 50, 80, 95 of 100. Reaching the share exactly is being past it.
    assert_eq!(places(TieringRule::ValueShares(ABC.to_vec()), &[50, 30, 15, 5]), [0, 0, 1, 2]);
}

#[test]
fn negative_value_is_in_the_last_tier_and_in_no_sum() {
    assert_eq!(places(TieringRule::ValueShares(ABC.to_vec()), &[50, 30, 15, 5, -900, 0]), [0, 0, 1, 2, 2, 2]);
    assert_eq!(places(TieringRule::ValueShares(ABC.to_vec()), &[-1, 0]), [2, 2]);
}

#[test]
fn customer_shares_round_up() {
    assert_eq!(places(TieringRule::CustomerShares(CURRY.to_vec()), &[5]), [0]);
    // ceil(.01 x 21) = 1, ceil(.05 x 21) = 2, ceil(.20 x 21) = 5.
    let tiers = places(TieringRule::CustomerShares(CURRY.to_vec()), &(0..21).rev().collect::<Vec<_>>());
    assert_eq!(tiers[..6], [0, 1, 2, 2, 2, 3]);
}

#[test]
fn ties_go_to_the_lower_id() {
    assert_eq!(places(TieringRule::CustomerShares(vec![5_000, 5_000]), &[7, 7, 7]), [0, 0, 1]);
}

#[test]
fn thresholds_are_met_by_equality() {
    assert_eq!(places(TieringRule::ScoreThresholds(vec![28.7, 0.1]), &[287, 286, 1, 0]), [0, 1, 1, 2]);
}

#[test]
fn before_the_first_run_everybody_is_in_the_last_tier() {
    for rule in [TieringRule::CustomerShares(CURRY.to_vec()), TieringRule::ValueShares(CURRY.to_vec())] {
        let scheme = scheme(draft(vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1.0)], rule));
        for calibration in [Calibration::default(), calibration(&scheme, &people(&[]))] {
            let (id, tally) = &people(&[900])[0];
            assert_eq!(judge(&scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).unwrap().tier, 3);
        }
    }
}

/// Tiers by the definitions, from the whole sorted population.
fn direct(rule: &TieringRule, mut all: Vec<(Standing, CustomerId)>) -> Vec<(CustomerId, usize)> {
    let n = all.len();
    let by_score = !matches!(rule, TieringRule::ValueShares(_));
    all.sort_by(|(a, a_id), (b, b_id)| {
        let scores = if by_score { b.score.total_cmp(&a.score) } else { Ordering::Equal };
        scores.then(b.value.cmp(&a.value)).then_with(|| a_id.as_str().cmp(b_id.as_str()))
    });
    let total: i128 = all.iter().map(|(standing, _)| i128::from(standing.value.max(0))).sum();
    let mut before = 0;
    let mut tiers = Vec::new();
    for (index, (standing, id)) in all.into_iter().enumerate() {
        let ends = |shares: &[i32]| (1..shares.len()).map(|k| shares[..k].iter().sum::<i32>()).collect::<Vec<_>>();
        let inside = match rule {
            TieringRule::ScoreThresholds(scores) => scores.iter().position(|score| standing.score >= on_grid(*score)),
            TieringRule::CustomerShares(shares) => {
                ends(shares).iter().position(|end| index < (n * *end as usize).div_ceil(10_000))
            }
            TieringRule::ValueShares(shares) => {
                ends(shares).iter().position(|end| standing.value >= 0 && before * 10_000 < i128::from(*end) * total)
            }
        };
        before += i128::from(standing.value.max(0));
        tiers.push((
            id,
            inside.unwrap_or(match rule {
                TieringRule::ScoreThresholds(scores) => scores.len(),
                TieringRule::CustomerShares(shares) | TieringRule::ValueShares(shares) => shares.len() - 1,
            }),
        ));
    }
    tiers
}

proptest! {
    #[test]
    fn placing_by_boundaries_equals_ranking_everybody(scheme in schemes(), people in population(0..80)) {
        let calibration = calibration(&scheme, &people);
        let judged = |(id, tally): &(CustomerId, Tally)| {
            judge(&scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).ok().map(|judgement| (id.clone(), judgement))
        };
        let judgements: Vec<_> = people.iter().filter_map(judged).collect();
        prop_assert_eq!(judgements.len() as u64, calibration.customers);
        let mut placed: Vec<_> = judgements.iter().map(|(id, judgement)| (id.clone(), judgement.tier)).collect();
        let standings = judgements.into_iter().map(|(id, judgement)| (judgement.standing, id)).collect();
        let mut ranked = direct(scheme.tiering(), standings);
        placed.sort();
        ranked.sort();
        prop_assert!(placed.iter().all(|(_, tier)| *tier < scheme.tiers().len()));
        prop_assert_eq!(placed, ranked);
    }

    #[test]
    fn order_of_customers_does_not_show(scheme in schemes(), people in population(0..60).prop_flat_map(|people| {
        (Just(people.clone()), Just(people).prop_shuffle())
    })) {
        let (first, second) = (calibration(&scheme, &people.0), calibration(&scheme, &people.1));
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
    }

    #[test]
    fn stored_runs_and_schemes_come_back_bit_for_bit(scheme in schemes(), people in population(0..20)) {
        let calibration = calibration(&scheme, &people);
        let stored = serde_json::to_string(&(&scheme, &calibration)).unwrap();
        let (scheme_read, calibration_read): (PyramidScheme, Calibration) = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&scheme_read, &scheme);
        prop_assert_eq!(&calibration_read, &calibration);
        prop_assert_eq!(serde_json::to_string(&(&scheme_read, &calibration_read)).unwrap(), stored);
    }
}

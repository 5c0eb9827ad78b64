//! Why a customer is in a tier and how far the next one is: the parts of the score, the bound the customer met, and
//! the bound he did not. It repeats what scoring and placing did and decides nothing itself.

use guanxi_model::CustomerId;

use crate::calibration::{Boundary, Calibration, OrderKey};
use crate::readings::Readings;
use crate::scheme::{PyramidScheme, TieringRule};
use crate::score::{Part, Standing, Unranked, on_grid, score};
use crate::tiering::{let_in, place};

/// One customer's parts, and the place they lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// One per measure of the scheme, with its coverage; the points add up to the score.
    pub parts: Vec<Part>,
    pub placement: Result<Placement, Unranked>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Index of the tier, from the top.
    pub tier: usize,
    pub standing: Standing,
    /// The lower bound of the tier, which the customer met; nothing in the last tier, which has none.
    pub met: Option<Bound>,
    /// The lower bound of the nearest tier above; nothing in the top tier, and where nobody was inside at the last run.
    pub next: Option<Bound>,
}

/// The lower bound of a tier, and how far a customer is from it. Where both distances are zero, the ids decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Index of the tier that meeting the bound leads to.
    pub tier: usize,
    /// Nothing where the rule does not ask for the score.
    pub score: Option<Against<f64>>,
    /// In minor units; nothing where the rule does not ask for the value. Beside a score it decides between equal ones.
    pub value: Option<Against<i64>>,
    /// The last customer inside at the last run; nothing for score thresholds.
    pub customer: Option<CustomerId>,
}

/// A number of the bound, and the customer's less that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against<N> {
    pub bound: N,
    pub distance: N,
}

/// Explains where a customer belongs.
pub fn explain(
    scheme: &PyramidScheme,
    calibration: &Calibration,
    customer: &CustomerId,
    readings: &Readings,
) -> Explanation {
    let scored = score(scheme, &calibration.knots, readings);
    let placement = scored.standing.map(|standing| {
        let placed = place(scheme, calibration, OrderKey::new(standing, customer));
        Placement {
            tier: let_in(scheme, placed, readings),
            standing,
            met: bound(scheme, calibration, standing, placed),
            next: placed.checked_sub(1).and_then(|above| bound(scheme, calibration, standing, above)),
        }
    });
    Explanation { parts: scored.parts, placement }
}

fn bound(scheme: &PyramidScheme, calibration: &Calibration, standing: Standing, tier: usize) -> Option<Bound> {
    let last_inside = calibration.boundaries.get(tier).and_then(Option::as_ref);
    match scheme.tiering() {
        TieringRule::ScoreThresholds(thresholds) => thresholds.get(tier).map(|threshold| Bound {
            tier,
            score: Some(against_score(on_grid(*threshold), standing)),
            value: None,
            customer: None,
        }),
        TieringRule::CustomerShares(_) => last_inside.map(|last| Bound {
            score: Some(against_score(last.score, standing)),
            ..value_bound(scheme, calibration, standing, last)
        }),
        TieringRule::ValueShares(_) => last_inside.map(|last| value_bound(scheme, calibration, standing, last)),
    }
}

fn value_bound(scheme: &PyramidScheme, calibration: &Calibration, standing: Standing, last: &Boundary) -> Bound {
    Bound {
        // The tier just above may be empty, between two equal bounds; then meeting its bound leads past it.
        tier: place(scheme, calibration, last.key()),
        score: None,
        value: Some(Against { bound: last.value, distance: standing.value.saturating_sub(last.value) }),
        customer: Some(last.customer.clone()),
    }
}

fn against_score(bound: f64, standing: Standing) -> Against<f64> {
    Against { bound, distance: standing.score - bound }
}

#[cfg(test)]
mod tests {
    use guanxi_model::Counter;
    use proptest::prelude::*;

    use super::*;
    use crate::Subject;
    use crate::measure::MeasureKind;
    use crate::sample::{calibration, customer, draft, linear, population, scheme, schemes, tally};

    fn explained(rule: TieringRule, revenues: &[i64]) -> Vec<Placement> {
        let scheme = scheme(draft(vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e3)], rule));
        let person = |(number, revenue): (usize, &i64)| {
            (customer(number), tally(&[(Counter::Purchases, 1), (Counter::NetRevenue, *revenue)]))
        };
        let people: Vec<_> = revenues.iter().enumerate().map(person).collect();
        let calibration = calibration(&scheme, &people);
        people
            .iter()
            .map(|(id, tally)| {
                explain(&scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).placement.unwrap()
            })
            .collect()
    }

    #[test]
    fn threshold_is_told_in_points() {
        let placed = explained(TieringRule::ScoreThresholds(vec![80.0, 40.0]), &[550]);
        let bound = |tier, bound, distance| {
            Some(Bound { tier, score: Some(Against { bound, distance }), value: None, customer: None })
        };
        assert_eq!(placed[0].tier, 1);
        assert_eq!(placed[0].met, bound(1, 40.0, 15.0));
        assert_eq!(placed[0].next, bound(0, 80.0, -25.0));
    }

    #[test]
    fn share_of_customers_is_told_against_the_last_inside() {
        let placed = explained(TieringRule::CustomerShares(vec![4_000, 6_000]), &[900, 700, 500, 700, 100]);
        assert_eq!(placed[0].next, None);
        assert_eq!(placed[1].met.clone().unwrap().customer, Some(customer(1)));
        let next = placed[3].next.clone().unwrap();
        assert_eq!((next.score.unwrap().distance, next.value.unwrap().distance), (0.0, 0), "the ids decide");
        assert_eq!(placed[4].next.clone().unwrap().value, Some(Against { bound: 700, distance: -600 }));
        assert_eq!(placed[4].met, None);
    }

    #[test]
    fn bound_of_an_empty_tier_leads_past_it() {
        let placed = explained(TieringRule::ValueShares(vec![8_000, 1_500, 500]), &[3, 970]);
        let next = placed[0].next.clone().unwrap();
        assert_eq!((placed[0].tier, next.tier, next.score), (2, 0, None));
        assert_eq!(next.value, Some(Against { bound: 970, distance: -967 }));
    }

    proptest! {
        #[test]
        fn met_bounds_are_met_and_next_ones_are_not(scheme in schemes(), people in population(1..40)) {
            let calibration = calibration(&scheme, &people);
            for (id, tally) in &people {
                let Ok(placement) = explain(&scheme, &calibration, id, &scheme.read(Subject::of_lifetime(tally))).placement else { continue };
                let lead = |bound: &Bound| {
                    let score = bound.score.map_or(0.0, |score| score.distance);
                    (score, if score == 0.0 { bound.value.map_or(0, |value| value.distance) } else { 0 })
                };
                if let Some(met) = &placement.met {
                    prop_assert!(lead(met) >= (0.0, 0));
                    prop_assert_eq!(met.tier, placement.tier);
                }
                if let Some(next) = &placement.next {
                    prop_assert!(lead(next) <= (0.0, 0));
                    prop_assert!(next.tier < placement.tier);
                }
            }
        }
    }
}

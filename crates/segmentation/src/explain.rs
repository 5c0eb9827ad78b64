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
    /// Index of the tier that lets the customer in, from the top.
    pub tier: usize,
    pub standing: Standing,
    /// The lower bound of that tier, which the customer met; nothing in the last tier, which has none.
    pub met: Option<Bound>,
    /// The lower bound of the nearest tier above; nothing in the top tier, and where nobody was inside at the last run.
    /// Who has met it all the same is kept out by gates.
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
        let tier = let_in(scheme, placed, readings);
        let bound = |tier| bound((scheme, calibration), standing, readings, tier);
        Placement { tier, standing, met: bound(tier), next: tier.checked_sub(1).and_then(bound) }
    });
    Explanation { parts: scored.parts, placement }
}

fn bound(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    standing: Standing,
    readings: &Readings,
    tier: usize,
) -> Option<Bound> {
    let last_inside = calibration.boundaries.get(tier).and_then(Option::as_ref);
    let by_value = |last: &Boundary| Bound {
        // The tier may be empty, between two equal bounds; then meeting its bound leads past it, as far as gates do.
        tier: (place(scheme, calibration, last.key())..tier)
            .find(|above| !readings.closed.contains(above))
            .unwrap_or(tier),
        score: None,
        value: Some(Against { bound: last.value, distance: standing.value.saturating_sub(last.value) }),
        customer: Some(last.customer.clone()),
    };
    match scheme.tiering() {
        TieringRule::ScoreThresholds(thresholds) => thresholds.get(tier).map(|threshold| Bound {
            tier,
            score: Some(against_score(on_grid(*threshold), standing)),
            value: None,
            customer: None,
        }),
        TieringRule::CustomerShares(_) => {
            last_inside.map(|last| Bound { score: Some(against_score(last.score, standing)), ..by_value(last) })
        }
        TieringRule::ValueShares(_) => last_inside.map(by_value),
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
    use crate::sample::{calibration, customer, draft, gated_schemes, linear, population, scheme, tally};
    use crate::tiering::judge;

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

    #[test]
    fn closed_gates_are_told_by_the_bound_that_is_met_beyond_them() {
        let mut draft = draft(
            vec![linear(MeasureKind::NetRevenue, 1.0, 0.0, 1e3)],
            TieringRule::ScoreThresholds(vec![80.0, 60.0, 40.0]),
        );
        for tier in &mut draft.tiers[..2] {
            tier.gate = "measure.measure0 < 5".to_owned();
        }
        let (scheme, tally) = (scheme(draft), tally(&[(Counter::Purchases, 1), (Counter::NetRevenue, 900)]));
        let readings = scheme.read(Subject::of_lifetime(&tally));
        let placed = explain(&scheme, &Calibration::default(), &customer(0), &readings).placement.unwrap();
        let told = |bound: Option<Bound>| bound.map(|bound| (bound.tier, bound.score.unwrap().distance));
        assert_eq!((placed.tier, told(placed.met), told(placed.next)), (2, Some((2, 50.0)), Some((1, 30.0))));
    }

    proptest! {
        #[test]
        fn met_bounds_are_met_and_next_ones_are_not_or_closed(scheme in gated_schemes(), people in population(1..40)) {
            let calibration = calibration(&scheme, &people);
            for (id, tally) in &people {
                let readings = scheme.read(Subject::of_lifetime(tally));
                let Ok(placement) = explain(&scheme, &calibration, id, &readings).placement else { continue };
                prop_assert_eq!(Ok(placement.tier), judge(&scheme, &calibration, id, &readings).map(|one| one.tier));
                let lead = |bound: &Bound| {
                    let score = bound.score.map_or(0.0, |score| score.distance);
                    (score, if score == 0.0 { bound.value.map_or(0, |value| value.distance) } else { 0 })
                };
                if let Some(met) = &placement.met {
                    prop_assert!(lead(met) >= (0.0, 0));
                    prop_assert_eq!(met.tier, placement.tier);
                }
                prop_assert_eq!(placement.met.is_none(), placement.tier + 1 == scheme.tiers().len());
                if let Some(next) = &placement.next {
                    prop_assert!(next.tier < placement.tier);
                    let kept_out = readings.closed.contains(&next.tier);
                    prop_assert!(kept_out || lead(next) <= (0.0, 0), "who is past an open bound is inside");
                }
            }
        }
    }
}

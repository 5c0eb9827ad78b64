//! The three rules that cut ordered customers into tiers, and the one function that places a customer: a run and a
//! single judgement both ask it, so they cannot disagree. Movement rules, which may hold a customer elsewhere than
//! placed, have no place here.
//!
//! Shares of customers: Curry & Curry, The Customer Marketing Method (2000). Shares of value: the ABC analysis of
//! H. F. Dickie (1951), by the cumulative share before the customer, so that a single giant is an A.

use std::cmp::Ordering;

use guanxi_model::CustomerId;

use crate::calibration::{Boundary, Calibration, OrderKey};
use crate::readings::Readings;
use crate::scheme::{PyramidScheme, TieringRule};
use crate::score::{Standing, Unranked, on_grid, score_only};

/// Basis points of the whole.
pub(crate) const WHOLE_BP: i32 = 10_000;

/// What customers are sorted by, best first; equals are sorted by ascending id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortOrder {
    ScoreThenValue,
    Value,
}

/// Where one customer stands and belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Index of the tier, from the top.
    pub tier: usize,
    pub standing: Standing,
}

/// Scores and places one customer.
///
/// # Errors
/// Why the customer is in no tier.
pub fn judge(
    scheme: &PyramidScheme,
    calibration: &Calibration,
    customer: &CustomerId,
    readings: &Readings,
) -> Result<Judgement, Unranked> {
    let standing = score_only(scheme, &calibration.knots, readings)?;
    let placed = place(scheme, calibration, OrderKey::new(standing, customer));
    Ok(Judgement { tier: let_in(scheme, placed, readings), standing })
}

/// The tier at or below a place whose gate the customer passes; the last has none.
pub(crate) fn let_in(scheme: &PyramidScheme, placed: usize, readings: &Readings) -> usize {
    let last = scheme.tiers().len().saturating_sub(1);
    (placed..last).find(|tier| !readings.closed.contains(tier)).unwrap_or(last)
}

/// Whether a customer keeps a tier at a review: it is placed there, or the gate lets it in and it has the part of what
/// entering takes that keeping does. Everybody keeps the last tier.
pub fn keeps(
    (scheme, calibration): (&PyramidScheme, &Calibration),
    (judgement, readings): (Judgement, &Readings),
    tier: usize,
    part_bp: i32,
) -> bool {
    let may_stay = || has_part_of(scheme, calibration, judgement.standing, (tier, part_bp));
    judgement.tier == tier || (!readings.closed.contains(&tier) && may_stay())
}

/// Whether the score, or the value where the rule goes by value, is at least this part of what entering a tier takes.
fn has_part_of(
    scheme: &PyramidScheme,
    calibration: &Calibration,
    standing: Standing,
    (tier, part_bp): (usize, i32),
) -> bool {
    if tier + 1 >= scheme.tiers().len() {
        return true;
    }
    let part = f64::from(part_bp) / f64::from(WHOLE_BP);
    let last_inside = calibration.boundaries.get(tier).and_then(Option::as_ref);
    match scheme.tiering() {
        TieringRule::ScoreThresholds(thresholds) => {
            thresholds.get(tier).is_some_and(|threshold| standing.score >= on_grid(threshold * part))
        }
        TieringRule::CustomerShares(_) => last_inside.is_some_and(|last| standing.score >= on_grid(last.score * part)),
        TieringRule::ValueShares(_) => last_inside.is_some_and(|last| {
            i128::from(standing.value) * i128::from(WHOLE_BP) >= i128::from(last.value) * i128::from(part_bp)
        }),
    }
}

/// The index of the tier a customer belongs to: the highest whose last customer inside does not sort before him.
/// Whoever is inside none is in the last tier, and so is everybody before the first run. A negative value sorts after
/// every boundary of shares of value.
pub fn place(scheme: &PyramidScheme, calibration: &Calibration, key: OrderKey<'_>) -> usize {
    let inside = match scheme.tiering() {
        TieringRule::ScoreThresholds(thresholds) => {
            thresholds.iter().position(|threshold| key.score >= on_grid(*threshold))
        }
        TieringRule::CustomerShares(_) => first_inside(calibration, key, SortOrder::ScoreThenValue),
        TieringRule::ValueShares(_) => first_inside(calibration, key, SortOrder::Value),
    };
    inside.unwrap_or(scheme.tiers().len().saturating_sub(1))
}

fn first_inside(calibration: &Calibration, key: OrderKey<'_>, order: SortOrder) -> Option<usize> {
    let is_inside = |boundary: &Boundary| order.compare_keys(key, boundary.key()) != Ordering::Greater;
    calibration.boundaries.iter().position(|boundary| boundary.as_ref().is_some_and(is_inside))
}

impl TieringRule {
    /// Which part of the customers or of the value each tier is to have, in basis points; empty for score thresholds.
    pub fn target_shares(&self) -> &[i32] {
        match self {
            Self::ScoreThresholds(_) => &[],
            Self::CustomerShares(shares) | Self::ValueShares(shares) => shares,
        }
    }

    /// What the population must be sorted by, if at all.
    pub(crate) fn order(&self) -> Option<SortOrder> {
        match self {
            Self::ScoreThresholds(_) => None,
            Self::CustomerShares(_) => Some(SortOrder::ScoreThenValue),
            Self::ValueShares(_) => Some(SortOrder::Value),
        }
    }

    /// For every tier but the last, the index of the last customer inside it or above, in a population sorted as the
    /// rule asks; nothing where that takes their values.
    pub(crate) fn ends_among(&self, customers: usize) -> Option<Vec<Option<usize>>> {
        match self {
            Self::ScoreThresholds(_) => Some(Vec::new()),
            Self::CustomerShares(shares) => {
                Some(cumulative(shares).map(|share| customer_end(share, customers)).collect())
            }
            Self::ValueShares(_) => None,
        }
    }

    /// The same from the values of the sorted population. `total` is the sum of those that are not negative.
    pub(crate) fn ends_by_value(&self, sorted: impl Iterator<Item = i64>, total: i128) -> Vec<Option<usize>> {
        value_ends(&cumulative(self.target_shares()).collect::<Vec<_>>(), sorted, total)
    }
}

impl SortOrder {
    pub(crate) fn compare(self, (a_score, a_value): (f64, i64), (b_score, b_value): (f64, i64)) -> Ordering {
        let by_value = b_value.cmp(&a_value);
        match self {
            SortOrder::ScoreThenValue => b_score.total_cmp(&a_score).then(by_value),
            SortOrder::Value => by_value,
        }
    }

    fn compare_keys(self, a: OrderKey<'_>, b: OrderKey<'_>) -> Ordering {
        self.compare((a.score, a.value), (b.score, b.value)).then_with(|| a.customer.cmp(b.customer))
    }
}

/// The lower ends of all tiers but the last, as basis points of the whole.
fn cumulative(shares_bp: &[i32]) -> impl Iterator<Item = i32> + '_ {
    let bounded = shares_bp.len().saturating_sub(1);
    shares_bp.iter().take(bounded).scan(0_i32, |sum, share| {
        *sum = sum.saturating_add(*share);
        Some(*sum)
    })
}

/// The last of the first ceil(share x n).
fn customer_end(share_bp: i32, customers: usize) -> Option<usize> {
    let inside = (customers as u128 * u128::from(share_bp.unsigned_abs())).div_ceil(WHOLE_BP as u128) as usize;
    inside.min(customers).checked_sub(1)
}

/// The last before whom less than the share of the total is held. The shares ascend, so a customer who is past one is
/// asked about the next only.
fn value_ends(shares_bp: &[i32], sorted: impl Iterator<Item = i64>, total: i128) -> Vec<Option<usize>> {
    let mut ends = vec![None; shares_bp.len()];
    let mut before = 0;
    let mut tier = 0;
    for (index, value) in sorted.enumerate().take_while(|(_, value)| *value >= 0) {
        let is_past = |share: &i32| before * i128::from(WHOLE_BP) >= i128::from(*share) * total;
        while shares_bp.get(tier).is_some_and(is_past) {
            tier += 1;
        }
        match ends.get_mut(tier) {
            Some(end) => *end = Some(index),
            None => break,
        }
        before += i128::from(value);
    }
    // A tier that a giant has leapt over is empty: it ends where the one above ends.
    for tier in 1..ends.len() {
        ends[tier] = ends[tier].or(ends[tier - 1]);
    }
    ends
}

#[cfg(test)]
mod tests;

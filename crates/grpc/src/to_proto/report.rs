//! A pyramid as a whole.

use guanxi::v1 as pb;
use guanxi_model::{Amount, Currency, PyramidId, Timestamp, name};
use guanxi_segmentation::{LorenzPoint, PyramidReport, PyramidScheme, Share, TierReport};
use guanxi_store::Judge;

use super::{money, time};

/// The report on a pyramid.
pub(crate) fn report(
    currency: &Currency,
    (pyramid, judge): (&PyramidId, &Judge),
    made: Timestamp,
    report: PyramidReport,
) -> pb::PyramidReport {
    let PyramidReport { tiers, ranked, negative, unranked, gini, lorenz } = report;
    pb::PyramidReport {
        pyramid: name::pyramid(pyramid),
        pyramid_revision: name::revision(pyramid, judge.number),
        report_time: Some(time::timestamp(made)),
        tiers: tiers.into_iter().enumerate().map(|one| tier(currency, &judge.scheme, one)).collect(),
        ranked_count: count(ranked.customers),
        unranked_count: count(unranked),
        total_value: Some(money::sum(currency, ranked.value)),
        negative_value_count: count(negative.customers),
        negative_value: Some(money::sum(currency, negative.value)),
        gini,
        lorenz_points: lorenz.into_iter().map(point).collect(),
        movement: None,
    }
}

/// One of the tiers of a scheme, by its index.
pub(super) fn tier(
    currency: &Currency,
    scheme: &PyramidScheme,
    (index, report): (usize, TierReport),
) -> pb::TierReport {
    let TierReport { customers, customer_share, value, value_share, lowest_value, negative } = report;
    let Share { customers: negative_customers, value: _ } = negative;
    pb::TierReport {
        tier: scheme.tiers().get(index).map(|tier| tier.id.to_string()).unwrap_or_default(),
        customer_count: count(customers),
        customer_share,
        value: Some(money::sum(currency, value)),
        value_share,
        lowest_value: lowest_value.map(|value| money::money(currency, Amount(value))),
        negative_value_count: count(negative_customers),
        target_basis_points: scheme.tiering().target_shares().get(index).copied(),
    }
}

fn point(point: LorenzPoint) -> pb::LorenzPoint {
    let LorenzPoint { customer_share, value_share } = point;
    pb::LorenzPoint { customer_share: Some(customer_share), value_share: Some(value_share) }
}

pub(super) fn count(customers: u64) -> i64 {
    i64::try_from(customers).unwrap_or(i64::MAX)
}

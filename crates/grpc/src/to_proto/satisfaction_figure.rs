//! Numbers that answers come to, and what two of them are apart.

use guanxi::v1 as pb;
use guanxi_satisfaction::cube::Size;
use guanxi_satisfaction::difference::{Against, Apart, Known};
use guanxi_satisfaction::quantity::{Part, Quantity, Reading};

use super::satisfaction_index::sample;
use super::{number, number_or_zero};

pub(super) fn quantity(quantity: Quantity) -> pb::SatisfactionQuantity {
    let Quantity { kind, part } = quantity;
    let (dimension, item) = match part {
        Part::Whole => (String::new(), String::new()),
        Part::Dimension(id) => (id, String::new()),
        Part::Item(id) => (String::new(), id),
    };
    pb::SatisfactionQuantity { kind: number(kind), dimension, item }
}

/// What too few have answered is not told.
pub(super) fn figure(reading: Reading) -> pb::SatisfactionFigure {
    let size = reading.size();
    let told = size.is_told().then_some(reading);
    let interval = told.and_then(Reading::interval);
    pb::SatisfactionFigure {
        sample: Some(sample(size)),
        value: told.and_then(Reading::value),
        standard_deviation: told.and_then(Reading::deviation),
        lower_bound: interval.map(|interval| interval.low),
        upper_bound: interval.map(|interval| interval.high),
    }
}

/// What somebody reports or wants.
fn known(Known { value, n, deviation }: Known) -> pb::SatisfactionFigure {
    let size = n.map(|n| Size::equal(i64::try_from(n).unwrap_or(i64::MAX)));
    pb::SatisfactionFigure {
        sample: size.map(sample),
        value: Some(value),
        standard_deviation: deviation,
        lower_bound: None,
        upper_bound: None,
    }
}

/// A number after, what it is held against, and what lies between.
pub(super) fn difference(
    of: Quantity,
    (after, before): (Reading, Against),
    apart: Option<Apart>,
) -> pb::SatisfactionDifference {
    let before = match before {
        Against::Set(before) => figure(before),
        Against::Known(before) => known(before),
    };
    pb::SatisfactionDifference {
        quantity: Some(quantity(of)),
        after: Some(figure(after)),
        before: Some(before),
        difference: apart.map(|apart| apart.difference),
        lower_bound: apart.map(|apart| apart.interval.low),
        upper_bound: apart.map(|apart| apart.interval.high),
        test: number_or_zero(apart.map(|apart| apart.test)),
        statistic: apart.and_then(|apart| apart.statistic),
        degrees_of_freedom: apart.and_then(|apart| apart.degrees),
        p_value: apart.and_then(|apart| apart.p_value),
        verdict: number_or_zero(apart.and_then(|apart| apart.verdict)),
    }
}

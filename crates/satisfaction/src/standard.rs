//! Service standards: what a product, a procedure or a person is held to, in which unit, and from where a control chart
//! takes what is usual. What is measured against them is in `measured`, what is told of it in `report`.

pub mod measured;
pub mod report;

use guanxi_model::{Day, Period, ServiceStandardId, Timestamp, TouchpointId, Violations};
use serde::{Deserialize, Serialize};

/// A service standard as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceStandard {
    pub id: ServiceStandardId,
    pub content: StandardContent,
    /// Of all measurements that count.
    pub totals: StandardTotals,
    /// Counts the writes of the resource itself.
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What callers write of a standard; kept as one document, so names are added and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandardContent {
    pub display_name: String,
    pub description: String,
    pub kind: StandardKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<TouchpointId>,
    pub owner: String,
    pub metric: StandardMetric,
    /// Of values: what one of them is, such as a second.
    pub unit: String,
    pub direction: StandardDirection,
    /// A share of 0 to 1, defects per million, or in units.
    pub target: f64,
    /// In how many ways one inspected unit can be defective.
    pub opportunities: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    pub period: Period,
}

/// What bounds the sums of a standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StandardTotals {
    /// The measurements that were ever recorded.
    pub measurements: i64,
    /// The absolute values of everything that counts: while this fits into 64 bits, so does every sum of a part.
    pub gross: i64,
}

/// What is usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// What was measured on these days, both included.
    Days(Day, Day),
    /// What is known from elsewhere: the centre and, of values, the standard deviation of one period's mean.
    Given { centre: f64, deviation: Option<f64> },
}

guanxi_model::words! {
    /// What a standard is about.
    StandardKind { Product = 1, Procedure = 2, Personal = 3 }
    /// What is measured.
    StandardMetric { DefectShare = 1, DefectsPerMillion = 2, Duration = 3, Amount = 4, Count = 5 }
    /// On which side of its target the good lies.
    StandardDirection { AtMost = 1, AtLeast = 2 }
}

/// The largest target, and the largest value that is measured: 10^9.
pub const LARGEST: i64 = 1_000_000_000;
/// The most opportunities of one unit.
const MOST_OPPORTUNITIES: i64 = 1_000_000;
/// The fields that say what measurements mean: fixed once something was measured.
pub const MEANING: [&str; 5] = ["metric", "unit", "direction", "target", "opportunities_per_unit"];

impl StandardMetric {
    /// Whether units are inspected for defects; else values are measured.
    pub fn counts_defects(self) -> bool {
        match self {
            StandardMetric::DefectShare | StandardMetric::DefectsPerMillion => true,
            StandardMetric::Duration | StandardMetric::Amount | StandardMetric::Count => false,
        }
    }

    /// What a share of 1 is called.
    pub fn scale(self) -> f64 {
        match self {
            StandardMetric::DefectsPerMillion => 1e6,
            StandardMetric::DefectShare | StandardMetric::Duration | StandardMetric::Amount | StandardMetric::Count => {
                1.0
            }
        }
    }

    /// The range of what is told by this metric.
    fn range(self) -> (f64, f64) {
        match self {
            StandardMetric::DefectShare => (0.0, 1.0),
            StandardMetric::DefectsPerMillion => (0.0, 1e6),
            StandardMetric::Duration | StandardMetric::Count => (0.0, LARGEST as f64),
            StandardMetric::Amount => (-LARGEST as f64, LARGEST as f64),
        }
    }
}

impl StandardContent {
    /// What does not fit together, by the names of the contract.
    pub fn faults(&self) -> Violations {
        let mut v = Violations::new();
        let (least, most) = self.metric.range();
        let off = |number: f64| !(least..=most).contains(&number);
        if off(self.target) {
            v.push("target", format!("must be from {least} to {most} for this metric, got {}", self.target));
        }
        if !self.metric.counts_defects() && self.opportunities != 1 {
            v.push("opportunities_per_unit", "only of metrics that count defects");
        } else if !(1..=MOST_OPPORTUNITIES).contains(&self.opportunities) {
            v.push("opportunities_per_unit", format!("must be from 1 to {MOST_OPPORTUNITIES}"));
        }
        match self.baseline {
            Some(Baseline::Days(first, last)) if first > last => {
                v.push("baseline.days.end_date", format!("must not be before the first, {first}, got {last}"));
            }
            Some(Baseline::Given { centre, deviation }) => self.given_faults(&mut v, (centre, deviation), off(centre)),
            Some(Baseline::Days(..)) | None => {}
        }
        v
    }

    fn given_faults(&self, v: &mut Violations, (centre, deviation): (f64, Option<f64>), off: bool) {
        if off {
            let (least, most) = self.metric.range();
            v.push("baseline.level.mean", format!("must be from {least} to {most} for this metric, got {centre}"));
        }
        let at = "baseline.level.standard_deviation";
        let has_deviation = matches!(self.metric, StandardMetric::Duration | StandardMetric::Amount);
        match deviation {
            None if has_deviation => v.push(at, "is required for this metric"),
            Some(_) if !has_deviation => v.push(at, "follows from the mean for this metric, and must not be given"),
            Some(deviation) if !(deviation > 0.0 && deviation <= LARGEST as f64) => {
                v.push(at, format!("must be above 0 and at most {LARGEST}, got {deviation}"));
            }
            Some(_) | None => {}
        }
    }

    /// Whether a value meets the standard.
    pub fn is_met_by(&self, value: f64) -> bool {
        match self.direction {
            StandardDirection::AtMost => value <= self.target,
            StandardDirection::AtLeast => value >= self.target,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// At most 2 % defective, reported by week.
    pub(crate) fn content(metric: StandardMetric, target: f64) -> StandardContent {
        StandardContent {
            display_name: "Loaves".into(),
            description: String::new(),
            kind: StandardKind::Product,
            touchpoint: None,
            owner: "bakery".into(),
            metric,
            unit: String::new(),
            direction: StandardDirection::AtMost,
            target,
            opportunities: 1,
            baseline: None,
            period: Period::Week,
        }
    }

    fn paths(content: &StandardContent) -> Vec<String> {
        content.faults().iter().map(|fault| fault.path.clone()).collect()
    }

    #[test]
    fn a_target_is_on_the_scale_of_its_metric() {
        for (metric, good, bad) in [
            (StandardMetric::DefectShare, 1.0, 1.1),
            (StandardMetric::DefectsPerMillion, 3.4, -1.0),
            (StandardMetric::Duration, 0.0, -1.0),
            (StandardMetric::Amount, -1e9, 1e10),
            (StandardMetric::Count, 7.5, f64::NAN),
        ] {
            assert!(paths(&content(metric, good)).is_empty(), "{metric:?}");
            assert_eq!(paths(&content(metric, bad)), ["target"], "{metric:?}");
        }
    }

    #[test]
    fn parts_fit_each_other() {
        let of = |metric, opportunities, baseline| {
            paths(&StandardContent { opportunities, baseline, ..content(metric, 0.5) })
        };
        let given = |centre, deviation| Some(Baseline::Given { centre, deviation });
        assert!(of(StandardMetric::DefectShare, 6, given(0.5, None)).is_empty());
        assert!(of(StandardMetric::Duration, 1, given(10.0, Some(1.0))).is_empty());
        assert_eq!(of(StandardMetric::DefectShare, 0, None), ["opportunities_per_unit"]);
        assert_eq!(of(StandardMetric::Count, 2, None), ["opportunities_per_unit"]);
        assert_eq!(of(StandardMetric::Count, 1, given(2.0, Some(1.0))), ["baseline.level.standard_deviation"]);
        assert_eq!(of(StandardMetric::Amount, 1, given(2.0, None)), ["baseline.level.standard_deviation"]);
        assert_eq!(of(StandardMetric::Amount, 1, given(2.0, Some(0.0))), ["baseline.level.standard_deviation"]);
        assert_eq!(of(StandardMetric::DefectShare, 1, given(2.0, None)), ["baseline.level.mean"]);
        let backwards = Some(Baseline::Days(Day(2), Day(1)));
        assert_eq!(of(StandardMetric::DefectShare, 1, backwards), ["baseline.days.end_date"]);
    }
}

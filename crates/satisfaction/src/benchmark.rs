//! Benchmarks: numbers that somebody else reports. They are held against what was measured, and never mixed into it.

use guanxi_model::{BenchmarkId, Day, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use crate::difference::Known;
use crate::quantity::{Part, Quantity, QuantityKind};
use crate::scheme::IndexForm;

/// A benchmark as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    pub id: BenchmarkId,
    pub content: BenchmarkContent,
    /// Counts the writes.
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What callers write of a benchmark; kept as one document, so names are added and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkContent {
    pub display_name: String,
    pub description: String,
    pub industry: String,
    /// Empty for the industry as a whole.
    pub competitor: String,
    /// The first and the last day it is about.
    pub days: (Day, Day),
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<IndexForm>,
    pub value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    pub source: String,
}

/// The widest gap there may be.
const MAX_GAP: f64 = 100.0;
/// Of fewer answers nothing is told.
const MIN_N: i64 = 5;
const MAX_N: i64 = 1_000_000_000;
const MAX_DEVIATION: f64 = 1_000.0;

impl BenchmarkContent {
    /// What does not fit together, at the fields of the contract.
    pub fn faults(&self) -> Violations {
        let mut v = Violations::new();
        let kind = self.quantity.kind;
        if self.days.1 < self.days.0 {
            v.push("end_date", format!("must not be before start_date, {}, got {}", self.days.0, self.days.1));
        }
        if self.quantity.part != Part::Whole {
            v.push("quantity", "of a benchmark names neither dimension nor item");
        }
        let has_form = matches!(kind, QuantityKind::Index | QuantityKind::Score);
        match (has_form, self.form) {
            (true, Some(IndexForm::Ratio | IndexForm::Interval)) | (false, None) => {}
            (true, _) => v.push("index_form", "must be RATIO or INTERVAL: by what answers became an index"),
            (false, Some(_)) => v.push("index_form", "must not be given: only an index and a score have a form"),
        }
        let (low, high) = self.range();
        if !(low..=high).contains(&self.value) {
            v.push("value", format!("must be {low} to {high}, got {}", self.value));
        }
        if let Some(n) = self.n.filter(|n| !(MIN_N..=MAX_N).contains(n)) {
            v.push("response_count", format!("must be {MIN_N} to {MAX_N}, got {n}"));
        }
        if let Some(deviation) = self.deviation {
            if !(0.0..=MAX_DEVIATION).contains(&deviation) {
                v.push("standard_deviation", format!("must be 0 to {MAX_DEVIATION}, got {deviation}"));
            }
            if kind.is_share() {
                v.push("standard_deviation", "must not be given: that of a share follows from it");
            } else if self.n.is_none() {
                v.push("standard_deviation", "must not be given without response_count");
            }
        }
        v
    }

    fn range(&self) -> (f64, f64) {
        match self.quantity.kind {
            QuantityKind::Gap => (-MAX_GAP, MAX_GAP),
            QuantityKind::Index => (0.0, 100.0),
            kind => kind.range(),
        }
    }

    /// What is known of its number.
    pub fn known(&self) -> Known {
        Known { value: self.value, n: self.n.and_then(|n| u64::try_from(n).ok()), deviation: self.deviation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(kind: QuantityKind, value: f64) -> BenchmarkContent {
        BenchmarkContent {
            display_name: "Trade".to_owned(),
            description: String::new(),
            industry: "Coffee".to_owned(),
            competitor: String::new(),
            days: (Day(20_000), Day(20_001)),
            quantity: Quantity::whole(kind),
            form: matches!(kind, QuantityKind::Index | QuantityKind::Score).then_some(IndexForm::Interval),
            value,
            n: None,
            deviation: None,
            source: "A survey".to_owned(),
        }
    }

    fn paths(content: &BenchmarkContent) -> Vec<String> {
        content.faults().iter().map(|fault| fault.path.clone()).collect()
    }

    #[test]
    fn values_are_those_of_their_quantity() {
        for (kind, good, bad) in [
            (QuantityKind::Index, 100.0, 100.5),
            (QuantityKind::Gap, -1.5, -101.0),
            (QuantityKind::Csat, 0.0, 1.1),
            (QuantityKind::NetPromoter, -100.0, f64::NAN),
        ] {
            assert!(paths(&content(kind, good)).is_empty(), "{kind:?}");
            assert_eq!(paths(&content(kind, bad)), ["value"], "{kind:?}");
        }
    }

    #[test]
    fn parts_fit_each_other() {
        let index = content(QuantityKind::Index, 70.0);
        assert_eq!(paths(&BenchmarkContent { form: Some(IndexForm::Gap), ..index.clone() }), ["index_form"]);
        assert_eq!(paths(&BenchmarkContent { form: None, ..index.clone() }), ["index_form"]);
        assert_eq!(paths(&BenchmarkContent { deviation: Some(9.0), ..index.clone() }), ["standard_deviation"]);
        assert_eq!(paths(&BenchmarkContent { deviation: Some(9.0), n: Some(4), ..index }), ["response_count"]);
        let share = content(QuantityKind::Csat, 0.8);
        let spoiled =
            BenchmarkContent { form: Some(IndexForm::Ratio), n: Some(9), deviation: Some(0.4), ..share.clone() };
        assert_eq!(paths(&spoiled), ["index_form", "standard_deviation"]);
        let part = Quantity { part: Part::Item("one".to_owned()), ..share.quantity };
        assert_eq!(
            paths(&BenchmarkContent { quantity: part, days: (Day(2), Day(1)), ..share }),
            ["end_date", "quantity"]
        );
    }
}

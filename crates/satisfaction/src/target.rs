//! Targets: a number that a set of answers shall reach by a day.

use guanxi_model::{Day, QuestionnaireId, SatisfactionTargetId, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use crate::difference::Known;
use crate::quantity::{Polarity, Quantity, QuantityKind, Reading};
use crate::scheme::{IndexForm, QuestionnaireScheme};
use crate::set::RecordSet;

guanxi_model::words! {
    /// Whether a target is reached.
    Attainment { Reached = 1, Open = 2, Missed = 3 }
}

/// A target as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub id: SatisfactionTargetId,
    pub content: TargetContent,
    /// Counts the writes.
    pub revision: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What callers write of a target; kept as one document, so names are added and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetContent {
    pub display_name: String,
    pub description: String,
    pub questionnaire: QuestionnaireId,
    pub set: RecordSet,
    pub quantity: Quantity,
    pub value: f64,
    pub due: Day,
    pub owner: String,
}

/// The largest number in points of a scale.
const MAX_POINTS: f64 = 1_000_000_000.0;

impl TargetContent {
    /// What does not fit the questionnaire, at the fields of the contract.
    pub fn faults(&self, scheme: &QuestionnaireScheme) -> Violations {
        let mut v = Violations::new();
        if let Err(faults) = scheme.source(&self.quantity) {
            v.merge("quantity", faults);
        }
        let has_scores = matches!(scheme.form(), IndexForm::Ratio | IndexForm::Interval);
        let (low, high) = match self.quantity.kind {
            QuantityKind::Index if has_scores => (0.0, 100.0),
            QuantityKind::Index | QuantityKind::Gap => (-MAX_POINTS, MAX_POINTS),
            kind => kind.range(),
        };
        if !(low..=high).contains(&self.value) {
            v.push("value", format!("must be {low} to {high}, got {}", self.value));
        }
        v
    }

    /// What is wanted, as something to test against.
    pub fn wanted(&self) -> Known {
        Known { value: self.value, n: None, deviation: None }
    }

    /// Whether a number has reached it; none of too few answers.
    pub fn attainment(&self, reading: Reading, today: Day) -> Option<Attainment> {
        let value = reading.value().filter(|_| reading.size().is_told())?;
        let reached = match self.quantity.kind.polarity() {
            Polarity::LowerIsBetter => value <= self.value,
            Polarity::HigherIsBetter | Polarity::Neither => value >= self.value,
        };
        Some(match reached {
            true => Attainment::Reached,
            false if today <= self.due => Attainment::Open,
            false => Attainment::Missed,
        })
    }

    /// Until the last day to reach it.
    pub fn days_left(&self, today: Day) -> i32 {
        self.due.0 - today.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{draft, rated, scheme};

    fn content(kind: QuantityKind, value: f64) -> TargetContent {
        TargetContent {
            display_name: "Better".to_owned(),
            description: String::new(),
            questionnaire: QuestionnaireId::from_trusted("service".to_owned()),
            set: RecordSet::default(),
            quantity: Quantity::whole(kind),
            value,
            due: Day(100),
            owner: "Somebody".to_owned(),
        }
    }

    #[test]
    fn a_share_of_dissatisfied_is_to_be_low() {
        let twelve = Reading::Share { hits: 12, of: 100 };
        let at = |kind, value, today| content(kind, value).attainment(twelve, Day(today));
        assert_eq!(at(QuantityKind::Dissatisfied, 0.12, 100), Some(Attainment::Reached));
        assert_eq!(at(QuantityKind::Dissatisfied, 0.1, 100), Some(Attainment::Open));
        assert_eq!(at(QuantityKind::Dissatisfied, 0.1, 101), Some(Attainment::Missed));
        assert_eq!(at(QuantityKind::Csat, 0.1, 101), Some(Attainment::Reached));
        assert_eq!(at(QuantityKind::Csat, 0.9, 99), Some(Attainment::Open));
        let few = Reading::Share { hits: 4, of: 4 };
        assert_eq!(content(QuantityKind::Csat, 0.9).attainment(few, Day(99)), None);
        assert_eq!(content(QuantityKind::Csat, 0.9).days_left(Day(101)), -1);
    }

    #[test]
    fn what_is_wanted_is_asked_and_possible() {
        let scheme = scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1)]));
        let paths = |kind, value| -> Vec<String> {
            content(kind, value).faults(&scheme).iter().map(|fault| fault.path.clone()).collect()
        };
        assert!(paths(QuantityKind::Index, 100.0).is_empty());
        assert_eq!(paths(QuantityKind::Index, 101.0), ["value"]);
        assert_eq!(paths(QuantityKind::NetPromoter, 101.0), ["quantity.kind", "value"]);
    }
}

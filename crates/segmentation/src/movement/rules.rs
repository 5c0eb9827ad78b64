//! How slowly customers fall, as a revision says it: the four numbers and what is wrong with them.

use guanxi_model::Violations;
use serde::{Deserialize, Serialize};

use crate::tiering::WHOLE_BP;

/// Rules of movement as they come from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovementDraft {
    /// What keeping a tier takes, of what entering it takes; 0 to 10,000.
    pub keep_basis_points: i32,
    /// Consecutive monthly reviews at which a tier is not kept, before it is lost; 1 to 120.
    pub reviews: i32,
    /// Days in a tier before it can be lost; 0 to 3,660.
    pub min_stay_days: i32,
    /// Tiers a customer falls at a time, at most; 1 to 19.
    pub max_fall: i32,
}

/// Validated rules of movement. They are stored as their draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MovementDraft", into = "MovementDraft")]
pub struct MovementRules(MovementDraft);

impl Default for MovementDraft {
    /// 80 % to keep, three reviews, 90 days, one tier.
    fn default() -> Self {
        MovementDraft { keep_basis_points: 8_000, reviews: 3, min_stay_days: 90, max_fall: 1 }
    }
}

impl MovementRules {
    /// The rules of a draft.
    ///
    /// # Errors
    /// Everything that is wrong with the draft, at paths such as `movement_rules.review_count`.
    pub fn new(draft: MovementDraft) -> Result<MovementRules, Violations> {
        let MovementDraft { keep_basis_points, reviews, min_stay_days, max_fall } = draft;
        let mut faults = Violations::new();
        let bounds = [
            ("keep_basis_points", keep_basis_points, 0, WHOLE_BP),
            ("review_count", reviews, 1, 120),
            ("minimum_stay_days", min_stay_days, 0, 3_660),
            ("maximum_fall", max_fall, 1, 19),
        ];
        for (name, number, least, most) in bounds {
            if !(least..=most).contains(&number) {
                faults.push(format!("movement_rules.{name}"), format!("is {number}; {least} to {most} is allowed"));
            }
        }
        faults.finish().map(|()| MovementRules(draft))
    }

    /// What keeping a tier takes, of what entering it takes.
    pub fn keep_basis_points(&self) -> i32 {
        self.0.keep_basis_points
    }

    /// Consecutive reviews at which a tier is not kept, before it is lost.
    pub fn reviews(&self) -> i32 {
        self.0.reviews
    }

    /// Days in a tier before it can be lost.
    pub fn min_stay_days(&self) -> i32 {
        self.0.min_stay_days
    }

    /// Tiers a customer falls at a time, at most.
    pub fn max_fall(&self) -> i32 {
        self.0.max_fall
    }
}

impl TryFrom<MovementDraft> for MovementRules {
    type Error = Violations;

    fn try_from(draft: MovementDraft) -> Result<Self, Violations> {
        MovementRules::new(draft)
    }
}

impl From<MovementRules> for MovementDraft {
    fn from(MovementRules(draft): MovementRules) -> Self {
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_rules_is_named() {
        let draft = MovementDraft { keep_basis_points: 10_001, reviews: 0, min_stay_days: -1, max_fall: 20 };
        let faults = MovementRules::new(draft).unwrap_err().to_string();
        assert_eq!(
            faults,
            "movement_rules.keep_basis_points: is 10001; 0 to 10000 is allowed; \
             movement_rules.review_count: is 0; 1 to 120 is allowed; \
             movement_rules.minimum_stay_days: is -1; 0 to 3660 is allowed; \
             movement_rules.maximum_fall: is 20; 1 to 19 is allowed"
        );
        for draft in [
            MovementDraft { keep_basis_points: 0, reviews: 1, min_stay_days: 0, max_fall: 1 },
            MovementDraft { keep_basis_points: 10_000, reviews: 120, min_stay_days: 3_660, max_fall: 19 },
        ] {
            let rules = MovementRules::new(draft).unwrap();
            let stored = serde_json::to_string(&rules).unwrap();
            assert_eq!(serde_json::from_str::<MovementRules>(&stored).unwrap(), rules);
        }
        let stored = serde_json::to_string(&draft).unwrap();
        assert!(serde_json::from_str::<MovementRules>(&stored).is_err());
    }
}

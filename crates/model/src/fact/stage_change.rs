//! A step in the life of the relationship, with its reason in two levels.

use serde::{Deserialize, Serialize};

use crate::Stage;

/// From its occur time on the customer is in this stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageChange {
    pub stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<StageReason>,
}

/// Why a customer came, stopped, left or returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageReason {
    pub group: StageReasonGroup,
    pub cause: Option<StageReasonCause>,
    pub competitor: String,
    pub basis: StageReasonBasis,
}

crate::words! {
    /// Whether we could have done something about it.
    StageReasonGroup { Preventable = 1, NotPreventable = 2 }
    /// What made a customer change.
    StageReasonCause {
        Price = 1, Product = 2, Service = 3, Indifference = 4, Complaint = 5, Competitor = 6, OtherTies = 7, Moved = 8,
        Ceased = 9, NeedGone = 10
    }
    /// How we know.
    StageReasonBasis { Told = 1, Assumed = 2 }
}

impl StageReasonCause {
    /// Whether the cause belongs to the group. Moving away, ceasing to be and a need that is gone cannot be prevented;
    /// what our own work causes can.
    pub fn belongs_to(self, group: StageReasonGroup) -> bool {
        use StageReasonCause::{
            Ceased, Competitor, Complaint, Indifference, Moved, NeedGone, OtherTies, Price, Product, Service,
        };
        match self {
            Price | Product | Service | Indifference | Complaint => group == StageReasonGroup::Preventable,
            Moved | Ceased | NeedGone => group == StageReasonGroup::NotPreventable,
            // A better offer or new friends: sometimes ours to answer, sometimes not.
            Competitor | OtherTies => true,
        }
    }
}

//! What we decided about a tier of a pyramid, or about one customer in it: in whom to invest and whom to let go. People
//! decide; what they decided is kept as it was said, one decision after the other. Nothing is computed from it.

use guanxi_model::{CustomerId, Day, PyramidId, TargetDecisionId, TierId, Timestamp};

guanxi_model::words! {
    /// What to do about a target.
    TargetDecisionKind { Invest = 1, Maintain = 2, Reduce = 3, Release = 4 }
}

/// Whom a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Tier(TierId),
    Customer(CustomerId),
}

/// A decision to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTargetDecision {
    pub pyramid: PyramidId,
    pub target: Target,
    pub kind: TargetDecisionKind,
    /// Who decided, in the caller's words.
    pub decided_by: String,
    pub reason: String,
    /// When to decide again.
    pub review: Option<Day>,
}

/// A decision that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDecision {
    pub id: TargetDecisionId,
    pub content: NewTargetDecision,
    pub record_time: Timestamp,
    /// Whether it is the newest about its target.
    pub present: bool,
}

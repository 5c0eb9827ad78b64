//! Stage changes.

use guanxi::v1 as pb;
use guanxi_model::fact::{StageChange, StageReason};

use super::{number, number_or_zero};

pub(super) fn resource(name: String, context: pb::FactContext, change: StageChange) -> pb::StageChange {
    let StageChange { stage, reason: why } = change;
    pb::StageChange { name, context: Some(context), stage: number(stage), reason: why.map(reason) }
}

fn reason(reason: StageReason) -> pb::StageReason {
    let StageReason { group, cause, competitor, basis } = reason;
    pb::StageReason { group: number(group), cause: number_or_zero(cause), competitor, basis: number(basis) }
}

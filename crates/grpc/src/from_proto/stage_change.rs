//! A step in the life of the relationship.

use guanxi::v1 as pb;
use guanxi_model::fact::{FactBody, StageChange, StageReason, StageReasonCause, StageReasonGroup};
use guanxi_model::{Violations, text};

use super::fact::Parts;
use super::{Path, word, word_or_none};

const MAX_COMPETITOR: usize = 200;

pub(super) fn parts(v: &mut Violations, at: Path<'_>, change: pb::StageChange) -> Parts {
    let pb::StageChange { name: _, context, stage, reason: why } = change;
    let stage = word(v, at.field("stage"), stage, pb::CustomerStage::as_str_name);
    let reason = why.and_then(|why| reason(v, at.field("reason"), why));
    Parts { context, body: stage.map(|stage| FactBody::StageChange(StageChange { stage, reason })) }
}

fn reason(v: &mut Violations, at: Path<'_>, reason: pb::StageReason) -> Option<StageReason> {
    let pb::StageReason { group, cause, competitor, basis } = reason;
    let group: Option<StageReasonGroup> = word(v, at.field("group"), group, pb::StageReasonGroup::as_str_name);
    let cause: Option<StageReasonCause> = word_or_none(v, at.field("cause"), cause, pb::StageReasonCause::as_str_name);
    if let (Some(group), Some(cause)) = (group, cause)
        && !cause.belongs_to(group)
    {
        v.push(at.field("cause"), "is no cause of this group");
    }
    let competitor = v.field(at.field("competitor"), text::optional(competitor, MAX_COMPETITOR));
    let basis = word(v, at.field("basis"), basis, pb::StageReasonBasis::as_str_name);
    Some(StageReason { group: group?, cause, competitor: competitor?, basis: basis? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_proto::fact::read;
    use crate::from_proto::testing::context;
    use crate::kinds::Message;
    use crate::testing::{ctx, paths};

    fn change(stage: i32, reason: Option<pb::StageReason>) -> Message {
        Message::StageChange(pb::StageChange { name: String::new(), context: Some(context()), stage, reason })
    }

    #[test]
    fn a_cause_belongs_to_its_group() {
        let reason = |group, cause| Some(pb::StageReason { group, cause, competitor: String::new(), basis: 1 });
        // Price could have been prevented; moving away could not.
        assert!(read(&ctx(), change(4, reason(1, 1))).is_ok());
        assert!(read(&ctx(), change(4, reason(2, 8))).is_ok());
        assert!(read(&ctx(), change(4, reason(1, 0))).is_ok());
        assert_eq!(paths(read(&ctx(), change(4, reason(2, 1)))), ["fact.reason.cause"]);
        assert_eq!(paths(read(&ctx(), change(4, reason(1, 8)))), ["fact.reason.cause"]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let reason = pb::StageReason { group: 0, cause: 99, competitor: "x".repeat(201), basis: 0 };
        let told = ["stage", "reason.group", "reason.cause", "reason.competitor", "reason.basis"];
        assert_eq!(paths(read(&ctx(), change(0, Some(reason)))), told.map(|path| format!("fact.{path}")));
    }
}

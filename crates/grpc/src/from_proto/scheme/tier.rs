//! The tiers of a scheme, with what follows from them.

use guanxi::v1 as pb;
use guanxi_model::{AttributeKey, LabelKey, Violations, text};
use guanxi_segmentation::{DataStandard, TierDraft, TierStrategy};

use super::super::{Path, distinct, word, word_or_none};

const MAX_DISPLAY_NAME: usize = 200;
/// Of each sort of what a data standard requires.
const MAX_REQUIRED: usize = 50;

/// A tier, with what is done for its customers and what is to be known about them.
pub(super) fn tier(v: &mut Violations, at: Path<'_>, tier: pb::Tier) -> TierDraft {
    let pb::Tier { tier_id, display_name, strategy: what_we_do, data_standard: standard, gate } = tier;
    let display_name = v.field(at.field("display_name"), text::optional(display_name, MAX_DISPLAY_NAME));
    let strategy = what_we_do.map(|what_we_do| strategy(v, at.field("strategy"), what_we_do));
    let data_standard = standard.map(|standard| data_standard(v, at.field("data_standard"), standard));
    TierDraft { id: tier_id, display_name: display_name.unwrap_or_default(), strategy, data_standard, gate }
}

fn data_standard(v: &mut Violations, at: Path<'_>, standard: pb::DataStandard) -> DataStandard {
    let pb::DataStandard { required, required_labels, required_attributes } = standard;
    DataStandard {
        items: distinct(v, at.field("required"), (required, MAX_REQUIRED), |v, at, item| {
            word(v, at, item, pb::RecordItem::as_str_name)
        }),
        labels: distinct(v, at.field("required_labels"), (required_labels, MAX_REQUIRED), |v, at, key| {
            v.field(at, LabelKey::parse(key))
        }),
        attributes: distinct(v, at.field("required_attributes"), (required_attributes, MAX_REQUIRED), |v, at, key| {
            v.field(at, AttributeKey::parse(key))
        }),
    }
}

/// What a scheme cannot express is refused here: parts of a second, and numbers that are no role.
fn strategy(v: &mut Violations, at: Path<'_>, strategy: pb::TierStrategy) -> TierStrategy {
    let pb::TierStrategy { service_level, contact_interval_days, response_deadline, communication_policy, owner_role } =
        strategy;
    let response_deadline_seconds = response_deadline.map(|deadline| {
        let prost_types::Duration { seconds, nanos } = deadline;
        if nanos != 0 {
            v.push(at.field("response_deadline"), "must be whole seconds");
        }
        seconds
    });
    TierStrategy {
        service_level,
        contact_interval_days,
        response_deadline_seconds,
        communication_policy,
        owner_role: word_or_none(v, at.field("owner_role"), owner_role, pb::AccountTeamRole::as_str_name),
    }
}

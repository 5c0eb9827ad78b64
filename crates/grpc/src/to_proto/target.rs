//! What was decided about tiers and customers.

use guanxi::v1 as pb;
use guanxi_model::name;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_segmentation::{NewTargetDecision, Target, TargetDecision};

use super::{number, page, time};

/// A decision.
pub(crate) fn resource(decision: TargetDecision) -> pb::TargetDecision {
    use pb::target_decision::Target as Pb;
    let TargetDecision { id, content, record_time, present } = decision;
    let NewTargetDecision { pyramid, target, kind, decided_by, reason, review } = content;
    pb::TargetDecision {
        name: name::target_decision(&pyramid, &id),
        decision: number(kind),
        decided_by,
        reason,
        review_date: review.map(time::day),
        record_time: Some(time::timestamp(record_time)),
        present,
        target: Some(match target {
            Target::Tier(tier) => Pb::Tier(tier.into()),
            Target::Customer(customer) => Pb::Customer(name::customer(&customer)),
        }),
    }
}

/// ListTargetDecisions.
pub(crate) fn list_response(query: QueryHash, decisions: Page<TargetDecision>) -> pb::ListTargetDecisionsResponse {
    let key = |decision: &TargetDecision| vec![KeyPart::Bytes(decision.id.as_bytes().to_vec())];
    let (target_decisions, next_page_token) = page::close(decisions, query, key, resource);
    pb::ListTargetDecisionsResponse { target_decisions, next_page_token }
}

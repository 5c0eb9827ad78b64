//! What people decide: how tiers are to be treated, and where one customer stands for a while. Nothing is decided twice.

use guanxi::v1 as pb;
use pb::TargetDecisionKind::{Invest, Reduce};
use pb::target_decision::Target;

use super::found::{Founder, Line, request_id};
use super::pyramids::{POTENTIAL, STANDING};
use crate::cli::client;

const DECIDED_BY: &str = "m.lang";

impl Founder<'_> {
    /// Decisions about the best and the last tier, and that a customer is held where it may grow.
    pub(super) async fn decisions(&self, customer: &str) -> Result<Line, client::Error> {
        let mut line = Line::new("decisions");
        for (tier, decision, reason) in [
            ("gold", Invest, "They bring others along: a visit each quarter"),
            ("iron", Reduce, "The hotline costs more than they leave us"),
        ] {
            self.target(&mut line, (tier, decision.into(), reason)).await?;
        }
        self.hold(&mut line, customer).await?;
        Ok(line)
    }

    async fn target(&self, line: &mut Line, (tier, decision, reason): (&str, i32, &str)) -> Result<(), client::Error> {
        let parent = format!("pyramids/{STANDING}");
        let list = pb::ListTargetDecisionsRequest {
            parent: parent.clone(),
            filter: format!("tier = {tier}"),
            page_size: 1,
            ..Default::default()
        };
        let list = || {
            let (mut client, request) = (self.segmentation(), list.clone());
            async move { client.list_target_decisions(request).await }
        };
        if !self.call(list).await?.target_decisions.is_empty() {
            line.keep();
            return Ok(());
        }
        let target_decision = pb::TargetDecision {
            target: Some(Target::Tier(tier.to_owned())),
            decision,
            decided_by: DECIDED_BY.to_owned(),
            reason: reason.to_owned(),
            ..Default::default()
        };
        let target_decision = Some(target_decision);
        let request = pb::RecordTargetDecisionRequest { parent, target_decision, request_id: request_id() };
        let record = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.record_target_decision(request).await }
        };
        line.count(self.call(record).await)
    }

    async fn hold(&self, line: &mut Line, customer: &str) -> Result<(), client::Error> {
        let name = format!("{customer}/tierAssignments/{POTENTIAL}");
        let request = pb::GetTierAssignmentRequest { name: name.clone(), ..Default::default() };
        let get = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.get_tier_assignment(request).await }
        };
        if self.call(get).await?.r#override.is_some() {
            line.keep();
            return Ok(());
        }
        let request = pb::SetTierOverrideRequest {
            name,
            tier: "focus".to_owned(),
            actor: DECIDED_BY.to_owned(),
            reason: "Opens two more shops next year".to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        let set = || {
            let (mut client, request) = (self.segmentation(), request.clone());
            async move { client.set_tier_override(request).await }
        };
        line.count(self.call(set).await)
    }
}

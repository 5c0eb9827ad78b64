//! Requests about what was decided about tiers and customers.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::filter::{Expr, Term, Value};
use guanxi_model::page::{KeyPart, QueryHash};
use guanxi_model::{PyramidId, TargetDecisionId, TierId, Violations, name, text};
use guanxi_segmentation::{NewTargetDecision, Target};
use guanxi_store::{TARGET_DECISION_FILTER, TargetDecisionQuery};

use super::customer::request_id;
use super::page::Column;
use super::{Context, Path, done, given, page, time, word};

const MAX_DECIDED_BY: usize = 200;
const MAX_REASON: usize = 2000;

/// GetTargetDecision.
pub(crate) fn get_request(request: &pb::GetTargetDecisionRequest) -> Result<(PyramidId, TargetDecisionId), Violations> {
    let pb::GetTargetDecisionRequest { name } = request;
    let mut v = Violations::new();
    let found = v.field(Path::of("name"), name::parse_target_decision(name));
    done(v, found)
}

/// RecordTargetDecision.
pub(crate) fn record_request(
    ctx: &Context<'_>,
    request: pb::RecordTargetDecisionRequest,
) -> Result<(NewTargetDecision, Guard), Violations> {
    let pb::RecordTargetDecisionRequest { parent, target_decision, request_id: id } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(&parent));
    let at = Path::of("target_decision");
    let new = given(&mut v, at, target_decision).and_then(|message| decision(ctx, &mut v, at, (pyramid, message)));
    done(v, new.map(|new| (new, Guard { etag: String::new(), request_id })))
}

fn decision(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (pyramid, message): (Option<PyramidId>, pb::TargetDecision),
) -> Option<NewTargetDecision> {
    let pb::TargetDecision {
        name: _,
        target: about,
        decision,
        decided_by,
        reason,
        review_date,
        record_time: _,
        present: _,
    } = message;
    let target = match about {
        Some(about) => target(v, at, about),
        None => {
            v.push(at.field("target"), "choose one of tier, customer");
            None
        }
    };
    let kind = word(v, at.field("decision"), decision, pb::TargetDecisionKind::as_str_name);
    let decided_by = v.field(at.field("decided_by"), text::required(decided_by, MAX_DECIDED_BY));
    let reason = v.field(at.field("reason"), text::required_note(reason, MAX_REASON));
    let review = time::day_if_given(v, at.field("review_date"), review_date);
    if let Some(past) = review.filter(|review| *review < ctx.today) {
        v.push(at.field("review_date"), format!("must not be before today, {}, got {past}", ctx.today));
    }
    Some(NewTargetDecision {
        pyramid: pyramid?,
        target: target?,
        kind: kind?,
        decided_by: decided_by?,
        reason: reason?,
        review,
    })
}

fn target(v: &mut Violations, at: Path<'_>, target: pb::target_decision::Target) -> Option<Target> {
    use pb::target_decision::Target as Pb;
    match target {
        Pb::Tier(tier) => v.field(at.field("tier"), TierId::parse(tier)).map(Target::Tier),
        Pb::Customer(name) => v.field(at.field("customer"), name::parse_customer(&name)).map(Target::Customer),
    }
}

/// ListTargetDecisions.
pub(crate) fn list_request(
    request: &pb::ListTargetDecisionsRequest,
) -> Result<(TargetDecisionQuery, QueryHash), Violations> {
    let pb::ListTargetDecisionsRequest { parent, page_size, page_token, filter } = request;
    let mut v = Violations::new();
    let pyramid = v.field(Path::of("parent"), name::parse_pyramid(parent));
    let filter = page::filter(&mut v, filter, &TARGET_DECISION_FILTER);
    if let Some(filter) = &filter {
        names(&mut v, filter.expr());
    }
    let canonical = filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let query = ["targetDecisions", parent, &canonical];
    let paging = page::paging(&mut v, (*page_size, page_token), &query, &[Column::Bytes]);
    let list = paging.and_then(|paging| {
        let before = match paging.after.as_deref() {
            Some([KeyPart::Bytes(last)]) => Some(last.clone()),
            _ => None,
        };
        let list = TargetDecisionQuery { pyramid: pyramid?, filter: filter?, limit: paging.size, before };
        Some((list, paging.query))
    });
    done(v, list)
}

/// Refuses texts that name no customer and no tier: they would quietly match nothing.
fn names(v: &mut Violations, expr: &Expr) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| names(v, part)),
        Expr::Not(part) => names(v, part),
        Expr::Term(Term { field: "customer", value: Value::Text(name), .. }) => {
            v.field(Path::of("filter"), name::parse_customer(name));
        }
        Expr::Term(Term { field: "tier", value: Value::Text(tier), .. }) => {
            v.field(Path::of("filter"), TierId::parse(tier.as_str()));
        }
        Expr::Term(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use guanxi::google::r#type::Date;
    use pb::target_decision::Target as Pb;

    use super::*;
    use crate::testing::{ctx, paths};

    fn read(decision: pb::TargetDecision) -> Result<NewTargetDecision, Violations> {
        let request = pb::RecordTargetDecisionRequest {
            parent: "pyramids/value".into(),
            target_decision: Some(decision),
            request_id: String::new(),
        };
        record_request(&ctx(), request).map(|(new, _)| new)
    }

    fn sound() -> pb::TargetDecision {
        pb::TargetDecision {
            target: Some(Pb::Customer("customers/ada".into())),
            decision: 1,
            decided_by: "board".into(),
            reason: "Grows.\nFast.".into(),
            review_date: Some(Date { year: 2026, month: 1, day: 31 }),
            ..pb::TargetDecision::default()
        }
    }

    #[test]
    fn review_may_be_today_and_not_before() {
        assert_eq!(read(sound()).unwrap().review, Some(ctx().today));
        let yesterday = pb::TargetDecision { review_date: Some(Date { year: 2026, month: 1, day: 30 }), ..sound() };
        assert_eq!(paths(read(yesterday)), ["target_decision.review_date"]);
        assert_eq!(read(pb::TargetDecision { review_date: None, ..sound() }).unwrap().review, None);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let told = ["target", "decision", "decided_by", "reason"].map(|field| format!("target_decision.{field}"));
        assert_eq!(paths(read(pb::TargetDecision::default())), told);
        let spoiled = pb::TargetDecision {
            target: Some(Pb::Tier("Gold".into())),
            decision: 5,
            decided_by: "x".repeat(201),
            reason: "x".repeat(2001),
            review_date: Some(Date { year: 2026, month: 2, day: 30 }),
            ..sound()
        };
        let told = ["tier", "decision", "decided_by", "reason", "review_date"];
        assert_eq!(paths(read(spoiled)), told.map(|field| format!("target_decision.{field}")));
    }

    #[test]
    fn filters_name_customers_and_tiers() {
        let list = |filter: &str| {
            let parent = "pyramids/value".into();
            list_request(&pb::ListTargetDecisionsRequest { parent, filter: filter.into(), ..Default::default() })
        };
        assert!(list("customer = customers/ada AND present = true OR tier = gold").is_ok());
        for refused in ["customer = ada", "NOT (tier = Gold)", "present = true AND reason = x", "decision = KEEP"] {
            assert_eq!(paths(list(refused)), ["filter"], "{refused}");
        }
    }
}

//! What was decided about tiers and customers: recorded once, kept as history, listed the newest first.

use std::time::Duration;

use guanxi::google::r#type::Date;
use guanxi::v1::target_decision::Target;
use guanxi::v1::{
    DeleteCustomerRequest, DeletePyramidRequest, GetTargetDecisionRequest, ListTargetDecisionsRequest,
    RecordTargetDecisionRequest, TargetDecision, TargetDecisionKind, UndeleteCustomerRequest,
};
use guanxi_testkit::{TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{activate, active_pyramid, add_revision, by_revenue, create_pyramid, invalid, refused};
use crate::support::{create_person, request_id, time};

on_each_backend! {
    decision_is_kept_as_it_was_said,
    newest_about_a_target_is_the_present_one,
    decisions_are_filtered,
    decisions_are_listed_page_by_page,
    retried_decision_is_recorded_once,
    decision_about_nobody_is_refused,
    tier_is_one_of_the_revision_in_force_or_of_the_newest,
    every_fault_is_named_at_once,
    decisions_about_deleted_customers_are_left_out,
    pyramid_takes_its_decisions_with_it,
}

fn about(target: Target, kind: TargetDecisionKind) -> TargetDecision {
    TargetDecision {
        target: Some(target),
        decision: kind.into(),
        decided_by: "sales board".into(),
        reason: "Opens a second plant.\nNeeds spare parts.".into(),
        ..TargetDecision::default()
    }
}

fn ada() -> Target {
    Target::Customer("customers/ada".into())
}

fn tier(id: &str) -> Target {
    Target::Tier(id.into())
}

async fn try_record(guanxi: &TestServer, decision: TargetDecision) -> Result<TargetDecision, Status> {
    // Ids are in the order of time; the clock of a test stands still.
    guanxi.clock.advance(Duration::from_secs(1));
    let request = RecordTargetDecisionRequest {
        parent: "pyramids/value".into(),
        target_decision: Some(decision),
        request_id: String::new(),
    };
    Ok(guanxi.segmentation().record_target_decision(request).await?.into_inner())
}

async fn record(guanxi: &TestServer, target: Target, kind: TargetDecisionKind) -> TargetDecision {
    try_record(guanxi, about(target, kind)).await.unwrap()
}

fn filtered(filter: &str) -> ListTargetDecisionsRequest {
    ListTargetDecisionsRequest { parent: "pyramids/value".into(), filter: filter.into(), ..Default::default() }
}

async fn get(guanxi: &TestServer, name: &str) -> Result<TargetDecision, Status> {
    let request = GetTargetDecisionRequest { name: name.into() };
    Ok(guanxi.segmentation().get_target_decision(request).await?.into_inner())
}

async fn list(guanxi: &TestServer, filter: &str) -> Vec<TargetDecision> {
    guanxi.segmentation().list_target_decisions(filtered(filter)).await.unwrap().into_inner().target_decisions
}

async fn decision_is_kept_as_it_was_said(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let review_date = Some(Date { year: 2026, month: 1, day: 31 });
    let new = TargetDecision { review_date, ..about(ada(), TargetDecisionKind::Invest) };
    let kept = try_record(&guanxi, new.clone()).await.unwrap();
    assert!(kept.name.starts_with("pyramids/value/targetDecisions/"), "{}", kept.name);
    let record_time = Some(time("2026-01-31T12:00:01Z"));
    assert_eq!(kept, TargetDecision { name: kept.name.clone(), record_time, present: true, ..new });
    assert_eq!(list(&guanxi, "").await, std::slice::from_ref(&kept));
    assert_eq!(get(&guanxi, &kept.name).await.unwrap(), kept);
    let other = "pyramids/value/targetDecisions/0198c5a0-0000-7000-8000-000000000000";
    let missing = refused(get(&guanxi, other).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], other);
    invalid(get(&guanxi, "pyramids/value/targetDecisions/first").await, &["name"]);
}

async fn newest_about_a_target_is_the_present_one(guanxi: TestServer) {
    use TargetDecisionKind::{Invest, Maintain, Reduce, Release};
    create_person(&guanxi, "ada").await;
    create_person(&guanxi, "ben").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    record(&guanxi, ada(), Invest).await;
    record(&guanxi, tier("gold"), Maintain).await;
    record(&guanxi, Target::Customer("customers/ben".into()), Reduce).await;
    record(&guanxi, tier("silver"), Invest).await;
    record(&guanxi, ada(), Release).await;
    record(&guanxi, tier("gold"), Invest).await;
    let seen: Vec<_> =
        list(&guanxi, "").await.into_iter().map(|one| (one.target.clone(), one.decision(), one.present)).collect();
    let expected = [
        (Some(tier("gold")), Invest, true),
        (Some(ada()), Release, true),
        (Some(tier("silver")), Invest, true),
        (Some(Target::Customer("customers/ben".into())), Reduce, true),
        (Some(tier("gold")), Maintain, false),
        (Some(ada()), Invest, false),
    ];
    assert_eq!(seen, expected);
    let present = list(&guanxi, "customer = \"customers/ada\" AND present = true").await;
    assert_eq!(present.iter().map(TargetDecision::decision).collect::<Vec<_>>(), [Release]);
    let present = list(&guanxi, "tier = gold present = true").await;
    assert_eq!(present.iter().map(TargetDecision::decision).collect::<Vec<_>>(), [Invest]);
}

async fn decisions_are_filtered(guanxi: TestServer) {
    use TargetDecisionKind::{Invest, Reduce};
    create_person(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let due = |target, kind, day| {
        let review_date = Some(Date { year: 2026, month: 3, day });
        TargetDecision { review_date, ..about(target, kind) }
    };
    let ada_in_march = try_record(&guanxi, due(ada(), Invest, 1)).await.unwrap().name;
    let gold_later = try_record(&guanxi, due(tier("gold"), Reduce, 20)).await.unwrap().name;
    let silver = record(&guanxi, tier("silver"), Reduce).await.name;
    for (filter, expected) in [
        ("customer = customers/ada", vec![&ada_in_march]),
        ("customer != customers/ada", vec![&silver, &gold_later]),
        ("tier = silver OR customer = customers/ada", vec![&silver, &ada_in_march]),
        ("tier = gold AND customer = customers/ada", vec![]),
        ("decision = REDUCE AND NOT tier = gold", vec![&silver]),
        ("review_date <= 2026-03-01", vec![&ada_in_march]),
        ("review_date > \"2026-03-01\"", vec![&gold_later]),
        ("present = false", vec![]),
    ] {
        let names: Vec<_> = list(&guanxi, filter).await.into_iter().map(|one| one.name).collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
}

async fn decisions_are_listed_page_by_page(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let mut recorded = Vec::new();
    for _ in 0..5 {
        recorded.insert(0, record(&guanxi, tier("gold"), TargetDecisionKind::Maintain).await.name);
    }
    let mut request = ListTargetDecisionsRequest { page_size: 2, ..filtered("") };
    let mut pages: Vec<Vec<String>> = Vec::new();
    loop {
        let page = guanxi.segmentation().list_target_decisions(request.clone()).await.unwrap().into_inner();
        pages.push(page.target_decisions.into_iter().map(|one| one.name).collect());
        if page.next_page_token.is_empty() {
            break;
        }
        // What is added meanwhile is newer than the page before.
        record(&guanxi, tier("gold"), TargetDecisionKind::Reduce).await;
        request.page_token = page.next_page_token;
    }
    assert_eq!((pages.len(), pages.concat()), (3, recorded));
    let other = ListTargetDecisionsRequest { filter: "tier = gold".into(), ..request };
    invalid(guanxi.segmentation().list_target_decisions(other).await, &["page_token"]);
}

async fn retried_decision_is_recorded_once(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let request = |number, decision| RecordTargetDecisionRequest {
        parent: "pyramids/value".into(),
        target_decision: Some(decision),
        request_id: request_id(number),
    };
    let invest = || about(ada(), TargetDecisionKind::Invest);
    let first = guanxi.segmentation().record_target_decision(request(1, invest())).await.unwrap().into_inner();
    guanxi.clock.advance(Duration::from_secs(1));
    let again = guanxi.segmentation().record_target_decision(request(1, invest())).await.unwrap().into_inner();
    assert_eq!(again, first);
    // The same words of another request are another decision.
    let second = guanxi.segmentation().record_target_decision(request(2, invest())).await.unwrap().into_inner();
    assert_ne!(second.name, first.name);
    let again = guanxi.segmentation().record_target_decision(request(1, invest())).await.unwrap().into_inner();
    assert_eq!(again, TargetDecision { present: false, ..first }, "it is no longer the present one");
    let other = request(1, about(ada(), TargetDecisionKind::Release));
    let reused = guanxi.segmentation().record_target_decision(other).await;
    refused(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
    assert_eq!(list(&guanxi, "").await.len(), 2);
}

async fn decision_about_nobody_is_refused(guanxi: TestServer) {
    let invest = |target| about(target, TargetDecisionKind::Invest);
    for target in [ada(), tier("gold")] {
        let missing = refused(try_record(&guanxi, invest(target)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert_eq!(missing.metadata["resource"], "pyramids/value");
    }
    let missing = guanxi.segmentation().list_target_decisions(filtered("")).await;
    assert_eq!(refused(missing, Code::NotFound, "RESOURCE_NOT_FOUND").metadata["resource"], "pyramids/value");
    create_pyramid(&guanxi, "value").await;
    let missing = refused(try_record(&guanxi, invest(ada())).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "customers/ada");
    create_person(&guanxi, "ada").await;
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    let deleted = try_record(&guanxi, invest(ada())).await;
    let deleted = refused(deleted, Code::FailedPrecondition, "CUSTOMER_DELETED");
    assert_eq!(deleted.metadata["resource"], "customers/ada");
    assert_eq!(list(&guanxi, "").await, []);
}

async fn tier_is_one_of_the_revision_in_force_or_of_the_newest(guanxi: TestServer) {
    let decide = async |id: &str| try_record(&guanxi, about(tier(id), TargetDecisionKind::Maintain)).await;
    create_pyramid(&guanxi, "value").await;
    invalid(decide("gold").await, &["target_decision.tier"]);
    add_revision(&guanxi, "value", by_revenue()).await;
    decide("gold").await.expect("the newest revision has it");
    invalid(decide("lead").await, &["target_decision.tier"]);
    let mut renamed = by_revenue();
    renamed.tiers[0].tier_id = "platinum".into();
    let second = add_revision(&guanxi, "value", renamed).await;
    invalid(decide("gold").await, &["target_decision.tier"]);
    activate(&guanxi, &second).await;
    add_revision(&guanxi, "value", by_revenue()).await;
    decide("platinum").await.expect("the revision in force has it");
    invalid(decide("gold").await, &["target_decision.tier"]);
}

async fn every_fault_is_named_at_once(guanxi: TestServer) {
    let spoiled = RecordTargetDecisionRequest {
        parent: "value".into(),
        target_decision: Some(TargetDecision {
            target: Some(Target::Customer("ada".into())),
            decision: 9,
            decided_by: " ".into(),
            reason: "x".repeat(2001),
            review_date: Some(Date { year: 2026, month: 1, day: 30 }),
            ..TargetDecision::default()
        }),
        request_id: "no uuid".into(),
    };
    let told =
        ["customer", "decision", "decided_by", "reason", "review_date"].map(|one| format!("target_decision.{one}"));
    let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
    told.splice(0..0, ["request_id", "parent"]);
    invalid(guanxi.segmentation().record_target_decision(spoiled).await, &told);
    let nothing = RecordTargetDecisionRequest { parent: "pyramids/value".into(), ..Default::default() };
    invalid(guanxi.segmentation().record_target_decision(nothing).await, &["target_decision"]);
    for filter in ["reason = x", "customer = ada", "decision = KEEP", "review_date < tomorrow", "present = 7"] {
        invalid(guanxi.segmentation().list_target_decisions(filtered(filter)).await, &["filter"]);
    }
}

async fn decisions_about_deleted_customers_are_left_out(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let kept = record(&guanxi, ada(), TargetDecisionKind::Invest).await;
    let delete = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(delete).await.unwrap();
    assert_eq!(list(&guanxi, "").await, []);
    assert_eq!(list(&guanxi, "customer = customers/ada").await, []);
    refused(get(&guanxi, &kept.name).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let undelete = UndeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().undelete_customer(undelete).await.unwrap();
    assert_eq!(list(&guanxi, "customer = customers/ada").await, [kept]);
}

async fn pyramid_takes_its_decisions_with_it(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    add_revision(&guanxi, "value", by_revenue()).await;
    record(&guanxi, tier("gold"), TargetDecisionKind::Invest).await;
    let delete = DeletePyramidRequest { name: "pyramids/value".into(), ..Default::default() };
    guanxi.segmentation().delete_pyramid(delete).await.unwrap();
    create_pyramid(&guanxi, "value").await;
    assert_eq!(list(&guanxi, "").await, []);
}

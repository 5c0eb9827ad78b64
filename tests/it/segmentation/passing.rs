//! What the cases about the passing of time share: the hands of the clock, facts of a day, waiting for the sweeper, and
//! the calls that ask about overrides, changes and the past.

use std::time::{Duration, Instant};

use guanxi::google::r#type::Date;
use guanxi::v1::{
    AssignTiersRequest, AssignTiersResponse, ExplainTierRequest, GetTierAssignmentRequest, ListTierChangesRequest,
    Purchase, PurchaseType, SetTierOverrideRequest, TierAssignment, TierChange, TierExplanation, Window, window,
};
use guanxi_model::Timestamp;
use guanxi_testkit::TestServer;
use prost::Message as _;
use tonic::Status;

use super::kit::{creating, ended, explained, new_source_id, standing};
use crate::support;

/// How long whoever is due may have to wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// Shows this time, written as in RFC 3339, to the server.
pub(crate) fn clock(guanxi: &TestServer, time: &str) {
    guanxi.clock.set(Timestamp::parse_rfc3339(time).unwrap());
}

pub(crate) fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

pub(crate) fn trailing(days: i32) -> Option<Window> {
    Some(Window { span: Some(window::Span::TrailingDays(days)) })
}

pub(crate) fn half_life(days: i32) -> Option<Window> {
    Some(Window { span: Some(window::Span::HalfLifeDays(days)) })
}

/// A sale of some cents at a time, or for a negative number of them a return.
pub(crate) fn deal_at(customer: &str, time: &str, cents: i64) -> Purchase {
    let r#type = if cents < 0 { PurchaseType::Return } else { PurchaseType::Sale };
    Purchase { r#type: r#type.into(), ..support::sale(customer, time, &new_source_id(), cents.abs()) }
}

/// Records a sale or a return of some cents; the customer need not be there.
pub(crate) async fn buys_at(guanxi: &TestServer, customer: &str, time: &str, cents: i64) -> Purchase {
    let request = creating(deal_at(customer, time, cents));
    guanxi.activity().record_purchase(request).await.unwrap().into_inner()
}

/// Reads until what is read is as expected: what the sweeper has to bring about.
pub(crate) async fn until<T: std::fmt::Debug>(read: impl AsyncFn() -> T, expected: impl Fn(&T) -> bool) -> T {
    let begun = Instant::now();
    loop {
        let seen = read().await;
        if expected(&seen) {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "still {seen:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where a customer stands in the pyramid `value`, once that is in this tier.
pub(crate) async fn comes_into(guanxi: &TestServer, customer: &str, tier: &str) -> TierAssignment {
    until(async || standing(guanxi, customer).await, |seen| seen.tier == tier).await
}

/// Why a customer stands where it stands, once nothing about it is due any longer.
pub(crate) async fn settled(guanxi: &TestServer, customer: &str) -> TierExplanation {
    let now = guanxi.clock.now().seconds_nanos();
    let to_come = |seen: &TierExplanation| seen.due_time.is_none_or(|due| (due.seconds, due.nanos) > now);
    until(async || explained(guanxi, customer).await, to_come).await
}

fn assignment_of(customer: &str) -> String {
    format!("customers/{customer}/tierAssignments/value")
}

/// Why a customer stood in the pyramid `value` on a day.
pub(crate) async fn explained_as_of(guanxi: &TestServer, customer: &str, day: Date) -> Result<TierExplanation, Status> {
    let request = ExplainTierRequest { name: assignment_of(customer), as_of_date: Some(day) };
    Ok(guanxi.segmentation().explain_tier(request).await?.into_inner())
}

/// Where a customer stood in the pyramid `value` on a day.
pub(crate) async fn standing_as_of(guanxi: &TestServer, customer: &str, day: Date) -> Result<TierAssignment, Status> {
    let request = GetTierAssignmentRequest { name: assignment_of(customer), as_of_date: Some(day) };
    Ok(guanxi.segmentation().get_tier_assignment(request).await?.into_inner())
}

/// Everything that has moved a customer in the pyramid `value`, the newest first.
pub(crate) async fn changes(guanxi: &TestServer, customer: &str) -> Vec<TierChange> {
    let request = ListTierChangesRequest { parent: assignment_of(customer), ..Default::default() };
    guanxi.segmentation().list_tier_changes(request).await.unwrap().into_inner().tier_changes
}

/// The reasons of changes with the tiers they lead from and to.
pub(crate) fn steps(changes: &[TierChange]) -> Vec<(&str, &str, &str)> {
    let reason = |change: &TierChange| change.reason().as_str_name().trim_start_matches("TIER_CHANGE_REASON_");
    changes.iter().map(|change| (reason(change), change.from_tier.as_str(), change.to_tier.as_str())).collect()
}

/// A request to hold a customer in a tier of the pyramid `value`.
pub(crate) fn holding(customer: &str, tier: &str, expire_time: Option<&str>) -> SetTierOverrideRequest {
    SetTierOverrideRequest {
        name: assignment_of(customer),
        tier: tier.into(),
        actor: "m.lang".into(),
        reason: "Pilot".into(),
        expire_time: expire_time.map(support::time),
        request_id: String::new(),
    }
}

/// Renews the calibration of the pyramid `value`.
pub(crate) async fn assign_tiers(guanxi: &TestServer) -> AssignTiersResponse {
    let request = AssignTiersRequest { name: "pyramids/value".into(), ..Default::default() };
    let asked = guanxi.segmentation().assign_tiers(request).await.unwrap().into_inner();
    let done = ended(guanxi, &asked.name).await;
    let Some(guanxi::google::longrunning::operation::Result::Response(response)) = done.result else {
        panic!("no success: {done:?}")
    };
    assert_eq!(response.type_url, "type.googleapis.com/guanxi.v1.AssignTiersResponse");
    AssignTiersResponse::decode(response.value.as_slice()).unwrap()
}

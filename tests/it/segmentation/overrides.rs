//! Overrides: set, replaced, cleared, expiring; what holds while they do.

use guanxi::v1::{
    ClearTierOverrideRequest, DeleteCustomerRequest, MovementRules, PyramidRevision, SetTierOverrideRequest,
    TierAssignment, TierExplanation,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::{Code, Status};

use super::kit::{
    activate, active_pyramid, add_revision, buys, by_revenue, create_pyramid, explained, invalid, revenue, scheme,
    standing, thresholds,
};
use super::passing::{assign_tiers, changes, clock, comes_into, holding, settled, steps, until};
use crate::support::{create_person, refused, request_id, time};

on_each_backend! {
    an_override_is_set_replaced_and_cleared,
    an_override_into_the_present_tier_holds,
    everybody_who_decides_at_the_same_time_is_told_of,
    an_override_ends_by_the_clock,
    facts_do_not_move_who_is_held,
    a_customer_who_has_bought_nothing_is_held_as_well,
    every_fault_of_an_override_is_named_at_once,
    an_override_needs_a_customer_and_a_revision_in_force,
    a_retry_changes_nothing,
    an_override_outlives_a_restart_and_a_run,
    an_override_into_a_tier_that_is_gone_holds_nobody,
    an_override_that_a_run_finds_expired_is_over,
}

async fn set(guanxi: &TestServer, request: SetTierOverrideRequest) -> Result<TierAssignment, Status> {
    Ok(guanxi.segmentation().set_tier_override(request).await?.into_inner())
}

fn clearing(customer: &str) -> ClearTierOverrideRequest {
    ClearTierOverrideRequest {
        name: format!("customers/{customer}/tierAssignments/value"),
        actor: "k.moos".into(),
        reason: "Over".into(),
        request_id: String::new(),
    }
}

async fn clear(guanxi: &TestServer, request: ClearTierOverrideRequest) -> Result<TierAssignment, Status> {
    Ok(guanxi.segmentation().clear_tier_override(request).await?.into_inner())
}

/// Ada, who has spent four hundred dollars and is in silver.
async fn ada_in_silver(guanxi: &TestServer) {
    active_pyramid(guanxi, "value", by_revenue()).await;
    buys(guanxi, "ada", 40_000).await;
    assert_eq!(standing(guanxi, "ada").await.tier, "silver");
}

async fn an_override_is_set_replaced_and_cleared(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    let held = set(&guanxi, holding("ada", "gold", Some("2026-03-01T00:00:00Z"))).await.unwrap();
    assert_eq!((held.tier.as_str(), held.tier_rank, held.score), ("gold", 1, Some(40.0)));
    let by = held.r#override.clone().unwrap();
    assert_eq!((by.tier.as_str(), by.actor.as_str(), by.reason.as_str()), ("gold", "m.lang", "Pilot"));
    assert_eq!((by.create_time, by.expire_time), (Some(time(START)), Some(time("2026-03-01T00:00:00Z"))));
    assert_eq!(standing(&guanxi, "ada").await, held);
    let TierExplanation { placed_tier, due_time, .. } = explained(&guanxi, "ada").await;
    assert_eq!((placed_tier.as_str(), due_time), ("silver", by.expire_time));
    let other =
        SetTierOverrideRequest { actor: "s.ito".into(), reason: "Arrears".into(), ..holding("ada", "bronze", None) };
    let replaced = set(&guanxi, other).await.unwrap();
    let by = replaced.r#override.unwrap();
    assert_eq!((replaced.tier.as_str(), by.actor.as_str(), by.expire_time), ("bronze", "s.ito", None));
    assert_eq!(explained(&guanxi, "ada").await.due_time, None);
    let cleared = clear(&guanxi, clearing("ada")).await.unwrap();
    assert_eq!((cleared.tier.as_str(), cleared.r#override), ("silver", None));
    assert_eq!(clear(&guanxi, clearing("ada")).await.unwrap(), standing(&guanxi, "ada").await, "there is none");
    let seen = changes(&guanxi, "ada").await;
    let expected = [
        ("OVERRIDE_ENDED", "bronze", "silver"),
        ("OVERRIDE_SET", "gold", "bronze"),
        ("OVERRIDE_SET", "silver", "gold"),
        ("OWN_CHANGE", "", "silver"),
    ];
    assert_eq!(steps(&seen), expected);
    let by = |index: usize| (seen[index].actor.as_str(), seen[index].actor_reason.as_str());
    assert_eq!([0, 1, 2, 3].map(by), [("k.moos", "Over"), ("s.ito", "Arrears"), ("m.lang", "Pilot"), ("", "")]);
}

async fn an_override_into_the_present_tier_holds(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    let held = set(&guanxi, holding("ada", "silver", None)).await.unwrap();
    assert_eq!((held.tier.as_str(), held.r#override.unwrap().actor.as_str()), ("silver", "m.lang"));
    let other = SetTierOverrideRequest { actor: "s.ito".into(), ..holding("ada", "silver", None) };
    assert_eq!(set(&guanxi, other).await.unwrap().r#override.unwrap().actor, "s.ito");
    buys(&guanxi, "ada", 90_000).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "silver");
    let seen = changes(&guanxi, "ada").await;
    let expected =
        [("OVERRIDE_SET", "silver", "silver"), ("OVERRIDE_SET", "silver", "silver"), ("OWN_CHANGE", "", "silver")];
    assert_eq!(steps(&seen), expected);
}

async fn everybody_who_decides_at_the_same_time_is_told_of(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    let actors: Vec<String> = (0..12).map(|number| format!("actor-{number:02}")).collect();
    let mut deciders = JoinSet::new();
    for (actor, tier) in actors.iter().zip(["gold", "bronze"].into_iter().cycle()) {
        let (mut client, request) = (guanxi.segmentation(), holding("ada", tier, None));
        let request = SetTierOverrideRequest { actor: actor.clone(), ..request };
        deciders.spawn(async move { client.set_tier_override(request).await.map(drop) });
    }
    for decided in deciders.join_all().await {
        decided.unwrap();
    }
    let seen = changes(&guanxi, "ada").await;
    let decided: Vec<_> = seen.iter().map(|change| change.actor.clone()).filter(|actor| !actor.is_empty()).collect();
    assert_eq!(sorted(decided), actors);
    assert!(seen.windows(2).all(|pair| pair[0].from_tier == pair[1].to_tier), "one follows from the other: {seen:?}");
}

async fn an_override_ends_by_the_clock(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    set(&guanxi, holding("ada", "gold", Some("2026-02-03T09:30:00Z"))).await.unwrap();
    clock(&guanxi, "2026-02-03T09:29:59Z");
    buys(&guanxi, "ada", 100).await;
    assert_eq!(standing(&guanxi, "ada").await.tier, "gold");
    clock(&guanxi, "2026-02-03T09:30:00Z");
    let freed = comes_into(&guanxi, "ada", "silver").await;
    assert_eq!((freed.r#override, freed.assign_time), (None, Some(time("2026-02-03T09:30:00Z"))));
    let last = changes(&guanxi, "ada").await.swap_remove(0);
    assert_eq!(steps(std::slice::from_ref(&last)), [("OVERRIDE_ENDED", "gold", "silver")]);
    assert_eq!((last.actor.as_str(), last.actor_reason.as_str()), ("", ""), "nobody ended it");
}

async fn facts_do_not_move_who_is_held(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    set(&guanxi, holding("ada", "bronze", None)).await.unwrap();
    buys(&guanxi, "ada", 90_000).await;
    let held = standing(&guanxi, "ada").await;
    assert_eq!((held.tier.as_str(), held.score), ("bronze", Some(100.0)));
    assert_eq!(explained(&guanxi, "ada").await.placed_tier, "gold");
    assert_eq!(clear(&guanxi, clearing("ada")).await.unwrap().tier, "gold");
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("OVERRIDE_ENDED", "bronze", "gold"));
}

async fn a_customer_who_has_bought_nothing_is_held_as_well(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    create_person(&guanxi, "ben").await;
    let held = set(&guanxi, holding("ben", "gold", None)).await.unwrap();
    assert_eq!((held.tier.as_str(), held.score, held.unranked_reason), ("gold", None, 0));
    let freed = clear(&guanxi, clearing("ben")).await.unwrap();
    assert_eq!((freed.tier.as_str(), freed.unranked_reason), ("", 1));
}

async fn every_fault_of_an_override_is_named_at_once(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    let faulty = SetTierOverrideRequest {
        actor: String::new(),
        reason: String::new(),
        request_id: "7".into(),
        ..holding("ada", "Gold", Some(START))
    };
    let fields = refused(set(&guanxi, faulty).await, Code::InvalidArgument, "INVALID_FIELDS").fields;
    assert_eq!(sorted(fields), ["actor", "expire_time", "reason", "request_id", "tier"]);
    let faulty = ClearTierOverrideRequest { actor: "x".repeat(201), reason: "x".repeat(2001), ..clearing("Ada") };
    let fields = refused(clear(&guanxi, faulty).await, Code::InvalidArgument, "INVALID_FIELDS").fields;
    assert_eq!(sorted(fields), ["actor", "name", "reason"]);
    invalid(set(&guanxi, holding("ada", "platinum", None)).await, &["tier"]);
    let seen = standing(&guanxi, "ada").await;
    assert_eq!((seen.tier.as_str(), seen.r#override), ("silver", None));
    assert_eq!(changes(&guanxi, "ada").await.len(), 1);
}

fn sorted(mut fields: Vec<String>) -> Vec<String> {
    fields.sort();
    fields
}

async fn an_override_needs_a_customer_and_a_revision_in_force(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let unknown = |answer| refused(answer, Code::NotFound, "RESOURCE_NOT_FOUND");
    unknown(set(&guanxi, holding("ada", "gold", None)).await);
    create_pyramid(&guanxi, "value").await;
    refused(set(&guanxi, holding("ada", "gold", None)).await, Code::FailedPrecondition, "PYRAMID_NOT_ACTIVE");
    let revision = add_revision(&guanxi, "value", by_revenue()).await;
    activate(&guanxi, &revision).await;
    unknown(set(&guanxi, holding("nobody", "gold", None)).await);
    unknown(clear(&guanxi, clearing("nobody")).await);
    set(&guanxi, holding("ada", "gold", None)).await.unwrap();
    let request = DeleteCustomerRequest { name: "customers/ada".into(), ..Default::default() };
    guanxi.customers().delete_customer(request).await.unwrap();
    for refusal in [set(&guanxi, holding("ada", "gold", None)).await, clear(&guanxi, clearing("ada")).await] {
        refused(refusal, Code::FailedPrecondition, "CUSTOMER_DELETED");
    }
}

async fn a_retry_changes_nothing(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    let request = SetTierOverrideRequest { request_id: request_id(1), ..holding("ada", "gold", None) };
    let held = set(&guanxi, request.clone()).await.unwrap();
    guanxi.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(set(&guanxi, request.clone()).await.unwrap(), held);
    assert_eq!(changes(&guanxi, "ada").await.len(), 2);
    let other = SetTierOverrideRequest { reason: "Another".into(), ..request.clone() };
    refused(set(&guanxi, other).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let over = ClearTierOverrideRequest { request_id: request_id(2), ..clearing("ada") };
    assert_eq!(clear(&guanxi, over.clone()).await.unwrap().tier, "silver");
    // Late retries of what is done already: neither holds her again nor ends what came after.
    assert_eq!(set(&guanxi, request).await.unwrap().tier, "silver");
    set(&guanxi, holding("ada", "bronze", None)).await.unwrap();
    assert_eq!(clear(&guanxi, over).await.unwrap().tier, "bronze");
}

async fn an_override_outlives_a_restart_and_a_run(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    buys(&guanxi, "ben", 40_000).await;
    let held = set(&guanxi, holding("ada", "gold", Some("2026-03-01T00:00:00Z"))).await.unwrap();
    let guanxi = guanxi.restart().await;
    assert_eq!(standing(&guanxi, "ada").await, held);
    assert_eq!(assign_tiers(&guanxi).await.moved_count, 0);
    assert_eq!(standing(&guanxi, "ada").await, held);
    // Here those of forty points are bronze.
    let stricter = scheme(vec![revenue()], thresholds(&[90.0, 60.0]));
    let stricter = add_revision(&guanxi, "value", stricter).await;
    assert_eq!(activate(&guanxi, &stricter).await.moved_count, 1, "Ben only");
    let seen = standing(&guanxi, "ada").await;
    assert_eq!((&seen.tier, &seen.r#override, seen.assign_time), (&held.tier, &held.r#override, held.assign_time));
    clock(&guanxi, "2026-03-01T00:00:00Z");
    comes_into(&guanxi, "ada", "bronze").await;
    assert_eq!(steps(&changes(&guanxi, "ada").await)[0], ("OVERRIDE_ENDED", "gold", "bronze"));
}

async fn an_override_into_a_tier_that_is_gone_holds_nobody(guanxi: TestServer) {
    ada_in_silver(&guanxi).await;
    set(&guanxi, holding("ada", "gold", None)).await.unwrap();
    let mut without = by_revenue();
    without.tiers[0].tier_id = "platinum".into();
    let without = add_revision(&guanxi, "value", without).await;
    activate(&guanxi, &without).await;
    let seen = until(async || standing(&guanxi, "ada").await, |seen| seen.tier == "silver").await;
    assert_eq!(seen.r#override, None, "nothing holds her there");
}

/// The run may come before the sweeper. Either places her, once: what comes after is under the movement rules again.
async fn an_override_that_a_run_finds_expired_is_over(guanxi: TestServer) {
    let slowly = PyramidRevision { movement_rules: Some(MovementRules::default()), ..by_revenue() };
    active_pyramid(&guanxi, "value", slowly).await;
    buys(&guanxi, "ada", 70_000).await;
    set(&guanxi, holding("ada", "bronze", Some("2026-02-03T09:30:00Z"))).await.unwrap();
    clock(&guanxi, "2026-02-03T09:30:00Z");
    assign_tiers(&guanxi).await;
    assert_eq!(settled(&guanxi, "ada").await.assignment.unwrap().tier, "gold");
    buys(&guanxi, "ada", -40_000).await;
    let seen = standing(&guanxi, "ada").await;
    assert_eq!((seen.tier.as_str(), seen.r#override), ("gold", None), "a fact lowers nobody");
}

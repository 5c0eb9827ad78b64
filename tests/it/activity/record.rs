//! Recording one fact: what comes back, what a repeat does, and what another fact under the same identity does.

use std::time::Duration;

use guanxi::v1::{
    CreateTouchpointRequest, DeleteTouchpointRequest, FactState, Interaction, Touchpoint, TouchpointKind,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::Code;

use super::facts::{Sample, least, noon};
use super::kinds::{Kind, listed, of_each_kind, record};
use crate::support::{context, create_person, refusal, shop, time};

on_each_backend! {
    a_full_fact_comes_back_whole,
    the_least_fact_is_enough,
    a_repeat_gives_the_same_answer_and_changes_nothing,
    another_fact_of_the_same_identity_is_refused_naming_the_field,
    every_differing_field_is_named,
    what_only_the_server_writes_is_ignored,
    times_are_kept_to_the_microsecond,
    a_touchpoint_must_be_there,
    a_repeat_outlives_its_touchpoint,
}

/// The customer `ada` and the touchpoint `desk`.
async fn scene(guanxi: &TestServer) {
    create_person(guanxi, "ada").await;
    let desk = Touchpoint {
        display_name: "Service desk".into(),
        journey: "after-sales".into(),
        kind: TouchpointKind::Staff.into(),
        ..Touchpoint::default()
    };
    let request = CreateTouchpointRequest {
        touchpoint: Some(desk),
        touchpoint_id: "desk".into(),
        ..CreateTouchpointRequest::default()
    };
    guanxi.customers().create_touchpoint(request).await.unwrap();
}

/// A full fact with a correction's target and a note.
fn full<K: Sample>(source_id: &str) -> K {
    let mut context = context("ada", "2026-01-05T07:08:09.123456Z", source_id);
    context.replaces = Some(shop("what never comes"));
    context.note = "first line\n\tsecond – 注 \u{1f600}".into();
    K::full(context)
}

/// What the server is to answer to a fact, under the name it gave.
fn answered<K: Kind>(mut sent: K, answer: &K) -> K {
    *sent.name_mut() = answer.clone().name_mut().clone();
    sent.context_mut().record_time = Some(time(START));
    sent.context_mut().state = FactState::Active.into();
    sent
}

async fn comes_back<K: Sample>(guanxi: &TestServer) {
    let mut answer: K = record(&guanxi.activity(), full::<K>("full")).await.unwrap();
    assert_eq!(answer, answered(full("full"), &answer));
    let name = answer.name_mut().clone();
    let id = name.strip_prefix(&format!("customers/ada/{}/", K::COLLECTION)).expect(&name);
    assert_eq!(id.len(), 36, "{name}");
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [answer.clone()]);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/-").await, [answer]);
}

async fn a_full_fact_comes_back_whole(guanxi: TestServer) {
    scene(&guanxi).await;
    of_each_kind!(comes_back, &guanxi);
}

async fn is_enough<K: Sample>(guanxi: &TestServer) {
    let answer: K = record(&guanxi.activity(), least::<K>("ada", 1, "least")).await.unwrap();
    assert_eq!(answer.context().source_id, "least");
    assert_eq!(answer.context().state(), FactState::Active);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [answer]);
}

async fn the_least_fact_is_enough(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_enough, &guanxi);
}

async fn is_repeated<K: Sample>(guanxi: &TestServer) {
    let first: K = record(&guanxi.activity(), full::<K>("once")).await.unwrap();
    guanxi.clock.advance(Duration::from_secs(60));
    for _ in 0..3 {
        assert_eq!(record(&guanxi.activity(), full::<K>("once")).await.unwrap(), first);
    }
    // What came back is as good as what was sent.
    assert_eq!(record(&guanxi.activity(), first.clone()).await.unwrap(), first);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [first]);
    guanxi.clock.set(guanxi_model::Timestamp::parse_rfc3339(START).unwrap());
}

async fn a_repeat_gives_the_same_answer_and_changes_nothing(guanxi: TestServer) {
    scene(&guanxi).await;
    of_each_kind!(is_repeated, &guanxi);
}

async fn differs<K: Sample>(guanxi: &TestServer) {
    let mut kept: K = record(&guanxi.activity(), full::<K>("kept")).await.unwrap();
    let mut changes = full::<K>("kept").changes();
    let mut context_changes = [("context.occur_time", full::<K>("kept")), ("context.replaces", full("kept"))];
    context_changes[0].1.context_mut().occur_time.as_mut().unwrap().nanos += 1000;
    context_changes[1].1.context_mut().replaces = None;
    changes.extend(context_changes);
    for (field, other) in changes {
        let refused = refusal(&record(&guanxi.activity(), other).await.unwrap_err());
        assert_eq!((refused.code, refused.reason.as_str()), (Code::AlreadyExists, "FACT_DIFFERS"), "{field}");
        assert_eq!(refused.metadata["fields"], field);
        assert_eq!(refused.metadata["resource"], *kept.name_mut());
    }
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [kept]);
}

async fn another_fact_of_the_same_identity_is_refused_naming_the_field(guanxi: TestServer) {
    scene(&guanxi).await;
    of_each_kind!(differs, &guanxi);
}

async fn differ<K: Sample>(guanxi: &TestServer) {
    record(&guanxi.activity(), full::<K>("kept")).await.unwrap();
    let mut other = least::<K>("ada", 6, "kept");
    other.context_mut().note = "another".into();
    let refused = refusal(&record(&guanxi.activity(), other).await.unwrap_err());
    let named: Vec<&str> = refused.metadata["fields"].split(',').collect();
    for field in ["context.occur_time", "context.replaces", "context.note"] {
        assert!(named.contains(&field), "{field} in {named:?}");
    }
    for (field, _) in full::<K>("kept").changes() {
        assert!(named.contains(&field), "{field} in {named:?}");
    }
}

async fn every_differing_field_is_named(guanxi: TestServer) {
    scene(&guanxi).await;
    of_each_kind!(differ, &guanxi);
}

async fn ignores_output<K: Sample>(guanxi: &TestServer) {
    let mut sent = least::<K>("ada", 1, "o-1");
    *sent.name_mut() = format!("customers/eve/{}/mine", K::COLLECTION);
    sent.context_mut().record_time = Some(time("1999-01-01T00:00:00Z"));
    sent.context_mut().state = FactState::Withdrawn.into();
    let mut answer = record(&guanxi.activity(), sent).await.unwrap();
    assert_eq!(answer.context().record_time, Some(time(START)));
    assert_eq!(answer.context().state(), FactState::Active);
    assert!(answer.name_mut().starts_with("customers/ada/"));
}

async fn what_only_the_server_writes_is_ignored(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(ignores_output, &guanxi);
}

async fn is_cut<K: Sample>(guanxi: &TestServer) {
    let mut sent = least::<K>("ada", 1, "fine");
    sent.context_mut().occur_time.as_mut().unwrap().nanos = 123_456_789;
    let answer = record(&guanxi.activity(), sent.clone()).await.unwrap();
    assert_eq!(answer.context().occur_time.unwrap().nanos, 123_456_000);
    assert_eq!(record(&guanxi.activity(), sent).await.unwrap(), answer);
    assert_eq!(listed::<K>(&guanxi.activity(), "customers/ada").await, [answer]);
}

async fn times_are_kept_to_the_microsecond(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    of_each_kind!(is_cut, &guanxi);
}

fn at_touchpoint(source_id: &str, touchpoint: &str) -> Interaction {
    Interaction { touchpoint: touchpoint.into(), ..Interaction::least(context("ada", &noon(1), source_id)) }
}

async fn a_touchpoint_must_be_there(guanxi: TestServer) {
    scene(&guanxi).await;
    for touchpoint in ["touchpoints/attic", "touchpoints/", "desk", "customers/ada"] {
        let refused = refusal(&record(&guanxi.activity(), at_touchpoint("t-1", touchpoint)).await.unwrap_err());
        assert_eq!(refused.code, Code::InvalidArgument, "{touchpoint}");
        assert_eq!(refused.fields, ["interaction.touchpoint"], "{touchpoint}");
    }
    let there = record(&guanxi.activity(), at_touchpoint("t-1", "touchpoints/desk")).await.unwrap();
    assert_eq!(listed::<Interaction>(&guanxi.activity(), "customers/-").await, [there]);
}

async fn a_repeat_outlives_its_touchpoint(guanxi: TestServer) {
    scene(&guanxi).await;
    let first = record(&guanxi.activity(), at_touchpoint("t-1", "touchpoints/desk")).await.unwrap();
    let request = DeleteTouchpointRequest { name: "touchpoints/desk".into(), ..DeleteTouchpointRequest::default() };
    guanxi.customers().delete_touchpoint(request).await.unwrap();
    assert_eq!(record(&guanxi.activity(), at_touchpoint("t-1", "touchpoints/desk")).await.unwrap(), first);
}

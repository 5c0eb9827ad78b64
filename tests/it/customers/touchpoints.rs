//! Touchpoints: where customers meet us.

use std::time::Duration;

use guanxi::v1::{
    CreateTouchpointRequest, DeleteTouchpointRequest, GetTouchpointRequest, InteractionPurpose,
    ListInteractionsRequest, ListTouchpointsRequest, RecordInteractionRequest, Touchpoint, TouchpointKind,
    UpdateTouchpointRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tokio::task::JoinSet;
use tonic::{Code, Status};

use super::mask;
use crate::support::{create_person, inbound, refused, time, wrong_fields};

on_each_backend! {
    a_touchpoint_comes_back_as_it_was_given,
    an_id_is_taken_once,
    what_the_mask_names_is_written,
    touchpoints_are_listed_in_byte_order,
    a_deleted_touchpoint_stays_in_what_was_recorded,
    there_are_a_thousand_at_most,
    every_wrong_field_is_listed,
}

/// A touchpoint without a name.
pub(super) fn desk() -> Touchpoint {
    Touchpoint {
        display_name: "Front desk".into(),
        journey: "buying".into(),
        position: 3,
        kind: TouchpointKind::Staff.into(),
        description: "Where people ask.\nGround floor.".into(),
        ..Touchpoint::default()
    }
}

async fn create_as(guanxi: &TestServer, id: &str, touchpoint: Touchpoint) -> Result<Touchpoint, Status> {
    let request =
        CreateTouchpointRequest { touchpoint: Some(touchpoint), touchpoint_id: id.into(), request_id: String::new() };
    Ok(guanxi.customers().create_touchpoint(request).await?.into_inner())
}

/// Creates the touchpoint `desk`.
pub(super) async fn create_desk(guanxi: &TestServer) -> Touchpoint {
    create_as(guanxi, "desk", desk()).await.unwrap()
}

async fn get_touchpoint(guanxi: &TestServer, id: &str) -> Result<Touchpoint, Status> {
    let request = GetTouchpointRequest { name: format!("touchpoints/{id}") };
    Ok(guanxi.customers().get_touchpoint(request).await?.into_inner())
}

async fn change(guanxi: &TestServer, touchpoint: Touchpoint, paths: &[&str]) -> Result<Touchpoint, Status> {
    let request =
        UpdateTouchpointRequest { touchpoint: Some(touchpoint), update_mask: mask(paths), request_id: String::new() };
    Ok(guanxi.customers().update_touchpoint(request).await?.into_inner())
}

async fn remove(guanxi: &TestServer, id: &str) -> Result<(), Status> {
    let request = DeleteTouchpointRequest { name: format!("touchpoints/{id}"), ..Default::default() };
    guanxi.customers().delete_touchpoint(request).await.map(drop)
}

async fn a_touchpoint_comes_back_as_it_was_given(guanxi: TestServer) {
    use TouchpointKind::{Facility, OtherCustomers, Procedure, Staff};
    for (id, kind) in [("a", Staff), ("b", Procedure), ("c", Facility), ("d", OtherCustomers)] {
        let given = Touchpoint { kind: kind.into(), ..desk() };
        let created = create_as(&guanxi, id, given.clone()).await.unwrap();
        let expected = Touchpoint {
            name: format!("touchpoints/{id}"),
            create_time: Some(time(START)),
            update_time: Some(time(START)),
            etag: created.etag.clone(),
            ..given
        };
        assert_eq!(created, expected);
        assert_eq!(get_touchpoint(&guanxi, id).await.unwrap(), expected);
    }
    refused(get_touchpoint(&guanxi, "e").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn an_id_is_taken_once(guanxi: TestServer) {
    let created = create_desk(&guanxi).await;
    let again = create_as(&guanxi, "desk", Touchpoint { position: 4, ..desk() }).await;
    refused(again, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
    assert_eq!(get_touchpoint(&guanxi, "desk").await.unwrap(), created);
}

async fn what_the_mask_names_is_written(guanxi: TestServer) {
    let created = create_desk(&guanxi).await;
    guanxi.clock.advance(Duration::from_secs(60));
    let new = Touchpoint {
        name: created.name.clone(),
        display_name: "Till".into(),
        journey: "paying".into(),
        position: 0,
        kind: TouchpointKind::Facility.into(),
        ..Touchpoint::default()
    };
    let moved = change(&guanxi, new.clone(), &["position", "displayName", "create_time"]).await.unwrap();
    let expected = Touchpoint {
        position: 0,
        display_name: "Till".into(),
        update_time: Some(time("2026-01-31T12:01:00Z")),
        etag: moved.etag.clone(),
        ..created.clone()
    };
    assert_eq!(moved, expected);
    let replaced = change(&guanxi, new.clone(), &["*"]).await.unwrap();
    let Touchpoint { etag, create_time, update_time, .. } = replaced.clone();
    assert_eq!(replaced, Touchpoint { etag, create_time, update_time, ..new.clone() });
    assert_eq!(wrong_fields(change(&guanxi, new.clone(), &[]).await), ["update_mask"]);
    assert_eq!(wrong_fields(change(&guanxi, new.clone(), &["place"]).await), ["update_mask.paths[0]"]);
    let nobody = Touchpoint { name: "touchpoints/none".into(), ..new };
    refused(change(&guanxi, nobody, &["*"]).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn pages(guanxi: &TestServer, page_size: i32) -> Vec<Vec<String>> {
    let mut request = ListTouchpointsRequest { page_size, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = guanxi.customers().list_touchpoints(request.clone()).await.unwrap().into_inner();
        found.push(page.touchpoints.into_iter().map(|one| one.name.replace("touchpoints/", "")).collect());
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

async fn touchpoints_are_listed_in_byte_order(guanxi: TestServer) {
    for id in ["b", "a-b", "ab", "a", "a-", "a0"] {
        create_as(&guanxi, id, desk()).await.unwrap();
    }
    assert_eq!(pages(&guanxi, 0).await, [["a", "a-", "a-b", "a0", "ab", "b"]]);
    assert_eq!(pages(&guanxi, 3).await, [["a", "a-", "a-b"], ["a0", "ab", "b"]]);
}

async fn a_deleted_touchpoint_stays_in_what_was_recorded(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    create_desk(&guanxi).await;
    let visit = |source_id| {
        let visit = inbound("ada", "2026-01-30T12:00:00Z", source_id, InteractionPurpose::Visit);
        let visit = guanxi::v1::Interaction { touchpoint: "touchpoints/desk".into(), ..visit };
        RecordInteractionRequest { interaction: Some(visit), ..Default::default() }
    };
    let mut activity = guanxi.activity();
    activity.record_interaction(visit("i-1")).await.unwrap();
    remove(&guanxi, "desk").await.unwrap();
    refused(get_touchpoint(&guanxi, "desk").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(remove(&guanxi, "desk").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let refusal = tonic_code(activity.record_interaction(visit("i-2")).await);
    assert!(matches!(refusal, Code::NotFound | Code::InvalidArgument), "{refusal:?}");
    let request = ListInteractionsRequest { parent: "customers/ada".into(), ..Default::default() };
    let kept = activity.list_interactions(request).await.unwrap().into_inner().interactions;
    assert_eq!(kept.iter().map(|one| one.touchpoint.as_str()).collect::<Vec<_>>(), ["touchpoints/desk"]);
}

fn tonic_code<T>(answer: Result<T, Status>) -> Code {
    answer.err().map_or(Code::Ok, |status| crate::support::refusal(&status).code)
}

async fn there_are_a_thousand_at_most(guanxi: TestServer) {
    let mut calls = JoinSet::new();
    for index in 0..1000 {
        let mut client = guanxi.customers();
        let touchpoint_id = format!("t{index}");
        calls.spawn(async move {
            let request = CreateTouchpointRequest { touchpoint: Some(desk()), touchpoint_id, ..Default::default() };
            client.create_touchpoint(request).await.map(drop)
        });
        if index % 20 == 19 {
            std::mem::take(&mut calls).join_all().await.into_iter().for_each(Result::unwrap);
        }
    }
    let refusal = refused(create_as(&guanxi, "more", desk()).await, Code::FailedPrecondition, "LIMIT_REACHED");
    assert_eq!(refusal.metadata["limit"], "1000");
    assert_eq!(pages(&guanxi, 0).await.iter().map(Vec::len).collect::<Vec<_>>(), [50; 20]);
    assert_eq!(pages(&guanxi, i32::MAX).await.len(), 1);
    remove(&guanxi, "t500").await.unwrap();
    create_as(&guanxi, "more", desk()).await.unwrap();
}

async fn every_wrong_field_is_listed(guanxi: TestServer) {
    let wrong = Touchpoint {
        display_name: String::new(),
        journey: "Buying".into(),
        position: 10_001,
        kind: 0,
        description: "x".repeat(2001),
        ..Touchpoint::default()
    };
    let at = |field: &str| format!("touchpoint.{field}");
    let all = [at("display_name"), at("description"), at("journey"), at("position"), at("kind")];
    let answer = create_as(&guanxi, "No", wrong.clone()).await;
    assert_eq!(wrong_fields(answer), [&["touchpoint_id".to_owned()], &all[..]].concat());
    create_desk(&guanxi).await;
    let update = Touchpoint { name: "touchpoints/desk".into(), position: -1, kind: 77, ..wrong };
    assert_eq!(wrong_fields(change(&guanxi, update.clone(), &["*"]).await), all);
    assert_eq!(wrong_fields(change(&guanxi, update, &["kind", "position"]).await), [at("position"), at("kind")]);
    let none = CreateTouchpointRequest::default();
    assert_eq!(wrong_fields(guanxi.customers().create_touchpoint(none).await), ["touchpoint_id", "touchpoint"]);
    let longest =
        Touchpoint { display_name: "𝄞".repeat(200), description: "𝄞".repeat(2000), position: 10_000, ..desk() };
    create_as(&guanxi, &"t".repeat(63), longest).await.unwrap();
}

//! Pyramids as resources: creating, reading, listing, changing, deleting.

use std::time::Duration;

use guanxi::v1::{
    CreatePyramidRequest, DeletePyramidRequest, GetPyramidRevisionRequest, ListPyramidRevisionsRequest,
    ListPyramidsRequest, Pyramid, UpdatePyramidRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    active_pyramid, add_revision, by_revenue, create_pyramid, get_pyramid, invalid, named, refused, try_revision,
};
use crate::support::time;

on_each_backend! {
    created_pyramid_is_what_get_and_list_show,
    faults_of_a_pyramid_are_named_together,
    pyramids_are_listed_by_name_page_by_page,
    tokens_and_sizes_that_are_none_are_refused,
    update_changes_what_the_mask_names,
    update_without_a_sound_mask_or_etag_changes_nothing,
    retried_creation_finds_the_pyramid_it_made,
    retried_change_is_made_once,
    deleted_pyramid_is_gone_with_its_revisions,
    active_pyramid_cannot_be_deleted,
    twenty_first_pyramid_is_refused,
}

const REQUEST: &str = "0198c5a0-0000-7000-8000-000000000001";

async fn update(guanxi: &TestServer, pyramid: Pyramid, paths: &[&str]) -> Result<Pyramid, Status> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let update_mask = Some(prost_types::FieldMask { paths });
    let request = UpdatePyramidRequest { pyramid: Some(pyramid), update_mask, request_id: String::new() };
    Ok(guanxi.segmentation().update_pyramid(request).await?.into_inner())
}

async fn delete(guanxi: &TestServer, id: &str, etag: &str) -> Result<(), Status> {
    let request = DeletePyramidRequest { name: format!("pyramids/{id}"), etag: etag.into(), request_id: String::new() };
    guanxi.segmentation().delete_pyramid(request).await.map(drop)
}

async fn list(guanxi: &TestServer, page_size: i32, page_token: &str) -> Result<(Vec<String>, String), Status> {
    let request = ListPyramidsRequest { page_size, page_token: page_token.into() };
    let page = guanxi.segmentation().list_pyramids(request).await?.into_inner();
    Ok((page.pyramids.into_iter().map(|one| one.name).collect(), page.next_page_token))
}

async fn created_pyramid_is_what_get_and_list_show(guanxi: TestServer) {
    let pyramid = Pyramid { display_name: "Wert".into(), description: "関係 — worth".into(), ..Pyramid::default() };
    let request = CreatePyramidRequest { pyramid: Some(pyramid), ..named("value") };
    let created = guanxi.segmentation().create_pyramid(request).await.unwrap().into_inner();
    let expected = Pyramid {
        name: "pyramids/value".into(),
        display_name: "Wert".into(),
        description: "関係 — worth".into(),
        create_time: Some(time(START)),
        update_time: Some(time(START)),
        etag: created.etag.clone(),
        ..Pyramid::default()
    };
    assert_eq!(created, expected);
    assert!(!created.etag.is_empty());
    assert_eq!(get_pyramid(&guanxi, "value").await.unwrap(), created);
    let listed = guanxi.segmentation().list_pyramids(ListPyramidsRequest::default()).await.unwrap().into_inner();
    assert_eq!((listed.pyramids, listed.next_page_token.as_str()), (vec![created], ""));
    refused(get_pyramid(&guanxi, "other").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    invalid(get_pyramid(&guanxi, "No-Id").await, &["name"]);
}

async fn faults_of_a_pyramid_are_named_together(guanxi: TestServer) {
    let pyramid = Pyramid { display_name: "x".repeat(201), description: "x".repeat(2001), ..Pyramid::default() };
    let request =
        CreatePyramidRequest { pyramid: Some(pyramid), pyramid_id: "No id".into(), request_id: "no-uuid".into() };
    let result = guanxi.segmentation().create_pyramid(request).await;
    invalid(result, &["request_id", "pyramid_id", "pyramid.display_name", "pyramid.description"]);
    let nothing = CreatePyramidRequest::default();
    invalid(guanxi.segmentation().create_pyramid(nothing).await, &["pyramid_id", "pyramid"]);
    let unnamed = CreatePyramidRequest { pyramid: Some(Pyramid::default()), ..named("value") };
    invalid(guanxi.segmentation().create_pyramid(unnamed).await, &["pyramid.display_name"]);
    assert_eq!(list(&guanxi, 0, "").await.unwrap().0, [""; 0]);
}

async fn pyramids_are_listed_by_name_page_by_page(guanxi: TestServer) {
    for id in ["d", "b", "a-1", "c", "a"] {
        create_pyramid(&guanxi, id).await;
    }
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let (names, next) = list(&guanxi, 2, &token).await.unwrap();
        pages.push(names);
        token = next;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, [vec!["pyramids/a", "pyramids/a-1"], vec!["pyramids/b", "pyramids/c"], vec!["pyramids/d"]]);
    let (all, token) = list(&guanxi, 5000, "").await.unwrap();
    assert_eq!((all.len(), token.as_str()), (5, ""));
}

async fn tokens_and_sizes_that_are_none_are_refused(guanxi: TestServer) {
    create_pyramid(&guanxi, "value").await;
    for _ in 0..2 {
        add_revision(&guanxi, "value", by_revenue()).await;
    }
    let request = ListPyramidRevisionsRequest { parent: "pyramids/value".into(), page_size: 1, ..Default::default() };
    let page = guanxi.segmentation().list_pyramid_revisions(request).await.unwrap().into_inner();
    assert!(!page.next_page_token.is_empty());
    invalid(list(&guanxi, 0, &page.next_page_token).await, &["page_token"]);
    invalid(list(&guanxi, -1, "made up").await, &["page_size", "page_token"]);
}

async fn update_changes_what_the_mask_names(guanxi: TestServer) {
    let created = create_pyramid(&guanxi, "value").await;
    guanxi.clock.advance(Duration::from_secs(60));
    let new = Pyramid { display_name: "New".into(), description: "Longer".into(), ..created.clone() };
    let renamed = update(&guanxi, new.clone(), &["display_name"]).await.unwrap();
    let later = Some(time("2026-01-31T12:01:00Z"));
    let expected =
        Pyramid { display_name: "New".into(), update_time: later, etag: renamed.etag.clone(), ..created.clone() };
    assert_eq!(renamed, expected);
    assert_ne!(renamed.etag, created.etag);
    let new = Pyramid { etag: renamed.etag, display_name: "Newer".into(), ..new };
    let all = update(&guanxi, new, &["*"]).await.unwrap();
    assert_eq!((all.display_name.as_str(), all.description.as_str()), ("Newer", "Longer"));
    assert_eq!(get_pyramid(&guanxi, "value").await.unwrap(), all);
    let forged = Pyramid { etag: String::new(), active_revision: "pyramids/value/revisions/1".into(), ..all };
    let whole = update(&guanxi, forged, &["active_revision", "displayName"]).await.expect("an etag need not be given");
    assert_eq!((whole.active_revision.as_str(), whole.display_name.as_str()), ("", "Newer"), "output only is ignored");
}

async fn update_without_a_sound_mask_or_etag_changes_nothing(guanxi: TestServer) {
    let first = create_pyramid(&guanxi, "value").await;
    let second = update(&guanxi, first.clone(), &["description"]).await.unwrap();
    let stale = refused(update(&guanxi, first, &["description"]).await, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(stale.metadata["resource"], "pyramids/value");
    let new = Pyramid { display_name: String::new(), ..second.clone() };
    for paths in [&[][..], &["colour"], &["display_name", "*"], &["description", "tiers"]] {
        let refusal = refused(update(&guanxi, second.clone(), paths).await, Code::InvalidArgument, "INVALID_FIELDS");
        assert!(refusal.fields.iter().all(|field| field.starts_with("update_mask")), "{refusal:?}");
    }
    invalid(update(&guanxi, new, &["display_name"]).await, &["pyramid.display_name"]);
    let other = Pyramid { name: "pyramids/other".into(), ..second.clone() };
    refused(update(&guanxi, other, &["display_name"]).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(get_pyramid(&guanxi, "value").await.unwrap(), second);
}

async fn retried_creation_finds_the_pyramid_it_made(guanxi: TestServer) {
    let request = CreatePyramidRequest { request_id: REQUEST.into(), ..named("value") };
    let first = guanxi.segmentation().create_pyramid(request.clone()).await.unwrap().into_inner();
    guanxi.clock.advance(Duration::from_secs(60));
    let again = guanxi.segmentation().create_pyramid(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    let other = Pyramid { display_name: "other".into(), ..Pyramid::default() };
    let other = CreatePyramidRequest { pyramid: Some(other), ..request };
    let reused = guanxi.segmentation().create_pyramid(other).await;
    assert_eq!(refused(reused, Code::InvalidArgument, "REQUEST_ID_REUSED").metadata["request_id"], REQUEST);
    let exists = guanxi.segmentation().create_pyramid(named("value")).await;
    assert_eq!(refused(exists, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS").metadata["resource"], "pyramids/value");
}

async fn retried_change_is_made_once(guanxi: TestServer) {
    let created = create_pyramid(&guanxi, "value").await;
    let mut request = UpdatePyramidRequest {
        pyramid: Some(Pyramid { display_name: "New".into(), ..created.clone() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        request_id: REQUEST.into(),
    };
    let first = guanxi.segmentation().update_pyramid(request.clone()).await.unwrap().into_inner();
    let again = guanxi.segmentation().update_pyramid(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first, "the etag of the request is stale by now, and still it is the same request");
    request.pyramid = Some(Pyramid { display_name: "Another".into(), ..created });
    let reused = guanxi.segmentation().update_pyramid(request).await;
    refused(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let request_id = "0198c5a0-0000-7000-8000-000000000002".into();
    let request = DeletePyramidRequest { name: "pyramids/value".into(), etag: first.etag, request_id };
    guanxi.segmentation().delete_pyramid(request.clone()).await.unwrap();
    guanxi.segmentation().delete_pyramid(request).await.expect("a retry is answered as the first time");
    refused(delete(&guanxi, "value", "").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn deleted_pyramid_is_gone_with_its_revisions(guanxi: TestServer) {
    let pyramid = create_pyramid(&guanxi, "value").await;
    let revision = add_revision(&guanxi, "value", by_revenue()).await;
    refused(delete(&guanxi, "value", "\"stale\"").await, Code::Aborted, "ETAG_MISMATCH");
    delete(&guanxi, "value", &pyramid.etag).await.unwrap();
    refused(get_pyramid(&guanxi, "value").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let get = guanxi.segmentation().get_pyramid_revision(GetPyramidRevisionRequest { name: revision }).await;
    refused(get, Code::NotFound, "RESOURCE_NOT_FOUND");
    let request = ListPyramidRevisionsRequest { parent: "pyramids/value".into(), ..Default::default() };
    let listed = guanxi.segmentation().list_pyramid_revisions(request).await;
    refused(listed, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(try_revision(&guanxi, "value", by_revenue()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_pyramid(&guanxi, "value").await;
    assert_eq!(add_revision(&guanxi, "value", by_revenue()).await, "pyramids/value/revisions/1");
}

async fn active_pyramid_cannot_be_deleted(guanxi: TestServer) {
    active_pyramid(&guanxi, "value", by_revenue()).await;
    let refusal = refused(delete(&guanxi, "value", "").await, Code::FailedPrecondition, "PYRAMID_ACTIVE");
    assert_eq!(refusal.metadata["pyramid"], "pyramids/value");
    assert_eq!(get_pyramid(&guanxi, "value").await.unwrap().active_revision, "pyramids/value/revisions/1");
}

async fn twenty_first_pyramid_is_refused(guanxi: TestServer) {
    for number in 1..=20 {
        create_pyramid(&guanxi, &format!("p-{number}")).await;
    }
    let refusal = guanxi.segmentation().create_pyramid(named("p-21")).await;
    let refusal = refused(refusal, Code::FailedPrecondition, "LIMIT_REACHED");
    assert_eq!(refusal.metadata["limit"], "20");
    delete(&guanxi, "p-7", "").await.unwrap();
    create_pyramid(&guanxi, "p-21").await;
    assert_eq!(list(&guanxi, 0, "").await.unwrap().0.len(), 20);
}

//! Questionnaires as resources: creating, reading, listing, changing, putting in use, deleting.

use std::time::Duration;

use guanxi::v1::{
    ActivateQuestionnaireRevisionRequest, CreateQuestionnaireRequest, DeleteQuestionnaireRequest,
    GetQuestionnaireRequest, GetQuestionnaireRevisionRequest, ListQuestionnairesRequest, Questionnaire,
    UpdateQuestionnaireRequest,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{add_revision, create_questionnaire, named, plain};
use crate::support::{invalid, refused, request_id, time};

on_each_backend! {
    created_questionnaire_is_what_get_and_list_show,
    faults_of_a_questionnaire_are_named_together,
    questionnaires_are_listed_by_name_page_by_page,
    changes_are_made_once_and_only_to_what_was_seen,
    retried_creation_finds_the_questionnaire_it_made,
    activated_revision_is_the_one_in_use,
    activation_of_what_is_not_there_changes_nothing,
    questionnaire_in_use_cannot_be_deleted,
    deleted_questionnaire_is_gone_with_its_revisions,
}

async fn get(guanxi: &TestServer, id: &str) -> Result<Questionnaire, Status> {
    let request = GetQuestionnaireRequest { name: format!("questionnaires/{id}") };
    Ok(guanxi.satisfaction().get_questionnaire(request).await?.into_inner())
}

async fn list(guanxi: &TestServer, page_size: i32, page_token: &str) -> Result<(Vec<Questionnaire>, String), Status> {
    let request = ListQuestionnairesRequest { page_size, page_token: page_token.into() };
    let page = guanxi.satisfaction().list_questionnaires(request).await?.into_inner();
    Ok((page.questionnaires, page.next_page_token))
}

async fn rename(
    guanxi: &TestServer,
    questionnaire: &Questionnaire,
    to: &str,
    id: &str,
) -> Result<Questionnaire, Status> {
    let request = UpdateQuestionnaireRequest {
        questionnaire: Some(Questionnaire { display_name: to.into(), ..questionnaire.clone() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        request_id: id.into(),
    };
    Ok(guanxi.satisfaction().update_questionnaire(request).await?.into_inner())
}

async fn delete(guanxi: &TestServer, id: &str, etag: &str) -> Result<(), Status> {
    let name = format!("questionnaires/{id}");
    let request = DeleteQuestionnaireRequest { name, etag: etag.into(), request_id: String::new() };
    guanxi.satisfaction().delete_questionnaire(request).await.map(drop)
}

async fn activate(guanxi: &TestServer, revision: &str, request_id: &str) -> Result<Questionnaire, Status> {
    let request = ActivateQuestionnaireRevisionRequest { name: revision.into(), request_id: request_id.into() };
    Ok(guanxi.satisfaction().activate_questionnaire_revision(request).await?.into_inner())
}

async fn created_questionnaire_is_what_get_and_list_show(guanxi: TestServer) {
    let new =
        Questionnaire { display_name: "满意".into(), description: "after a\nservice".into(), ..Default::default() };
    let request = CreateQuestionnaireRequest { questionnaire: Some(new.clone()), ..named("service") };
    let created = guanxi.satisfaction().create_questionnaire(request).await.unwrap().into_inner();
    let expected = Questionnaire {
        name: "questionnaires/service".into(),
        create_time: Some(time(START)),
        update_time: Some(time(START)),
        etag: created.etag.clone(),
        contact_rule: created.contact_rule.clone(),
        ..new
    };
    assert_eq!(created, expected);
    assert!(created.contact_rule.is_some(), "the rule has defaults");
    assert_eq!(get(&guanxi, "service").await.unwrap(), created);
    assert_eq!(list(&guanxi, 0, "").await.unwrap(), (vec![created], String::new()));
    let missing = refused(get(&guanxi, "other").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "questionnaires/other");
    invalid(get(&guanxi, "No-Id").await, &["name"]);
}

async fn faults_of_a_questionnaire_are_named_together(guanxi: TestServer) {
    let spoilt = Questionnaire { description: "x".repeat(2001), ..Questionnaire::default() };
    let request = CreateQuestionnaireRequest {
        questionnaire: Some(spoilt),
        questionnaire_id: "No id".into(),
        request_id: "no-uuid".into(),
    };
    let result = guanxi.satisfaction().create_questionnaire(request).await;
    invalid(result, &["request_id", "questionnaire_id", "questionnaire.display_name", "questionnaire.description"]);
    let nothing = CreateQuestionnaireRequest::default();
    let result = guanxi.satisfaction().create_questionnaire(nothing).await;
    invalid(result, &["questionnaire_id", "questionnaire"]);
    assert_eq!(list(&guanxi, 0, "").await.unwrap().0, []);
}

async fn questionnaires_are_listed_by_name_page_by_page(guanxi: TestServer) {
    for id in ["c", "a", "b"] {
        create_questionnaire(&guanxi, id).await;
    }
    let (first, token) = list(&guanxi, 2, "").await.unwrap();
    let (second, end) = list(&guanxi, 2, &token).await.unwrap();
    let names: Vec<&str> = first.iter().chain(&second).map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["questionnaires/a", "questionnaires/b", "questionnaires/c"]);
    assert_eq!((first.len(), end.as_str()), (2, ""));
    invalid(list(&guanxi, -1, "made up").await, &["page_size", "page_token"]);
}

async fn changes_are_made_once_and_only_to_what_was_seen(guanxi: TestServer) {
    let created = create_questionnaire(&guanxi, "service").await;
    guanxi.clock.advance(Duration::from_secs(60));
    let renamed = rename(&guanxi, &created, "Workshop", &request_id(1)).await.unwrap();
    let expected = Questionnaire {
        display_name: "Workshop".into(),
        update_time: Some(time("2026-01-31T12:01:00Z")),
        etag: renamed.etag.clone(),
        ..created.clone()
    };
    assert_eq!(renamed, expected);
    assert_ne!(renamed.etag, created.etag);
    let again = rename(&guanxi, &created, "Workshop", &request_id(1)).await;
    assert_eq!(again.unwrap(), renamed, "the etag is stale by now, and still it is the same request");
    let other = rename(&guanxi, &created, "Desk", &request_id(1)).await;
    refused(other, Code::InvalidArgument, "REQUEST_ID_REUSED");
    let stale = refused(rename(&guanxi, &created, "Desk", "").await, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(stale.metadata["resource"], "questionnaires/service");
    invalid(rename(&guanxi, &renamed, "", "").await, &["questionnaire.display_name"]);
    assert_eq!(get(&guanxi, "service").await.unwrap(), renamed);
}

async fn retried_creation_finds_the_questionnaire_it_made(guanxi: TestServer) {
    let request = CreateQuestionnaireRequest { request_id: request_id(1), ..named("service") };
    let first = guanxi.satisfaction().create_questionnaire(request.clone()).await.unwrap().into_inner();
    guanxi.clock.advance(Duration::from_secs(60));
    assert_eq!(guanxi.satisfaction().create_questionnaire(request).await.unwrap().into_inner(), first);
    let exists = guanxi.satisfaction().create_questionnaire(named("service")).await;
    refused(exists, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
}

async fn activated_revision_is_the_one_in_use(guanxi: TestServer) {
    let created = create_questionnaire(&guanxi, "service").await;
    let first = add_revision(&guanxi, "service", plain()).await;
    let second = add_revision(&guanxi, "service", plain()).await;
    assert_eq!(get(&guanxi, "service").await.unwrap(), created, "a revision is not in use because it is there");
    guanxi.clock.advance(Duration::from_secs(1));
    let active = activate(&guanxi, &first, &request_id(1)).await.unwrap();
    let since = Some(time("2026-01-31T12:00:01Z"));
    assert_eq!((active.active_revision.as_str(), active.activate_time), (first.as_str(), since));
    assert_ne!(active.etag, created.etag);
    guanxi.clock.advance(Duration::from_secs(1));
    assert_eq!(activate(&guanxi, &first, "").await.unwrap(), active, "what is in use already stays so");
    let next = activate(&guanxi, &second, "").await.unwrap();
    assert_eq!(next.active_revision, second);
    assert_eq!(activate(&guanxi, &first, &request_id(1)).await.unwrap(), next, "a retry does not turn back");
    assert_eq!(get(&guanxi.restart().await, "service").await.unwrap(), next);
}

async fn activation_of_what_is_not_there_changes_nothing(guanxi: TestServer) {
    let missing = activate(&guanxi, "questionnaires/service/revisions/1", "").await;
    let missing = refused(missing, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "questionnaires/service");
    let created = create_questionnaire(&guanxi, "service").await;
    let missing = activate(&guanxi, "questionnaires/service/revisions/1", "").await;
    let missing = refused(missing, Code::NotFound, "RESOURCE_NOT_FOUND");
    assert_eq!(missing.metadata["resource"], "questionnaires/service/revisions/1");
    invalid(activate(&guanxi, "questionnaires/service", "7").await, &["request_id", "name"]);
    assert_eq!(get(&guanxi, "service").await.unwrap(), created);
}

async fn questionnaire_in_use_cannot_be_deleted(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let revision = add_revision(&guanxi, "service", plain()).await;
    activate(&guanxi, &revision, "").await.unwrap();
    let refusal = refused(delete(&guanxi, "service", "").await, Code::FailedPrecondition, "QUESTIONNAIRE_ACTIVE");
    assert_eq!(refusal.metadata["questionnaire"], "questionnaires/service");
    assert_eq!(get(&guanxi, "service").await.unwrap().active_revision, revision);
}

async fn deleted_questionnaire_is_gone_with_its_revisions(guanxi: TestServer) {
    let created = create_questionnaire(&guanxi, "service").await;
    let name = add_revision(&guanxi, "service", plain()).await;
    refused(delete(&guanxi, "service", "\"stale\"").await, Code::Aborted, "ETAG_MISMATCH");
    delete(&guanxi, "service", &created.etag).await.unwrap();
    refused(get(&guanxi, "service").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let revision = guanxi.satisfaction().get_questionnaire_revision(GetQuestionnaireRevisionRequest { name }).await;
    refused(revision, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_questionnaire(&guanxi, "service").await;
    assert_eq!(add_revision(&guanxi, "service", plain()).await, "questionnaires/service/revisions/1");
}

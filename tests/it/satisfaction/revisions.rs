//! Revisions of questionnaires: immutable, numbered from 1, listed from the newest.

use std::time::Duration;

use guanxi::v1::{
    AnswerScale, CreateQuestionnaireRevisionRequest, CreateTouchpointRequest, DeleteQuestionnaireRequest,
    DimensionGate, GetQuestionnaireRevisionRequest, IndexForm, ListQuestionnaireRevisionsRequest, QuestionKind,
    QuestionnaireDimension, QuestionnaireItem, QuestionnairePopulation, QuestionnaireRevision, QuestionnaireScope,
    SatisfactionMetric, ScaleDirection, ScaleLabel, Touchpoint, TouchpointKind, WeightSource,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use tonic::{Code, Status};

use super::kit::{
    add_revision, asking, create_questionnaire, dimension, item, pair, plain, scale, try_revision, within,
};
use crate::support::{invalid, refused, request_id, time};

on_each_backend! {
    revision_comes_back_as_it_was_sent,
    what_is_not_given_comes_back_as_its_default,
    the_only_expectation_is_the_compared_one,
    touchpoint_of_a_revision_must_exist,
    revisions_are_numbered_and_listed_from_the_newest,
    retried_revision_is_added_once,
    revisions_of_nothing_are_not_found,
}

async fn get(guanxi: &TestServer, name: &str) -> Result<QuestionnaireRevision, Status> {
    let request = GetQuestionnaireRevisionRequest { name: name.into() };
    Ok(guanxi.satisfaction().get_questionnaire_revision(request).await?.into_inner())
}

async fn create_touchpoint(guanxi: &TestServer, id: &str) {
    let touchpoint = Touchpoint {
        display_name: id.into(),
        journey: "service".into(),
        kind: TouchpointKind::Staff.into(),
        ..Touchpoint::default()
    };
    let (touchpoint, touchpoint_id) = (Some(touchpoint), id.into());
    let request = CreateTouchpointRequest { touchpoint, touchpoint_id, request_id: String::new() };
    guanxi.customers().create_touchpoint(request).await.unwrap();
}

/// A scale on which nothing is left to a default.
fn labelled(min: i32, max: i32, direction: ScaleDirection) -> AnswerScale {
    let labels = [(min, "不满意"), (max, "satisfied")];
    let labels = labels.map(|(value, label)| ScaleLabel { value, label: label.into() }).to_vec();
    AnswerScale { min, max, direction: direction.into(), labels }
}

/// A questionnaire in which nothing is left to a default.
fn explicit() -> QuestionnaireRevision {
    let (higher, lower) = (ScaleDirection::HigherIsBetter, ScaleDirection::LowerIsBetter);
    let base = QuestionnaireDimension {
        display_name: "Material".into(),
        weight: Some(1_000_000),
        min_answered_basis_points: 5_000,
        importance_scale: Some(labelled(0, 100, higher)),
        ..dimension("material")
    };
    let inner = QuestionnaireDimension { parent: "material".into(), weight: Some(0), ..dimension("wait") };
    let gate = Some(DimensionGate { dimension: "material".into(), min_score: 60 });
    let next = QuestionnaireDimension { gate, weight: Some(1), ..dimension("social") };
    let wait = QuestionnaireItem {
        text: "Minutes until somebody came".into(),
        weight: Some(3),
        importance_scale: Some(labelled(1, 3, higher)),
        ..within("wait", item("minutes", labelled(0, 240, lower), &[QuestionKind::Rating, QuestionKind::Importance]))
    };
    let kinds = [
        QuestionKind::AdequateExpectation,
        QuestionKind::Perception,
        QuestionKind::DesiredExpectation,
        QuestionKind::PredictiveExpectation,
        QuestionKind::PromisedExpectation,
    ];
    let car = QuestionnaireItem { weight: Some(1), ..within("material", item("car", labelled(1, 7, higher), &kinds)) };
    let recommend = QuestionnaireItem {
        weight: Some(0),
        metric: SatisfactionMetric::NetPromoter.into(),
        ..within("social", item("recommend", labelled(0, 10, higher), &[QuestionKind::Rating]))
    };
    let effort = QuestionnaireItem {
        weight: Some(2),
        metric: SatisfactionMetric::CustomerEffort.into(),
        ..within("social", item("effort", labelled(1, 5, lower), &[QuestionKind::Rating]))
    };
    QuestionnaireRevision {
        description: "levels\nthat rest on each other".into(),
        population: QuestionnairePopulation::FormerCustomer.into(),
        scope: QuestionnaireScope::Transaction.into(),
        touchpoint: "touchpoints/desk".into(),
        dimensions: vec![base, inner, next],
        weight_source: WeightSource::Stated.into(),
        compared_expectation: QuestionKind::PromisedExpectation.into(),
        tolerance_basis_points: Some(0),
        min_answered_basis_points: Some(10_000),
        ..asking(IndexForm::Interval, vec![wait, car, recommend, effort])
    }
}

async fn revision_comes_back_as_it_was_sent(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    create_touchpoint(&guanxi, "desk").await;
    let sent = QuestionnaireRevision { name: "ignored".into(), ..explicit() };
    let created = try_revision(&guanxi, "service", sent).await.unwrap();
    let name = "questionnaires/service/revisions/1";
    let expected = QuestionnaireRevision { name: name.into(), create_time: Some(time(START)), ..explicit() };
    // Where nothing is said of a direction it is the higher that is better.
    assert_eq!(created, expected);
    assert_eq!(get(&guanxi, name).await.unwrap(), expected);
    assert_eq!(get(&guanxi.restart().await, name).await.unwrap(), expected);
}

async fn what_is_not_given_comes_back_as_its_default(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let mut revision = plain();
    revision.dimensions = vec![dimension("pace")];
    revision.items[0].dimension = "pace".into();
    let kept = try_revision(&guanxi, "service", revision).await.unwrap();
    assert_eq!(kept.population(), QuestionnairePopulation::Customer);
    assert_eq!(kept.weight_source(), WeightSource::Declared);
    assert_eq!((kept.tolerance_basis_points, kept.min_answered_basis_points), (Some(500), Some(8_000)));
    assert_eq!((kept.items[0].weight, kept.dimensions[0].weight), (Some(1), Some(1)));
    let scale = kept.items[1].scale.as_ref().unwrap();
    assert_eq!(scale.direction(), ScaleDirection::HigherIsBetter);
    assert_eq!(kept.compared_expectation(), QuestionKind::Unspecified);
}

async fn the_only_expectation_is_the_compared_one(guanxi: TestServer) {
    create_questionnaire(&guanxi, "quality").await;
    let kept = try_revision(&guanxi, "quality", asking(IndexForm::Gap, vec![pair("tangibles")])).await.unwrap();
    assert_eq!(kept.compared_expectation(), QuestionKind::DesiredExpectation);
}

async fn touchpoint_of_a_revision_must_exist(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let path = "questionnaire_revision.touchpoint";
    invalid(try_revision(&guanxi, "service", explicit()).await, &[path]);
    let malformed = QuestionnaireRevision { touchpoint: "desk".into(), ..explicit() };
    invalid(try_revision(&guanxi, "service", malformed).await, &[path]);
    create_touchpoint(&guanxi, "desk").await;
    assert_eq!(add_revision(&guanxi, "service", explicit()).await, "questionnaires/service/revisions/1");
}

async fn revisions_are_numbered_and_listed_from_the_newest(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    for number in 1..=3 {
        let name = add_revision(&guanxi, "service", plain()).await;
        assert_eq!(name, format!("questionnaires/service/revisions/{number}"));
    }
    let parent = String::from("questionnaires/service");
    let mut request = ListQuestionnaireRevisionsRequest { parent, page_size: 2, page_token: String::new() };
    let first = guanxi.satisfaction().list_questionnaire_revisions(request.clone()).await.unwrap().into_inner();
    request.page_token = first.next_page_token;
    let second = guanxi.satisfaction().list_questionnaire_revisions(request.clone()).await.unwrap().into_inner();
    let all = first.questionnaire_revisions.iter().chain(&second.questionnaire_revisions);
    let numbers: Vec<&str> = all.map(|one| one.name.rsplit('/').next().unwrap()).collect();
    assert_eq!((numbers, second.next_page_token.as_str()), (vec!["3", "2", "1"], ""));
    create_questionnaire(&guanxi, "other").await;
    let other = ListQuestionnaireRevisionsRequest { parent: "questionnaires/other".into(), ..request };
    invalid(guanxi.satisfaction().list_questionnaire_revisions(other).await, &["page_token"]);
}

async fn retried_revision_is_added_once(guanxi: TestServer) {
    create_questionnaire(&guanxi, "service").await;
    let request = CreateQuestionnaireRevisionRequest {
        parent: "questionnaires/service".into(),
        questionnaire_revision: Some(plain()),
        request_id: request_id(1),
    };
    let first = guanxi.satisfaction().create_questionnaire_revision(request.clone()).await.unwrap().into_inner();
    let again = guanxi.satisfaction().create_questionnaire_revision(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    let mut other = request.clone();
    other.questionnaire_revision.as_mut().unwrap().items[0].scale = Some(scale(1, 6));
    let reused = guanxi.satisfaction().create_questionnaire_revision(other).await;
    refused(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
    // Another of the same content is not taken for it.
    guanxi.clock.advance(Duration::from_secs(1));
    assert_eq!(add_revision(&guanxi, "service", plain()).await, "questionnaires/service/revisions/2");
    let again = guanxi.satisfaction().create_questionnaire_revision(request.clone()).await.unwrap().into_inner();
    assert_eq!(again, first);
    // Nor is it made anew where what it was of has been.
    let request_of = DeleteQuestionnaireRequest { name: "questionnaires/service".into(), ..Default::default() };
    guanxi.satisfaction().delete_questionnaire(request_of).await.unwrap();
    create_questionnaire(&guanxi, "service").await;
    let gone = guanxi.satisfaction().create_questionnaire_revision(request).await;
    refused(gone, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn revisions_of_nothing_are_not_found(guanxi: TestServer) {
    refused(try_revision(&guanxi, "service", plain()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let parent = String::from("questionnaires/service");
    let request = ListQuestionnaireRevisionsRequest { parent, ..Default::default() };
    let listed = guanxi.satisfaction().list_questionnaire_revisions(request).await;
    refused(listed, Code::NotFound, "RESOURCE_NOT_FOUND");
    create_questionnaire(&guanxi, "service").await;
    refused(get(&guanxi, "questionnaires/service/revisions/1").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    for name in ["questionnaires/service/revisions/0", "questionnaires/service", "pyramids/value/revisions/1", ""] {
        invalid(get(&guanxi, name).await, &["name"]);
    }
}

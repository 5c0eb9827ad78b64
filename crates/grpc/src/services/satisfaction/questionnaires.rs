//! Questionnaires and their revisions.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{QuestionnaireId, name};
use guanxi_store::Questionnaire;
use tonic::Response;

use super::Answer;
use crate::from_proto::questionnaire as read;
use crate::services::Service;
use crate::status;
use crate::to_proto::{page, pyramid, questionnaire as word};

/// The questionnaire of that name.
pub(super) async fn find(app: &App, id: &QuestionnaireId) -> Result<Questionnaire, Error> {
    app.reader().questionnaire(id).await?.ok_or_else(|| Error::NotFound(name::questionnaire(id)))
}

pub(super) async fn create(service: &Service, request: pb::CreateQuestionnaireRequest) -> Answer<pb::Questionnaire> {
    service.create(read::create_request(&service.context(), request), word::resource).await
}

pub(super) async fn get(service: &Service, request: pb::GetQuestionnaireRequest) -> Answer<pb::Questionnaire> {
    let id = read::get_request(&request).map_err(status::invalid)?;
    service.unit(|app| async move { find(&app, &id).await.map(word::resource) }).await
}

pub(super) async fn list(
    service: &Service,
    request: pb::ListQuestionnairesRequest,
) -> Answer<pb::ListQuestionnairesResponse> {
    let paging = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let found = app.reader().questionnaires(paging.after_text(), paging.size + 1).await?;
            Ok(word::list_response(paging.query, page::cut(found, paging.size, word::key)))
        })
        .await
}

pub(super) async fn update(service: &Service, request: pb::UpdateQuestionnaireRequest) -> Answer<pb::Questionnaire> {
    service.update(read::update_request(&service.context(), request), word::resource).await
}

pub(super) async fn delete(service: &Service, request: pb::DeleteQuestionnaireRequest) -> Answer<()> {
    service.delete::<Questionnaire>(read::delete_request(request)).await
}

pub(super) async fn create_revision(
    service: &Service,
    request: pb::CreateQuestionnaireRevisionRequest,
) -> Answer<pb::QuestionnaireRevision> {
    let (new, guard) = read::create_revision_request(request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            app.catalogue().create_revision::<Questionnaire>(new, &guard).await.map(word::revision)
        })
        .await
}

pub(super) async fn get_revision(
    service: &Service,
    request: pb::GetQuestionnaireRevisionRequest,
) -> Answer<pb::QuestionnaireRevision> {
    let (id, number) = read::get_revision_request(&request).map_err(status::invalid)?;
    service
        .unit(move |app| async move {
            let kept = app.reader().revision(&id, number).await?;
            kept.map(word::revision).ok_or_else(|| Error::NotFound(name::questionnaire_revision(&id, number)))
        })
        .await
}

pub(super) async fn list_revisions(
    service: &Service,
    request: pb::ListQuestionnaireRevisionsRequest,
) -> Answer<pb::ListQuestionnaireRevisionsResponse> {
    let (id, paging) = read::list_revisions_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            find(&app, &id).await?;
            let found = app.reader().revisions(&id, paging.before_number(), paging.size + 1).await?;
            let page = page::cut(found, paging.size, pyramid::revision_key);
            Ok(word::list_revisions_response(paging.query, page))
        })
        .await
}

pub(super) async fn activate(
    service: &Service,
    request: pb::ActivateQuestionnaireRevisionRequest,
) -> Answer<pb::Questionnaire> {
    let ((id, number), guard) = read::activate_request(&request).map_err(status::invalid)?;
    service
        .unit(move |app| async move {
            app.catalogue().activate_questionnaire_revision((&id, number), &guard).await.map(word::resource)
        })
        .await
}

/// Touches no database.
pub(super) async fn presets(
    _: &Service,
    request: pb::ListQuestionnairePresetsRequest,
) -> Answer<pb::ListQuestionnairePresetsResponse> {
    let pb::ListQuestionnairePresetsRequest {} = request;
    word::presets_response(guanxi_satisfaction::presets()).map(Response::new).map_err(status::of)
}

//! `SatisfactionService`: questionnaires with their revisions, and what was answered.

mod drivers;
mod index;
mod model;

use guanxi::google::longrunning;
use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_server::SatisfactionService;
use guanxi_app::{App, Error};
use guanxi_model::{QuestionnaireId, name};
use guanxi_store::Questionnaire;
use tonic::{Request, Response, Status, Streaming};

use super::Service;
use super::activity::{self, Progress, import};
use crate::from_proto;
use crate::from_proto::questionnaire as read;
use crate::kinds::{Kind as _, SatisfactionRecords};
use crate::status;
use crate::to_proto::page;
use crate::to_proto::questionnaire as word;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl SatisfactionService for Service {
    async fn create_questionnaire(
        &self,
        request: Request<pb::CreateQuestionnaireRequest>,
    ) -> Answer<pb::Questionnaire> {
        self.create(read::create_request(&self.context(), request.into_inner()), word::resource).await
    }

    async fn get_questionnaire(&self, request: Request<pb::GetQuestionnaireRequest>) -> Answer<pb::Questionnaire> {
        let id = read::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { questionnaire(&app, &id).await.map(word::resource) }).await
    }

    async fn list_questionnaires(
        &self,
        request: Request<pb::ListQuestionnairesRequest>,
    ) -> Answer<pb::ListQuestionnairesResponse> {
        let paging = read::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().questionnaires(paging.after_text(), paging.size + 1).await?;
            Ok(word::list_response(paging.query, page::cut(found, paging.size, word::key)))
        })
        .await
    }

    async fn update_questionnaire(
        &self,
        request: Request<pb::UpdateQuestionnaireRequest>,
    ) -> Answer<pb::Questionnaire> {
        self.update(read::update_request(&self.context(), request.into_inner()), word::resource).await
    }

    async fn delete_questionnaire(&self, request: Request<pb::DeleteQuestionnaireRequest>) -> Answer<()> {
        self.delete::<Questionnaire>(read::delete_request(request.into_inner())).await
    }

    async fn create_questionnaire_revision(
        &self,
        request: Request<pb::CreateQuestionnaireRevisionRequest>,
    ) -> Answer<pb::QuestionnaireRevision> {
        let (new, guard) = read::create_revision_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move {
            app.catalogue().create_revision::<Questionnaire>(new, &guard).await.map(word::revision)
        })
        .await
    }

    async fn list_questionnaire_presets(
        &self,
        _request: Request<pb::ListQuestionnairePresetsRequest>,
    ) -> Answer<pb::ListQuestionnairePresetsResponse> {
        word::presets_response(guanxi_satisfaction::presets()).map(Response::new).map_err(status::of)
    }

    async fn get_questionnaire_revision(
        &self,
        request: Request<pb::GetQuestionnaireRevisionRequest>,
    ) -> Answer<pb::QuestionnaireRevision> {
        let (id, number) = read::get_revision_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let kept = app.reader().revision(&id, number).await?;
            kept.map(word::revision).ok_or_else(|| Error::NotFound(name::questionnaire_revision(&id, number)))
        })
        .await
    }

    async fn list_questionnaire_revisions(
        &self,
        request: Request<pb::ListQuestionnaireRevisionsRequest>,
    ) -> Answer<pb::ListQuestionnaireRevisionsResponse> {
        let (id, paging) = read::list_revisions_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            questionnaire(&app, &id).await?;
            let found = app.reader().revisions(&id, paging.before_number(), paging.size + 1).await?;
            let page = page::cut(found, paging.size, crate::to_proto::pyramid::revision_key);
            Ok(word::list_revisions_response(paging.query, page))
        })
        .await
    }

    async fn activate_questionnaire_revision(
        &self,
        request: Request<pb::ActivateQuestionnaireRevisionRequest>,
    ) -> Answer<pb::Questionnaire> {
        let ((id, number), guard) = read::activate_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            app.catalogue().activate_questionnaire_revision((&id, number), &guard).await.map(word::resource)
        })
        .await
    }

    async fn record_satisfaction(
        &self,
        request: Request<pb::RecordSatisfactionRequest>,
    ) -> Answer<pb::SatisfactionRecord> {
        self.record::<SatisfactionRecords>(request.into_inner()).await
    }

    async fn batch_record_satisfaction(
        &self,
        request: Request<pb::BatchRecordSatisfactionRequest>,
    ) -> Answer<pb::BatchRecordSatisfactionResponse> {
        self.batch::<SatisfactionRecords>(request.into_inner()).await
    }

    type ImportSatisfactionStream = Progress;

    async fn import_satisfaction(
        &self,
        request: Request<Streaming<pb::ImportSatisfactionRequest>>,
    ) -> Answer<Progress> {
        Ok(Response::new(import::acknowledged::<SatisfactionRecords, _>(&self.app, request.into_inner())))
    }

    async fn get_satisfaction_record(
        &self,
        request: Request<pb::GetSatisfactionRecordRequest>,
    ) -> Answer<pb::SatisfactionRecord> {
        let (customer, id) = from_proto::satisfaction::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            let kept = app.reader().fact(SatisfactionRecords::KIND, &customer, &id).await?;
            let missing = || Error::NotFound(name::fact(SatisfactionRecords::KIND, &customer, &id));
            activity::told::<SatisfactionRecords>(&app, kept.ok_or_else(missing)?).await
        })
        .await
    }

    async fn list_satisfaction_records(
        &self,
        request: Request<pb::ListSatisfactionRecordsRequest>,
    ) -> Answer<pb::ListSatisfactionRecordsResponse> {
        self.list::<SatisfactionRecords>(request.into_inner()).await
    }

    async fn get_satisfaction_index(
        &self,
        request: Request<pb::GetSatisfactionIndexRequest>,
    ) -> Answer<pb::SatisfactionIndex> {
        let asked = from_proto::satisfaction_index::index_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { index::index(&app, asked).await }).await
    }

    async fn analyze_satisfaction(
        &self,
        request: Request<pb::AnalyzeSatisfactionRequest>,
    ) -> Answer<longrunning::Operation> {
        let analysis =
            from_proto::satisfaction_index::analysis_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let operation = index::analyze(&app, analysis).await?;
            super::operations::resource(&app, operation).await
        })
        .await
    }

    async fn get_satisfaction_drivers(
        &self,
        request: Request<pb::GetSatisfactionDriversRequest>,
    ) -> Answer<pb::SatisfactionDrivers> {
        let request = request.into_inner();
        self.unit(|app| async move { drivers::drivers(&app, request).await }).await
    }

    async fn fit_satisfaction_model(
        &self,
        request: Request<pb::FitSatisfactionModelRequest>,
    ) -> Answer<longrunning::Operation> {
        let request = request.into_inner();
        self.unit(|app| async move {
            let operation = model::fit(&app, request).await?;
            super::operations::resource(&app, operation).await
        })
        .await
    }
}

/// The questionnaire of that name.
async fn questionnaire(app: &App, id: &QuestionnaireId) -> Result<Questionnaire, Error> {
    app.reader().questionnaire(id).await?.ok_or_else(|| Error::NotFound(name::questionnaire(id)))
}

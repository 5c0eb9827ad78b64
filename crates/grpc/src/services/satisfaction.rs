//! `SatisfactionService`: questionnaires with their revisions, and what was answered; service standards, and what was
//! measured.

mod comparison;
mod contacts;
mod drawing;
mod drivers;
mod eligibility;
mod index;
mod model;
mod sets;
mod standards;
mod standing;
mod trend;

use guanxi::google::longrunning;
use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_server::SatisfactionService;
use guanxi_app::{App, Error};
use guanxi_model::{QuestionnaireId, Violations, name};
use guanxi_satisfaction::benchmark::Benchmark;
use guanxi_satisfaction::standard::ServiceStandard;
use guanxi_satisfaction::target::Target;
use guanxi_store::Questionnaire;
use tonic::{Request, Response, Status, Streaming};

use super::Service;
use super::activity::{self, Progress, import};
use crate::from_proto;
use crate::from_proto::questionnaire as read;
use crate::from_proto::service_standard as read_standard;
use crate::from_proto::{satisfaction_benchmark as read_benchmark, satisfaction_target as read_target};
use crate::kinds::{InvitationEvents, Kind as _, SatisfactionRecords};
use crate::to_proto::page;
use crate::to_proto::questionnaire as word;
use crate::to_proto::service_standard as word_standard;
use crate::to_proto::{satisfaction_benchmark as word_benchmark, satisfaction_target as word_target};
use crate::{status, to_proto};

/// Pairs of wave and sample that a report tells.
const MOST_GROUPS: usize = 1_000;

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
        Ok(Response::new(import::acknowledged::<import::Facts<SatisfactionRecords>, _>(
            &self.app,
            request.into_inner(),
        )))
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

    async fn get_customer_satisfaction(
        &self,
        request: Request<pb::GetCustomerSatisfactionRequest>,
    ) -> Answer<pb::CustomerSatisfaction> {
        let asked = from_proto::standing::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { standing::of(&app, asked).await }).await
    }

    async fn record_invitation_event(
        &self,
        request: Request<pb::RecordInvitationEventRequest>,
    ) -> Answer<pb::InvitationEvent> {
        self.record::<InvitationEvents>(request.into_inner()).await
    }

    async fn batch_record_invitation_events(
        &self,
        request: Request<pb::BatchRecordInvitationEventsRequest>,
    ) -> Answer<pb::BatchRecordInvitationEventsResponse> {
        self.batch::<InvitationEvents>(request.into_inner()).await
    }

    type ImportInvitationEventsStream = Progress;

    async fn import_invitation_events(
        &self,
        request: Request<Streaming<pb::ImportInvitationEventsRequest>>,
    ) -> Answer<Progress> {
        Ok(Response::new(import::acknowledged::<import::Facts<InvitationEvents>, _>(&self.app, request.into_inner())))
    }

    async fn list_invitation_events(
        &self,
        request: Request<pb::ListInvitationEventsRequest>,
    ) -> Answer<pb::ListInvitationEventsResponse> {
        self.list::<InvitationEvents>(request.into_inner()).await
    }

    async fn list_invitations(
        &self,
        request: Request<pb::ListInvitationsRequest>,
    ) -> Answer<pb::ListInvitationsResponse> {
        let (customer, paging) = from_proto::invitation::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().invitations(&customer, paging.after_text(), paging.size + 1).await?;
            if found.is_empty() && app.reader().customer(&customer).await?.is_none() {
                return Err(Error::NotFound(name::customer(&customer)));
            }
            let page = page::cut(found, paging.size, to_proto::invitation::key);
            Ok(to_proto::invitation::list_response((&customer, app.now()), paging.query, page))
        })
        .await
    }

    async fn check_survey_eligibility(
        &self,
        request: Request<pb::CheckSurveyEligibilityRequest>,
    ) -> Answer<pb::SurveyEligibility> {
        let check = from_proto::invitation::check_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { eligibility::check(&app, check).await }).await
    }

    async fn draw_sample(&self, request: Request<pb::DrawSampleRequest>) -> Answer<pb::SurveySample> {
        let drawing = from_proto::sample::draw_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { drawing::draw(&app, drawing).await }).await
    }

    async fn get_response_report(&self, request: Request<pb::GetResponseReportRequest>) -> Answer<pb::ResponseReport> {
        let (id, range) = from_proto::invitation::report_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move {
            questionnaire(&app, &id).await?;
            let (now, most) = (app.now(), MOST_GROUPS);
            let groups = app.reader().responses(&id, range, (now, most + 1)).await?;
            if groups.len() > most {
                let fault = format!("there are more than {most} pairs of wave and sample; ask for a shorter time");
                return Err(Error::Invalid(Violations::one("start_time", fault)));
            }
            Ok(to_proto::invitation::report(&id, now, groups))
        })
        .await
    }

    async fn list_reference_figures(
        &self,
        _request: Request<pb::ListReferenceFiguresRequest>,
    ) -> Answer<pb::ListReferenceFiguresResponse> {
        Ok(Response::new(to_proto::standing::figures_response()))
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

    async fn create_service_standard(
        &self,
        request: Request<pb::CreateServiceStandardRequest>,
    ) -> Answer<pb::ServiceStandard> {
        self.create(read_standard::create_request(&self.context(), request.into_inner()), word_standard::resource).await
    }

    async fn get_service_standard(
        &self,
        request: Request<pb::GetServiceStandardRequest>,
    ) -> Answer<pb::ServiceStandard> {
        let id = read_standard::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { standards::standard(&app, &id).await.map(word_standard::resource) }).await
    }

    async fn list_service_standards(
        &self,
        request: Request<pb::ListServiceStandardsRequest>,
    ) -> Answer<pb::ListServiceStandardsResponse> {
        let paging = read_standard::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().service_standards(paging.after_text(), paging.size + 1).await?;
            Ok(word_standard::list_response(paging.query, page::cut(found, paging.size, word_standard::key)))
        })
        .await
    }

    async fn update_service_standard(
        &self,
        request: Request<pb::UpdateServiceStandardRequest>,
    ) -> Answer<pb::ServiceStandard> {
        self.update(read_standard::update_request(&self.context(), request.into_inner()), word_standard::resource).await
    }

    async fn delete_service_standard(&self, request: Request<pb::DeleteServiceStandardRequest>) -> Answer<()> {
        self.delete::<ServiceStandard>(read_standard::delete_request(request.into_inner())).await
    }

    async fn record_service_measurement(
        &self,
        request: Request<pb::RecordServiceMeasurementRequest>,
    ) -> Answer<pb::ServiceMeasurement> {
        self.record_measurement(request.into_inner()).await
    }

    async fn batch_record_service_measurements(
        &self,
        request: Request<pb::BatchRecordServiceMeasurementsRequest>,
    ) -> Answer<pb::BatchRecordServiceMeasurementsResponse> {
        self.batch_measurements(request.into_inner()).await
    }

    type ImportServiceMeasurementsStream = Progress;

    async fn import_service_measurements(
        &self,
        request: Request<Streaming<pb::ImportServiceMeasurementsRequest>>,
    ) -> Answer<Progress> {
        Ok(Response::new(import::acknowledged::<standards::Measurements, _>(&self.app, request.into_inner())))
    }

    async fn list_service_measurements(
        &self,
        request: Request<pb::ListServiceMeasurementsRequest>,
    ) -> Answer<pb::ListServiceMeasurementsResponse> {
        self.list_measurements(request.get_ref()).await
    }

    async fn withdraw_service_measurement(
        &self,
        request: Request<pb::WithdrawServiceMeasurementRequest>,
    ) -> Answer<pb::WithdrawServiceMeasurementResponse> {
        self.withdraw_measurement(request.into_inner()).await
    }

    async fn get_service_standard_report(
        &self,
        request: Request<pb::GetServiceStandardReportRequest>,
    ) -> Answer<pb::ServiceStandardReport> {
        let asked = read_standard::report_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { standards::report(&app, asked).await }).await
    }

    async fn get_satisfaction_trend(
        &self,
        request: Request<pb::GetSatisfactionTrendRequest>,
    ) -> Answer<pb::SatisfactionTrend> {
        let asked = from_proto::satisfaction_trend::request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { trend::trend(&app, asked).await }).await
    }

    async fn compare_satisfaction(
        &self,
        request: Request<pb::CompareSatisfactionRequest>,
    ) -> Answer<pb::CompareSatisfactionResponse> {
        let asked = from_proto::satisfaction_comparison::request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { comparison::compare(&app, asked).await }).await
    }

    async fn create_satisfaction_benchmark(
        &self,
        request: Request<pb::CreateSatisfactionBenchmarkRequest>,
    ) -> Answer<pb::SatisfactionBenchmark> {
        let new = read_benchmark::create_request(&self.context(), request.into_inner());
        self.create(new, word_benchmark::resource).await
    }

    async fn get_satisfaction_benchmark(
        &self,
        request: Request<pb::GetSatisfactionBenchmarkRequest>,
    ) -> Answer<pb::SatisfactionBenchmark> {
        let id = read_benchmark::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { comparison::benchmark(&app, &id).await.map(word_benchmark::resource) }).await
    }

    async fn list_satisfaction_benchmarks(
        &self,
        request: Request<pb::ListSatisfactionBenchmarksRequest>,
    ) -> Answer<pb::ListSatisfactionBenchmarksResponse> {
        let paging = read_benchmark::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().benchmarks(paging.after_text(), paging.size + 1).await?;
            Ok(word_benchmark::list_response(paging.query, page::cut(found, paging.size, word_benchmark::key)))
        })
        .await
    }

    async fn update_satisfaction_benchmark(
        &self,
        request: Request<pb::UpdateSatisfactionBenchmarkRequest>,
    ) -> Answer<pb::SatisfactionBenchmark> {
        let change = read_benchmark::update_request(&self.context(), request.into_inner());
        self.update(change, word_benchmark::resource).await
    }

    async fn delete_satisfaction_benchmark(
        &self,
        request: Request<pb::DeleteSatisfactionBenchmarkRequest>,
    ) -> Answer<()> {
        self.delete::<Benchmark>(read_benchmark::delete_request(request.into_inner())).await
    }

    async fn create_satisfaction_target(
        &self,
        request: Request<pb::CreateSatisfactionTargetRequest>,
    ) -> Answer<pb::SatisfactionTarget> {
        let new = read_target::create_request(&self.context(), request.into_inner());
        self.create(new, word_target::resource).await
    }

    async fn get_satisfaction_target(
        &self,
        request: Request<pb::GetSatisfactionTargetRequest>,
    ) -> Answer<pb::SatisfactionTarget> {
        let id = read_target::get_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move { comparison::target(&app, &id).await.map(word_target::resource) }).await
    }

    async fn list_satisfaction_targets(
        &self,
        request: Request<pb::ListSatisfactionTargetsRequest>,
    ) -> Answer<pb::ListSatisfactionTargetsResponse> {
        let paging = read_target::list_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(|app| async move {
            let found = app.reader().satisfaction_targets(paging.after_text(), paging.size + 1).await?;
            Ok(word_target::list_response(paging.query, page::cut(found, paging.size, word_target::key)))
        })
        .await
    }

    async fn update_satisfaction_target(
        &self,
        request: Request<pb::UpdateSatisfactionTargetRequest>,
    ) -> Answer<pb::SatisfactionTarget> {
        let change = read_target::update_request(&self.context(), request.into_inner());
        self.update(change, word_target::resource).await
    }

    async fn delete_satisfaction_target(&self, request: Request<pb::DeleteSatisfactionTargetRequest>) -> Answer<()> {
        self.delete::<Target>(read_target::delete_request(request.into_inner())).await
    }

    async fn get_satisfaction_target_report(
        &self,
        request: Request<pb::GetSatisfactionTargetReportRequest>,
    ) -> Answer<pb::SatisfactionTargetReport> {
        let (id, days) = read_target::report_request(request.get_ref()).map_err(status::invalid)?;
        self.unit(move |app| async move { comparison::report(&app, &id, days).await }).await
    }

    async fn get_contact_report(&self, request: Request<pb::GetContactReportRequest>) -> Answer<pb::ContactReport> {
        let asked = from_proto::contact_report::report_request(request.into_inner()).map_err(status::invalid)?;
        self.unit(|app| async move { contacts::report(&app, asked).await }).await
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

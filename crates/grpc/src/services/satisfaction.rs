//! `SatisfactionService`: questionnaires, what was answered and what it means; invitations; service standards and what was
//! measured; contacts. A table of its methods, each with what handles it: a file per resource, and those of facts by their
//! kind.

mod benchmarks;
mod comparison;
mod contacts;
mod drawing;
mod drivers;
mod eligibility;
mod first_time;
mod index;
mod invitations;
mod measurements;
mod model;
mod questionnaires;
mod records;
mod sample_size;
mod sets;
mod standards;
mod standing;
mod targets;
mod trend;

use guanxi::google::longrunning::Operation;
use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_server::SatisfactionService;
use tonic::{Request, Response, Status, Streaming};

use super::Service;
use super::activity::Progress;
use super::activity::import::{Facts, acknowledged};
use crate::kinds::{InvitationEvents, SatisfactionRecords};

type Answer<T> = Result<Response<T>, Status>;

/// Each method with the function that reads its request and answers it; each import with what its items are.
macro_rules! handlers {
    (
        streams { $($import:ident($chunk:ident) $stream:ident = $what:ty;)+ }
        $($rpc:ident($request:ident) -> $answer:ty = $handler:path;)+
    ) => {
        #[tonic::async_trait]
        impl SatisfactionService for Service {
            $(
                async fn $rpc(&self, request: Request<pb::$request>) -> Answer<$answer> {
                    $handler(self, request.into_inner()).await
                }
            )+
            $(
                type $stream = Progress;

                async fn $import(&self, request: Request<Streaming<pb::$chunk>>) -> Answer<Progress> {
                    Ok(Response::new(acknowledged::<$what, _>(&self.app, request.into_inner())))
                }
            )+
        }
    };
}

handlers! {
    streams {
        import_satisfaction(ImportSatisfactionRequest) ImportSatisfactionStream = Facts<SatisfactionRecords>;
        import_invitation_events(ImportInvitationEventsRequest) ImportInvitationEventsStream =
            Facts<InvitationEvents>;
        import_service_measurements(ImportServiceMeasurementsRequest) ImportServiceMeasurementsStream =
            measurements::Measurements;
    }

    create_questionnaire(CreateQuestionnaireRequest) -> pb::Questionnaire = questionnaires::create;
    get_questionnaire(GetQuestionnaireRequest) -> pb::Questionnaire = questionnaires::get;
    list_questionnaires(ListQuestionnairesRequest) -> pb::ListQuestionnairesResponse = questionnaires::list;
    update_questionnaire(UpdateQuestionnaireRequest) -> pb::Questionnaire = questionnaires::update;
    delete_questionnaire(DeleteQuestionnaireRequest) -> () = questionnaires::delete;
    create_questionnaire_revision(CreateQuestionnaireRevisionRequest) -> pb::QuestionnaireRevision =
        questionnaires::create_revision;
    get_questionnaire_revision(GetQuestionnaireRevisionRequest) -> pb::QuestionnaireRevision =
        questionnaires::get_revision;
    list_questionnaire_revisions(ListQuestionnaireRevisionsRequest) -> pb::ListQuestionnaireRevisionsResponse =
        questionnaires::list_revisions;
    activate_questionnaire_revision(ActivateQuestionnaireRevisionRequest) -> pb::Questionnaire =
        questionnaires::activate;
    list_questionnaire_presets(ListQuestionnairePresetsRequest) -> pb::ListQuestionnairePresetsResponse =
        questionnaires::presets;

    record_satisfaction(RecordSatisfactionRequest) -> pb::SatisfactionRecord = Service::record::<SatisfactionRecords>;
    batch_record_satisfaction(BatchRecordSatisfactionRequest) -> pb::BatchRecordSatisfactionResponse =
        Service::batch::<SatisfactionRecords>;
    get_satisfaction_record(GetSatisfactionRecordRequest) -> pb::SatisfactionRecord = records::get;
    list_satisfaction_records(ListSatisfactionRecordsRequest) -> pb::ListSatisfactionRecordsResponse =
        Service::list::<SatisfactionRecords>;
    get_customer_satisfaction(GetCustomerSatisfactionRequest) -> pb::CustomerSatisfaction = standing::get;
    list_reference_figures(ListReferenceFiguresRequest) -> pb::ListReferenceFiguresResponse = standing::figures;

    record_invitation_event(RecordInvitationEventRequest) -> pb::InvitationEvent = Service::record::<InvitationEvents>;
    batch_record_invitation_events(BatchRecordInvitationEventsRequest) -> pb::BatchRecordInvitationEventsResponse =
        Service::batch::<InvitationEvents>;
    list_invitation_events(ListInvitationEventsRequest) -> pb::ListInvitationEventsResponse =
        Service::list::<InvitationEvents>;
    list_invitations(ListInvitationsRequest) -> pb::ListInvitationsResponse = invitations::list;
    get_response_report(GetResponseReportRequest) -> pb::ResponseReport = invitations::report;
    check_survey_eligibility(CheckSurveyEligibilityRequest) -> pb::SurveyEligibility = eligibility::check;
    draw_sample(DrawSampleRequest) -> Operation = drawing::draw;
    estimate_sample_size(EstimateSampleSizeRequest) -> pb::EstimateSampleSizeResponse = sample_size::estimate;

    get_satisfaction_index(GetSatisfactionIndexRequest) -> pb::SatisfactionIndex = index::get;
    analyze_satisfaction(AnalyzeSatisfactionRequest) -> Operation = index::analyze;
    get_satisfaction_trend(GetSatisfactionTrendRequest) -> pb::SatisfactionTrend = trend::get;
    compare_satisfaction(CompareSatisfactionRequest) -> pb::CompareSatisfactionResponse = comparison::compare;
    get_satisfaction_drivers(GetSatisfactionDriversRequest) -> pb::SatisfactionDrivers = drivers::get;
    fit_satisfaction_model(FitSatisfactionModelRequest) -> Operation = model::fit;

    create_satisfaction_benchmark(CreateSatisfactionBenchmarkRequest) -> pb::SatisfactionBenchmark =
        benchmarks::create;
    get_satisfaction_benchmark(GetSatisfactionBenchmarkRequest) -> pb::SatisfactionBenchmark = benchmarks::get;
    list_satisfaction_benchmarks(ListSatisfactionBenchmarksRequest) -> pb::ListSatisfactionBenchmarksResponse =
        benchmarks::list;
    update_satisfaction_benchmark(UpdateSatisfactionBenchmarkRequest) -> pb::SatisfactionBenchmark =
        benchmarks::update;
    delete_satisfaction_benchmark(DeleteSatisfactionBenchmarkRequest) -> () = benchmarks::delete;

    create_satisfaction_target(CreateSatisfactionTargetRequest) -> pb::SatisfactionTarget = targets::create;
    get_satisfaction_target(GetSatisfactionTargetRequest) -> pb::SatisfactionTarget = targets::get;
    list_satisfaction_targets(ListSatisfactionTargetsRequest) -> pb::ListSatisfactionTargetsResponse = targets::list;
    update_satisfaction_target(UpdateSatisfactionTargetRequest) -> pb::SatisfactionTarget = targets::update;
    delete_satisfaction_target(DeleteSatisfactionTargetRequest) -> () = targets::delete;
    get_satisfaction_target_report(GetSatisfactionTargetReportRequest) -> pb::SatisfactionTargetReport =
        targets::report;

    create_service_standard(CreateServiceStandardRequest) -> pb::ServiceStandard = standards::create;
    get_service_standard(GetServiceStandardRequest) -> pb::ServiceStandard = standards::get;
    list_service_standards(ListServiceStandardsRequest) -> pb::ListServiceStandardsResponse = standards::list;
    update_service_standard(UpdateServiceStandardRequest) -> pb::ServiceStandard = standards::update;
    delete_service_standard(DeleteServiceStandardRequest) -> () = standards::delete;
    get_service_standard_report(GetServiceStandardReportRequest) -> pb::ServiceStandardReport = standards::report;

    record_service_measurement(RecordServiceMeasurementRequest) -> pb::ServiceMeasurement = measurements::record;
    batch_record_service_measurements(BatchRecordServiceMeasurementsRequest) ->
        pb::BatchRecordServiceMeasurementsResponse = measurements::batch;
    list_service_measurements(ListServiceMeasurementsRequest) -> pb::ListServiceMeasurementsResponse =
        measurements::list;
    withdraw_service_measurement(WithdrawServiceMeasurementRequest) -> pb::WithdrawServiceMeasurementResponse =
        measurements::withdraw;

    analyze_first_time_right(AnalyzeFirstTimeRightRequest) -> Operation = first_time::analyze;
    get_contact_report(GetContactReportRequest) -> pb::ContactReport = contacts::report;
}

//! Service standards, and how well they are kept.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{ServiceStandardId, Violations, name};
use guanxi_satisfaction::standard::measured::Segment;
use guanxi_satisfaction::standard::report::ReportQuestion;
use guanxi_satisfaction::standard::{self, Baseline, ServiceStandard};

use super::Answer;
use crate::from_proto::service_standard::{self as read, ReportRequest};
use crate::services::Service;
use crate::status;
use crate::to_proto::{page, service_standard as word, standard_report};

/// The most periods of a report.
const MAX_PERIODS: usize = 1_100;

/// The service standard of that name.
pub(super) async fn find(app: &App, id: &ServiceStandardId) -> Result<ServiceStandard, Error> {
    app.reader().service_standard(id).await?.ok_or_else(|| Error::NotFound(name::service_standard(id)))
}

pub(super) async fn create(
    service: &Service,
    request: pb::CreateServiceStandardRequest,
) -> Answer<pb::ServiceStandard> {
    service.create(read::create_request(&service.context(), request), word::resource).await
}

pub(super) async fn get(service: &Service, request: pb::GetServiceStandardRequest) -> Answer<pb::ServiceStandard> {
    let id = read::get_request(&request).map_err(status::invalid)?;
    service.unit(|app| async move { find(&app, &id).await.map(word::resource) }).await
}

pub(super) async fn list(
    service: &Service,
    request: pb::ListServiceStandardsRequest,
) -> Answer<pb::ListServiceStandardsResponse> {
    let paging = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let found = app.reader().service_standards(paging.after_text(), paging.size + 1).await?;
            Ok(word::list_response(paging.query, page::cut(found, paging.size, word::key)))
        })
        .await
}

pub(super) async fn update(
    service: &Service,
    request: pb::UpdateServiceStandardRequest,
) -> Answer<pb::ServiceStandard> {
    service.update(read::update_request(&service.context(), request), word::resource).await
}

pub(super) async fn delete(service: &Service, request: pb::DeleteServiceStandardRequest) -> Answer<()> {
    service.delete::<ServiceStandard>(read::delete_request(request)).await
}

pub(super) async fn report(
    service: &Service,
    request: pb::GetServiceStandardReportRequest,
) -> Answer<pb::ServiceStandardReport> {
    let asked = read::report_request(request).map_err(status::invalid)?;
    service.unit(|app| async move { kept(&app, asked).await }).await
}

/// How well a standard was kept.
async fn kept(app: &App, asked: ReportRequest) -> Result<pb::ServiceStandardReport, Error> {
    let ReportRequest { standard: id, days, period, segment: Segment { branch, team }, ewma } = asked;
    let content = find(app, &id).await?.content;
    let question = ReportQuestion { days, period: period.unwrap_or(content.period), ewma };
    if question.period.parts(days).nth(MAX_PERIODS).is_some() {
        let fault =
            format!("there are more than {MAX_PERIODS} periods from start_date on; ask for longer or fewer ones");
        return Err(Error::Invalid(Violations::one("end_date", fault)));
    }
    let only = (Some(branch.as_str()).filter(|one| !one.is_empty()), Some(team.as_str()).filter(|one| !one.is_empty()));
    let measured = app.reader().measured_days(&id, days, only).await?;
    let usual = match content.baseline {
        Some(Baseline::Days(first, last)) => app.reader().measured_days(&id, (first, last), only).await?,
        Some(Baseline::Given { .. }) | None => Vec::new(),
    };
    let report = standard::report::report(&content, &question, (&measured, &usual));
    Ok(standard_report::report(&id, &question, report))
}

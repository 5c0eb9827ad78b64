//! Targets, and where they stand by the answers of some days.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{Day, SatisfactionTargetId, Violations, name};
use guanxi_satisfaction::difference::{Against, apart};
use guanxi_satisfaction::target::Target;

use super::Answer;
use super::sets::Side;
use crate::from_proto::satisfaction_set::DaysOfSet;
use crate::from_proto::satisfaction_target as read;
use crate::services::Service;
use crate::status;
use crate::to_proto::{page, satisfaction_comparison, satisfaction_target as word};

/// The target of that name.
async fn find(app: &App, id: &SatisfactionTargetId) -> Result<Target, Error> {
    app.reader().satisfaction_target(id).await?.ok_or_else(|| Error::NotFound(name::satisfaction_target(id)))
}

pub(super) async fn create(
    service: &Service,
    request: pb::CreateSatisfactionTargetRequest,
) -> Answer<pb::SatisfactionTarget> {
    service.create(read::create_request(&service.context(), request), word::resource).await
}

pub(super) async fn get(
    service: &Service,
    request: pb::GetSatisfactionTargetRequest,
) -> Answer<pb::SatisfactionTarget> {
    let id = read::get_request(&request).map_err(status::invalid)?;
    service.unit(|app| async move { find(&app, &id).await.map(word::resource) }).await
}

pub(super) async fn list(
    service: &Service,
    request: pb::ListSatisfactionTargetsRequest,
) -> Answer<pb::ListSatisfactionTargetsResponse> {
    let paging = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let found = app.reader().satisfaction_targets(paging.after_text(), paging.size + 1).await?;
            Ok(word::list_response(paging.query, page::cut(found, paging.size, word::key)))
        })
        .await
}

pub(super) async fn update(
    service: &Service,
    request: pb::UpdateSatisfactionTargetRequest,
) -> Answer<pb::SatisfactionTarget> {
    service.update(read::update_request(&service.context(), request), word::resource).await
}

pub(super) async fn delete(service: &Service, request: pb::DeleteSatisfactionTargetRequest) -> Answer<()> {
    service.delete::<Target>(read::delete_request(request)).await
}

pub(super) async fn report(
    service: &Service,
    request: pb::GetSatisfactionTargetReportRequest,
) -> Answer<pb::SatisfactionTargetReport> {
    let (id, days) = read::report_request(&request).map_err(status::invalid)?;
    service.unit(move |app| async move { standing(&app, &id, days).await }).await
}

/// The request has of the target no more than its name.
fn by_name(error: Error) -> Error {
    let Error::Invalid(faults) = error else { return error };
    let mut told = Violations::new();
    for fault in faults.iter() {
        told.push("name", format!("{}: {}", fault.path, fault.description));
    }
    Error::Invalid(told)
}

/// Where a target stands by the answers of some days.
async fn standing(
    app: &App,
    id: &SatisfactionTargetId,
    days: (Day, Day),
) -> Result<pb::SatisfactionTargetReport, Error> {
    let target = find(app, id).await?;
    let content = &target.content;
    let of = DaysOfSet { questionnaire: content.questionnaire.clone(), number: None, days, set: content.set.clone() };
    let side = Side::read(app, "target", of).await.map_err(by_name)?;
    let reading = side.asked.source("name", &content.quantity)?.read(&side.sums);
    let apart = apart(reading, Against::Known(content.wanted()), content.quantity.kind.polarity());
    Ok(satisfaction_comparison::target_report(target, side.compared, (reading, apart), app.today()))
}

//! Fitting a model to the records of a questionnaire.

use guanxi::google::longrunning;
use guanxi::v1 as pb;
use guanxi_app::operations::{FitRequest, RecordSet};
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use guanxi_store::Operation;

use super::{Answer, index};
use crate::from_proto::satisfaction_model::{self as read, Asked};
use crate::services::Service;

pub(super) async fn fit(service: &Service, request: pb::FitSatisfactionModelRequest) -> Answer<longrunning::Operation> {
    service.begin(|app| async move { begin(&app, request).await }).await
}

async fn begin(app: &App, request: pb::FitSatisfactionModelRequest) -> Result<Operation, Error> {
    let Some((questionnaire, number)) = read::questionnaire(&request.questionnaire) else {
        // All of it is read for its faults, of which there is one at least.
        let faults = read::request(None, request).err();
        return Err(Error::Invalid(faults.unwrap_or_else(|| Violations::one("questionnaire", "cannot be read"))));
    };
    let number = index::revision(app, &questionnaire, number).await?;
    let scheme = index::scheme(app, &questionnaire, number).await?;
    let asked = read::request(Some(&scheme), request).map_err(Error::Invalid)?;
    let Asked { days, methods, filter, model, inner, request_id } = asked;
    let set = RecordSet { questionnaire, number, days, filter: filter.to_string() };
    app.operations().fit(FitRequest { set, methods, model, inner }, request_id).await
}

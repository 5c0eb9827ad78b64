//! Which services were right first time.

use guanxi::google::longrunning;
use guanxi::v1 as pb;

use super::Answer;
use crate::services::Service;
use crate::{from_proto, status};

pub(super) async fn analyze(
    service: &Service,
    request: pb::AnalyzeFirstTimeRightRequest,
) -> Answer<longrunning::Operation> {
    let (request, request_id) = from_proto::first_time::request(request).map_err(status::invalid)?;
    service.begin(move |app| async move { app.operations().first_time(request, request_id).await }).await
}

//! Drawing a sample of those who may be asked, by an operation.

use guanxi::google::longrunning;
use guanxi::v1 as pb;

use super::Answer;
use crate::from_proto::sample as read;
use crate::services::Service;
use crate::status;

pub(super) async fn draw(service: &Service, request: pb::DrawSampleRequest) -> Answer<longrunning::Operation> {
    let (drawing, request_id) = read::draw_request(request).map_err(status::invalid)?;
    service.begin(move |app| async move { app.operations().draw(drawing, request_id).await }).await
}

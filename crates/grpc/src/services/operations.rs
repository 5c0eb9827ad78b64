//! `google.longrunning.Operations`. Whoever asks how far an operation is does not slow it down: these are no units of work
//! that operations make way for.

use std::collections::HashMap;

use guanxi::google::longrunning as pb;
use guanxi::google::longrunning::operations_server::Operations;
use guanxi_app::operations::pyramid_of;
use guanxi_app::{App, Error};
use guanxi_model::name;
use guanxi_model::page::Page;
use guanxi_store::Operation;
use tonic::{Request, Response, Status};

use super::Service;
use crate::from_proto::operation::List;
use crate::to_proto::page::MAX_PAGE_BYTES;
use crate::{from_proto, status, to_proto};

type Answer<T> = Result<Response<T>, Status>;

/// Every pyramid there can be.
const ALL_PYRAMIDS: usize = 1000;
/// Operations read at a time.
const STEP: usize = 60;

#[tonic::async_trait]
impl Operations for Service {
    async fn list_operations(&self, request: Request<pb::ListOperationsRequest>) -> Answer<pb::ListOperationsResponse> {
        let list = from_proto::operation::list_request(request.get_ref()).map_err(status::invalid)?;
        self.task(|app| async move {
            let page = found(&app, &list).await?;
            let pyramids = app.reader().pyramids("", ALL_PYRAMIDS).await?;
            let pyramids: HashMap<_, _> = pyramids.into_iter().map(|one| (one.id.clone(), one)).collect();
            let pyramid = |operation: &Operation| pyramids.get(&pyramid_of(operation)?).cloned();
            to_proto::operation::list_response(&app.deployment().currency, list.paging.query, page, pyramid)
        })
        .await
    }

    async fn get_operation(&self, request: Request<pb::GetOperationRequest>) -> Answer<pb::Operation> {
        let id = from_proto::operation::get_request(request.get_ref()).map_err(status::invalid)?;
        self.task(move |app| async move {
            let operation = app.reader().operation(&id).await?;
            resource(&app, operation.ok_or_else(|| Error::NotFound(name::operation(&id)))?).await
        })
        .await
    }

    async fn delete_operation(&self, request: Request<pb::DeleteOperationRequest>) -> Answer<()> {
        let id = from_proto::operation::delete_request(request.get_ref()).map_err(status::invalid)?;
        self.task(move |app| async move { app.operations().delete(&id).await }).await
    }

    async fn cancel_operation(&self, request: Request<pb::CancelOperationRequest>) -> Answer<()> {
        let id = from_proto::operation::cancel_request(request.get_ref()).map_err(status::invalid)?;
        self.task(move |app| async move { app.operations().cancel(&id).await }).await
    }

    async fn wait_operation(&self, request: Request<pb::WaitOperationRequest>) -> Answer<pb::Operation> {
        let (id, at_most) = from_proto::operation::wait_request(request.get_ref()).map_err(status::invalid)?;
        self.task(move |app| async move {
            let operation = app.operations().wait(&id, at_most).await?;
            resource(&app, operation).await
        })
        .await
    }
}

/// A page of operations, shorter where that many fill one: what a simulation has found may be large.
async fn found(app: &App, list: &List) -> Result<Page<Operation>, Error> {
    let (size, mut found, mut bytes, mut before) = (list.paging.size, Vec::new(), 0, list.before());
    loop {
        let step = STEP.min(size + 1 - found.len());
        let some = app.reader().operations(&list.filter, before, step).await?;
        let is_last = some.len() < step;
        bytes += some.iter().map(|one| one.request.len() + one.outcome.as_ref().map_or(0, String::len)).sum::<usize>();
        found.extend(some);
        before = found.last().map(|last| (last.create_time, last.id));
        // There are at least two where there may be more.
        let size = if bytes > MAX_PAGE_BYTES && !is_last { size.min(found.len() - 1) } else { size };
        if is_last || found.len() > size {
            return Ok(to_proto::page::cut(found, size, |operation| to_proto::operation::key(operation).to_vec()));
        }
    }
}

/// An operation with the pyramid it works on, as that is now.
pub(super) async fn resource(app: &App, operation: Operation) -> Result<pb::Operation, Error> {
    let pyramid = match pyramid_of(&operation) {
        Some(id) => app.reader().pyramid(&id).await?,
        None => None,
    };
    to_proto::operation::resource(&app.deployment().currency, operation, pyramid)
}

//! What was measured against service standards: recording, listing, taking back.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_app::command::Grouping;
use guanxi_app::measurements::Recorded;
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use guanxi_satisfaction::standard::measured::{Measurement, NewMeasurement};
use tonic::Response;

use super::{Answer, standards};
use crate::from_proto::import::{Chunk, Unread};
use crate::from_proto::measurement as read;
use crate::services::Service;
use crate::services::activity::import::Import;
use crate::status;
use crate::to_proto::measurement as word;

/// What an import of measurements consists of.
pub(super) enum Measurements {}

impl Import for Measurements {
    type Message = pb::ImportServiceMeasurementsRequest;
    type Item = NewMeasurement;
    // Each is a transaction of its own, and two at a time would overtake each other.
    const IN_HAND: usize = 1;

    fn chunk(message: Self::Message, expected: Option<i64>) -> Result<Chunk<Unread<NewMeasurement>>, Violations> {
        read::chunk(message, expected)
    }

    async fn record(app: Arc<App>, items: Vec<NewMeasurement>) -> Result<Vec<Result<bool, Error>>, Error> {
        // A task of its own: a caller who hangs up must not drop a transaction halfway.
        let work = tokio::spawn(async move { app.measurements().record(items, Grouping::Each).await });
        let outcomes = work.await.map_err(|ended| Error::Internal(Arc::new(ended)))??;
        Ok(outcomes.into_iter().map(|outcome| outcome.map(|Recorded { recorded, .. }| recorded)).collect())
    }
}

pub(super) async fn record(
    service: &Service,
    request: pb::RecordServiceMeasurementRequest,
) -> Answer<pb::ServiceMeasurement> {
    let new = read::record_request(&service.context(), request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let mut outcomes = app.measurements().record(vec![new], Grouping::Each).await?;
            outcomes
                .pop()
                .unwrap_or(Err(Error::ShuttingDown))
                .map(|Recorded { measurement, .. }| word::resource(measurement))
        })
        .await
}

pub(super) async fn batch(
    service: &Service,
    request: pb::BatchRecordServiceMeasurementsRequest,
) -> Answer<pb::BatchRecordServiceMeasurementsResponse> {
    let (items, grouping) = read::batch_request(&service.context(), request).map_err(status::invalid)?;
    let answer = service.unit(move |app| async move { record_all(&app, items, grouping).await }).await?;
    let word = |outcome: Result<Measurement, Error>| word::outcome(outcome.map_err(status::to_rpc));
    let results = answer.into_inner().into_iter().map(word).collect();
    Ok(Response::new(pb::BatchRecordServiceMeasurementsResponse { results }))
}

pub(super) async fn list(
    service: &Service,
    request: pb::ListServiceMeasurementsRequest,
) -> Answer<pb::ListServiceMeasurementsResponse> {
    let (list, query) = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(move |app| async move {
            let page = app.reader().measurements(&list).await?;
            // Only an empty list leaves open whether there is such a standard.
            if page.items.is_empty() {
                standards::find(&app, &list.standard).await?;
            }
            Ok(word::list_response(query, page))
        })
        .await
}

pub(super) async fn withdraw(
    service: &Service,
    request: pb::WithdrawServiceMeasurementRequest,
) -> Answer<pb::WithdrawServiceMeasurementResponse> {
    let (standard, key) = read::withdraw_request(request).map_err(status::invalid)?;
    service
        .unit(move |app| async move { app.measurements().withdraw(standard, key).await.map(word::withdraw_response) })
        .await
}

/// Records the measurements that could be read; all or none where the grouping says so.
async fn record_all(
    app: &App,
    items: Vec<Result<NewMeasurement, Violations>>,
    grouping: Grouping,
) -> Result<Vec<Result<Measurement, Error>>, Error> {
    if let (Grouping::AllOrNothing, Some(first)) = (grouping, items.iter().position(Result::is_err)) {
        let refused = |item: Result<_, Violations>| Err(item.err().map_or(Error::BatchAborted(first), Error::Invalid));
        return Ok(items.into_iter().map(refused).collect());
    }
    let mut new = Vec::with_capacity(items.len());
    let refusals: Vec<Option<Violations>> = items.into_iter().map(|item| item.map(|one| new.push(one)).err()).collect();
    let mut outcomes = app.measurements().record(new, grouping).await?.into_iter();
    let outcome = |refusal: Option<Violations>| match refusal {
        Some(violations) => Err(Error::Invalid(violations)),
        None => outcomes.next().unwrap_or(Err(Error::ShuttingDown)).map(|Recorded { measurement, .. }| measurement),
    };
    Ok(refusals.into_iter().map(outcome).collect())
}

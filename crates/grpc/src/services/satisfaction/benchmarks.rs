//! Benchmarks.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::{BenchmarkId, name};
use guanxi_satisfaction::benchmark::Benchmark;

use super::Answer;
use crate::from_proto::satisfaction_benchmark as read;
use crate::services::Service;
use crate::status;
use crate::to_proto::{page, satisfaction_benchmark as word};

/// The benchmark of that name.
pub(super) async fn find(app: &App, id: &BenchmarkId) -> Result<Benchmark, Error> {
    app.reader().benchmark(id).await?.ok_or_else(|| Error::NotFound(name::benchmark(id)))
}

pub(super) async fn create(
    service: &Service,
    request: pb::CreateSatisfactionBenchmarkRequest,
) -> Answer<pb::SatisfactionBenchmark> {
    service.create(read::create_request(&service.context(), request), word::resource).await
}

pub(super) async fn get(
    service: &Service,
    request: pb::GetSatisfactionBenchmarkRequest,
) -> Answer<pb::SatisfactionBenchmark> {
    let id = read::get_request(&request).map_err(status::invalid)?;
    service.unit(|app| async move { find(&app, &id).await.map(word::resource) }).await
}

pub(super) async fn list(
    service: &Service,
    request: pb::ListSatisfactionBenchmarksRequest,
) -> Answer<pb::ListSatisfactionBenchmarksResponse> {
    let paging = read::list_request(&request).map_err(status::invalid)?;
    service
        .unit(|app| async move {
            let found = app.reader().benchmarks(paging.after_text(), paging.size + 1).await?;
            Ok(word::list_response(paging.query, page::cut(found, paging.size, word::key)))
        })
        .await
}

pub(super) async fn update(
    service: &Service,
    request: pb::UpdateSatisfactionBenchmarkRequest,
) -> Answer<pb::SatisfactionBenchmark> {
    service.update(read::update_request(&service.context(), request), word::resource).await
}

pub(super) async fn delete(service: &Service, request: pb::DeleteSatisfactionBenchmarkRequest) -> Answer<()> {
    service.delete::<Benchmark>(read::delete_request(request)).await
}

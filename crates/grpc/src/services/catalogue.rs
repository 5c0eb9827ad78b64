//! What the services do with resources of the catalogue, whichever: each is created, changed and deleted alike.

use guanxi_app::catalogue::{Guard, Resource};
use guanxi_model::Violations;
use tonic::{Response, Status};

use super::Service;
use crate::from_proto::Update;
use crate::status;

type Answer<T> = Result<Response<T>, Status>;

impl Service {
    /// Create*: what was read of the request, worded as it is kept.
    pub(super) async fn create<R, M>(&self, new: Result<(R, Guard), Violations>, word: fn(R) -> M) -> Answer<M>
    where
        R: Resource<Id: Send + Sync> + Send + Sync + 'static,
        M: Send + 'static,
    {
        let (new, guard) = new.map_err(status::invalid)?;
        self.unit(move |app| async move { app.catalogue().create(new, &guard).await.map(word) }).await
    }

    /// Update*.
    pub(super) async fn update<R, M>(&self, update: Result<Update<R>, Violations>, word: fn(R) -> M) -> Answer<M>
    where
        R: Resource<Id: Send + Sync> + Send + Sync + 'static,
        M: Send + 'static,
    {
        let Update { resource, mask, guard } = update.map_err(status::invalid)?;
        self.unit(move |app| async move { app.catalogue().update(&resource, &mask, &guard).await.map(word) }).await
    }

    /// Delete*.
    pub(super) async fn delete<R>(&self, asked: Result<(R::Id, Guard), Violations>) -> Answer<()>
    where
        R: Resource<Id: Send + Sync + 'static> + Send + Sync + 'static,
    {
        let (id, guard) = asked.map_err(status::invalid)?;
        self.unit(move |app| async move { app.catalogue().delete::<R>(&id, &guard).await }).await
    }
}

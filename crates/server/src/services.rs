//! Where the pieces are put together: the database, the application on it, and every service that a client finds.

use std::sync::Arc;

use guanxi_app::App;
use guanxi_model::{Clock, Currency, Zone};
use guanxi_store::{Deployment, Store};
use tonic::service::Routes;

use crate::Error;
use crate::config::{self, Config};
use crate::health::Health;

/// What the configuration says a deployment is born with.
///
/// # Errors
/// If there is no such currency or no such time zone.
pub(crate) fn deployment(config: &Config) -> Result<Deployment, Error> {
    let config::Deployment { currency, time_zone } = &config.deployment;
    Ok(Deployment {
        currency: Currency::parse(currency).map_err(Error::Currency)?,
        zone: Zone::parse(time_zone).map_err(Error::TimeZone)?,
    })
}

/// Opens the database, and closes it again where something is wrong with it.
pub(crate) async fn open(config: &Config) -> Result<Store, Error> {
    let options = guanxi_store::Options {
        url: config.storage.url.reveal().to_owned(),
        read_connections: config.storage.read_connections,
    };
    let url = config.storage.url.clone();
    Store::open(&options).await.map_err(|source| Error::Storage { url, source })
}

/// Brings the schema up to date, or only checks it.
pub(crate) async fn prepare(
    store: &Store,
    config: &Config,
    deployment: &Deployment,
    clock: &Clock,
) -> Result<(), Error> {
    let prepared = if config.storage.migrates_at_start() {
        store.migrate(deployment, clock.now()).await
    } else {
        store.verify(deployment).await
    };
    prepared.map_err(|source| Error::Storage { url: config.storage.url.clone(), source })
}

/// Everything that is served.
pub(crate) fn routes(app: Arc<App>, config: &Config, health: &Health) -> Result<Routes, Error> {
    let routes = guanxi_grpc::routes(app, config.server.receive_limit_bytes).add_service(health.service());
    if config.server.reflection { with_reflection(routes) } else { Ok(routes) }
}

/// Both versions, each knowing of the other: half of the clients still speak v1alpha only.
fn with_reflection(routes: Routes) -> Result<Routes, Error> {
    let builder = |other: &'static [u8]| {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(guanxi::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(other)
    };
    let v1 = builder(tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET).build_v1()?;
    let v1alpha = builder(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET).build_v1alpha()?;
    Ok(routes.add_service(v1).add_service(v1alpha))
}

//! `grpc.health.v1`, overall and per service. It says SERVING from the first call that is answered until the stop, and
//! never follows the database: all replicas would turn NOT_SERVING together, and a short failover become an outage.

use guanxi::google::longrunning::operations_server;
use guanxi::v1::{
    activity_service_server, customer_service_server, satisfaction_service_server, segmentation_service_server,
};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// `""` is the server as a whole.
const SERVICES: [&str; 6] = [
    "",
    activity_service_server::SERVICE_NAME,
    customer_service_server::SERVICE_NAME,
    satisfaction_service_server::SERVICE_NAME,
    segmentation_service_server::SERVICE_NAME,
    operations_server::SERVICE_NAME,
];

pub(crate) struct Health {
    reporter: HealthReporter,
}

impl Health {
    pub(crate) async fn serving() -> Self {
        let health = Self { reporter: HealthReporter::new() };
        health.report(ServingStatus::Serving).await;
        health
    }

    /// Load balancers look away; calls are still answered.
    pub(crate) async fn stop_serving(&self) {
        self.report(ServingStatus::NotServing).await;
    }

    pub(crate) fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    async fn report(&self, status: ServingStatus) {
        for service in SERVICES {
            self.reporter.set_service_status(service, status).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_service_of_the_contract_has_its_health() {
        let set = FileDescriptorSet::decode(guanxi::FILE_DESCRIPTOR_SET).unwrap();
        let mut services = BTreeSet::from([String::new()]);
        for file in &set.file {
            services.extend(file.service.iter().map(|service| format!("{}.{}", file.package(), service.name())));
        }
        assert_eq!(services, SERVICES.map(str::to_owned).into());
    }
}

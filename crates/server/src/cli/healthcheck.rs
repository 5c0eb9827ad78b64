//! `guanxi healthcheck`: one call of grpc.health.v1, for containers that have no other client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::Error;

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    /// Address and port of the server; by default server.listen.
    #[arg(long)]
    address: Option<String>,
    /// Service to ask for, such as guanxi.v1.CustomerService; by default the server as a whole.
    #[arg(long, default_value = "")]
    service: String,
}

impl Healthcheck {
    pub(super) async fn run(self, listen: impl FnOnce() -> Result<SocketAddr, Error>) -> Result<ExitCode, Error> {
        let address = match self.address {
            Some(address) => address,
            None => reachable(listen()?).to_string(),
        };
        Ok(match check(&address, self.service).await {
            Ok(ServingStatus::Serving) => ExitCode::SUCCESS,
            Ok(other) => unhealthy(&address, other.as_str_name()),
            Err(fault) => unhealthy(&address, &fault),
        })
    }
}

async fn check(address: &str, service: String) -> Result<ServingStatus, String> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(|error| error.to_string())?;
    let channel = endpoint.connect_timeout(PATIENCE).timeout(PATIENCE).connect_lazy();
    let answer = HealthClient::new(channel).check(HealthCheckRequest { service }).await;
    answer.map(|it| it.into_inner().status()).map_err(|status| format!("{:?}: {}", status.code(), status.message()))
}

fn unhealthy(address: &str, why: &str) -> ExitCode {
    eprintln!("guanxi: {address}: {why}");
    ExitCode::FAILURE
}

/// A server that listens on every address is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_asked_on_loopback() {
        let reached = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:7"), "127.0.0.1:7");
        assert_eq!(reached("[::]:7"), "[::1]:7");
        assert_eq!(reached("10.1.2.3:7"), "10.1.2.3:7");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_not_healthy() {
        assert!(check("127.0.0.1:1", String::new()).await.is_err());
    }
}

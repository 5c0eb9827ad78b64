//! The life of a server from its first call to its end, without a database.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::*;

const LAMEDUCK: Duration = Duration::from_millis(500);

async fn health_of(channel: Channel, service: &str) -> ServingStatus {
    let request = HealthCheckRequest { service: service.to_owned() };
    HealthClient::new(channel).check(request).await.unwrap().into_inner().status()
}

#[tokio::test]
async fn a_stopping_server_says_so_before_it_closes_its_door() {
    let mut config = Config::defaults().unwrap();
    config.shutdown.lameduck = LAMEDUCK;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::try_from(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (shutdown, asked) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let health = Health::serving().await;
        let routes = Routes::new(health.service());
        serve(routes, &health, &config, listener, async { drop(asked.await) }).await;
    });

    let channel = endpoint.connect().await.unwrap();
    for service in ["", "guanxi.v1.CustomerService"] {
        assert_eq!(health_of(channel.clone(), service).await, ServingStatus::Serving);
    }
    let began = Instant::now();
    shutdown.send(()).unwrap();
    tokio::time::sleep(LAMEDUCK / 5).await;
    let late = endpoint.connect().await.expect("the door is open yet");
    assert_eq!(health_of(late, "guanxi.v1.CustomerService").await, ServingStatus::NotServing);
    server.await.unwrap();
    assert!(began.elapsed() >= LAMEDUCK);
    assert!(endpoint.connect().await.is_err(), "the door is closed");
}

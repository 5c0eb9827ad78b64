//! Real sockets against the accept loop, with tonic's health service behind the whole path of a call.

use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::*;
use crate::layers::{self, RequestPath};

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

fn settings() -> Settings {
    Settings {
        max_connections: 4,
        max_connections_per_ip: 1,
        max_concurrent_streams: 128,
        handshake_timeout: Duration::from_millis(200),
        keepalive_interval: Duration::from_secs(30),
        keepalive_timeout: Duration::from_secs(20),
        max_age: Duration::from_secs(600),
        max_age_grace: Duration::from_secs(30),
        drain: Duration::from_secs(10),
    }
}

async fn start(settings: Settings) -> Server {
    let calls = layers::Settings {
        max_inflight_calls: 16,
        default_deadline: Duration::from_secs(10),
        max_deadline: Duration::from_secs(60),
        stream_idle: Duration::from_secs(30),
        receive_limit_bytes: 1024,
    };
    let (_, health) = tonic_health::server::health_reporter();
    let path = RequestPath::new(Routes::new(health), calls);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let ended = tokio::spawn(serve(listener, path, settings, stop.clone()));
    Server { address, stop, ended }
}

impl Server {
    async fn client(&self) -> HealthClient<Channel> {
        HealthClient::new(Endpoint::try_from(format!("http://{}", self.address)).unwrap().connect().await.unwrap())
    }

    /// Long before `drain` is over.
    async fn ends_soon(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.ended).await.expect("in time").unwrap();
    }
}

/// How long until the server closes the socket.
async fn closed_after(mut socket: TcpStream) -> Duration {
    let began = Instant::now();
    let mut buffer = [0; 1024];
    while tokio::time::timeout(Duration::from_secs(5), socket.read(&mut buffer))
        .await
        .expect("closed")
        .is_ok_and(|n| n > 0)
    {}
    began.elapsed()
}

#[tokio::test]
async fn a_silent_socket_is_cut_after_the_handshake_timeout() {
    let server = start(settings()).await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"PRI * HTTP").await.unwrap();
    let (silent, half) = tokio::join!(closed_after(silent), closed_after(half));
    assert!(silent >= Duration::from_millis(150) && half >= Duration::from_millis(150), "{silent:?} {half:?}");
    assert!(server.client().await.check(HealthCheckRequest::default()).await.is_ok());
    server.ends_soon().await;
}

#[tokio::test]
async fn a_peer_of_another_protocol_is_cut_at_once() {
    let server = start(Settings { handshake_timeout: Duration::from_secs(60), ..settings() }).await;
    let mut http1 = TcpStream::connect(server.address).await.unwrap();
    http1.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(closed_after(http1).await < Duration::from_secs(4));
    server.ends_soon().await;
}

#[tokio::test]
async fn the_stop_does_not_wait_for_silent_sockets_and_idle_clients() {
    let server = start(Settings { handshake_timeout: Duration::from_secs(60), ..settings() }).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    let mut idle = server.client().await;
    idle.check(HealthCheckRequest::default()).await.unwrap();
    server.ends_soon().await;
}

#[tokio::test]
async fn an_open_stream_ends_with_unavailable_at_the_stop() {
    let server = start(settings()).await;
    let mut watch = server.client().await.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    server.ends_soon().await;
    assert_eq!(watch.message().await.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn an_old_connection_is_told_to_go_and_its_streams_end_after_the_grace() {
    let young = Duration::from_millis(200);
    let server = start(Settings { max_age: young, max_age_grace: young, ..settings() }).await;
    let began = Instant::now();
    let mut client = server.client().await;
    let mut watch = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let ended = tokio::time::timeout(Duration::from_secs(5), watch.message()).await.expect("in time");
    assert_eq!(ended.unwrap_err().code(), Code::Unavailable);
    assert!(began.elapsed() >= Duration::from_millis(350), "the grace was kept: {:?}", began.elapsed());
    assert!(client.check(HealthCheckRequest::default()).await.is_ok(), "the client connects anew");
    server.ends_soon().await;
}

#[tokio::test]
async fn connections_above_the_limit_are_closed_at_once() {
    let server = start(Settings { max_connections: 1, handshake_timeout: Duration::from_secs(60), ..settings() }).await;
    let mut first = server.client().await;
    first.check(HealthCheckRequest::default()).await.unwrap();
    let second = TcpStream::connect(server.address).await.unwrap();
    assert!(closed_after(second).await < Duration::from_secs(4));
    assert!(first.check(HealthCheckRequest::default()).await.is_ok());
    server.ends_soon().await;
}

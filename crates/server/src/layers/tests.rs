//! The path of a call, without a connection: what is refused, what ends, what is given back.

use std::future::pending;

use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic::server::NamedService;

use super::*;

/// A service whose methods behave as they are called.
#[derive(Clone)]
struct Moods;

impl NamedService for Moods {
    const NAME: &'static str = "guanxi.v1.Moods";
}

impl Service<Request<Body>> for Moods {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let stream = |frames| Response::new(Body::new(StreamBody::new(frames)));
        Box::pin(async move {
            Ok(match request.uri().path().rsplit('/').next().unwrap() {
                "Panic" => panic!("a fault of ours"),
                "Hang" => pending().await,
                "Stream" => stream(futures::stream::pending().boxed_frames()),
                "PanicLater" => stream(futures::stream::poll_fn(|_| panic!("later")).boxed_frames()),
                "ImportAll" => match request.into_body().collect().await {
                    Ok(_) => Response::new(Body::empty()),
                    Err(status) => status.into_http(),
                },
                _ => Response::new(Body::empty()),
            })
        })
    }
}

trait BoxedFrames {
    fn boxed_frames(self) -> Frames;
}

type Frames = Pin<Box<dyn futures::Stream<Item = Result<http_body::Frame<Bytes>, Status>> + Send>>;

impl<S: futures::Stream<Item = Result<http_body::Frame<Bytes>, Status>> + Send + 'static> BoxedFrames for S {
    fn boxed_frames(self) -> Frames {
        Box::pin(self)
    }
}

fn path(max_inflight_calls: usize) -> RequestPath {
    let (_, health) = tonic_health::server::health_reporter();
    let settings = Settings {
        max_inflight_calls,
        default_deadline: Duration::from_millis(50),
        max_deadline: Duration::from_millis(100),
        stream_idle: Duration::from_millis(50),
        receive_limit_bytes: 1024,
    };
    RequestPath::new(Routes::new(Moods).add_service(health), settings)
}

fn request(method: &str) -> Request<Empty<Bytes>> {
    Request::builder().uri(format!("/guanxi.v1.Moods/{method}")).body(Empty::new()).unwrap()
}

async fn call<B>(path: &RequestPath, request: Request<B>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    path.clone().call(request).await.unwrap()
}

fn refusal(response: &Response<Body>) -> Option<Code> {
    Status::from_header_map(response.headers()).map(|status| status.code())
}

async fn end(response: Response<Body>) -> Option<Code> {
    let trailers = response.into_body().collect().await.unwrap().trailers().cloned();
    trailers.and_then(|trailers| Status::from_header_map(&trailers)).map(|status| status.code())
}

#[tokio::test]
async fn a_call_holds_its_place_until_its_body_is_gone() {
    let path = path(1);
    let first = call(&path, request("Stream")).await;
    assert_eq!(refusal(&first), None);
    let refused = call(&path, request("Ok")).await;
    assert_eq!(refusal(&refused), Some(Code::ResourceExhausted));
    assert!(refused.headers().contains_key("grpc-retry-pushback-ms"));
    let probe = Request::builder().uri("/grpc.health.v1.Health/Check").body(Empty::new()).unwrap();
    assert_ne!(refusal(&call(&path, probe).await), Some(Code::ResourceExhausted), "probes are always admitted");
    drop(first);
    assert_eq!(refusal(&call(&path, request("Ok")).await), None);
}

#[tokio::test]
async fn a_handler_and_a_stream_end_at_the_deadline() {
    let path = path(1);
    assert_eq!(refusal(&call(&path, request("Hang")).await), Some(Code::DeadlineExceeded));
    assert_eq!(end(call(&path, request("Stream")).await).await, Some(Code::DeadlineExceeded));
    let mut expired = request("Ok");
    expired.headers_mut().insert("grpc-timeout", "0n".parse().unwrap());
    assert_eq!(refusal(&call(&path, expired).await), Some(Code::DeadlineExceeded));
    assert_eq!(refusal(&call(&path, request("Ok")).await), None, "all places were given back");
}

#[tokio::test]
async fn an_import_ends_when_its_client_stops_sending() {
    let silent = StreamBody::new(futures::stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>());
    let request = Request::builder().uri("/guanxi.v1.Moods/ImportAll").body(silent).unwrap();
    assert_eq!(refusal(&call(&path(1), request).await), Some(Code::Cancelled));
    // Slower than the deadline in all, but never idle for long.
    let steady = StreamBody::new(futures::stream::unfold(6, async |left: u32| {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let frame = http_body::Frame::data(Bytes::from_static(b"x"));
        (left > 0).then(|| (Ok::<_, Infallible>(frame), left - 1))
    }));
    let request = Request::builder().uri("/guanxi.v1.Moods/ImportAll").body(steady).unwrap();
    assert_eq!(refusal(&call(&path(1), request).await), None);
}

#[tokio::test]
async fn a_panic_becomes_internal_with_an_incident() {
    let path = path(1);
    let response = call(&path, request("Panic")).await;
    assert_eq!(refusal(&response), Some(Code::Internal));
    assert!(!format!("{:?}", response.headers()).contains("a fault of ours"));
    assert_eq!(end(call(&path, request("PanicLater")).await).await, Some(Code::Internal));
    assert_eq!(refusal(&call(&path, request("Ok")).await), None, "all places were given back");
}

#[tokio::test]
async fn a_stream_ends_when_its_connection_is_to_go() {
    let leaving = CancellationToken::new();
    let mut request = request("ImportStream");
    *request.uri_mut() = "/guanxi.v1.Moods/Stream".parse().unwrap();
    request.extensions_mut().insert(Link { peer: ([127, 0, 0, 1], 1).into(), leaving: leaving.clone() });
    let response = call(&path(1), request).await;
    leaving.cancel();
    assert_eq!(end(response).await, Some(Code::Unavailable));
}

/// Also holds the wording of tonic and prost that the translation goes by.
#[tokio::test]
async fn tonics_own_refusals_are_translated() {
    let health = |bytes: &'static [u8]| {
        Request::builder().uri("/grpc.health.v1.Health/Check").body(Full::new(Bytes::from_static(bytes))).unwrap()
    };
    let path = path(1);
    let too_large = call(&path, health(&[0, 0xff, 0xff, 0xff, 0xff])).await;
    assert_eq!(refusal(&too_large), Some(Code::ResourceExhausted));
    for malformed in [&[0, 0, 0, 0, 2, 0x0a, 0x05][..], &[0, 0, 0, 0, 9, 1], &[7, 0, 0, 0, 0], &[]] {
        let response = call(&path, health(malformed)).await;
        assert_eq!(refusal(&response), Some(Code::InvalidArgument), "{malformed:?}: {:?}", response.headers());
    }
}

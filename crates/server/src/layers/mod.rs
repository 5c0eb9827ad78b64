//! What happens to every call around its handler, once for all services: span, deadline, admission, panics, the end of
//! the server, and tonic's own refusals put into the words of the contract.
//!
//! One tower service whose [`RequestPath::handle`] reads in the order of the path, instead of a stack of layers that
//! has to be read from the outside in. Each step may refuse; none queues.

mod admission;
mod body;
mod call;
mod deadline;
mod foreign;
mod idle;
mod incident;
mod request_id;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use http::{Request, Response};
use hyper::body::Bytes;
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{BoxError, Service};
use tracing::Instrument as _;

use crate::config::Config;
use crate::status;
use crate::transport::Link;
use admission::{Admission, Permit};
use body::{AnswerBody, Holds};
use call::Call;
use deadline::Deadline;
use idle::GivenUp;
use request_id::RequestId;

#[derive(Clone, Debug)]
pub struct Settings {
    pub max_inflight_calls: usize,
    pub default_deadline: Duration,
    pub max_deadline: Duration,
    pub stream_idle: Duration,
    pub receive_limit_bytes: usize,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let server = &config.server;
        Self {
            max_inflight_calls: server.max_inflight_calls,
            default_deadline: server.default_deadline,
            max_deadline: server.max_deadline,
            stream_idle: server.stream_idle,
            receive_limit_bytes: server.receive_limit_bytes,
        }
    }
}

/// Serves `Routes`, guarded.
#[derive(Clone)]
pub struct RequestPath {
    routes: Routes,
    settings: Arc<Settings>,
    admission: Admission,
}

impl RequestPath {
    pub fn new(routes: Routes, settings: Settings) -> Self {
        let admission = Admission::new(settings.max_inflight_calls);
        Self { routes: routes.prepare(), settings: Arc::new(settings), admission }
    }

    async fn handle<B>(mut self, call: Call, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let link = request.extensions().get::<Link>().cloned();
        let (permit, deadline) = match self.admit(call, &request) {
            Ok(admitted) => admitted,
            Err(status) => return status.into_http(),
        };
        let given_up = GivenUp::default();
        let request = request.map(|body| idle::limit(body, call, self.settings.stream_idle, given_up.clone()));
        let answer = AssertUnwindSafe(self.routes.call(request)).catch_unwind();
        let response = match deadline::within(deadline, answer).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(panic)) => incident::status(panic.as_ref()).into_http(),
            Err(passed) => passed.status().into_http(),
        };
        let Settings { receive_limit_bytes, stream_idle, .. } = *self.settings;
        if given_up.is_so() {
            return status::stream_idle(stream_idle).into_http();
        }
        let response = foreign::translate_response(response, receive_limit_bytes);
        let holds = Holds { permit, deadline, link, receive_limit_bytes, stream_idle, given_up };
        response.map(|body| Body::new(AnswerBody::new(body, holds)))
    }

    fn admit<B>(&self, call: Call, request: &Request<B>) -> Result<(Option<Permit>, Option<Deadline>), Box<Status>> {
        let deadline = Deadline::of(call, request.headers(), &self.settings)?;
        if let Some(deadline) = deadline.filter(Deadline::has_passed) {
            return Err(Box::new(deadline.status()));
        }
        let permit = self.admission.admit(call).map_err(|_full| Box::new(status::overloaded()))?;
        Ok((permit, deadline))
    }
}

impl<B> Service<Request<B>> for RequestPath
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = request.uri().path();
        let call = Call::of(method);
        let span = tracing::info_span!("call", method, request_id = %RequestId::of(request.headers()));
        let this = self.clone();
        let began = Instant::now();
        let answer = async move {
            let response = this.handle(call, request).await;
            // A refusal is all headers; the status of a stream that began well comes at its end.
            let refused = response.headers().get(Status::GRPC_STATUS);
            tracing::debug!(refused = ?refused, elapsed = ?began.elapsed(), "answered");
            Ok(response)
        };
        Box::pin(answer.instrument(span))
    }
}

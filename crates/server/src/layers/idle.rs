//! How long the server waits for a client that streams: without a deadline, a client that hangs would hold its place
//! for ever, and keepalive does not help while its HTTP/2 library answers pings.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Bytes;
use tokio::time::{Instant, Sleep, sleep};
use tonic::Status;
use tonic::body::Body;
use tower::BoxError;

use super::call::Call;

/// Whether a client was given up. tonic takes a request that breaks off with CANCELLED for one that has ended well, so the
/// request just ends, and the answer is told why (`body`).
#[derive(Clone, Default)]
pub(super) struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    pub(super) fn is_so(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Only the time in which the handler waits for a message counts: a client held back by our flow control is not idle.
pub(super) fn limit<B>(body: B, call: Call, idle: Duration, given_up: GivenUp) -> Body
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let body = Body::new(body);
    if call.has_idle_limit() {
        Body::new(IdleLimit { body, idle, given_up, wait: Box::pin(sleep(idle)), waits: false })
    } else {
        body
    }
}

struct IdleLimit {
    body: Body,
    idle: Duration,
    given_up: GivenUp,
    wait: Pin<Box<Sleep>>,
    waits: bool,
}

impl HttpBody for IdleLimit {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waits = false;
            return Poll::Ready(frame);
        }
        if !self.waits {
            let at = Instant::now() + self.idle;
            self.wait.as_mut().reset(at);
            self.waits = true;
        }
        self.wait.as_mut().poll(cx).map(|()| {
            self.given_up.0.store(true, Ordering::Release);
            None
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

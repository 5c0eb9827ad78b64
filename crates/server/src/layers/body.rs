//! The body of an answer, guarded until its last frame: what a call holds is given back when its answer has gone out,
//! not when its headers have.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Bytes;
use tokio::time::{Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::Status;
use tonic::body::Body;

use super::admission::Permit;
use super::deadline::Deadline;
use super::idle::GivenUp;
use super::{foreign, incident};
use crate::status;
use crate::transport::Link;

type PollFrame = Poll<Option<Result<Frame<Bytes>, Status>>>;

/// Ends a stream at its deadline, when its connection is to go, and on a panic, each with the status that says so.
pub(super) struct AnswerBody {
    /// Empty once the guard has ended the stream.
    body: Body,
    holds: Holds,
    /// Made when the body first has nothing to send: the answer of a unary call never waits.
    waits: Option<Waits>,
}

/// What a call holds until its answer is out, and what may end it before.
pub(super) struct Holds {
    pub(super) permit: Option<Permit>,
    pub(super) deadline: Option<Deadline>,
    /// `None` for a call that came by no connection.
    pub(super) link: Option<Link>,
    pub(super) receive_limit_bytes: usize,
    pub(super) stream_idle: Duration,
    pub(super) given_up: GivenUp,
}

struct Waits {
    deadline: Option<Pin<Box<Sleep>>>,
    leaving: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, holds: Holds) -> Self {
        Self { body, holds, waits: None }
    }

    /// The status that ends the stream now, if one does.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        let Holds { deadline, link, .. } = &self.holds;
        let waits = self.waits.get_or_insert_with(|| Waits {
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline.at))),
            leaving: link.as_ref().map(|link| Box::pin(link.leaving.clone().cancelled_owned())),
        });
        if let (Some(deadline), Some(wait)) = (deadline, &mut waits.deadline)
            && wait.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(deadline.status());
        }
        match &mut waits.leaving {
            Some(wait) => {
                ready!(wait.as_mut().poll(cx));
                Poll::Ready(status::shutting_down())
            }
            None => Poll::Pending,
        }
    }

    fn end(&mut self, status: &Status) -> PollFrame {
        self.body = Body::empty();
        self.holds.permit = None;
        let mut trailers = HeaderMap::new();
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> PollFrame {
        let this = &mut *self;
        // A body that panicked is dropped, never polled again.
        match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut this.body).poll_frame(cx))) {
            Err(panic) => {
                let status = incident::status(panic.as_ref());
                this.end(&status)
            }
            Ok(Poll::Pending) => {
                let status = ready!(this.poll_end(cx));
                this.end(&status)
            }
            Ok(Poll::Ready(Some(Ok(frame)))) if frame.is_trailers() && this.holds.given_up.is_so() => {
                let status = status::stream_idle(this.holds.stream_idle);
                this.end(&status)
            }
            Ok(Poll::Ready(Some(Ok(mut frame)))) => {
                if let Some(trailers) = frame.trailers_mut() {
                    foreign::translate(trailers, this.holds.receive_limit_bytes);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(ready) => ready,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

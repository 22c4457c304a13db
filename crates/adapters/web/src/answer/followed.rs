//! Server-sent events: a body that waits for what comes next while it is read.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;

/// What comes next: something to write, and what comes after it.
pub struct Next(Pin<Box<dyn Future<Output = (Option<Next>, Bytes)>>>);

impl Next {
    /// What a future makes.
    pub fn new(future: impl Future<Output = (Option<Self>, Bytes)> + 'static) -> Self {
        Self(Box::pin(future))
    }
}

/// It holds nothing but what was not taken yet.
struct Followed {
    first: Option<Bytes>,
    next: Option<Next>,
}

/// An answer that begins with something and goes on with what comes next, until nothing does.
pub fn event_stream(first: impl Into<Bytes>, next: Option<Next>) -> HttpResponse {
    let mut answer = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        // nginx would gather what is written, and never tell (docs/live.md#proxies).
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(Followed { first: Some(first.into()), next });
    let value = HeaderValue::from_static("no-store, no-transform");
    answer.headers_mut().insert(header::CACHE_CONTROL, value);
    answer
}

impl MessageBody for Followed {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let (after, written) = ready!(next.0.as_mut().poll(context));
        self.next = after;
        Poll::Ready(Some(Ok(written)))
    }
}

//! The requests that hyper finds in what a client sends. Its connection is this file's memory: no
//! socket, no runtime, the same every time.
//!
//! hyper reads fields with `httparse`, as stage 3 does, so this is a second opinion on the framing:
//! how long content is, chunks, persistent connections. h11 (`second_opinion.py`) reads all of it
//! by itself.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use crate::connection::{End, Reading, Request};

/// The requests that hyper finds. An end of `Whole` says only that it did not complain.
pub fn read(bytes: &[u8]) -> Reading {
    let requests = Rc::new(RefCell::new(Vec::new()));
    let found = Rc::clone(&requests);
    let service = service_fn(move |request| note(request, Rc::clone(&found)));
    let memory = Memory { bytes: bytes.to_vec(), at: 0 };
    let mut builder = http1::Builder::new();
    builder.half_close(true).auto_date_header(false).max_buf_size(1 << 20);
    let mut serving = pin!(builder.serve_connection(memory, service));
    // Nothing here waits for anything, so that a future that is not ready has only yielded.
    let mut context = Context::from_waker(Waker::noop());
    let result = loop {
        if let Poll::Ready(result) = serving.as_mut().poll(&mut context) {
            break result;
        }
    };
    let end = match result {
        Ok(()) => End::Whole,
        Err(error) if error.is_incomplete_message() => End::Partial,
        Err(error) => End::Refused(error.to_string()),
    };
    let requests = requests.borrow().clone();
    Reading { requests, end }
}

/// Notes a request with all its content, and answers it.
async fn note(
    request: hyper::Request<Incoming>,
    found: Rc<RefCell<Vec<Request>>>,
) -> Result<hyper::Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    found.borrow_mut().push(Request {
        method: head.method.to_string(),
        authority: head.uri.authority().map(|host| host.as_str().into()),
        path: head.uri.path().into(),
        query: head.uri.query().unwrap_or_default().into(),
        content: None,
    });
    if let Ok(content) = body.collect().await
        && let Some(last) = found.borrow_mut().last_mut()
    {
        last.content = Some(content.to_bytes().to_vec());
    }
    Ok(hyper::Response::new(Empty::new()))
}

/// A connection on which all has come that will ever come.
struct Memory {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut room: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = &self.bytes[self.at..];
        let length = rest.len().min(room.remaining());
        room.put_slice(&rest[..length]);
        self.at += length;
        Poll::Ready(Ok(()))
    }
}

impl Write for Memory {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! First reading: a complete response: status line, fields, empty line, content.

use std::fmt::Display;

use crate::date::http_date;
use crate::fault::Fault;
use crate::reason::reason;

/// A response whose whole content is known before it is sent.
#[derive(Debug)]
pub struct Response {
    /// The status code: 200.
    pub status: u16,
    /// The media type of the content.
    pub content_type: &'static str,
    /// The content.
    pub content: Vec<u8>,
}

impl Response {
    /// Tells a client what was wrong with its request.
    pub fn refusal(fault: &Fault) -> Response {
        Response::plain(fault.status(), fault)
    }

    /// A status and a sentence, as plain text.
    // ANCHOR: page
    pub fn plain(status: u16, sentence: impl Display) -> Response {
        let content = format!("{status} {}: {sentence}\n", reason(status)).into_bytes();
        Response { status, content_type: "text/plain; charset=utf-8", content }
    }
    // ANCHOR_END: page

    /// The whole response to the request that begins with `received`; to HEAD, all but the content
    /// (RFC 9110 s9.3.2).
    // ANCHOR: to
    pub fn to(&self, received: &[u8]) -> Vec<u8> {
        let mut whole = self.head();
        let request = received.strip_prefix(b"\r\n").unwrap_or(received);
        if !request.starts_with(b"HEAD ") {
            whole.extend_from_slice(&self.content);
        }
        whole
    }
    // ANCHOR_END: to

    /// Code and reason phrase: `200 OK`.
    pub fn status_text(&self) -> String {
        format!("{} {}", self.status, reason(self.status))
    }

    /// The status line and the fields, with the empty line. `Content-Length` counts bytes, not
    /// characters (RFC 9110 s8.6). A machine whose clock is out of order sends no `Date`.
    // ANCHOR: head
    pub fn head(&self) -> Vec<u8> {
        let Response { content_type, content, .. } = self;
        let date = http_date().map(|date| format!("Date: {date}\r\n")).unwrap_or_default();
        format!(
            "HTTP/1.1 {}\r\n\
             {date}\
             Content-Type: {content_type}\r\n\
             Content-Length: {}\r\n\
             Connection: close\r\n\
             \r\n",
            self.status_text(),
            content.len(),
        )
        .into_bytes()
    }
    // ANCHOR_END: head
}

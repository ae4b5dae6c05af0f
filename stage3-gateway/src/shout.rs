//! First reading: middleware: an application around an application. To the server it is an
//! application, to the application it is the server. This one turns text into capitals, as PEP
//! 3333's own example turns it into pig latin.
//!
//! Content can leave by two ways, the body and `write`, and middleware must stand in both.

use std::borrow::Cow;
use std::cell::Cell;

use crate::gateway::application::{Application, Body, StartResponse, Write, application};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};

/// The application, louder. Only `text/plain` is changed: capitals would break most other types.
// ANCHOR: shout
pub fn shout(inner: impl Application) -> impl Application {
    application(move |environ: &mut Environ, start_response: &mut StartResponse| {
        let is_text = Cell::new(false);
        let quiet_write: Cell<Option<Write>> = Cell::new(None);
        // It is made before anybody asks for it, so that it lives as long as the call does.
        let write = |piece: &[u8]| match quiet_write.get() {
            Some(write) if is_text.get() => write(&piece.to_ascii_uppercase()),
            Some(write) => write(piece),
            None => Err(Error::Rule("write is what start_response returns")),
        };
        let mut start = |status: &str, fields: &[(&str, &[u8])], exc_info: Option<ExcInfo>| {
            quiet_write.set(Some(start_response(status, fields, exc_info)?));
            is_text.set(fields.iter().any(is_plain_text));
            Ok(&write as Write)
        };
        let body = inner.call(environ, &mut start)?;
        Ok(if is_text.get() { louder(body) } else { body })
    })
}

/// Each piece when it is asked for, and not before. ASCII capitals are as long as small letters:
/// a Content-Length stays true. Dropping this drops the body in it, as `close()` must.
fn louder(body: Body) -> Body {
    Box::new(body.map(|piece| Ok(Cow::Owned(piece?.to_ascii_uppercase()))))
}
// ANCHOR_END: shout

fn is_plain_text(&(name, value): &(&str, &[u8])) -> bool {
    let media_type = value.split(|&byte| byte == b';').next().unwrap_or_default();
    name.eq_ignore_ascii_case("content-type")
        && media_type.trim_ascii().eq_ignore_ascii_case(b"text/plain")
}

#[cfg(test)]
mod tests;

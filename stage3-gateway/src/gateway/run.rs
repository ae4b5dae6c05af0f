//! First reading: runs an application for one request.

use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::gateway::application::{Application, Body, Write};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};
use crate::gateway::response::{Outcome, Response, complain};
use crate::http::response::Asked;

/// Where the bytes of a response go.
pub trait Sink {
    /// Sends all of the bytes, or fails.
    ///
    /// # Errors
    /// The client has gone, or does not take them in time.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Whether the connection could go on after this response. Asked before the head goes out.
    fn persists(&self) -> bool {
        true
    }
}

/// Calls the application and sends what it answers, piece by piece. Whatever the application does,
/// the client gets an answer, or a connection that ends early; the server lives on.
// ANCHOR: run
pub fn run(
    application: &dyn Application,
    environ: &mut Environ,
    asked: Asked,
    sink: &mut dyn Sink,
) -> Outcome {
    let sending = RefCell::new(Sending { response: Response::new(asked), out: Vec::new(), sink });
    let result = answer(application, environ, &sending);
    sending.into_inner().end(result)
}

fn answer(
    application: &dyn Application,
    environ: &mut Environ,
    sending: &RefCell<Sending>,
) -> Result<(), Error> {
    let write = |piece: &[u8]| sending.borrow_mut().piece(piece, None);
    let mut start_response = |status: &str, fields: &[(&str, &[u8])], exc_info: Option<ExcInfo>| {
        sending.borrow_mut().response.start(status, fields, exc_info)?;
        Ok(&write as Write)
    };
    let mut body = guarded(|| application.call(environ, &mut start_response))?;
    let sent = guarded(|| send(&mut body, sending));
    let closed = guarded(|| {
        drop(body); // the PEP's close()
        Ok(())
    });
    if let Err(error) = closed {
        complain(&error); // whatever comes of it, the client has its answer
    }
    sent
}
// ANCHOR_END: run

/// Sends each piece before it asks for the next one (PEP 3333, "Buffering and Streaming").
// ANCHOR: send
fn send(body: &mut Body, sending: &RefCell<Sending>) -> Result<(), Error> {
    if !sending.borrow().response.is_started() {
        return Err(Error::Rule("the application did not call start_response"));
    }
    let is_only = body.size_hint() == (1, Some(1));
    while sending.borrow().response.wants_content() {
        let Some(piece) = body.next() else { break };
        let piece = piece?;
        if !piece.is_empty() {
            let known = is_only.then_some(piece.len() as u64);
            sending.borrow_mut().piece(&piece, known)?;
        }
    }
    Ok(())
}
// ANCHOR_END: send

/// A response and the place where it goes.
struct Sending<'s> {
    response: Response,
    /// What is to be sent next; its memory serves every piece.
    out: Vec<u8>,
    sink: &'s mut dyn Sink,
}

impl Sending<'_> {
    fn piece(&mut self, piece: &[u8], known: Option<u64>) -> Result<(), Error> {
        self.announce();
        self.response.piece(piece, known, &mut self.out)?;
        let sent = self.sink.send(&self.out);
        self.out.clear();
        sent.map_err(Error::Connection)
    }

    fn end(mut self, result: Result<(), Error>) -> Outcome {
        self.announce();
        let outcome = self.response.end(result, &mut self.out);
        let sent = if self.out.is_empty() { Ok(()) } else { self.sink.send(&self.out) };
        Outcome { persistent: outcome.persistent && sent.is_ok(), ..outcome }
    }

    /// The last moment to say that the connection will not persist.
    fn announce(&mut self) {
        if !self.response.is_sending() && !self.sink.persists() {
            self.response.close();
        }
    }
}

/// A panic in an application ends one request and not the server. Nothing that it may have left
/// half done is looked at afterwards, but for the response, which knows what it has sent.
fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Error::Panic))
}

#[cfg(test)]
mod tests;

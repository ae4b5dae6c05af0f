//! First reading: runs an application for one request.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::gateway::application::{Application, Body, Write};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};
use crate::gateway::mend::complain;
use crate::gateway::response::{Outcome, Response};
use crate::gateway::sink::{Sending, Sink};
use crate::http::response::Asked;

/// Calls the application and sends what it answers, piece by piece. Whatever the application does,
/// the client gets an answer, or a connection that ends early; the server lives on.
// ANCHOR: run
pub fn run(
    application: &dyn Application,
    environ: &mut Environ,
    asked: Asked,
    sink: &mut dyn Sink,
) -> Outcome {
    let sending = RefCell::new(Sending::new(Response::new(asked), sink));
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

/// A panic in an application ends one request and not the server. Nothing that it may have left
/// half done is looked at afterwards, but for the response, which knows what it has sent.
fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Error::Panic))
}

#[cfg(test)]
mod tests;

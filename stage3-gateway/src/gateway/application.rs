//! First reading: what an application is (PEP 3333).
//!
//! A function of two arguments: `environ`, which says what the client asks for, and
//! `start_response`, which takes status and fields. It returns the body, an iterator over pieces
//! of content. Whatever keeps this form runs on every server that keeps it too.
//!
//! One deviation from the PEP: `start_response` must be called before the application returns.
//! A Python generator may call it when its first piece is asked for; here a body can't hold on to
//! it.

use std::borrow::Cow;

use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};

/// Takes the status (`"200 OK"`; its characters are sent as latin-1), the fields, and, when an error
/// is to be reported instead of what was started before, that error. Returns the `write` callable.
// ANCHOR: application
pub type StartResponse<'s> =
    dyn FnMut(&str, &[(&str, &[u8])], Option<ExcInfo>) -> Result<Write<'s>, Error> + 's;

/// Sends content at once, for applications that can't do it as an iterator.
pub type Write<'s> = &'s dyn Fn(&[u8]) -> Result<(), Error>;

/// The content, piece by piece. The server drops it when it is done with it, always: that is the
/// PEP's `close()`.
pub type Body<'r> = Box<dyn Iterator<Item = Result<Cow<'r, [u8]>, Error>> + 'r>;

/// What an application returns: a body, unless it fails.
pub type Answer<'r> = Result<Body<'r>, Error>;

/// What a server runs.
pub trait Application: Send + Sync + 'static {
    /// Answers one request.
    ///
    /// # Errors
    /// What kept the application from answering. The client gets a 500 without details.
    fn call<'r>(
        &self,
        environ: &mut Environ<'r>,
        start_response: &mut StartResponse<'_>,
    ) -> Answer<'r>;
}
// ANCHOR_END: application

/// Every function of that form is an application.
impl<F> Application for F
where
    F: for<'r> Fn(&mut Environ<'r>, &mut StartResponse<'_>) -> Answer<'r>,
    F: Send + Sync + 'static,
{
    fn call<'r>(
        &self,
        environ: &mut Environ<'r>,
        start_response: &mut StartResponse<'_>,
    ) -> Answer<'r> {
        self(environ, start_response)
    }
}

/// Marks a closure as an application: without it, the compiler does not see that the closure is
/// to work for every lifetime.
pub fn application<F>(function: F) -> F
where
    F: for<'r> Fn(&mut Environ<'r>, &mut StartResponse<'_>) -> Answer<'r>,
{
    function
}

/// A body of one piece.
pub fn whole<'r>(content: impl Into<Cow<'r, [u8]>>) -> Body<'r> {
    Box::new(std::iter::once(Ok(content.into())))
}

/// A body without content.
pub fn empty<'r>() -> Body<'r> {
    Box::new(std::iter::empty())
}

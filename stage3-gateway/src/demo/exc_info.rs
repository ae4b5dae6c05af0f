//! First reading: an answer that fails half-way. An application that has called `start_response`
//! already may call it again, if it hands over the error that made it change its mind.

use super::TEXT;
use crate::gateway::application::{Body, StartResponse, whole};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;

/// `/exc`: nothing was sent yet, so the second answer replaces the first.
// ANCHOR: exc
pub fn exc<'r>(
    _environ: &mut Environ<'r>,
    start_response: &mut StartResponse<'_>,
) -> Result<Body<'r>, Error> {
    start_response("200 OK", &[TEXT, ("X-Answer", b"first")], None)?;
    match "four".parse::<u32>() {
        Ok(number) => Ok(whole(number.to_string().into_bytes())),
        Err(error) => {
            let fields = [TEXT, ("X-Answer", b"second")];
            start_response("500 Internal Server Error", &fields, Some(error.into()))?;
            Ok(whole(b"this replaced 200 OK\n"))
        }
    }
}
// ANCHOR_END: exc

/// `/exc-late`: a piece was sent, so `start_response` hands the error back, and all that is left
/// to do is to pass it on. The client sees a connection that ends too early.
// ANCHOR: exc_late
pub fn exc_late<'r>(
    _environ: &mut Environ<'r>,
    start_response: &mut StartResponse<'_>,
) -> Result<Body<'r>, Error> {
    let write = start_response("200 OK", &[TEXT], None)?;
    write(b"this was sent before the error\n")?;
    let error = "an error that came too late";
    start_response("500 Internal Server Error", &[TEXT], Some(error.into()))?;
    Ok(whole(b"nobody sees this\n"))
}
// ANCHOR_END: exc_late

//! First reading: an answer that fails half-way. An application that has called `start_response`
//! already may call it again, if it hands over the error that made it change its mind.

use super::{Answer, Environ, StartResponse, TEXT, whole};

/// `/exc`: nothing was sent yet, so the second answer replaces the first.
// ANCHOR: exc
pub fn exc<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let fields = [TEXT, ("X-Answer", b"first"), ("Content-Length", b"3")];
    start_response("200 OK", &fields, None)?;
    let fields = [TEXT, ("X-Answer", b"second")];
    start_response("500 Internal Server Error", &fields, Some("the first one failed".into()))?;
    Ok(whole(b"this replaced 200 OK\n"))
}
// ANCHOR_END: exc

/// `/exc-late`: a piece was sent, so `start_response` hands the error back, and all that is left
/// to do is to pass it on. The client sees a connection that ends too early.
// ANCHOR: exc_late
pub fn exc_late<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let write = start_response("200 OK", &[TEXT], None)?;
    write(b"this was sent before the error\n")?;
    start_response("500 Internal Server Error", &[TEXT], Some("it came too late".into()))?;
    Ok(whole(b"nobody sees this\n"))
}
// ANCHOR_END: exc_late

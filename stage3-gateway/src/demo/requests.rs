//! First reading: what a request brings: variables and content.

use std::io::{self, Read};

use super::{Answer, Environ, StartResponse, TEXT, not_allowed, text, whole};

/// `/environ`: all variables that have a value, an empty one included. It leaves the content
/// unread, and the server has to cope with that.
pub fn environ<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let mut list = Vec::new();
    for (name, value) in environ.variables() {
        // Bytes: who says that a client sends UTF-8?
        list.extend([name.as_bytes(), b"=", &value, b"\n"].concat());
    }
    start_response("200 OK", &[TEXT], None)?;
    Ok(whole(list))
}

/// `POST /echo`: the content, byte for byte. It is read before `start_response` is called: the
/// last chunk may turn out to be malformed, and then it is not too late for a 400.
// ANCHOR: echo
pub fn echo<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    if environ.text("REQUEST_METHOD") != "POST" {
        return not_allowed(start_response, "POST");
    }
    let mut content = Vec::new();
    environ.input().read_to_end(&mut content)?;
    start_response("200 OK", &[("Content-Type", b"application/octet-stream")], None)?;
    Ok(whole(content))
}
// ANCHOR_END: echo

/// `/half-read`: reads half of the content and answers: the client may still be sending. (Without
/// a declared length, half of it is nothing.)
pub fn half_read<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let declared: u64 = environ.text("CONTENT_LENGTH").parse().unwrap_or(0);
    let read = io::copy(&mut environ.input().take(declared / 2), &mut io::sink())?;
    text(start_response, "200 OK", &format!("read {read} of {declared} bytes\n"))
}

/// Everything else. It reads the content first, so that the client hears the answer when it is
/// ready to listen.
pub fn not_found<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    io::copy(environ.input(), &mut io::sink())?;
    text(start_response, "404 Not Found", "there is nothing here; start at /\n")
}

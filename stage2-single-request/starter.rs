//! Stage 2, your own server: it reads one request, shows what it says, and takes the next client.
//!
//! Copy this file, then fill in its steps in their order, one `// step N:` after the other:
//!
//! ```text
//! cp -n stage2-single-request/starter.rs stage2-single-request/src/bin/stage2-mine.rs
//! cargo run -p stage2-single-request --bin stage2-mine     then open http://127.0.0.1:8888/hello
//! cargo test -p stage2-single-request     see which steps hold, and why the next does not
//! ```
//!
//! The rules of a request are in RFC 9112, <https://www.rfc-editor.org/rfc/rfc9112>. Use the
//! standard library, stage 1's and `httpdate`, but not `stage2_single_request`: that is the answer.
#![allow(unused_imports, unused_variables, dead_code)] // until the last step: some names wait

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use httpdate::fmt_http_date;
use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, flags, listen_from_env, variable};
use stage1_echo::terminal::{say, warn};

/// Why a request gets no page.
enum Problem {
    /// Something is wrong with the request; the client is told so with this status code.
    Refuse(u16),
    /// The connection failed: there is nobody to tell.
    Connection(io::Error),
    /// A step is not done yet.
    Missing(&'static str),
}

/// What a request line says.
struct RequestLine {
    method: String,
    target: String,
    version: String,
}

/// Reads the head of a request: its request line and fields up to the empty line, CR LF CR LF.
/// None if there is nobody to answer.
fn read_head(connection: &mut TcpStream) -> Result<Option<Vec<u8>>, Problem> {
    // step 1: Read until the empty line has come, however the bytes arrive: one by one, or the
    // empty line in two parts. Keep all of them in a Vec, and return those up to its end. If the
    // stream ends before (read returns 0): Ok(None) if nothing has come, else Problem::Refuse(400).
    // Call `read` yourself, without a BufReader: steps 4 and 6 must look after each read. std:
    // Read::read, slice::windows; RFC 9112 s2.1, s8

    // Later, for step 4: a request line of more than 16,384 bytes (its CR LF not counted) is
    // Problem::Refuse(414). Look after each read: its end may never come, and its CR before its LF.

    // step 6: A client has a second for its first byte, and head_timeout() for its whole head, both
    // from when it connected. Before each read, set_read_timeout to what is left (zero is an error
    // there); a read that took longer fails with WouldBlock or TimedOut. (Interrupted is no failure:
    // read again.) Too late: Ok(None) if no byte came, else Problem::Refuse(408). std: Instant

    Err(Problem::Missing("step 1: no head is read yet"))
}

/// Takes the request line apart, the first line of a head.
fn request_line(head: &[u8]) -> Result<RequestLine, Problem> {
    // step 2: `method SP target SP version`, then CR LF: three parts, one space between each two.
    // All their bytes are visible ASCII (u8::is_ascii_graphic) and no part is empty; anything else
    // is Problem::Refuse(400), a CR or LF alone too. Bytes are no text until you have looked. (In the
    // target, bytes from 0x80 on may pass: browsers encode them, and curl sends them as they are.)
    // RFC 9112 s3; std: slice::windows, slice::split, String::from_utf8

    // Later, for step 4: a version is `HTTP/`, a digit, a dot, a digit, else Problem::Refuse(400);
    // one that is neither HTTP/1.0 nor 1.1 is Problem::Refuse(505). (1.2 may be served.) RFC 9112 s2

    warn(format_args!("step 2: the request line is not taken apart yet"));
    Ok(RequestLine { method: "?".to_string(), target: "?".to_string(), version: "?".to_string() })
}

/// A whole response as bytes: status line, fields, empty line, content. `status` is `200 OK`.
fn response(status: &str, content_type: &str, content: &str) -> Vec<u8> {
    // step 3: `HTTP/1.1` and the status, then the fields Date (fmt_http_date), Content-Type,
    // Content-Length (in bytes: the dash on the page is longer than one) and `Connection: close`,
    // an empty line, the content. Each line ends with CR LF. RFC 9112 s4, RFC 9110 s6.6.1, s8.6

    warn(format_args!("step 3: the answer has no fields yet"));
    format!("HTTP/1.1 200 OK\r\n\r\n{content}").into_bytes()
}

/// The response to a request that is refused; None if the client is not told.
fn refusal(status: u16) -> Option<Vec<u8>> {
    // step 4: Answer with the status, and a sentence for people as the content, as text/plain. Their
    // names are 400 Bad Request, 408 Request Timeout, 414 URI Too Long, 505 HTTP Version Not
    // Supported. Then look for "step 4" in request_line() and in read_head(). RFC 9110 s15.5

    warn(format_args!("step 4: refused with {status}, but the client is not told"));
    None
}

/// Ends a connection on which the client may still be sending.
fn close(connection: &mut TcpStream) {
    // step 5: If we close while bytes wait that we have not read, the kernel answers with a reset,
    // and the client may never read our answer. So say that we send no more (shutdown), read and
    // throw away until the client has closed or two seconds are over (Interrupted is no failure:
    // read again), and only then return. RFC 9112 s9.6; std: TcpStream::shutdown, set_read_timeout
}

// ---- Given: nothing below has to be changed. For bonus points, see the end. ----

/// Reads one request and answers it.
fn serve_connection(connection: &mut TcpStream) -> Result<(), Problem> {
    let answer = match read_request(connection) {
        Ok(None) => return Ok(()),
        Ok(Some(request)) => {
            let page = page(&request.method, &request.target, &request.version);
            response("200 OK", "text/html; charset=utf-8", &page)
        }
        Err(Problem::Refuse(status)) => match refusal(status) {
            Some(answer) => answer,
            None => return Ok(()),
        },
        Err(problem) => return Err(problem),
    };
    connection.write_all(&answer)?;
    close(connection);
    Ok(())
}

fn read_request(connection: &mut TcpStream) -> Result<Option<RequestLine>, Problem> {
    match read_head(connection)? {
        Some(head) => Ok(Some(request_line(&head)?)),
        None => Ok(None),
    }
}

/// Lets `?` make a Problem of an error of read or write.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Connection(error)
    }
}

/// One client after the other, for ever.
fn serve(listening: &TcpListener) -> Result<(), Failure> {
    loop {
        match listening.accept() {
            Ok((mut connection, _)) => {
                // Whatever else goes wrong with one client is no business of the next.
                if let Err(Problem::Missing(step)) = serve_connection(&mut connection) {
                    return Err(Failure::System(step.to_string()));
                }
            } // the connection is dropped here, and with it closed
            Err(error) => outlive(error)?,
        }
    }
}

fn main() -> ExitCode {
    exit("stage2-mine", run())
}

const HELP: &str = "\
My server of stage 2. PORT=8888 and HOST=127.0.0.1 say where it listens, HEAD_TIMEOUT=10 how many
seconds a client has for the head of its request; its first byte must come within one.";

fn run() -> Result<(), Failure> {
    // --quiet is allowed, as everywhere: this server prints no heads.
    let Some([_quiet]) = flags(HELP, ["--quiet"])? else { return Ok(()) };
    let (listening, address) = listen_from_env(128)?;
    say(format_args!("listening on http://{address}"));
    serve(&TcpListener::from(listening))
}

/// HEAD_TIMEOUT in seconds, else 10.
fn head_timeout() -> Duration {
    let seconds = variable("HEAD_TIMEOUT").and_then(|text| text.parse().ok()).unwrap_or(10.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(10))
}

/// The page that shows what was understood.
fn page(method: &str, target: &str, version: &str) -> String {
    let (method, target, version) = (escaped(method), escaped(target), escaped(version));
    format!(
        "<!doctype html>
<meta charset=\"utf-8\">
<title>One request</title>
<h1>Your request line – as I read it</h1>
<p>method <code>{method}</code></p>
<p>target <code>{target}</code></p>
<p>version <code>{version}</code></p>
"
    )
}

/// Text as HTML shows it: a client must not put markup of its own into the page.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

// Bonus: HEAD gets the fields of GET and no content (RFC 9110 s9.3.2). Content-Length is that of the
// answer to GET, so the page must show GET (s8.6). More than 100 field lines, or than 65,536 bytes of
// them with CR LF, are refused with 431 Request Header Fields Too Large (RFC 6585 s5). Two more are in
// stretch/README.md: /hello/NAME is a page that greets NAME (percent-decoded); a known page gets 304.

//! Stage 2, filled in: the starter with all its steps done, and with a switch for each mistake.
//!
//! `BROKEN=reads-once cargo run -p stage2-single-request --bin stage2-broken` makes one of them. The
//! list is in `tests/stage2/broken.rs`, with the check that each of them fails and what a learner is
//! told then. Without `BROKEN`, this server is right.

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use httpdate::fmt_http_date;
use stage1_echo::accept_errors::outlive;
use stage1_echo::contract::{Failure, exit, flags, listen_from_env, variable};
use stage1_echo::terminal::say;

/// Whether this run makes the mistake of that name.
fn broken(name: &str) -> bool {
    static BROKEN: LazyLock<Option<String>> = LazyLock::new(|| env::var("BROKEN").ok());
    BROKEN.as_deref() == Some(name)
}

/// Why a request gets no page.
enum Problem {
    Refuse(u16),
    Connection(io::Error),
}

struct RequestLine {
    method: String,
    target: String,
    version: String,
}

const REQUEST_LINE: usize = 16_384;
const HEADER_SECTION: usize = 65_536;
const FIELDS: usize = 100;

/// Step 1: reads until the empty line has come. Step 6: with one deadline for all of it.
fn read_head(connection: &mut TcpStream) -> Result<Option<Vec<u8>>, Problem> {
    if broken("buffered-lines") {
        return buffered_lines(connection);
    }
    let mut opened = Instant::now();
    let mut received = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let wait = if received.is_empty() { first_byte() } else { head_timeout() };
        if broken("timeout-for-each-read") {
            connection.set_read_timeout(Some(wait))?; // begins again with each byte
        } else if !broken("no-deadline") {
            let left = (opened + wait).saturating_duration_since(Instant::now());
            if left.is_zero() && !broken("zero-timeout") {
                return too_late(&received);
            }
            connection.set_read_timeout(Some(left))?;
        }
        let length = match connection.read(&mut piece) {
            Ok(0) if broken("spins-at-the-end") => 0, // read returns 0 again, for ever
            Ok(0) if broken("panics-at-the-end") => panic!("no request"),
            Ok(0) if !received.is_empty() && broken("the-end-ends-it") => {
                return Ok(Some(received));
            }
            Ok(0) if received.is_empty() || broken("half-a-head-is-closed") => return Ok(None),
            Ok(0) => return Err(Problem::Refuse(400)),
            Ok(length) => length,
            Err(error) if is_timeout(&error) => return too_late(&received),
            Err(error) if is_interrupted(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        if received.is_empty() && broken("deadline-from-the-first-byte") {
            opened = Instant::now(); // a second later than the client may think
        }
        received.extend_from_slice(&piece[..length]);
        if let Some(end) = head_end(&received, length) {
            if broken("head-is-a-string") && std::str::from_utf8(&received[..end]).is_err() {
                return Err(Problem::Refuse(400)); // a field may be in any encoding
            }
            return match check_size(&received[..end]) {
                Err(Problem::Refuse(status)) if status != 431 || !broken("431-while-it-grows") => {
                    Err(Problem::Refuse(status))
                }
                _ => Ok(Some(received[..end].to_vec())),
            };
        }
        if !broken("counts-at-the-end") {
            check_size(&received)?;
        }
    }
}

/// Lines as the standard library reads them: they may end with LF alone, the last one with nothing
/// at all, and must be text.
fn buffered_lines(connection: &mut TcpStream) -> Result<Option<Vec<u8>>, Problem> {
    let mut head = Vec::new();
    for line in BufReader::new(connection).lines() {
        let line = line?;
        head.extend_from_slice(format!("{line}\r\n").as_bytes());
        if line.is_empty() {
            break;
        }
    }
    Ok((!head.is_empty()).then_some(head))
}

/// The time for the first byte, however long the whole head may take.
fn first_byte() -> Duration {
    if broken("first-byte-waits-as-long") {
        return head_timeout();
    }
    if broken("first-byte-at-once") { Duration::from_millis(100) } else { Duration::from_secs(1) }
}

/// Where the head ends, behind its empty line.
fn head_end(received: &[u8], last: usize) -> Option<usize> {
    if broken("reads-once") {
        return Some(received.len()); // a read is not a message
    }
    if broken("looks-at-the-last-piece") {
        let from = received.len().saturating_sub(last); // CR LF CR LF may be cut in two
        let at = received[from..].windows(4).position(|four| four == b"\r\n\r\n")?;
        return Some(from + at + 4);
    }
    if broken("looks-at-the-end-alone") {
        return received.ends_with(b"\r\n\r\n").then_some(received.len()); // content may follow
    }
    if broken("line-feeds-end-it") {
        let bare = received.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
        let right = received.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        return bare.into_iter().chain(right).min();
    }
    received.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn too_late(received: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    if received.is_empty() && !broken("408-to-the-silent") {
        return Ok(None);
    }
    if broken("late-is-closed") {
        return Ok(None); // the client is not told why
    }
    Err(Problem::Refuse(408))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A signal came while the call waited: nothing was done.
fn is_interrupted(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Interrupted && !broken("eintr-ends-it")
}

/// 414 and 431, also while the end has not come.
fn check_size(received: &[u8]) -> Result<(), Problem> {
    let end = received.iter().position(|&byte| byte == b'\n').map_or(received.len(), |at| at + 1);
    let (line, fields) = received.split_at(end);
    check_line(line)?;
    let section = match fields {
        [.., b'\r', b'\n', b'\r', b'\n'] => fields.len() - 2,
        [.., b'\r', b'\n', b'\r'] if !broken("431-counts-the-cr") => fields.len() - 1,
        _ => fields.len(),
    };
    let count = fields.split(|&byte| byte == b'\n').filter(|field| field.len() > 1).count();
    let is_large = section > HEADER_SECTION && !broken("no-431");
    if is_large || (count > FIELDS && !broken("no-431") && !broken("fields-not-counted")) {
        return Err(Problem::Refuse(431));
    }
    Ok(())
}

/// Neither CR nor LF counts, and neither may have come.
fn check_line(line: &[u8]) -> Result<(), Problem> {
    let limit = if broken("limit-with-crlf") { REQUEST_LINE - 2 } else { REQUEST_LINE };
    let is_long = match line {
        _ if broken("no-limit") => false,
        _ if broken("counts-late") => line.len() > limit + 2, // as if its end had come
        [text @ .., b'\r', b'\n'] => text.len() > limit,
        [text @ .., b'\r'] if !broken("counts-the-cr") => text.len() > limit,
        _ => line.len() > limit,
    };
    if is_long { Err(Problem::Refuse(414)) } else { Ok(()) }
}

/// Step 2: three parts of visible ASCII, one space between each two.
fn request_line(head: &[u8]) -> Result<RequestLine, Problem> {
    let line = first_line(head);
    if broken("unwraps-utf8") {
        let _ = String::from_utf8(line.to_vec()).expect("a learner's mistake: it may be anything");
    }
    if broken("lossy") {
        let text = String::from_utf8_lossy(line); // bytes that are no text get a page
        return three(text.split(' ').map(str::to_owned).collect());
    }
    if broken("any-whitespace") {
        let text = std::str::from_utf8(line).map_err(|_| Problem::Refuse(400))?;
        return three(text.split_whitespace().map(str::to_owned).collect());
    }
    let line = if broken("trims-the-line") { line.trim_ascii() } else { line };
    let parts: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    if broken("any-text") {
        let text = std::str::from_utf8(line).map_err(|_| Problem::Refuse(400))?;
        return three(text.split(' ').map(str::to_owned).collect());
    }
    if broken("empty-parts") && parts.iter().flat_map(|part| *part).all(u8::is_ascii_graphic) {
        return three(parts.iter().map(|p| String::from_utf8_lossy(p).into_owned()).collect());
    }
    let is_visible = |byte: &u8| match broken("no-control-but-del") {
        true => (b'!'..128).contains(byte), // 127 is DEL, a control character
        false => byte.is_ascii_graphic(),
    };
    if parts.iter().any(|part| part.is_empty() || !part.iter().all(is_visible)) {
        return Err(Problem::Refuse(400));
    }
    three(parts.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect())
}

/// Up to its CR LF: a CR or an LF alone is no end, and no visible ASCII either.
fn first_line(head: &[u8]) -> &[u8] {
    let until = |end: u8| head.split(|&byte| byte == end).next().unwrap_or_default();
    if broken("ends-at-cr") {
        return until(b'\r'); // what follows is hidden from us, and not from the next reader
    }
    if broken("ends-at-lf") {
        return until(b'\n').strip_suffix(b"\r").unwrap_or_else(|| until(b'\n'));
    }
    let end = head.windows(2).position(|two| two == b"\r\n");
    &head[..end.unwrap_or(head.len())]
}

fn three(mut parts: Vec<String>) -> Result<RequestLine, Problem> {
    if parts.len() > 3 && broken("four-parts") {
        parts = vec![parts[0].clone(), parts[1].clone(), parts[parts.len() - 1].clone()];
    }
    let [method, target, version]: [String; 3] =
        parts.try_into().map_err(|_| Problem::Refuse(400))?;
    let target = match target.split_once('?') {
        Some((path, _)) if broken("query-is-lost") => path.to_owned(),
        _ => target,
    };
    let shown = if broken("version-is-fixed") { "HTTP/1.1".to_owned() } else { version.clone() };
    check_version(&version)?;
    Ok(RequestLine { method, target, version: shown })
}

/// Step 4: 505 for a version that is none of ours, 400 for what is no version.
fn check_version(version: &str) -> Result<(), Problem> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = version.as_bytes();
    let is_version = bytes.len() == 8 && bytes.starts_with(b"HTTP/") && bytes[6] == b'.';
    match version {
        "HTTP/1.0" | "HTTP/1.1" => Ok(()),
        _ if broken("any-version") => Ok(()),
        _ if broken("version-is-a-number") => {
            let number = version.strip_prefix("HTTP/").and_then(|text| text.parse::<f64>().ok());
            Err(Problem::Refuse(number.map_or(400, |_| 505))) // 123 and 1e5 are numbers, too
        }
        _ if is_version && is_digit(bytes.get(5)) && is_digit(bytes.get(7)) => {
            Err(Problem::Refuse(if broken("400-for-505") { 400 } else { 505 }))
        }
        _ if broken("505-for-all") => Err(Problem::Refuse(505)),
        _ => Err(Problem::Refuse(400)),
    }
}

/// Step 3: status line, four fields, empty line, content.
fn response(status: &str, content_type: &str, content: &str) -> Vec<u8> {
    let date = if broken("old-date") {
        "Thu, 07 Apr 2016 21:11:00 GMT".to_owned()
    } else if broken("date-taken-once") {
        static STARTED: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);
        fmt_http_date(*STARTED)
    } else {
        fmt_http_date(SystemTime::now())
    };
    let length = if broken("counts-characters") { content.chars().count() } else { content.len() };
    let fields = [
        (!broken("no-date")).then(|| format!("Date: {date}\r\n")),
        (!broken("no-type")).then(|| format!("Content-Type: {content_type}\r\n")),
        (!broken("no-length")).then(|| format!("Content-Length: {length}\r\n")),
        (!broken("no-connection")).then(|| "Connection: close\r\n".to_owned()),
    ];
    let head: String = fields.into_iter().flatten().collect();
    let version = if broken("status-line-of-1-0") { "HTTP/1.0" } else { "HTTP/1.1" };
    let whole = format!("{version} {status}\r\n{head}\r\n{content}");
    if broken("line-feeds-only") { whole.replace("\r\n", "\n").into() } else { whole.into() }
}

fn refusal(status: u16) -> Option<Vec<u8>> {
    if broken("refuses-silently") {
        return None;
    }
    let reason = match status {
        408 => "Request Timeout",
        414 => "URI Too Long",
        431 => "Request Header Fields Too Large",
        505 => "HTTP Version Not Supported",
        _ => "Bad Request",
    };
    let status = format!("{status} {reason}");
    let kind = if broken("refuses-with-a-page") { "text/html" } else { "text/plain" };
    let sentence = format!("this request is refused: {reason}\n");
    Some(response(&status, kind, if broken("refuses-without-a-word") { "" } else { &sentence }))
}

/// Step 5: says that no more is sent, and reads until the client has closed, or 2 s are over.
fn close(connection: &mut TcpStream) {
    if broken("closes-at-once") {
        return; // with unread bytes: the kernel sends a reset
    }
    let way = if broken("shuts-both") { Shutdown::Both } else { Shutdown::Write };
    let is_shut = broken("does-not-shut-down") || connection.shutdown(way).is_ok();
    if !is_shut || broken("shuts-both") || broken("does-not-drain") {
        return;
    }
    let seconds = if broken("drains-briefly") { 0.1 } else { 2.0 };
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    let mut thrown_away = [0; 4096];
    loop {
        let left = match deadline.saturating_duration_since(Instant::now()) {
            _ if broken("drains-for-ever") => None,
            _ if broken("drain-limit-for-each-read") => Some(Duration::from_secs(2)),
            Duration::ZERO => return,
            left => Some(left),
        };
        if connection.set_read_timeout(left).is_err() {
            return;
        }
        match connection.read(&mut thrown_away) {
            Ok(0) if broken("drains-when-all-have-left") => {} // read returns 0 again, for ever
            Err(error) if is_interrupted(&error) => {}
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Reads one request and answers it.
fn serve_connection(connection: &mut TcpStream) -> Result<(), Problem> {
    let answer = match read_request(connection) {
        Ok(None) => return Ok(()),
        Ok(Some(request)) => {
            let is_head = request.method == "HEAD" && !broken("head-shows-head");
            let method = if is_head { "GET" } else { &request.method };
            let page = page(method, &request.target, &request.version);
            let mut whole = response("200 OK", "text/html; charset=utf-8", &page);
            if request.method == "HEAD" && !broken("head-with-content") {
                whole.truncate(whole.len() - page.len());
            }
            whole
        }
        Err(Problem::Refuse(status)) => {
            let Some(answer) = refusal(status) else { return Ok(()) };
            if broken(&format!("{status}-closes-at-once")) {
                return Ok(connection.write_all(&answer)?); // and drops it, whatever is unread
            }
            answer
        }
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
                if let Err(Problem::Connection(error)) = serve_connection(&mut connection)
                    && broken("one-error-ends-all")
                {
                    return Err(error.into());
                }
            }
            Err(error) => outlive(error)?,
        }
    }
}

fn main() -> ExitCode {
    exit("stage2-broken", run())
}

fn run() -> Result<(), Failure> {
    let Some([_quiet]) = flags("Stage 2, filled in.", ["--quiet"])? else {
        return Ok(());
    };
    let (listening, address) = listen_from_env(128)?;
    say(format_args!("listening on http://{address}"));
    serve(&TcpListener::from(listening))
}

fn head_timeout() -> Duration {
    let seconds = variable("HEAD_TIMEOUT").and_then(|text| text.parse().ok()).unwrap_or(10.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(10))
}

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

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

//! Steps 4 and 6: what the application says of its answer, and how its pieces go out. And the bonus
//! for an answer in chunks.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::net::TcpStream;

use stage2_single_request::date::http_date;
use stage2_single_request::response::Response;

use crate::{Environ, Error, broken};

/// What the application has said of its answer.
struct Start {
    status: String,
    fields: Vec<(String, String)>,
}

/// Where an answer goes, and how far it is.
pub struct Output<'c> {
    connection: &'c TcpStream,
    is_head: bool,
    takes_chunks: bool,
    start: RefCell<Option<Start>>,
    /// The head is out: what it says can't be changed any more.
    is_out: Cell<bool>,
    in_chunks: Cell<bool>,
    /// Something has reached the client.
    has_sent: Cell<bool>,
    /// The body has made an empty piece.
    has_made_nothing: Cell<bool>,
    /// It was the body that failed.
    pub body_failed: Cell<bool>,
    /// What is left of the length that the application has declared.
    left: Cell<Option<usize>>,
}

impl<'c> Output<'c> {
    pub fn new(environ: &Environ, connection: &'c TcpStream) -> Output<'c> {
        let is = |name: &str, value: &[u8]| environ.get(name).is_some_and(|given| given == value);
        Output {
            connection,
            is_head: is("REQUEST_METHOD", b"HEAD"),
            takes_chunks: !is("SERVER_PROTOCOL", b"HTTP/1.0") || broken("chunks-for-1-0"),
            start: RefCell::default(),
            is_out: Cell::default(),
            in_chunks: Cell::default(),
            has_sent: Cell::default(),
            has_made_nothing: Cell::default(),
            body_failed: Cell::default(),
            left: Cell::default(),
        }
    }

    /// The `start_response` of the PEP.
    pub fn start(
        &self,
        status: &str,
        fields: &[(&str, &str)],
        error: Option<Error>,
    ) -> Result<(), Error> {
        if broken("start-response-ignored") {
            *self.start.borrow_mut() = Some(Start { status: "200 OK".into(), fields: Vec::new() });
            return Ok(());
        }
        let is_second = self.start.borrow().is_some();
        match error {
            Some(_) if broken("exc-info-ignored") && is_second => {
                return Err("start_response was called twice".into());
            }
            Some(_) if broken("exc-info-keeps-the-first") && is_second => return Ok(()),
            Some(error) if self.is_out.get() && !broken("exc-info-too-late-ignored") => {
                return Err(error);
            }
            None if is_second && broken("first-call-kept") => return Ok(()),
            None if is_second && !broken("second-call-accepted") => {
                return Err("start_response was called twice".into());
            }
            _ => {}
        }
        self.keep(status, fields)?;
        if broken("writes-inside-start-response") {
            // Nobody knows yet whether the application will call again, or fail.
            self.send_head()?;
        }
        Ok(())
    }

    fn keep(&self, status: &str, fields: &[(&str, &str)]) -> Result<(), Error> {
        let mut kept: Vec<(String, String)> = Vec::new();
        if broken("exc-info-adds-fields") || broken("exc-info-adds-other-fields") {
            kept.extend(self.start.borrow_mut().take().into_iter().flat_map(|start| start.fields));
            let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
            kept.retain(|(name, _)| !(is_length(name) && broken("exc-info-adds-other-fields")));
        }
        if has_line_end(status) && !broken("status-not-looked-at") {
            return Err(format!("a line end in the status {status:?}").into());
        }
        for &(name, value) in fields {
            let is_wrong =
                has_line_end(value) || (has_line_end(name) && !broken("names-not-looked-at"));
            if is_wrong && !broken("line-ends-kept") && !broken("line-ends-repaired") {
                return Err(format!("a line end in the field {name:?}").into());
            }
            let is_length = name.eq_ignore_ascii_case("content-length");
            if is_length && broken("exc-info-keeps-the-length") {
                // Nobody takes it back when the fields are replaced.
                self.left.set(Some(value.parse()?));
            }
            let value = if broken("line-ends-repaired") {
                value.replace(['\r', '\n'], " ")
            } else {
                value.into()
            };
            if broken("one-field-a-name") {
                // Set-Cookie, for one, may come more than once.
                kept.retain(|(earlier, _)| earlier != name);
            }
            let is_known = name == "Content-Type" || name == "Content-Length";
            if !broken("no-fields") && (is_known || !broken("type-alone")) {
                kept.push((name.into(), value));
            }
        }
        *self.start.borrow_mut() = Some(Start { status: status.into(), fields: kept });
        Ok(())
    }

    /// Sends a piece of content; before the first one that is not empty, the head.
    pub fn send(&self, piece: &[u8]) -> Result<(), Error> {
        self.has_made_nothing.set(self.has_made_nothing.get() || piece.is_empty());
        let sends_head = ["head-with-an-empty-piece", "empty-chunk", "head-in-the-loop"];
        if piece.is_empty() && !sends_head.into_iter().any(broken) {
            return Ok(());
        }
        self.send_head()?;
        let most = self.left.get().map_or(piece.len(), |left| piece.len().min(left));
        let piece = if broken("more-than-declared") { piece } else { &piece[..most] };
        // An empty chunk would be the last one.
        if !self.has_content() || (piece.is_empty() && !broken("empty-chunk")) {
            return Ok(());
        }
        self.left.set(self.left.get().map(|left| left.saturating_sub(piece.len())));
        if !self.in_chunks.get() {
            return self.write(piece);
        }
        let line = format!("{:x}\r\n", piece.len());
        self.write(&[line.as_bytes(), piece, b"\r\n"].concat())
    }

    /// Sends what is missing when there are no more pieces.
    pub fn finish(&self) -> Result<(), Error> {
        let is_started = self.start.borrow().is_some() && !self.is_out.get();
        if broken("head-in-the-loop") && is_started && self.has_content() {
            return Ok(()); // a body without a piece has never come there
        }
        self.send_head()?;
        let missing = self.left.get().unwrap_or(0);
        if broken("filled-up") && missing > 0 && self.has_content() {
            // The client takes it for a sound answer.
            return self.write(&vec![b' '; missing]);
        }
        let is_last = self.in_chunks.get() && self.has_content() && !broken("no-last-chunk");
        if is_last { self.write(b"0\r\n\r\n") } else { Ok(()) }
    }

    /// Whether pieces are sent at all, and whether more of them may be.
    pub fn wants_more(&self) -> bool {
        self.has_content() && self.left.get() != Some(0)
    }

    /// Whether anything follows the head.
    pub fn has_content(&self) -> bool {
        let start = self.start.borrow();
        let status = start.as_ref().map_or("", |start| &start.status);
        let is_without = match () {
            () if broken("content-for-other-reasons") => {
                ["204 None ", "304 None "].contains(&status)
            }
            () => status.starts_with("204") || status.starts_with("304"),
        };
        if (broken("chunks-for-204") || broken("content-for-204")) && is_without {
            return true;
        }
        !is_without && (!self.is_head || broken("content-for-head"))
    }

    /// Whether anything has reached the client.
    pub fn has_sent(&self) -> bool {
        self.has_sent.get()
    }

    /// Status line and fields, once.
    pub fn send_head(&self) -> Result<(), Error> {
        if self.is_out.get() {
            return Ok(());
        }
        if broken("never-is-200") && self.start.borrow().is_none() {
            self.keep("200 OK", &[])?;
        }
        let head = self.head()?;
        self.is_out.set(true);
        self.write(head.as_bytes())
    }

    fn head(&self) -> Result<String, Error> {
        let start = self.start.borrow();
        let start = start.as_ref().ok_or("the application never called start_response")?;
        let mut head = format!("HTTP/1.1 {}\r\n", start.status);
        let has_date = start.fields.iter().any(|(name, _)| match broken("date-in-one-case") {
            true => name == "Date", // names of fields have no case
            false => name.eq_ignore_ascii_case("date"),
        });
        for (name, value) in &start.fields {
            if self.is_head && broken("no-fields-for-head") {
                break;
            }
            head += &format!("{name}: {value}\r\n");
            let is_length = match () {
                // Names of fields have no case.
                () if broken("length-in-one-case") => name == "Content-Length",
                () => name.eq_ignore_ascii_case("content-length"),
            };
            if is_length {
                let length = value.parse();
                if broken("declared-parse-unwrapped") {
                    length.as_ref().expect("applications know how to count");
                }
                self.left.set(Some(length?));
            }
        }
        head += &self.own_fields(&start.status);
        if broken("own-content-type") {
            head += "Content-Type: text/html\r\n";
        }
        if broken("no-date") {
        } else if broken("date-of-the-lesson") {
            head += "Date: Mon, 15 Jul 2019 5:54:48 GMT\r\n";
        } else if !has_date || broken("two-dates") {
            head += &format!("Date: {}\r\n", http_date().unwrap_or_default());
        }
        if !broken("no-connection-close") {
            head += "Connection: close\r\n";
        }
        Ok(head + "\r\n")
    }

    /// How the end of the content is told.
    fn own_fields(&self, status: &str) -> String {
        let is_without = status.starts_with("204") || status.starts_with("304");
        if is_without && broken("length-for-204") {
            return "Content-Length: 0\r\n".into();
        }
        let has_length = self.left.get().is_some();
        let in_chunks = (!has_length || broken("chunks-beside-a-length"))
            && self.takes_chunks
            && (!is_without || broken("chunks-for-204"))
            && !broken("no-chunks");
        self.in_chunks.set(in_chunks);
        if in_chunks { "Transfer-Encoding: chunked\r\n".into() } else { String::new() }
    }

    /// The server's own answer, if the application has failed and nothing is out yet.
    pub fn fail(&self, error: &Error) -> Result<(), Error> {
        if broken("no-answer-to-an-error") {
            return Ok(());
        }
        if broken("never-is-an-error-alone") && self.start.borrow().is_none() {
            return Ok(());
        }
        if self.is_out.get() && !broken("second-head") {
            return Ok(());
        }
        if broken("body-fails-unanswered") && self.body_failed.get() {
            return Ok(());
        }
        if broken("empty-piece-is-output") && self.has_made_nothing.get() {
            return Ok(()); // nothing is out yet
        }
        let sentence = if broken("details-for-the-client") {
            error.to_string()
        } else {
            "this server could not answer the request".to_string()
        };
        let own = Response::plain(500, sentence);
        self.write(&own.head())?;
        if self.is_head && !broken("page-for-a-failed-head") {
            Ok(())
        } else {
            self.write(&own.content)
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        (&mut &*self.connection).write_all(bytes)?;
        self.has_sent.set(true);
        Ok(())
    }
}

/// Whether a line or a string of somebody's would end in it.
fn has_line_end(text: &str) -> bool {
    if broken("pairs-of-line-ends-alone") {
        return text.contains("\r\n");
    }
    text.contains(['\r', '\n', '\0'])
}

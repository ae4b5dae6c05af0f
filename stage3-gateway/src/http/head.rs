//! First reading: a request's head: its first line by stage 2, its fields by `httparse`, and the checks
//! that both leave to us.
//!
//! `httparse` could read the first line, too. But it hands the target over as text, and refuses one that
//! is no UTF-8, while curl sends whatever bytes it was given. (A test proves that on all other lines the
//! two readers agree.) It gets only complete heads: stage 2 has found the end, and has refused the bare
//! line feeds that `httparse` would take.

use stage2_single_request::limits::FIELDS;
use stage2_single_request::request_line::RequestLine;
use stage2_single_request::version::Version;

use crate::http::fault::Fault;
use crate::http::framing::{Framing, framing};
use crate::http::head_checks::{check_host, expects_continue, field_fault, is_persistent};
use crate::http::target::Target;

/// What a request says before its content.
#[derive(Debug)]
pub struct Head<'b> {
    /// `GET`.
    pub method: &'b str,
    /// The request target as it came. Bytes, for it need not be text.
    pub raw_target: &'b [u8],
    /// The request target, taken apart.
    pub target: Target<'b>,
    /// The version of the protocol.
    pub version: Version,
    /// The fields, in the order in which they came.
    pub fields: Vec<Field<'b>>,
    /// How the end of the content is known.
    pub framing: Framing,
    /// Whether the client waits for `100 Continue` before it sends the content.
    pub expects_continue: bool,
    /// Whether the client would send another request on this connection.
    pub persistent: bool,
}

/// One field line: `Host: example.org`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'b> {
    /// A token, in the case in which it came.
    pub name: &'b str,
    /// The value without the white space around it. Any byte but controls may stand in it.
    pub value: &'b [u8],
}

impl Field<'_> {
    /// Names of fields are compared without regard to case (RFC 9110 s5.1).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl<'b> Head<'b> {
    /// Understands a complete head, from its request line to its empty line.
    ///
    /// # Errors
    /// The first fault that is found.
    // ANCHOR: parse
    pub fn parse(bytes: &'b [u8]) -> Result<Head<'b>, Fault> {
        let end = bytes.iter().position(|&byte| byte == b'\r').unwrap_or(bytes.len());
        let (line, section) = bytes.split_at(end);
        let RequestLine { method, target: raw_target, version } = RequestLine::parse(line)?;
        let section = section.strip_prefix(b"\r\n").unwrap_or(section);
        let mut slots = [httparse::EMPTY_HEADER; FIELDS];
        let headers = match httparse::parse_headers(section, &mut slots) {
            Ok(httparse::Status::Complete((_, headers))) => headers,
            other => return Err(field_fault(other.err())),
        };
        let fields: Vec<Field> =
            headers.iter().map(|h| Field { name: h.name, value: h.value }).collect();
        let target = Target::parse(method, raw_target)?;
        check_host(version, &fields)?;
        let framing = framing(version, &fields)?;
        let expects_continue = expects_continue(version, &fields)?;
        let persistent = is_persistent(version, &fields);
        Ok(Head {
            method,
            raw_target,
            target,
            version,
            fields,
            framing,
            expects_continue,
            persistent,
        })
    }
    // ANCHOR_END: parse

    /// The values of all fields of that name, in order.
    pub fn values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'b [u8]> + use<'_, 'n, 'b> {
        self.fields.iter().filter(move |field| field.is(name)).map(|field| field.value)
    }
}

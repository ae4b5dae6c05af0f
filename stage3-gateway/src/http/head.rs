//! First reading: a request's head, by `httparse`, and the checks that it leaves to us.
//!
//! `httparse` gets only complete heads: stage 2 has found the end, and has refused the bare line
//! feeds that `httparse` would take.

use std::mem::MaybeUninit;

use stage2_single_request::limits::FIELDS;
use stage2_single_request::version::Version;

use crate::http::fault::Fault;
use crate::http::framing::{Framing, framing};
use crate::http::head_checks::{
    check_host, check_target, expects_continue, is_persistent, why_not,
};
use crate::http::target::Target;

/// What a request says before its content.
#[derive(Debug)]
pub struct Head<'b> {
    /// `GET`.
    pub method: &'b str,
    /// The request target as it came.
    pub raw_target: &'b str,
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
        let mut slots = [const { MaybeUninit::uninit() }; FIELDS];
        let mut request = httparse::Request::new(&mut []);
        let status = request.parse_with_uninit_headers(bytes, &mut slots);
        let (Ok(httparse::Status::Complete(_)), Some(method), Some(raw_target), Some(minor)) =
            (status, request.method, request.path, request.version)
        else {
            return Err(why_not(bytes, status));
        };
        check_target(raw_target)?;
        let version = if minor == 0 { Version::Http10 } else { Version::Http11 };
        let fields: Vec<Field> =
            request.headers.iter().map(|h| Field { name: h.name, value: h.value }).collect();
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

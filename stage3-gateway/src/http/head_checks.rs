//! Hardening: what of a head `httparse` leaves to us.

use stage2_single_request::version::Version;

use crate::http::authority::is_authority;
use crate::http::fault::Fault;
use crate::http::head::Field;

/// What `httparse` did not like about a header section; without an error, the section has no end.
pub fn field_fault(error: Option<httparse::Error>) -> Fault {
    Fault::Field(match error {
        Some(httparse::Error::HeaderName) => "its name is no token",
        Some(httparse::Error::HeaderValue) => "its value holds a control",
        _ => "it is no \"name: value\"",
    })
}

/// The members of a list, `a, b`, without the spaces and tabs around them. Empty members do not count:
/// programs that put a list together by adding `, x` leave some behind, and RFC 9110 s5.6.1.2 asks every
/// reader to ignore them.
///
/// This is only for fields that are defined as lists. `Content-Length` is not (s8.6), so `5,` stays a
/// fault there, as everything does that is not digits alone.
pub fn list_members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let members = value.split(|&byte| byte == b',').map(trimmed);
    members.filter(|member| !member.is_empty())
}

/// Without spaces and tabs at both ends; `trim_ascii` would take other bytes for white space, too.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// RFC 9112 s3.2: one `Host` in HTTP/1.1, at most one in HTTP/1.0, and a sound one.
///
/// # Errors
/// `Host`.
pub fn check_host(version: Version, fields: &[Field]) -> Result<(), Fault> {
    let mut hosts = fields.iter().filter(|field| field.is("host"));
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::Http11 => Err(Fault::Host("missing")),
        (_, Some(_)) => Err(Fault::Host("given twice")),
        (Some(host), _) if !is_authority(host.value) => Err(Fault::Host("no host and port")),
        _ => Ok(()),
    }
}

/// Whether the client waits for `100 Continue`. RFC 9110 s10.1.1: the field is a list, there is no other
/// expectation, and none in HTTP/1.0.
///
/// # Errors
/// `Expectation`.
pub fn expects_continue(version: Version, fields: &[Field]) -> Result<bool, Fault> {
    let mut expects = false;
    for field in fields.iter().filter(|field| field.is("expect") && version == Version::Http11) {
        for expectation in list_members(field.value) {
            if !expectation.eq_ignore_ascii_case(b"100-continue") {
                return Err(Fault::Expectation(expectation.to_vec()));
            }
            expects = true;
        }
    }
    Ok(expects)
}

/// Whether the client would go on with the connection. RFC 9112 s9.3: HTTP/1.1 connections
/// persist unless told otherwise, HTTP/1.0 ones if asked to.
pub fn is_persistent(version: Version, fields: &[Field]) -> bool {
    let says = |option: &str| {
        let mut values =
            fields.iter().filter(|field| field.is("connection")).map(|field| field.value);
        values.any(|value| {
            list_members(value).any(|member| member.eq_ignore_ascii_case(option.as_bytes()))
        })
    };
    !says("close") && (version == Version::Http11 || says("keep-alive"))
}

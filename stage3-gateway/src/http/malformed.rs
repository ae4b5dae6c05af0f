//! Hardening: what an application must not put into a response's head.

use std::borrow::Cow;
use std::fmt::{self, Display};

use stage2_single_request::escape::Escaped;
use stage2_single_request::syntax::is_token;

/// What an application must not put into a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// Not of the form `200 OK`, or not from 200 to 599, or with characters that can't be sent.
    Status(String),
    /// A name that is no token, or a value with a control in it: CR, LF, NUL and others.
    Field(String, Vec<u8>),
    /// A field that is about one connection and so the server's business (PEP 3333).
    HopByHop(String),
    /// `Content-Length` is no number, or there are two.
    Length(Vec<u8>),
}

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Malformed::Status(status) => {
                write!(
                    f,
                    "the status must look like \"200 OK\", from 200 to 599, without controls and \
                     characters beyond U+00FF: {status:?}"
                )
            }
            Malformed::Field(name, value) => {
                write!(f, "the field {name:?} must not have the value {}", Escaped(value))
            }
            Malformed::HopByHop(name) => write!(f, "the field {name} is the server's to send"),
            Malformed::Length(value) => {
                write!(f, "Content-Length must be one number: {}", Escaped(value))
            }
        }
    }
}

/// Fields that speak of one connection (RFC 2616 s13.5.1, which PEP 3333 refers to).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Checks one field of a response, so that no value from outside can add another field, or a
/// second response.
///
/// # Errors
/// `Field` and `HopByHop`.
pub fn check_field(name: &str, value: &[u8]) -> Result<(), Malformed> {
    // RFC 9110 s5.5: of the controls, a value may hold the tab.
    let is_sound = value.iter().all(|&byte| byte == b'\t' || !byte.is_ascii_control());
    if !is_token(name.as_bytes()) || !is_sound {
        return Err(Malformed::Field(name.to_string(), value.to_vec()));
    }
    if HOP_BY_HOP.iter().any(|hop| name.eq_ignore_ascii_case(hop)) {
        return Err(Malformed::HopByHop(name.to_string()));
    }
    Ok(())
}

/// A status as it is sent: a byte for each character. RFC 9112 s4 lets a reason phrase hold the bytes
/// from 0x80 and gives them no meaning; PEP 3333 says that they are latin-1. A character beyond that
/// would have no byte ([`status_code`] refuses it).
pub fn latin_1(status: &str) -> Cow<'_, [u8]> {
    if status.is_ascii() {
        return status.as_bytes().into();
    }
    status.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

/// The code in `200 OK`; a final one, since an application can't send interim responses.
///
/// # Errors
/// `Status`.
pub fn status_code(status: &str) -> Result<u16, Malformed> {
    final_code(status).ok_or_else(|| Malformed::Status(status.to_string()))
}

fn final_code(status: &str) -> Option<u16> {
    let (code, reason) = status.as_bytes().split_first_chunk::<3>()?;
    let reason = reason.strip_prefix(b" ")?;
    if reason.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') {
        return None;
    }
    if status.chars().any(|character| character > '\u{ff}') {
        return None;
    }
    str::from_utf8(code).ok()?.parse().ok().filter(|code| (200..600).contains(code))
}

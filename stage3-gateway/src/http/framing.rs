//! Hardening: how the length of a request's content is found (RFC 9112 s6).
//!
//! Two servers that disagree about where a request ends can be made to disagree about what the
//! next one is: request smuggling. So whatever is not entirely clear is refused, and never
//! repaired.

use stage2_single_request::syntax::digits;
use stage2_single_request::version::Version;

use crate::http::fault::Fault;
use crate::http::head::Field;
use crate::http::head_checks::list_members;

/// How the end of a request's content is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// So many bytes; none, if the request says nothing about content.
    Length(u64),
    /// The chunked transfer coding says it.
    Chunked,
}

/// Decides how a request's content is framed.
///
/// # Errors
/// `ContentLength`, `TransferEncoding` and `UnknownCoding`.
pub fn framing(version: Version, fields: &[Field]) -> Result<Framing, Fault> {
    let mut length = None;
    let mut codings: Option<Vec<&[u8]>> = None;
    for field in fields {
        if field.is("content-length") {
            let value = digits(field.value).ok_or(Fault::ContentLength(field.value.to_vec()))?;
            // RFC 9110 s8.6 would let us take equal ones for one; a proxy in front may take neither.
            if length.replace(value).is_some() {
                return Err(Fault::ContentLength(b"given twice".to_vec()));
            }
        } else if field.is("transfer-encoding") {
            codings.get_or_insert_default().extend(list_members(field.value));
        }
    }
    match (length, codings) {
        (length, None) => Ok(Framing::Length(length.unwrap_or(0))),
        (None, Some(codings)) if version == Version::Http11 => chunked_alone(&codings),
        (Some(_), Some(_)) => Err(Fault::TransferEncoding("stands beside Content-Length")),
        (None, Some(_)) => Err(Fault::TransferEncoding("does not exist in HTTP/1.0")),
    }
}

/// RFC 9112 s6.1: `chunked` comes last and once; what we can't decode before it is not ours.
///
/// The list is read without its empty members, so `chunked,` is `chunked`. A proxy that does not see this
/// would have to take the chunks for the next request. It can't: behind the size in a chunk's line only a
/// semicolon may follow, and no request target begins with one.
/// A field without any coding is refused: it is there, and `chunked` is not its last member (s6.3).
fn chunked_alone(codings: &[&[u8]]) -> Result<Framing, Fault> {
    let is_chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
    match codings {
        [only] if is_chunked(only) => Ok(Framing::Chunked),
        [before @ .., last] if is_chunked(last) && !before.iter().any(is_chunked) => {
            Err(Fault::UnknownCoding(before[0].to_vec()))
        }
        _ => Err(Fault::TransferEncoding("does not end with chunked, once")),
    }
}

#[cfg(test)]
mod tests;

//! Reads a response strictly: what RFC 9112 does not allow a server to send is an error here.
//!
//! No I/O: takes the bytes so far and gives a response, or asks for more.

use std::fmt;

use crate::chunked::{self, Decoded};
use crate::escape::escape;
use crate::response::{Framing, Response};

/// Why bytes are not a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub(crate) String);

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

pub(crate) fn malformed<T>(why: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(why.into()))
}

/// The response at the start of `bytes` and its length; `None` if more bytes are needed.
///
/// `method` is the request's; `ended` says that no more bytes will come.
pub fn parse(
    bytes: &[u8],
    method: &str,
    ended: bool,
) -> Result<Option<(Response, usize)>, Malformed> {
    let Some(head_length) = head_length(bytes)? else {
        return cut_off(ended, bytes, "inside the status line and header section");
    };
    let mut response = parse_head(&bytes[..head_length])?;
    let rest = &bytes[head_length..];
    let (framing, length) = framing(&response, method)?;
    response.framing = framing;
    let length = match framing {
        Framing::None => 0,
        Framing::Length if rest.len() < length => {
            let place = format!("after {} of {length} bytes of content", rest.len());
            return cut_off(ended, bytes, &place);
        }
        Framing::Length => length,
        Framing::Close if !ended => return Ok(None),
        Framing::Close => rest.len(),
        Framing::Chunked => match chunked::decode(rest)? {
            Decoded::Whole { pieces, trailers, length } => {
                (response.content, response.pieces) = (pieces.concat(), pieces);
                response.trailers = trailers;
                return Ok(Some((response, head_length + length)));
            }
            Decoded::Partial { place } => return cut_off(ended, bytes, &place),
        },
    };
    response.content = rest[..length].to_vec();
    Ok(Some((response, head_length + length)))
}

/// Not whole yet; an error once no more can come.
fn cut_off<T>(ended: bool, bytes: &[u8], place: &str) -> Result<Option<T>, Malformed> {
    match (ended, bytes.len()) {
        (false, _) => Ok(None),
        (true, 0) => malformed("the connection ended without an answer"),
        (true, count) => malformed(format!("it was cut off {place} ({count} bytes had come)")),
    }
}

/// How long the head is, with its empty line; `None` if that has not come yet.
fn head_length(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    for (index, &byte) in bytes.iter().enumerate() {
        let after_cr = index > 0 && bytes[index - 1] == b'\r';
        if byte == b'\n' && !after_cr {
            return malformed(format!("byte {} is an LF without CR before it", index + 1));
        }
        if byte != b'\n' && after_cr {
            return malformed(format!("byte {index} is a CR without LF after it"));
        }
        if bytes[..=index].ends_with(b"\r\n\r\n") {
            return Ok(Some(index + 1));
        }
        if index == STATUS_LINE_START.len() && !bytes.starts_with(STATUS_LINE_START) {
            break;
        }
    }
    // Said as soon as it is known: what is no HTTP at all will never bring an empty line.
    let known = bytes.len().min(STATUS_LINE_START.len());
    if bytes[..known] == STATUS_LINE_START[..known] {
        return Ok(None);
    }
    malformed(format!("it starts with \"{}\" and not with \"HTTP/1.1 \"", escape(&bytes[..known])))
}

const STATUS_LINE_START: &[u8] = b"HTTP/1.1 ";

fn parse_head(head: &[u8]) -> Result<Response, Malformed> {
    let text = &head[..head.len() - b"\r\n\r\n".len()];
    let mut lines =
        text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (status, reason) = status_line(lines.next().unwrap_or_default())?;
    let fields = lines.map(field_line).collect::<Result<_, _>>()?;
    Ok(Response {
        version: "HTTP/1.1".into(),
        status,
        reason,
        fields,
        content: Vec::new(),
        framing: Framing::None,
        pieces: Vec::new(),
        trailers: Vec::new(),
        head: head.to_vec(),
    })
}

/// `HTTP/1.1 NNN reason`, one space each (RFC 9112 s4).
fn status_line(line: &[u8]) -> Result<(u16, String), Malformed> {
    let wrong = || Malformed(format!("the status line is \"{}\"", escape(line)));
    let rest = line.strip_prefix(STATUS_LINE_START).ok_or_else(wrong)?;
    let (digits, reason) = rest.split_at_checked(3).ok_or_else(wrong)?;
    let reason = reason.strip_prefix(b" ").ok_or_else(wrong)?;
    let three_digits = digits.iter().all(u8::is_ascii_digit) && (b'1'..=b'5').contains(&digits[0]);
    if !three_digits || !reason.iter().all(|&byte| is_field_byte(byte)) {
        return Err(wrong());
    }
    let status = digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    Ok((status, String::from_utf8_lossy(reason).into_owned()))
}

/// `name: value`; the name a token, right before the colon (RFC 9112 s5).
pub(crate) fn field_line(line: &[u8]) -> Result<(String, Vec<u8>), Malformed> {
    let wrong = |why: &str| malformed(format!("the field line \"{}\" {why}", escape(line)));
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return wrong("has no colon");
    };
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if name.is_empty() || !name.iter().all(|&byte| is_token_byte(byte)) {
        return wrong("has a name that is no token");
    }
    if !value.iter().all(|&byte| is_field_byte(byte)) {
        return wrong("has a control character in its value");
    }
    let value = value.trim_ascii().to_vec();
    Ok((String::from_utf8_lossy(name).into_owned(), value))
}

/// How the content ends, and its length if that is told by Content-Length (RFC 9112 s6.3).
fn framing(response: &Response, method: &str) -> Result<(Framing, usize), Malformed> {
    let lengths = response.fields_named("Content-Length");
    let codings = response.fields_named("Transfer-Encoding");
    let status = response.status;
    let never = status / 100 == 1 || status == 204;
    if never && !(lengths.is_empty() && codings.is_empty()) {
        return malformed(format!("a {status} has neither Content-Length nor Transfer-Encoding"));
    }
    let framing = match (&lengths[..], &codings[..]) {
        ([], []) => (Framing::Close, 0),
        ([length], []) => (Framing::Length, content_length(length)?),
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => (Framing::Chunked, 0),
        ([], [coding]) => {
            return malformed(format!("the Transfer-Encoding is \"{}\"", escape(coding)));
        }
        ([], _) => return malformed("it has more than one Transfer-Encoding"),
        (_, []) => return malformed("it has more than one Content-Length"),
        _ => return malformed("it has both Content-Length and Transfer-Encoding"),
    };
    let none = never || status == 304 || method == "HEAD";
    Ok(if none { (Framing::None, 0) } else { framing })
}

fn content_length(value: &[u8]) -> Result<usize, Malformed> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let number = digits.then(|| str::from_utf8(value).ok()?.parse().ok()).flatten();
    number.ok_or_else(|| Malformed(format!("the Content-Length is \"{}\"", escape(value))))
}

/// RFC 9110 s5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// What a field value or a reason phrase may hold: HTAB, SP, VCHAR, obs-text (RFC 9110 s5.5).
fn is_field_byte(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7F)
}

#[cfg(test)]
mod tests;

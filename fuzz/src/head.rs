//! Target: a request's head. It ends at the same place however it arrives, keeps to the limits,
//! and holds nothing that could be read in two ways.

use std::ops::Range;

use stage2_single_request::fault::Fault as HeadFault;
use stage2_single_request::head_end::HeadEnd;
use stage2_single_request::limits::{FIELDS, HEADER_SECTION, REQUEST_LINE};
use stage2_single_request::request_line::RequestLine;
use stage2_single_request::version::Version;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::head::Head;

use crate::rules::{is_field_value, is_request_target, is_token, trimmed};

/// Every status with which a head may be refused.
const REFUSALS: [u16; 6] = [400, 414, 417, 431, 501, 505];

/// Panics if something does not hold of these bytes.
// ANCHOR: check
pub fn check(bytes: &[u8]) {
    let whole = HeadEnd::default().find(bytes);
    assert_eq!(in_pieces(bytes), whole, "it matters how a head is split");
    match whole {
        Ok(Some(range)) => complete(bytes, range),
        Ok(None) => assert!(bytes.len() <= REQUEST_LINE + HEADER_SECTION + 6, "no limit"),
        Err(fault) => assert!(REFUSALS.contains(&fault.status()), "{fault}"),
    }
}
// ANCHOR_END: check

/// What a server finds to which the bytes come one at a time.
fn in_pieces(bytes: &[u8]) -> Result<Option<Range<usize>>, HeadFault> {
    let mut head_end = HeadEnd::default();
    for end in 0..=bytes.len() {
        if let Some(range) = head_end.find(&bytes[..end])? {
            return Ok(Some(range));
        }
    }
    Ok(None)
}

fn complete(bytes: &[u8], range: Range<usize>) {
    assert!(bytes[..range.start] == b""[..] || bytes[..range.start] == b"\r\n"[..]);
    let bytes = &bytes[range];
    let lines = bytes.strip_suffix(b"\r\n\r\n").expect("a head ends with an empty line");
    let lines: Vec<&[u8]> = lines.split(|&byte| byte == b'\n').collect();
    let (last, others) = lines.split_last().expect("a split has a part at least");
    assert!(others.iter().all(|line| line.ends_with(b"\r")), "a bare LF");
    let crs = |line: &[u8]| line.iter().filter(|&&byte| byte == b'\r').count();
    assert!(crs(last) == 0 && others.iter().all(|line| crs(line) == 1), "a bare CR");
    let request_line = lines[0].strip_suffix(b"\r").unwrap_or(lines[0]);
    let section = bytes.len() - request_line.len() - 4;
    assert!(request_line.len() <= REQUEST_LINE && section <= HEADER_SECTION);
    assert!(lines.len() - 1 <= FIELDS);

    let head = Head::parse(bytes);
    agree(RequestLine::parse(request_line), &head);
    match head {
        Ok(head) => accepted(&head),
        Err(fault) => assert!(REFUSALS.contains(&fault.status()), "{fault}"),
    }
}

/// The request line alone, and in its head.
fn agree(by_hand: Result<RequestLine, HeadFault>, head: &Result<Head, Fault>) {
    match (by_hand, head) {
        (Ok(line), Ok(head)) => {
            assert_eq!((line.method, line.target), (head.method, head.raw_target));
            assert_eq!(line.version, head.version);
        }
        (Err(fault), Err(other)) => assert_eq!(fault.status(), other.status()),
        (Ok(_), Err(Fault::Head(fault))) => panic!("only stage 3 refuses the line: {fault}"),
        (Ok(_), Err(_)) => {} // something behind the line
        (Err(fault), Ok(_)) => panic!("only stage 2 refuses the line: {fault}"),
    }
}

fn accepted(head: &Head) {
    assert!(is_token(head.method.as_bytes()) && is_request_target(head.raw_target));
    for field in &head.fields {
        assert!(is_token(field.name.as_bytes()), "{}", field.name);
        assert!(is_field_value(field.value) && trimmed(field.value) == field.value);
    }
    let count = |name: &str| head.values(name).count();
    assert!(count("host") <= 1 && (count("host") == 1 || head.version == Version::Http10));
    let (lengths, codings) = (count("content-length"), count("transfer-encoding"));
    assert!(lengths + codings <= 1, "two things say where the content ends");
    let written = written(head);
    let again = Head::parse(&written).expect("what was understood is understood again");
    assert_eq!((again.fields, again.framing), (head.fields.clone(), head.framing));
    assert_eq!((again.method, again.target), (head.method, head.target));
    assert_eq!(again.persistent, head.persistent);
    assert_eq!(again.expects_continue, head.expects_continue);
}

/// The head, written anew.
fn written(head: &Head) -> Vec<u8> {
    let version = head.version.to_string();
    let line = [head.method.as_bytes(), b" ", head.raw_target, b" ", version.as_bytes(), b"\r\n"];
    let mut written = line.concat();
    for field in &head.fields {
        written.extend_from_slice(&[field.name.as_bytes(), b":", field.value, b"\r\n"].concat());
    }
    written.extend_from_slice(b"\r\n");
    written
}

//! What a request brings.

use super::assert_answers;
use crate::demo::demo;
use crate::demo::urlencoded::value;
use crate::gateway::testing::{ask, get, post, request};

#[test]
fn environ_lists_all_variables_in_order_and_as_bytes() {
    let answer = ask(&demo, "GET /environ/%FF%41?q=%41 HTTP/1.1\r\nHost: a\r\nX-B: 1\r\n\r\n");
    let lines: Vec<&[u8]> = answer.content.split_inclusive(|&byte| byte == b'\n').collect();
    assert!(lines.is_sorted());
    for line in [
        b"PATH_INFO=/environ/\xFFA\n".as_slice(),
        b"QUERY_STRING=q=%41\n",
        b"SCRIPT_NAME=\n",
        b"HTTP_X_B=1\n",
        b"SERVER_PORT=8888\n",
        b"wsgi.url_scheme=http\n",
    ] {
        assert!(lines.contains(&line), "{}", line.escape_ascii());
    }
    assert_eq!(post(&demo, "/environ", "unread").status, 200);
    assert_eq!(get(&demo, "/environment").status, 404);
}

#[test]
fn echo_returns_the_content_byte_for_byte() {
    let answer = post(&demo, "/echo", "a\0b\r\n");
    assert_answers(&answer, 200, "a\0b\r\n");
    assert_eq!(answer.field("Content-Type"), Some("application/octet-stream"));
    let chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_answers(
        &ask(&demo, format!("{chunked}3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n")),
        200,
        "abcde",
    );
}

#[test]
fn echo_answers_400_when_the_last_chunk_is_malformed() {
    let chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = ask(&demo, format!("{chunked}3\r\nabc\r\nno number\r\n"));
    assert_eq!((answer.status, answer.outcome.persistent), (400, false));
}

#[test]
fn a_method_that_a_route_does_not_know_is_answered_with_those_it_knows() {
    let echo = get(&demo, "/echo");
    assert_eq!((echo.status, echo.field("Allow")), (405, Some("POST")));
    let form = ask(&demo, request("PUT", "/form", ""));
    assert_eq!((form.status, form.field("Allow")), (405, Some("GET, HEAD, POST")));
}

#[test]
fn half_read_reads_half() {
    assert_answers(&post(&demo, "/half-read", "1234567890"), 200, "read 5 of 10 bytes\n");
    assert_answers(&get(&demo, "/half-read"), 200, "read 0 of 0 bytes\n");
}

#[test]
fn anything_else_is_not_found_whatever_it_brings() {
    assert_eq!(post(&demo, "/nothing", "content").status, 404);
    assert_eq!(ask(&demo, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
    let chunked = "POST /nothing HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(ask(&demo, format!("{chunked}5\nhello")).status, 400, "it reads to find that out");
}

#[test]
fn values_are_found_by_their_decoded_names() {
    assert_eq!(value(b"na%6De=a=b&name=2", "name").as_deref(), Some("a=b"));
    assert_eq!(value(b"&&name", "name").as_deref(), Some(""));
    assert_eq!(value(b"name=%FF%zz%4", "name").as_deref(), Some("\u{FFFD}%zz%4"));
    assert_eq!(value(b"names=1", "name"), None);
}

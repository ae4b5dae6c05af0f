//! What each route answers.

#![allow(clippy::unwrap_used)]

use super::closed::{count, counted};
use super::demo;
use super::urlencoded::value;
use crate::gateway::application::empty;
use crate::gateway::testing::{Answer, ask, get, post, request};

fn assert_answers(answer: &Answer, status: u16, content: &str) {
    assert_eq!((answer.status, answer.text().as_str()), (status, content), "{}", answer.head);
    assert!(answer.whole, "{}", answer.head);
}

#[test]
fn the_page_leads_to_every_route() {
    let page = get(&demo, "/").text();
    for route in "hello environ form big stream slow status write half-read exc closed raise panic \
         raise-late exc-late cl-short cl-long inject never twice"
        .split(' ')
    {
        assert!(page.contains(&format!("href=\"/{route}")), "{route}");
    }
    assert!(page.contains("POST /echo"));
}

#[test]
fn a_browser_asks_for_no_icon_twice() {
    assert!(get(&demo, "/").text().contains("rel=\"icon\""));
    assert_answers(&get(&demo, "/favicon.ico"), 204, "");
}

#[test]
fn hello_answers_any_method_with_a_computed_length() {
    for method in ["GET", "POST", "PURGE"] {
        let answer = ask(&demo, request(method, "/hello", ""));
        assert_answers(&answer, 200, "Hello world from Rust!\n");
        assert_eq!(answer.field("Content-Length"), Some("23"));
        assert_eq!(answer.field("Content-Type"), Some("text/plain"));
    }
}

#[test]
fn head_gets_fields_and_no_content_on_every_route() {
    for path in "/ /hello /form /environ /half-read /big /stream /slow /status/200 /write /exc \
                 /closed /nothing"
        .split(' ')
    {
        let answer = ask(&demo, request("HEAD", path, ""));
        assert_eq!(answer.content, b"", "{path}");
        assert!(answer.whole && answer.outcome.persistent, "{path}");
    }
    assert_eq!(
        ask(&demo, request("HEAD", "/big?n=7", "")).field("Content-Length"),
        Some("7"),
        "a length that was declared is told to HEAD too"
    );
}

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
fn the_form_greets_whoever_fills_it_in() {
    assert!(get(&demo, "/form").text().contains("<form method=\"post\">"));
    assert!(post(&demo, "/form", "name=Ada").text().contains("Hello, Ada!"));
    let answer = post(&demo, "/form", "x=1&name=Ada+L%C3%B6%77%2B&y");
    assert!(answer.text().contains("Hello, Ada Löw+!"));
    assert_eq!(answer.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(post(&demo, "/form", "name=").status, 400);
    assert_eq!(post(&demo, "/form", "").status, 400);
}

#[test]
fn what_is_typed_into_the_form_stays_text() {
    let page = post(&demo, "/form", "name=%3Cscript%3E%26%22%27").text();
    assert!(page.contains("Hello, &lt;script&gt;&amp;&quot;&#39;!"), "{page}");
}

#[test]
fn big_sends_as_many_bytes_as_it_was_asked_for_in_pieces() {
    for length in [0, 1, 65_536, 65_537, 200_000] {
        let answer = get(&demo, &format!("/big?n={length}"));
        assert_eq!(answer.content.len(), length);
        assert_eq!(answer.field("Content-Length"), Some(length.to_string().as_str()));
        assert!(answer.whole);
        assert!(answer.sends.iter().all(|send| send.len() <= 65_536 + 512));
    }
    let answer = ask(&demo, request("HEAD", "/big?n=18446744073709551615", ""));
    assert_eq!(answer.field("Content-Length"), Some("18446744073709551615"));
}

#[test]
fn a_query_that_is_no_number_is_answered_with_400() {
    for query in ["n=", "n=x", "n=-1", "n=%2B5", "n=+5", "n=18446744073709551616"] {
        assert_eq!(get(&demo, &format!("/big?{query}")).status, 400, "{query}");
    }
    assert_eq!(get(&demo, "/stream?ms=soon").status, 400);
    assert_eq!(get(&demo, "/slow?ms=1.5").status, 400);
}

#[test]
fn stream_sends_three_pieces_one_by_one() {
    let answer = get(&demo, "/stream?ms=1");
    assert_answers(&answer, 200, "part1\npart2\npart3\n");
    assert_eq!(answer.field("Content-Length"), None);
    assert!(answer.sends[0].ends_with(b"6\r\npart1\n\r\n"));
    assert_eq!(answer.sends[1], b"6\r\npart2\n\r\n");
}

#[test]
fn slow_answers_after_its_pause() {
    assert_answers(&get(&demo, "/slow?ms=2"), 200, "waited 2 ms\n");
    assert_answers(&get(&demo, "/slow"), 200, "waited 0 ms\n");
}

#[test]
fn status_answers_any_final_status() {
    for code in [200, 201, 301, 404, 418, 500, 599] {
        let answer = get(&demo, &format!("/status/{code}"));
        assert_answers(&answer, code, &format!("{code}\n"));
    }
    for code in [204, 304] {
        let answer = get(&demo, &format!("/status/{code}"));
        assert_answers(&answer, code, "");
        assert_eq!((answer.field("Content-Type"), answer.field("Content-Length")), (None, None));
    }
    assert_eq!(get(&demo, "/status/205").field("Content-Length"), Some("0"));
    for path in ["/status/", "/status/100", "/status/600", "/status/0200", "/status/+20"] {
        assert_eq!(get(&demo, path).status, 400, "{path}");
    }
}

#[test]
fn write_sends_before_the_body_does() {
    let answer = get(&demo, "/write");
    assert_answers(&answer, 200, "written twice and returned\n");
    assert!(answer.sends[0].ends_with(b"written \r\n"));
}

#[test]
fn exc_info_replaces_an_answer_of_which_nothing_was_sent() {
    let answer = get(&demo, "/exc");
    assert_answers(&answer, 500, "this replaced 200 OK\n");
    assert_eq!(answer.field("X-Answer"), Some("second"));
}

#[test]
fn exc_info_after_output_ends_the_connection_early() {
    let answer = get(&demo, "/exc-late");
    assert_eq!((answer.status, answer.whole, answer.outcome.persistent), (200, false, false));
    assert_eq!(answer.text(), "this was sent before the error\n");
}

#[test]
fn a_failure_before_output_becomes_500_and_tells_the_client_nothing() {
    for path in ["/raise", "/panic", "/inject", "/never", "/twice"] {
        assert_answers(
            &get(&demo, path),
            500,
            "500 Internal Server Error: the application failed\n",
        );
    }
}

#[test]
fn a_body_that_is_too_short_ends_the_connection() {
    for path in ["/cl-short", "/raise-late"] {
        let answer = get(&demo, path);
        assert_eq!((answer.status, answer.text().as_str()), (200, "12345"), "{path}");
        assert_eq!(answer.field("Content-Length"), Some("10"), "{path}");
        assert!(!answer.whole && !answer.outcome.persistent, "{path}");
    }
}

#[test]
fn a_body_that_is_too_long_is_cut() {
    let answer = get(&demo, "/cl-long");
    assert_answers(&answer, 200, "12345");
    assert!(answer.outcome.persistent);
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
fn a_dropped_body_is_counted() {
    let before = count();
    drop(counted(empty()));
    assert!(count() > before, "other tests drop bodies meanwhile");
    assert!(get(&demo, "/closed").text().trim_end().parse::<u64>().unwrap() > before);
}

#[test]
fn values_are_found_by_their_decoded_names() {
    assert_eq!(value(b"na%6De=a=b&name=2", "name").as_deref(), Some("a=b"));
    assert_eq!(value(b"&&name", "name").as_deref(), Some(""));
    assert_eq!(value(b"name=%FF%zz%4", "name").as_deref(), Some("\u{FFFD}%zz%4"));
    assert_eq!(value(b"names=1", "name"), None);
}

//! The judge itself on trial: what it takes, and what it must not let pass.

use super::*;

fn whole(text: &str, method: &str) -> Response {
    let (response, length) =
        parse(text.as_bytes(), method, true).expect("it is well-formed").expect("it is whole");
    assert_eq!(length, text.len(), "{text:?}");
    response
}

#[test]
fn each_framing_is_read() {
    let length = whole("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \t a b \r\n\r\nhi", "GET");
    assert_eq!((length.framing, &length.content[..]), (Framing::Length, &b"hi"[..]));
    assert_eq!(length.field("x").as_deref(), Some("a b"));
    let close = whole("HTTP/1.1 200 \r\n\r\nhi", "GET");
    assert_eq!((close.framing, &close.content[..]), (Framing::Close, &b"hi"[..]));
    let chunked = whole(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\nT: 1\r\n\r\n",
        "GET",
    );
    assert_eq!((chunked.framing, &chunked.content[..]), (Framing::Chunked, &b"hi"[..]));
    assert_eq!((chunked.pieces.len(), chunked.trailers.len()), (2, 1));
}

#[test]
fn some_responses_have_no_content() {
    for (text, method) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD"),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", "GET"),
        ("HTTP/1.1 204 No Content\r\n\r\n", "GET"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "POST"),
    ] {
        assert_eq!(whole(text, method).framing, Framing::None, "{text:?}");
    }
}

#[test]
fn what_follows_stays() {
    let text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 ";
    let parsed = parse(text, "GET", false).expect("it is well-formed");
    assert_eq!(parsed.expect("it is whole").1, text.len() - 9);
}

#[test]
fn every_prefix_asks_for_more_and_is_an_error_at_the_end() {
    let text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nT: 1\r\n\r\n";
    for length in 0..text.len() {
        let start = &text.as_bytes()[..length];
        assert_eq!(parse(start, "GET", false), Ok(None), "{:?}", &text[..length]);
        assert!(parse(start, "GET", true).is_err(), "{:?}", &text[..length]);
    }
}

#[test]
fn a_cut_says_where() {
    let why = |text: &str| parse(text.as_bytes(), "GET", true).expect_err("it was cut off").0;
    assert_eq!(why(""), "the connection ended without an answer");
    assert_eq!(
        why("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"),
        "it was cut off after 2 of 5 bytes of content (40 bytes had come)"
    );
}

#[test]
fn no_head_is_forgiven_its_faults() {
    for text in [
        "HTTP/1.0 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 OK\r\nA: b\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n",
        "hello",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    ] {
        assert!(parse(text.as_bytes(), "GET", false).is_err(), "{text:?}");
    }
}

#[test]
fn no_field_is_forgiven_its_faults() {
    for fields in [
        "A : b",
        "A: b\r\n c",
        "A",
        ": b",
        "A: \0",
        "Content-Length: 2\r\nContent-Length: 2",
        "Content-Length: +2",
        "Content-Length: 2, 2",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ] {
        let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
        assert!(parse(text.as_bytes(), "GET", false).is_err(), "{text:?}");
    }
}

#[test]
fn no_chunk_is_forgiven_its_faults() {
    for chunks in [
        "2\nhi\r\n0\r\n\r\n",
        "2\r\nhi!\r\n0\r\n\r\n",
        " 2\r\nhi\r\n0\r\n\r\n",
        "0x2\r\nhi\r\n0\r\n\r\n",
        "2;\nhi\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\n",
        "\r\nhi",
        "0\r\nT\r\n\r\n",
    ] {
        let text = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        assert!(parse(text.as_bytes(), "GET", false).is_err(), "{text:?}");
    }
}

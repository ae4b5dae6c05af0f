//! Heads: where they end, and what they say.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use stage2_single_request::fault::Fault as HeadFault;
use stage2_single_request::head_end::HeadEnd;
use stage2_single_request::request_line::RequestLine;

use super::{config, cuts, pieces, soup};
use crate::gateway::environ::{Environ, Server};
use crate::http::head::Head;
use crate::http::target::Target;

const HEAD_PARTS: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\n",
    b"POST /a?b=%41 HTTP/1.0\r\n",
    b"Host: a\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"A:",
    b"GET",
    b" ",
    b"\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\n",
    b"\0",
];

/// What [`HeadEnd`] says when bytes come in these pieces.
fn head_end(bytes: &[u8], cuts: &[Index]) -> Result<Option<Range<usize>>, HeadFault> {
    let mut head_end = HeadEnd::default();
    let mut received = Vec::new();
    for piece in pieces(bytes, cuts) {
        received.extend_from_slice(piece);
        if let Some(head) = head_end.find(&received)? {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_head_ends_at_the_same_place_however_it_is_split(
        bytes in soup(HEAD_PARTS),
        cuts in cuts(),
    ) {
        let whole = HeadEnd::default().find(&bytes);
        prop_assert_eq!(&head_end(&bytes, &cuts), &whole);
        if let Ok(Some(head)) = whole {
            let _ = Head::parse(&bytes[head]);
        }
    }

    #[test]
    fn a_head_near_its_limits_is_judged_alike_however_it_is_split(
        length in 16_380_usize..16_390,
        fields in prop_oneof![0_usize..3, 99_usize..102],
        value in prop_oneof![0_usize..3, 65_520_usize..65_545],
        ends in prop::array::uniform3(select(&["\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n"][..])),
        cuts in cuts(),
    ) {
        let [a, b, c] = ends;
        let line = "x".repeat(length);
        let fields = "A:b\r\n".repeat(fields);
        let value = "y".repeat(value);
        let head = format!("{line}{a}{fields}{value}{b}{c}");
        prop_assert_eq!(head_end(head.as_bytes(), &cuts), HeadEnd::default().find(head.as_bytes()));
    }

    #[test]
    fn no_bytes_make_a_parser_of_heads_panic(
        bytes: Vec<u8>,
        method in ".{0,8}",
        target: Vec<u8>,
    ) {
        let _ = HeadEnd::default().find(&bytes);
        let _ = RequestLine::parse(&bytes);
        let _ = Head::parse(&bytes);
        let _ = Target::parse(&method, &target);
        let _ = Target::parse("GET", &[b"http://", &target[..]].concat());
        let _ = Head::parse(&[b"GET ", &target[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat());
        let _ = Head::parse(&[b"GET / HTTP/1.1\r\nHost: [", &bytes[..], b"\r\n\r\n"].concat());
    }

    #[test]
    fn no_soup_makes_a_parser_of_heads_panic(bytes in soup(HEAD_PARTS)) {
        let _ = Head::parse(&bytes);
    }

    #[test]
    fn a_path_is_decoded_as_a_naive_reader_would(
        path in prop_oneof!["/([a-z+]|%[0-9a-fA-F]{2}){0,20}", "/([%a4é]){0,20}"]
            .prop_map(String::into_bytes)
            .boxed()
            .prop_union(prop::collection::vec(select(b"%4aF/\xe9\xff"), 0..20).boxed())
    ) {
        let mut head = Head::parse(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        head.target.path = &path;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let server = Server { address, multithread: false, multiprocess: false };
        let environ = Environ::new(&head, &server, address, Box::new(std::io::empty()));
        prop_assert_eq!(environ.get("PATH_INFO").unwrap(), percent_decoded(&path));
    }
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap());
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

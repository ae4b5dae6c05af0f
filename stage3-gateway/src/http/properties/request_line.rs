//! Request lines: two readers that share nothing, and what they agree on.

use proptest::prelude::*;
use proptest::sample::select;
use stage2_single_request::request_line::RequestLine;

use super::{config, soup};
use crate::http::fault::Fault;
use crate::http::head::Head;

const LINE_PARTS: &[&[u8]] = &[
    b"GET",
    b"get",
    b"M-SEARCH",
    b"G(T",
    b"CONNECT",
    b"OPTIONS",
    b" ",
    b" ",
    b" ",
    b"  ",
    b"\t",
    b"/",
    b"/hello?a=b",
    b"*",
    b"http://a/b",
    b"a:80",
    b"%41",
    b"%4",
    b"%",
    b"#",
    b"\"",
    b"<",
    b"\\",
    b"{",
    b"^",
    b"|",
    b"`",
    b"\x7f",
    b"\0",
    b"\xc3\xa9",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/1.2",
    b"HTTP/2.0",
    b"HTTP/1.10",
    b"http/1.1",
    b"HTTP/1,1",
    b"HTTP/1.",
    b"HTTP/ 1.1",
];

/// Three parts and one space between each two, more often than soup is.
fn near_miss() -> impl Strategy<Value = Vec<u8>> {
    let part = || select(LINE_PARTS).prop_map(<[u8]>::to_vec);
    let space = || prop_oneof![8 => Just(b" ".to_vec()), 1 => part()];
    let method = prop_oneof![4 => Just(b"GET".to_vec()), 1 => part()];
    let target = prop_oneof![Just(b"/".to_vec()), part(), soup(LINE_PARTS)];
    let version = prop_oneof![2 => Just(b"HTTP/1.1".to_vec()), 1 => part()];
    (method, space(), target, space(), version)
        .prop_map(|(method, a, target, b, version)| [method, a, target, b, version].concat())
}

/// Both readers of a request line, and what they must agree on.
pub fn assert_agreement(line: &[u8], head: &Result<Head, Fault>) {
    let by_hand = RequestLine::parse(line);
    let shown = line.escape_ascii();
    match (by_hand, head) {
        (Ok(line), Ok(head)) => {
            let by_httparse = (head.method, head.raw_target, head.version);
            assert_eq!((line.method, line.target, line.version), by_httparse, "{shown}");
        }
        (Err(fault), Err(other)) => assert_eq!(fault.status(), other.status(), "{shown}"),
        (Ok(_), Err(Fault::Head(fault))) => panic!("only httparse refuses {shown}: {fault}"),
        (Ok(_), Err(_)) => {} // something that stage 2 does not look at
        (Err(fault), Ok(_)) => panic!("only stage 2 refuses {shown}: {fault}"),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_request_line_by_hand_and_by_httparse_agree(
        line in prop_oneof![3 => near_miss(), 1 => soup(LINE_PARTS)]
    ) {
        prop_assume!(!line.iter().any(|byte| b"\r\n".contains(byte))); // no line has these
        let head = [&line, &b"\r\nHost: a\r\n\r\n"[..]].concat();
        assert_agreement(&line, &Head::parse(&head));
    }
}

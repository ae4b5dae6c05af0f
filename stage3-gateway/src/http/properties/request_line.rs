//! Request lines: stage 2's reader, which stage 3 uses, and `httparse`, which it could use instead. They
//! share nothing, and agree but for targets that are no UTF-8, or hold what every client encodes.

use proptest::prelude::*;
use proptest::sample::select;
use stage2_single_request::fault::Fault;
use stage2_single_request::request_line::RequestLine;
use stage2_single_request::version::Version;

use super::{config, soup};

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
    b"\xe9",
    b"\x85",
    b">",
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

/// Stage 2's reader and `httparse`, and what they must agree on.
pub fn assert_agreement(line: &[u8]) {
    let head = [line, b"\r\nHost: a\r\n\r\n"].concat();
    let mut headers = [httparse::EMPTY_HEADER; 1];
    let mut request = httparse::Request::new(&mut headers);
    let shown = line.escape_ascii();
    match (RequestLine::parse(line), request.parse(&head)) {
        (Ok(line), Ok(_)) => {
            let by_httparse = (request.method, request.path.map(str::as_bytes), request.version);
            let minor = u8::from(line.version == Version::Http11);
            assert_eq!((Some(line.method), Some(line.target), Some(minor)), by_httparse, "{shown}");
        }
        (Err(_), Err(_)) => {}
        // It hands the target over as text.
        (Ok(line), Err(error)) => {
            assert!(str::from_utf8(line.target).is_err(), "only httparse refuses {shown}: {error}");
        }
        // It looks for controls and spaces only.
        (Err(fault), Ok(_)) => {
            let is_ours = |target: &[u8]| target.iter().any(|byte| b"\"#<>".contains(byte));
            let is_allowed = matches!(&fault, Fault::Target(target) if is_ours(target));
            assert!(is_allowed, "only stage 2 refuses {shown}: {fault}");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_request_line_by_hand_and_by_httparse_agree(
        line in prop_oneof![3 => near_miss(), 1 => soup(LINE_PARTS)]
    ) {
        prop_assume!(!line.iter().any(|byte| b"\r\n".contains(byte))); // no line has these
        assert_agreement(&line);
    }
}

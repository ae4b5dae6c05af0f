//! What frames hold survives the way, and what is no frame is refused.

use proptest::prelude::*;

use super::*;

fn framed(letter: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push(letter, payload, &mut out);
    out
}

#[test]
fn a_frame_is_not_taken_before_it_is_whole() {
    let bytes = framed(b'B', b"piece");
    for length in 0..bytes.len() {
        assert_eq!(parse(&bytes[..length]), Ok(None), "{length} bytes");
    }
    assert_eq!(parse(&bytes), Ok(Some((Frame::Piece(b"piece".to_vec()), bytes.len()))));
}

#[test]
fn what_stands_behind_a_frame_is_left() {
    let bytes = [framed(b'E', b""), framed(b'P', &[0, 0, 0, 9])].concat();
    let (frame, length) = parse(&bytes).unwrap().unwrap();
    assert_eq!(frame, Frame::End);
    assert_eq!(parse(&bytes[length..]).unwrap().unwrap().0, Frame::Pid(9));
}

#[test]
fn what_is_no_frame_is_refused() {
    assert_eq!(parse(&framed(b'?', b"")), Err(Garbled), "an unknown letter");
    assert_eq!(parse(&framed(b'R', b"12345")), Err(Garbled), "a number of five bytes");
    assert_eq!(parse(b"B\xff\xff\xff\xff"), Err(Garbled), "longer than any frame");
    assert_eq!(parse(&framed(b'H', &[0, 0, 0, 1])), Err(Garbled), "a length is missing");
    let short = [&[0, 0, 0, 1, 0, 0, 0, 9][..], b"8 bytes!"].concat();
    assert_eq!(parse(&framed(b'H', &short)), Err(Garbled), "a string is cut");
}

proptest! {
    #[test]
    fn strings_of_any_bytes_cross(strings: Vec<Vec<u8>>) {
        let bytes = framed(b'H', &pack(strings.iter().map(Vec::as_slice)));
        let (frame, _) = parse(&bytes).unwrap().unwrap();
        prop_assert_eq!(frame, Frame::Head(strings));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, letter in "[PRHBEX]") {
        let _ = parse(&bytes);
        let _ = parse(&framed(letter.as_bytes()[0], &bytes));
    }
}

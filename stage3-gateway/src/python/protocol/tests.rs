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
    assert_eq!(parse(&framed(b'D', b"1")), Err(Garbled), "a last word with something in it");
}

/// What may be said after these frames.
fn expected_after(frames: &[Frame]) -> Option<Expected> {
    frames.iter().try_fold(Expected::Head, |expected, frame| expected.after(frame))
}

fn head() -> Frame {
    Frame::Head(vec![b"200 OK".to_vec()])
}

fn piece() -> Frame {
    Frame::Piece(b"piece".to_vec())
}

fn failed() -> Frame {
    Frame::Failed("it failed".to_string())
}

#[test]
fn a_worker_that_keeps_the_order_is_free_in_the_end() {
    for frames in [
        vec![head(), Frame::End, Frame::Done],
        vec![Frame::Read(9), head(), Frame::Read(9), piece(), piece(), Frame::End, Frame::Done],
        vec![failed(), Frame::Done],
        vec![head(), piece(), failed(), Frame::Done],
    ] {
        assert_eq!(expected_after(&frames), Some(Expected::Nothing), "{frames:?}");
    }
}

#[test]
fn a_frame_out_of_order_is_refused() {
    for frames in [
        vec![piece()],
        vec![Frame::End],
        vec![Frame::Done],
        vec![Frame::Pid(9)],
        vec![head(), head()],
        vec![head(), Frame::Done],
        vec![head(), Frame::End, Frame::Read(9)],
        vec![head(), Frame::End, piece()],
        vec![head(), Frame::End, Frame::End],
        vec![head(), Frame::End, failed()],
        vec![failed(), Frame::Read(9)],
        vec![head(), Frame::End, Frame::Done, Frame::Read(9)],
        vec![head(), Frame::End, Frame::Done, Frame::Done],
    ] {
        assert_eq!(expected_after(&frames), None, "{frames:?}");
    }
}

proptest! {
    #[test]
    fn strings_of_any_bytes_cross(strings: Vec<Vec<u8>>) {
        let bytes = framed(b'H', &pack(strings.iter().map(Vec::as_slice)));
        let (frame, _) = parse(&bytes).unwrap().unwrap();
        prop_assert_eq!(frame, Frame::Head(strings));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, letter in "[PRHBEXD]") {
        let _ = parse(&bytes);
        let _ = parse(&framed(letter.as_bytes()[0], &bytes));
    }
}

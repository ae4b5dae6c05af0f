//! Target: content, taken out of its framing. It is the same however it arrives, never more than
//! is allowed, and a second decoder, which shares nothing with the servers, reads the same.
//!
//! The first byte says how much content is allowed and the second how the bytes are split; both of
//! them count from 0 for readers' sake: `0` to `9` and on.

use grader::chunked::{Decoded, decode};
use stage3_gateway::http::content::Decoder;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::http::framing::Framing;

/// Panics if something does not hold of these bytes.
pub fn check(bytes: &[u8]) {
    let [most, size, bytes @ ..] = bytes else { return };
    let number = |byte: u8| byte.wrapping_sub(b'0');
    let most = if *most == b'~' { u64::MAX } else { u64::from(number(*most)) };
    let size = usize::from(number(*size)).max(1);
    for framing in [Framing::Chunked, Framing::Length(most), Framing::Length(most / 2)] {
        let whole = taken(framing, most, bytes, bytes.len().max(1));
        assert_eq!(taken(framing, most, bytes, size), whole, "it matters how content is split");
        assert_eq!(taken(framing, most, bytes, 1), whole, "it matters how content is split");
        if framing == Framing::Chunked {
            second_decoder(bytes, whole);
        }
    }
    assert_eq!(
        Decoder::new(Framing::Length(most.saturating_add(1)), most).err(),
        most.checked_add(1).map(|_| Fault::ContentTooLarge(most))
    );
}

/// The content, how many bytes were taken for it, and whether it is whole.
type Taken = Result<(Vec<u8>, usize, bool), Fault>;

/// What becomes of the bytes when they come in pieces of that size.
fn taken(framing: Framing, most: u64, bytes: &[u8], size: usize) -> Taken {
    let mut decoder = Decoder::new(framing, most)?;
    let (mut content, mut taken, mut received) = (Vec::new(), 0, 0);
    for piece in bytes.chunks(size) {
        received += piece.len();
        loop {
            let was_done = decoder.is_done();
            let step = decoder.decode(&bytes[taken..received]).inspect_err(|fault| {
                assert!(!decoder.is_done(), "done, and wrong");
                assert_eq!(decoder.decode(b"0\r\n\r\n"), Err(fault.clone()), "it forgets");
            })?;
            assert!(!was_done || step.taken == 0, "it takes what is not its own");
            taken += step.taken;
            content.extend_from_slice(step.content);
            assert!(content.len() as u64 <= most, "more content than is allowed");
            if step.taken == 0 {
                break;
            }
        }
    }
    Ok((content, taken, decoder.is_done()))
}

/// What we take for whole, the grader's strict decoder takes for the same.
fn second_decoder(bytes: &[u8], ours: Taken) {
    match (ours, decode(bytes)) {
        (Ok((content, taken, true)), Ok(Decoded::Whole { pieces, length, .. })) => {
            assert_eq!((content, taken), (pieces.concat(), length));
        }
        (Ok((.., true)), other) => panic!("only we say that it is whole: {other:?}"),
        (Ok((.., false)), Ok(Decoded::Partial { .. })) => {}
        // It has no limit for a line, and sees later what is wrong with one.
        (Ok((.., false)), other) => panic!("only we want more: {other:?}"),
        (Err(_), Err(_)) => {}
        // We have limits, and refuse a control in an extension.
        (Err(Fault::ContentTooLarge(_) | Fault::Chunk(_)), Ok(_)) => {}
        (Err(fault), Ok(_)) => panic!("no fault for content: {fault}"),
    }
}

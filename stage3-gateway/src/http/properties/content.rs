//! Content: what was framed comes out, however it arrives, and nothing behind it is touched.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{config, cuts, pieces, soup};
use crate::http::content::Decoder;
use crate::http::fault::Fault;
use crate::http::framing::Framing;

const CHUNK_PARTS: &[&[u8]] = &[
    b"0\r\n\r\n",
    b"0\r\n",
    b"5\r\nhello\r\n",
    b"5;a=b\r\nhello\r\n",
    b"1 ;a\r\nx\r\n",
    b"A: b\r\n",
    b"A : b\r\n",
    b"5",
    b"0",
    b"ffffffffffffffff",
    b";",
    b" ",
    b"\r\n",
    b"\r",
    b"\n",
    b"x",
    b"+",
    b"\0",
    b"hello",
];

/// The content, how many bytes were taken for it, and whether it is whole.
fn decode(
    framing: Framing,
    most: u64,
    bytes: &[u8],
    cuts: &[Index],
) -> Result<(Vec<u8>, usize, bool), Fault> {
    let mut decoder = Decoder::new(framing, most)?;
    let mut content = Vec::new();
    let (mut received, mut taken) = (0, 0);
    for piece in pieces(bytes, cuts) {
        received += piece.len();
        loop {
            let step = decoder.decode(&bytes[taken..received])?;
            taken += step.taken;
            content.extend_from_slice(step.content);
            assert!(content.len() as u64 <= most, "more than the limit");
            if step.taken == 0 {
                break;
            }
        }
    }
    Ok((content, taken, decoder.is_done()))
}

/// Content in the chunked transfer coding, by a writer of its own.
fn chunked(chunks: &[Vec<u8>], extensions: &str, trailers: &str, upper_case: bool) -> Vec<u8> {
    let mut coded = Vec::new();
    for chunk in chunks {
        let size = format!("{:04x}", chunk.len());
        let size = if upper_case { size.to_uppercase() } else { size };
        coded.extend_from_slice(format!("{size}{extensions}\r\n").as_bytes());
        coded.extend_from_slice(chunk);
        coded.extend_from_slice(b"\r\n");
    }
    coded.extend_from_slice(format!("0{extensions}\r\n{trailers}\r\n").as_bytes());
    coded
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn chunked_content_is_read_back_and_nothing_behind_it_is_taken(
        chunks in vec(vec(any::<u8>(), 1..40), 0..6),
        extensions in "|[ \t]?;[a-z]{1,5}(=([a-z0-9]{1,5}|\"[^\"\\p{Cc}]{0,5}\"))?",
        trailers in "([A-Za-z-]{1,8}:[ -~é]{0,8}\r\n){0,3}",
        upper_case: bool,
        behind: Vec<u8>,
        cuts in cuts(),
    ) {
        let coded = chunked(&chunks, &extensions, &trailers, upper_case);
        let bytes = [&coded[..], &behind].concat();
        let decoded = decode(Framing::Chunked, u64::MAX, &bytes, &cuts);
        prop_assert_eq!(decoded, Ok((chunks.concat(), coded.len(), true)));
        let most = chunks.concat().len() as u64;
        prop_assert!(decode(Framing::Chunked, most, &coded, &cuts).is_ok());
        if most > 0 {
            let refused = decode(Framing::Chunked, most - 1, &coded, &cuts);
            prop_assert_eq!(refused, Err(Fault::ContentTooLarge(most - 1)));
        }
    }

    #[test]
    fn content_with_a_length_is_read_back_and_nothing_behind_it_is_taken(
        content: Vec<u8>, behind: Vec<u8>, cuts in cuts()
    ) {
        let length = content.len();
        let bytes = [&content[..], &behind].concat();
        let decoded = decode(Framing::Length(length as u64), u64::MAX, &bytes, &cuts);
        prop_assert_eq!(decoded, Ok((content, length, true)));
    }

    #[test]
    fn chunks_are_judged_alike_however_they_are_split(
        bytes in soup(CHUNK_PARTS), most in 0_u64..12, cuts in cuts()
    ) {
        let whole = decode(Framing::Chunked, most, &bytes, &[]);
        prop_assert_eq!(decode(Framing::Chunked, most, &bytes, &cuts), whole);
    }

    #[test]
    fn long_lines_between_chunks_are_judged_alike_however_they_are_split(
        extension in 4_088_usize..4_100,
        trailer in prop_oneof![0_usize..3, 16_370_usize..16_390],
        cuts in cuts(),
    ) {
        let (extension, trailer) = ("x".repeat(extension), "y".repeat(trailer));
        let bytes = format!("1;{extension}\r\na\r\n0\r\nA:{trailer}\r\n\r\n");
        let whole = decode(Framing::Chunked, 1, bytes.as_bytes(), &[]);
        prop_assert_eq!(decode(Framing::Chunked, 1, bytes.as_bytes(), &cuts), whole);
    }

    #[test]
    fn extensions_near_their_limit_are_judged_alike_however_they_are_split(
        sizes in vec(3_270_usize..3_290, 5),
        zeros in 14_usize..18,
        cuts in cuts(),
    ) {
        let chunk = |size: &usize| format!("{}1;{}\r\na\r\n", "0".repeat(zeros), "x".repeat(size - 1));
        let bytes = format!("{}0\r\n\r\n", sizes.iter().map(chunk).collect::<String>());
        let beyond = sizes.iter().map(|size| size + (zeros + 1).saturating_sub(16)).sum::<usize>();
        let whole = decode(Framing::Chunked, 5, bytes.as_bytes(), &[]);
        prop_assert_eq!(whole.is_ok(), beyond <= 16_384);
        prop_assert_eq!(decode(Framing::Chunked, 5, bytes.as_bytes(), &cuts), whole);
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>, most: u64, length: u64, cuts in cuts()) {
        let _ = decode(Framing::Chunked, most, &bytes, &cuts);
        let _ = decode(Framing::Length(length), most, &bytes, &cuts);
    }
}

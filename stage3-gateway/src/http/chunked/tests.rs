//! The lines of the chunked transfer coding, one by one.

use super::Chunked;
use crate::http::fault::Fault;

/// The content, whether its end was seen, and how much was left untouched.
fn decode(bytes: &str) -> Result<(String, bool, usize), Fault> {
    let mut chunked = Chunked::new(100);
    let (mut rest, mut content) = (bytes.as_bytes(), String::new());
    loop {
        let step = chunked.decode(rest)?;
        rest = &rest[step.taken..];
        content.extend(step.content.iter().copied().map(char::from));
        if step.taken == 0 {
            return Ok((content, chunked.is_done(), rest.len()));
        }
    }
}

fn whole(content: &str) -> Result<(String, bool, usize), Fault> {
    Ok((content.to_string(), true, 0))
}

#[test]
fn sizes_are_hexadecimal() {
    assert_eq!(
        decode("A\r\n0123456789\r\n0a\r\nabcdefghij\r\n000\r\n\r\n"),
        whole("0123456789abcdefghij")
    );
    for size in
        ["", "g", "+1", "-1", "0x1", "1_0", " 1", "1 ", "1 2", "1,", "\"1\"", "10000000000000000"]
    {
        let result = decode(&format!("{size}\r\na\r\n0\r\n\r\n"));
        assert!(matches!(result, Err(Fault::Chunk(_))), "{size}: {result:?}");
    }
}

#[test]
fn extensions_and_trailers_are_read_over() {
    assert_eq!(decode("1;a\r\nx\r\n1;a=b;c=\"d e\"\r\ny\r\n0 \t;z\r\n\r\n"), whole("xy"));
    assert_eq!(decode("0\r\nA: b\r\nC:\r\n\r\n"), whole(""));
    for trailer in ["A", ": b", "A : b", " A: b", "A: b\0", "A: b\rc"] {
        let result = decode(&format!("0\r\n{trailer}\r\n\r\n"));
        assert!(matches!(result, Err(Fault::Chunk(_))), "{trailer}: {result:?}");
    }
}

#[test]
fn httparse_takes_lines_that_are_refused_here() {
    for line in [
        "1;a\nb\r\n",
        "1;a\0\r\n",
        "\r\n",
        ";a\r\n",
        "1 \r\n",
        &format!("1;{}\r\n", "a".repeat(5000)),
    ] {
        let complete = httparse::Status::Complete((line.len(), u64::from(line.starts_with('1'))));
        assert_eq!(httparse::parse_chunk_size(line.as_bytes()), Ok(complete), "{line:?}");
        assert!(matches!(decode(line), Err(Fault::Chunk(_))), "{line:?}");
    }
    assert!(httparse::parse_chunk_size(b"1\n").is_err(), "a line of it ends with CR LF, too");
}

#[test]
fn every_line_ends_with_cr_lf() {
    for bytes in [
        "1\nx",
        "1;a\nx",
        "1\r\r\nx",
        "1;\rx\r\n",
        "1\r\nx\n",
        "1\r\nxy",
        "1\r\n\r\n\r\n0",
        "0\r\n\n",
        "0\r\nA: b\n\r\n",
        "0\n",
    ] {
        assert!(matches!(decode(bytes), Err(Fault::Chunk(_))), "{bytes:?}");
    }
}

#[test]
fn the_limit_counts_all_chunks_and_speaks_before_their_data() {
    assert_eq!(decode("65\r\n"), Err(Fault::ContentTooLarge(100)));
    assert_eq!(decode("1\r\nx\r\n64\r\n"), Err(Fault::ContentTooLarge(100)));
    assert_eq!(decode("1\r\nx\r\nffffffffffffffff\r\n"), Err(Fault::ContentTooLarge(100)));
    assert_eq!(decode("64\r\n"), Ok((String::new(), false, 0)));
    for size in ["100000000", "7fffffffffffffff", "ffffffffffffffff"] {
        assert_eq!(decode(&format!("{size}\r\n")), Err(Fault::ContentTooLarge(100)), "{size}");
        let mut chunked = Chunked::new(u64::MAX);
        assert!(chunked.decode(format!("{size}\r\nx").as_bytes()).is_ok(), "{size}");
    }
    assert!(matches!(decode("10000000000000000\r\n"), Err(Fault::Chunk(_))), "2 to the 64");
}

#[test]
fn a_line_has_its_limit_before_it_ends() {
    assert!(decode(&format!("1;{}", "x".repeat(4_096))).is_ok(), "its CR LF may still come");
    assert!(decode(&format!("1;{}", "x".repeat(4_097))).is_err());
    assert!(decode(&format!("0\r\nA:{}\r\n\r\n", "x".repeat(16_380))).is_ok());
    assert!(decode(&format!("0\r\nA:{}\r\n\r\n", "x".repeat(16_381))).is_err());
}

#[test]
fn extensions_have_a_limit_together() {
    let chunks = |extension: &str, count: usize| format!("1{extension}\r\nx\r\n").repeat(count);
    let full = chunks(&format!(";{}", "e".repeat(1_023)), 16); // 16 KiB
    assert_eq!(decode(&format!("{full}0\r\n\r\n")), whole(&"x".repeat(16)));
    for line in ["1;", "1 ;", "0;", "0;e", "00000000000000001"] {
        let refused = decode(&format!("{full}{line}\r\n"));
        assert_eq!(refused, Err(Fault::Chunk("extensions longer than 16 KiB")), "{line}");
    }
    for line in ["1", "0", "0000000000000001"] {
        assert!(decode(&format!("{full}{line}\r\n")).is_ok(), "{line} is a size alone");
    }
    let zeros = chunks("", 1).replace('1', &format!("{}1", "0".repeat(4_000)));
    assert!(decode(&zeros.repeat(4)).is_ok());
    assert!(decode(&zeros.repeat(5)).is_err(), "zeros that say nothing count as well");
}

#[test]
fn what_stands_behind_the_end_is_not_touched() {
    assert_eq!(decode("0\r\n\r\nGET /"), Ok((String::new(), true, 5)));
    assert_eq!(decode("0\r\n\r\n\r\n"), Ok((String::new(), true, 2)));
}

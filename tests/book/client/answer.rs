//! Reads an answer as it comes: the head, then the content piece by piece.

use std::io::{self, BufRead, Read};

/// The lines of a head, without their ends and without the empty one.
pub fn head(input: &mut impl BufRead) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Err(io::Error::other("curl: (52) Empty reply from server"));
        }
        match line.trim_end() {
            "" => return Ok(lines),
            line => lines.push(line.to_owned()),
        }
    }
}

/// The value of a field.
pub fn field<'h>(head: &'h [String], name: &str) -> Option<&'h str> {
    let mut fields = head.iter().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}

/// Hands out the content, as its head says that it comes.
pub fn content(
    head: &[String],
    input: &mut impl BufRead,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if field(head, "Transfer-Encoding").is_some() {
        loop {
            let mut line = String::new();
            input.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            pass(input, Some(size), &mut take)?;
            input.read_line(&mut line)?;
            if size == 0 {
                return Ok(());
            }
        }
    }
    let length = field(head, "Content-Length").and_then(|length| length.parse().ok());
    pass(input, length, &mut take)
}

/// Passes on so many bytes, or all of them.
fn pass(
    input: &mut impl BufRead,
    length: Option<u64>,
    take: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut input = input.take(length.unwrap_or(u64::MAX));
    let mut passed = 0;
    loop {
        let piece = input.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        take(piece)?;
        let taken = piece.len();
        input.consume(taken);
        passed += taken as u64;
    }
    match length {
        Some(length) if passed < length => {
            let missing = length - passed;
            let what = format!("curl: (18) transfer closed with {missing} bytes remaining to read");
            Err(io::Error::other(what))
        }
        _ => Ok(()),
    }
}

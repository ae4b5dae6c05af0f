//! The requests in `tests/requests`, as far as they can be judged without a connection.

use std::fs;
use std::path::Path;

use stage2_single_request::head_end::HeadEnd;

use super::request_line::assert_agreement;
use crate::http::content::Decoder;
use crate::http::fault::Fault;
use crate::http::head::Head;
use crate::limits::CONTENT;

/// The status of the refusal; `None` if there is nothing to refuse and nothing is missing; 0 if
/// more bytes would be needed to tell.
fn judge(bytes: &[u8]) -> Option<u16> {
    match understand(bytes) {
        Ok(true) => None,
        Ok(false) => Some(0),
        Err(fault) => Some(fault.status()),
    }
}

/// Whether the request is whole.
fn understand(bytes: &[u8]) -> Result<bool, Fault> {
    let Some(range) = HeadEnd::default().find(bytes)? else { return Ok(false) };
    let mut rest = &bytes[range.end..];
    let head = Head::parse(&bytes[range])?;
    let mut decoder = Decoder::new(head.framing, CONTENT)?;
    loop {
        let step = decoder.decode(rest)?;
        rest = &rest[step.taken..];
        if step.taken == 0 {
            return Ok(decoder.is_done());
        }
    }
}

/// The rows of the table below this heading that stage 3 understands: file, status, content.
fn rows(folder: &str) -> Vec<(String, u16, Vec<u8>)> {
    let requests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/requests");
    let table = fs::read_to_string(requests.join("README.md")).unwrap();
    let section = table.split("\n## ").find(|section| section.starts_with(folder)).unwrap();
    let rows = section.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (file, stages, status) = (cells.next()?, cells.next()?, cells.next()?);
        let row = || (file.to_string(), status.parse().unwrap(), read(&requests, folder, file));
        (file.ends_with(".http") && stages != "2").then(row)
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 25, "the table has another form now");
    rows
}

fn read(requests: &Path, folder: &str, file: &str) -> Vec<u8> {
    fs::read(requests.join(folder).join(file)).unwrap()
}

#[test]
fn every_invalid_request_is_refused_with_its_status() {
    for (file, status, bytes) in rows("invalid") {
        assert_eq!(judge(&bytes), Some(status), "{file}");
    }
}

#[test]
fn every_valid_request_is_understood_to_its_end() {
    for (file, _, bytes) in rows("valid") {
        assert_eq!(judge(&bytes), None, "{file}");
    }
}

#[test]
fn both_readers_of_a_request_line_agree_on_every_request() {
    for (file, _, bytes) in [rows("valid"), rows("invalid")].concat() {
        if let Ok(Some(head)) = HeadEnd::default().find(&bytes) {
            println!("{file}"); // shown if it fails
            let head = &bytes[head];
            let line = head.split(|&byte| byte == b'\r').next().unwrap();
            assert_agreement(line);
        }
    }
}

//! Requests with one thing that is odd in each, some thousands of them, the same every time: what
//! two servers are most likely to read in two ways.
//!
//! Behind most of them stand two other requests. A reader that takes one byte too many or too few
//! for content finds others than that.

mod chunks;
mod fields;
mod lines;

use std::fs;
use std::io;
use std::path::Path;

/// A connection's bytes, and what they are.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is odd.
    pub name: String,
    /// All that the client sends.
    pub bytes: Vec<u8>,
}

/// Two ordinary requests. The content of the second looks like a third.
const BEHIND: &[u8] = b"GET /behind HTTP/1.1\r\nHost: b\r\n\r\nPOST /last HTTP/1.1\r\nHost: c\r\n\
    Content-Length: 27\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n\n";

/// Every case: generated ones, and the requests in `tests/requests`.
///
/// # Errors
/// Those can't be read.
pub fn all() -> io::Result<Vec<Case>> {
    let mut cases = fields::cases();
    cases.extend(chunks::cases());
    cases.extend(lines::cases());
    let mut with_others: Vec<Case> = cases
        .into_iter()
        .map(|Case { name, bytes }| Case { name, bytes: [&bytes, BEHIND].concat() })
        .collect();
    with_others.extend(kept()?);
    Ok(with_others)
}

/// The requests in `tests/requests`, each alone and with others behind it.
fn kept() -> io::Result<Vec<Case>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/requests");
    let mut cases = Vec::new();
    for folder in ["valid", "invalid"] {
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path)?;
            cases.push(Case {
                name: format!("{name}, and others"),
                bytes: [&bytes, BEHIND].concat(),
            });
            cases.push(Case { name, bytes });
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

/// A case of this kind.
fn case(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
    Case { name: name.into(), bytes: bytes.into() }
}

//! What is odd in the fields that say how long the content is.

use super::{Case, case};

/// What could stand in the place of `5`.
const LENGTHS: [&str; 33] = [
    "5",
    "05",
    "0",
    "00005",
    "+5",
    "-5",
    "5 ",
    " 5",
    "\t5\t",
    "5\x0b",
    "\x0b5",
    "\x0c5",
    "5\0",
    "0x5",
    "5h",
    "5.0",
    "5e0",
    "5_",
    "\"5\"",
    "5,5",
    "5, 5",
    "5,6",
    "5,",
    ",5",
    "5;5",
    "5 5",
    "",
    "٥",
    "\u{a0}5",
    "4294967301",
    "18446744073709551615",
    "18446744073709551621",
    "100000000000000000000000000005",
];

/// What could stand in the place of `chunked`.
const CODINGS: [&str; 36] = [
    "chunked",
    "Chunked",
    "CHUNKED",
    " chunked ",
    "\tchunked\t",
    "\x0bchunked",
    "chunked\x0b",
    "\x0cchunked",
    "chunked\0",
    "chunked,",
    ",chunked",
    ", ,\tchunked ,,",
    ",",
    "chunked chunked",
    "chunked,chunked",
    "chunked, chunked",
    "gzip, chunked",
    "gzip,chunked",
    "chunked, gzip",
    "identity",
    "identity, chunked",
    "chunked, identity",
    "chunked;x",
    "chunked ;x=y",
    "chunked; q=1",
    "\"chunked\"",
    "'chunked'",
    "chunke",
    "xchunked",
    "chunkedx",
    "chun ked",
    "gzip",
    "",
    " ",
    "ch\u{fc}nked",
    "chunked\u{a0}",
];

/// What could stand between a field's name and its value.
const COLONS: [&str; 9] = [":", ": ", ":\t", ":  ", " : ", "\t: ", "\x0b: ", ":\r\n ", ":\r\n\t"];

/// How a field's name could be written.
const NAMES: [(&str, &str); 3] = [
    ("Content-Length", "Transfer-Encoding"),
    ("content-length", "TRANSFER-ENCODING"),
    ("Content_Length", "Transfer_Encoding"),
];

const CHUNKS: &str = "5\r\nhello\r\n0\r\n\r\n";

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for version in ["1.1", "1.0", "1.2"] {
        for (length_name, coding_name) in NAMES {
            for colon in COLONS {
                let length = |value| format!("{length_name}{colon}{value}\r\n");
                let coding = |value| format!("{coding_name}{colon}{value}\r\n");
                for value in LENGTHS {
                    cases.push(post(version, &length(value), "hello"));
                }
                for value in CODINGS {
                    cases.push(post(version, &coding(value), CHUNKS));
                }
            }
        }
        cases.extend(pairs(version));
    }
    cases
}

/// Two fields that may contradict each other.
fn pairs(version: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let one = |value: &str| format!("Content-Length: {value}\r\n");
    let coded = |value: &str| format!("Transfer-Encoding: {value}\r\n");
    for length in LENGTHS {
        cases.push(post(version, &(one("5") + &one(length)), "hello"));
        cases.push(post(version, &(one(length) + &one("0")), "hello"));
        for coding in CODINGS {
            cases.push(post(version, &(one(length) + &coded(coding)), CHUNKS));
            cases.push(post(version, &(coded(coding) + &one(length)), CHUNKS));
        }
    }
    for coding in CODINGS {
        for other in CODINGS {
            cases.push(post(version, &(coded(coding) + &coded(other)), CHUNKS));
        }
    }
    cases
}

fn post(version: &str, fields: &str, content: &str) -> Case {
    let bytes = format!(
        "POST /a HTTP/{version}\r\nHost: a\r\nConnection: keep-alive\r\n{fields}\r\n{content}"
    );
    case(format!("HTTP/{version} {}", fields.escape_debug()), bytes)
}

//! What is odd in the chunked transfer coding.

use super::{Case, case};

/// What could stand in the place of `5`, in front of five bytes.
const SIZES: [&str; 41] = [
    "5",
    "05",
    "0000000000000005",
    "000000000000000000005",
    "+5",
    "-5",
    " 5",
    "5 ",
    "5\t",
    "\t5",
    "5\x0b",
    "0x5",
    "5h",
    "5_",
    "",
    "5 5",
    "5,",
    "\u{665}",
    "5\0",
    "10000000000000005",
    "ffffffffffffffff",
    "fffffffffffffffff",
    "80000000",
    "4",
    "6",
    "5;",
    "5;a",
    "5;a=b",
    "5 ;a",
    "5\t;a",
    "5;a ",
    "5; a = b",
    "5;a=\"b;c\"",
    "5;a=\"\\\"\"",
    "5;a\r",
    "5;a\n",
    "5;\r\r",
    "5;a\0",
    "5;a\x7f",
    "5;\u{fc}",
    "5:a",
];

/// How a line could end.
const ENDS: [&str; 10] =
    ["\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n", "\t\r\n", "", "\0\r\n"];

/// What could stand in the trailer section.
const TRAILERS: [&str; 14] = [
    "",
    "A: b\r\n",
    "A:b\r\n",
    "A : b\r\n",
    "A\r\n",
    ": b\r\n",
    "A: b\n",
    "A: b\r",
    "A: b\r\n c\r\n",
    " A: b\r\n",
    "A: \0\r\n",
    "A: \x01\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\nA: b\r\n",
];

const LASTS: [&str; 9] =
    ["0", "00", "0;a", "0 ", "", "0000000000000000000000000", "-0", "0x0", "1"];

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in SIZES {
        for end in ENDS {
            cases.push(post(&format!("{size}{end}hello\r\n0\r\n\r\n")));
        }
    }
    for [after_size, after_data, after_last, after_all] in ends() {
        cases.push(post(&format!("5{after_size}hello{after_data}0{after_last}{after_all}")));
    }
    for last in LASTS {
        for trailers in TRAILERS {
            for end in ENDS {
                cases.push(post(&format!("5\r\nhello\r\n{last}\r\n{trailers}{end}")));
            }
        }
    }
    for data in ["hell", "hello!", "hello\r", "hello\n", "\r\n\r\n0", "5\r\nhello", ""] {
        for end in ENDS {
            cases.push(post(&format!("5\r\n{data}{end}0\r\n\r\n")));
        }
    }
    cases
}

/// The four ends of lines around one chunk, of which one or two are odd.
fn ends() -> Vec<[&'static str; 4]> {
    let mut all = Vec::new();
    for one in 0..4 {
        for other in one..4 {
            for first in ENDS {
                for second in ENDS {
                    let mut ends = ["\r\n"; 4];
                    ends[one] = first;
                    ends[other] = second;
                    all.push(ends);
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn post(content: &str) -> Case {
    let head = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    case(format!("chunks {}", content.escape_debug()), format!("{head}{content}"))
}

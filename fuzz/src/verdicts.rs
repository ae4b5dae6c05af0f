//! Prints our verdict on every case, a line of JSON each, for `second_opinion.py`.

use std::io::{self, BufWriter, Write};

use fuzz::connection::{End, read};
use fuzz::near_misses::{Case, all};
use serde::Serialize;

/// A case, and what we make of it. Bytes are in hexadecimal digits.
#[derive(Serialize)]
struct Verdict {
    name: String,
    bytes: String,
    requests: Vec<Request>,
    end: &'static str,
    /// Why the last bytes were refused.
    why: Option<String>,
}

#[derive(Serialize)]
struct Request {
    method: String,
    /// This and the next two are bytes, which need not be text.
    authority: Option<String>,
    path: String,
    query: String,
    content: Option<String>,
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for case in all()? {
        serde_json::to_writer(&mut out, &verdict(case))?;
        writeln!(out)?;
    }
    out.flush()
}

fn verdict(Case { name, bytes }: Case) -> Verdict {
    let reading = read(&bytes);
    let (end, why) = match reading.end {
        End::Whole => ("whole", None),
        End::Partial => ("partial", None),
        End::Close => ("close", None),
        End::Refused(why) => ("refused", Some(why)),
    };
    let requests = reading.requests.into_iter().map(|request| Request {
        method: request.method,
        authority: request.authority.map(|authority| hex(&authority)),
        path: hex(&request.path),
        query: hex(&request.query),
        content: request.content.map(|content| hex(&content)),
    });
    Verdict { name, bytes: hex(&bytes), requests: requests.collect(), end, why }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Parts of a file (RFC 9110 s14).

use std::ops::Range;

use grader::{Check, Server, Target, Verdict, expect, expect_eq};

use super::folder::{Folder, asked, shown};

pub const CHECKS: &[Check] = &[Check {
    id: "files-in-ranges",
    title: "one range of bytes is answered with 206, an impossible one with 416, others with all",
    rule: "RFC 9110 s14.1.2, s14.2, s14.4, s15.3.7 and s15.5.17",
    hint: "HTTP_RANGE is bytes=a-b, bytes=a- or bytes=-n: answer with 206, Content-Range, and \
           these bytes alone.",
    run: |target| shown(ranges(target), "-r 0-99 http://127.0.0.1:8888/book.toml"),
}];

/// A range, and what of the 1000 bytes it is.
const PARTS: &[(&str, Range<usize>)] = &[
    ("bytes=0-0", 0..1),
    ("bytes=10-19", 10..20),
    ("bytes=990-5000", 990..1000),
    ("bytes=0-18446744073709551615", 0..1000),
    ("bytes=999-", 999..1000),
    ("bytes=300-", 300..1000),
    ("bytes=-1", 999..1000),
    ("bytes=-300", 700..1000),
    ("bytes=-5000", 0..1000),
];

const IMPOSSIBLE: &[&str] = &["bytes=1000-", "bytes=1000-1001", "bytes=5000-", "bytes=-0"];

/// What a server does not understand or does not want: it may answer as if it were not there.
const IGNORED: &[&str] =
    &["lines=1-2", "bytes=20-10", "bytes=1-2,5-6", "bytes=", "bytes=-", "bytes=a-b", "10-19"];

fn ranges(target: &Target) -> Verdict {
    let folder = Folder::new()?;
    let server = folder.serve(target)?;
    for (range, part) in PARTS {
        is_part(&server, &folder, range, part.clone())?;
    }
    for (path, length) in [("/letters.bin", 1000), ("/empty.txt", 0)] {
        let ranges = if length == 0 { &["bytes=0-"][..] } else { IMPOSSIBLE };
        for range in ranges {
            let (client, response) = asked(&server, "GET", path, &format!("Range: {range}\r\n"))?;
            response.expect_status(&client, 416)?;
            response.expect_field(&client, "Content-Range", &format!("bytes */{length}"))?;
        }
    }
    for range in IGNORED {
        let field = format!("Range: {range}\r\n");
        let (client, response) = asked(&server, "GET", "/letters.bin", &field)?;
        response.expect_status(&client, 200)?;
        let none = response.fields_named("Content-Range").is_empty();
        expect(&client, none, "a 200 has no Content-Range")?;
        let what = format!("{range} is ignored, and the whole file comes");
        expect_eq(&client, what, &folder.letters, &response.content)?;
    }
    Ok(())
}

fn is_part(server: &Server, folder: &Folder, range: &str, part: Range<usize>) -> Verdict {
    let field = format!("Range: {range}\r\n");
    let (mut client, response) = asked(server, "GET", "/letters.bin", &field)?;
    response.expect_status(&client, 206)?;
    let content_range = format!("bytes {}-{}/1000", part.start, part.end - 1);
    response.expect_field(&client, "Content-Range", &content_range)?;
    response.expect_field(&client, "Content-Length", &part.len().to_string())?;
    let what = format!("these bytes come for {range}");
    expect_eq(&client, what, &folder.letters[part], &response.content)?;
    client.sees_end()
}

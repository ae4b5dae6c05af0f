//! An application that serves files: what they are, how long, and piece by piece.

use grader::{Check, Client, Framing, Server, Target, Verdict, expect, expect_eq, process};

use super::folder::{Folder, LARGE, asked, shown};

pub const CHECKS: &[Check] = &[
    Check {
        id: "files-are-served",
        title: "a file comes with its type and length, and in pieces",
        rule: "RFC 9110 s8.3 and s8.6; PEP 3333, Buffering and Streaming",
        hint: "Join the folder and PATH_INFO without the slash at its start, open that file, and \
               declare its type and its length.",
        run: |target| shown(served(target), "http://127.0.0.1:8888/book.toml"),
    },
    Check {
        id: "files-that-are-not-there",
        title: "404 for what is no file, 405 for what is no GET and no HEAD, with what is allowed",
        rule: "RFC 9110 s15.5.5, s15.5.6 and s10.2.1",
        hint: "A file that can't be opened, and a folder, are a 404. Another method than GET and \
               HEAD is a 405, with the field Allow: GET, HEAD.",
        run: |target| shown(not_there(target), "http://127.0.0.1:8888/src"),
    },
];

const TYPES: &[(&str, &str)] = &[
    ("/page.html", "text/html"),
    ("/plain.txt", "text/plain"),
    ("/style.css", "text/css"),
    ("/code.js", "text/javascript"),
    ("/unknown.xyz", "application/octet-stream"),
    ("/none", "application/octet-stream"),
    ("/more/a%20page.html", "text/html"),
];

fn served(target: &Target) -> Verdict {
    let folder = Folder::new()?;
    let server = folder.serve(target)?;
    for (path, media_type) in TYPES {
        let (client, response) = asked(&server, "GET", path, "")?;
        response.expect_status(&client, 200)?;
        expect_eq(&client, format!("{path} comes as it is"), &folder.page, &response.content)?;
        let given = response.field("Content-Type").unwrap_or_default().to_ascii_lowercase();
        let given = given.split(';').next().unwrap_or_default().trim().to_owned();
        let what = format!("the Content-Type of {path} is {media_type}, and is there once");
        expect(&client, given == *media_type, what)?;
        let declared = response.framing == Framing::Length;
        expect(&client, declared, format!("the answer to {path} has a Content-Length"))?;
    }
    let (client, empty) = asked(&server, "GET", "/empty.txt", "")?;
    empty.expect_status(&client, 200)?;
    empty.expect_field(&client, "Content-Length", "0")?;
    drop(client);
    in_pieces(&server)
}

/// What a server of this kind may have in memory while it sends a file that is larger.
const ENOUGH_KIB: u64 = 200 * 1024;

fn in_pieces(server: &Server) -> Verdict {
    let mut client: Client = server.connect()?;
    client.send(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let is_large = || process::resident_kib(server.pid()).unwrap_or(0) > ENOUGH_KIB;
    let collects = server
        .wait_until("the answer to begin", || (!client.is_quiet() || is_large()).then(is_large))?;
    expect(&client, !collects, "a file of 1 GiB is sent without 200 MiB of it in memory")?;
    client.read_exact_n(1_000_000)?;
    expect(&client, !is_large(), "a file of 1 GiB is sent without 200 MiB of it in memory")?;
    drop(client);
    let (client, response) = asked(server, "HEAD", "/large.bin", "")?;
    response.expect_status(&client, 200)?;
    response.expect_field(&client, "Content-Length", &LARGE.to_string())
}

fn not_there(target: &Target) -> Verdict {
    let folder = Folder::new()?;
    let server = folder.serve(target)?;
    for path in ["/nothing-here", "/more", "/more/", "/", "/page.html/", "/page%00.html"] {
        let (client, response) = asked(&server, "GET", path, "")?;
        response.expect_status(&client, 404)?;
        drop(client);
    }
    for method in ["POST", "DELETE", "PUT"] {
        let (client, response) = asked(&server, method, "/page.html", "Content-Length: 0\r\n")?;
        response.expect_status(&client, 405)?;
        let allow = response.field("Allow").unwrap_or_default();
        let has = |method: &str| allow.split(',').any(|allowed| allowed.trim() == method);
        expect(&client, has("GET") && has("HEAD"), "the field Allow names GET and HEAD")?;
    }
    let (client, response) = asked(&server, "GET", "/page.html", "")?;
    response.expect_status(&client, 200)
}

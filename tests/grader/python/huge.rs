//! A gigabyte, if it is asked for: PYTHON_HUGE=1, as CI does.

use std::env;

use super::machine::with_python;
use super::start::{master, with, workers};
use crate::check::{Check, Verdict};
use crate::client::Client;
use crate::evidence::{expect, expect_eq};
use crate::failure::Failure;
use crate::gateway::talk::{next_is_served, request};
use crate::process::{children, resident_kib};
use crate::server::Server;
use crate::target::Target;

const PIECE: usize = 1024 * 1024;
const PIECES: usize = 1024;
/// What `head -c 1073741824 /dev/zero | sha256sum` says.
const DIGEST: &str = "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14";
/// More than a server or a worker may grow by, in KiB: less than a hundredth of what passes through.
const FLAT: u64 = 8 * 1024;

/// How many pieces are sent between two looks, each of which reads all of /proc.
const BETWEEN_LOOKS: usize = 64;

/// For servers with `CONTENT_LIMIT`.
pub const CHECKS: &[Check] = &[Check {
    id: "python-upload-of-1-gb",
    title: "an upload of a gigabyte passes through server and worker, and stays in neither",
    rule: "PEP 3333, Input and Error Streams; no buffer is sized by a declared length",
    hint: "Hand over what the application asks for, when it asks.",
    run: |target| {
        let is_asked_for = env::var_os("PYTHON_HUGE").is_some();
        if is_asked_for { with_python(target, gigabyte) } else { Ok(()) }
    },
}];

fn gigabyte(target: &Target) -> Verdict {
    let limited = target.clone().env("CONTENT_LIMIT", (PIECE * PIECES).to_string());
    let server = with(&limited, "plain:app", 1).start()?;
    let master = master(&server)?;
    let worker = workers(&server, master, 1, &[])?[0];
    next_is_served(&server)?;
    let before = memory(&server, master, worker);
    let mut client = server.connect()?;
    let length = format!("Content-Length: {}\r\n", PIECE * PIECES);
    client.send(request("POST", "/upload", &length).as_bytes())?;
    let most = send(&mut client, || memory(&server, master, worker))?;
    let response = client.response("POST")?;
    response.expect_status(&client, 200)?;
    let right = format!("{} bytes, SHA-256 {DIGEST}\n", PIECE * PIECES);
    expect_eq(&client, "all of it was read", right, &response.content)?;
    let grown = [most[0].saturating_sub(before[0]), most[1].saturating_sub(before[1])];
    println!("resident KiB of server and worker: {before:?}, at most {most:?}");
    let what = format!("server and worker grow by less than {FLAT} KiB; by {grown:?}");
    expect(&server, grown.iter().all(|&kib| kib < FLAT), what)
}

/// How many KiB the server and the worker have at most meanwhile.
fn send(client: &mut Client, memory: impl Fn() -> [u64; 2]) -> Result<[u64; 2], Failure> {
    let piece = vec![0; PIECE];
    let mut most = [0; 2];
    for number in 0..PIECES {
        client.send(&piece)?;
        if !number.is_multiple_of(BETWEEN_LOOKS) {
            continue;
        }
        let now = memory();
        most = [most[0].max(now[0]), most[1].max(now[1])];
    }
    Ok(most)
}

/// That of the server, with the child that has the client in stage 4, and that of the worker.
fn memory(server: &Server, master: u32, worker: u32) -> [u64; 2] {
    let kib = |pid| resident_kib(pid).unwrap_or(0);
    let children = children(server.pid()).into_iter().map(|child| child.pid);
    let servers = children.filter(|&pid| pid != master).chain([server.pid()]);
    [servers.map(kib).max().unwrap_or(0), kib(worker)]
}

//! The instructions that one request takes, counted by callgrind: the same number each time, whatever
//! else the machine does. So CI compares it, and a change that makes a server slower is seen.
//!
//! What a server does at its start and its end is taken away by counting twice: once with few requests,
//! once with more. The kernel's part is not counted.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Failure;
use crate::contender::which;
use crate::contenders::{BUILT, build, repository};
use crate::rounds::bar;

const FEW: u32 = 20;
const MANY: u32 = 220;
/// So much more, or less, is no noise: tokio's runs differ by a few percent.
const TOLERANCE: f64 = 0.10;
const REQUEST: &[u8] =
    b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

/// A server, and whether its connections persist.
struct Counted {
    name: &'static str,
    words: &'static [&'static str],
    persists: bool,
}

const SERVERS: [Counted; 6] = [
    Counted { name: "stage 1", words: &["stage1-echo"], persists: false },
    Counted { name: "stage 2", words: &["stage2-single-request", "--quiet"], persists: false },
    Counted { name: "stage 3", words: &["stage3-gateway", "--quiet", "hello"], persists: false },
    Counted { name: "stage 4", words: &["stage4-fork", "--quiet", "hello"], persists: false },
    Counted { name: "stage 5", words: &["stage5-async", "--quiet", "hello"], persists: true },
    Counted { name: "stage 5, async", words: &["stage5-variant", "async"], persists: true },
];

/// The numbers on record.
fn record() -> PathBuf {
    repository().join("bench/instructions.json")
}

/// Counts, prints, and compares with the numbers on record; or puts them there.
pub fn compare(is_for_the_record: bool) -> Result<(), Failure> {
    if which("valgrind").is_none() {
        return Err(
            "valgrind counts instructions, and is not here; Debian: apt install valgrind".into()
        );
    }
    build()?;
    let counted = count_all()?;
    if is_for_the_record {
        fs::write(record(), serde_json::to_string_pretty(&counted)? + "\n")?;
    }
    let before: BTreeMap<String, u64> = serde_json::from_str(&fs::read_to_string(record())?)?;
    println!("Instructions that one request takes (user code, callgrind), and on record");
    let mut wrong = Vec::new();
    for (name, now) in &counted {
        let old = before.get(name).copied().unwrap_or_default();
        let change = *now as f64 / old as f64 - 1.0;
        println!("  {name:16} {now:>8} {old:>8}  {:+.1} %", change * 100.0);
        if change.abs() > TOLERANCE {
            wrong.push(name.as_str());
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {:.0} % off: {}; if that is meant: cargo run --release -p bench -- --instructions \
         --record",
        TOLERANCE * 100.0,
        wrong.join(", ")
    )
    .into())
}

fn count_all() -> Result<BTreeMap<String, u64>, Failure> {
    let folder = BUILT.join("bench-callgrind");
    let bar = bar(SERVERS.len());
    let mut counted = BTreeMap::new();
    for server in &SERVERS {
        bar.set_message(server.name);
        counted.insert(server.name.to_string(), count(server, &folder)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(counted)
}

/// What one request takes: in the server, and in the child that it may have for it.
fn count(server: &Counted, folder: &Path) -> Result<u64, Failure> {
    let (few, _) = run(server, FEW, folder)?;
    let (many, children) = run(server, MANY, folder)?;
    let each = children.iter().sum::<u64>() / u64::from(MANY);
    Ok((many - few) / u64::from(MANY - FEW) + each)
}

/// All instructions of a server that answers so many requests, and those of its children.
fn run(server: &Counted, requests: u32, folder: &Path) -> Result<(u64, Vec<u64>), Failure> {
    let _ = fs::remove_dir_all(folder); // an earlier run may have been interrupted
    fs::create_dir_all(folder)?;
    let mut child = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind"])
        // A child would begin with its parent's count; so it is written away before each fork.
        .args(["--dump-before=fork", "--dump-before=__libc_fork", "--dump-before=_Fork"])
        .arg(format!("--callgrind-out-file={}/%p", folder.display()))
        .arg(BUILT.join(server.words[0]))
        .args(&server.words[1..])
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let asked = port(&mut child).and_then(|port| ask(port, server.persists, requests));
    let pid = child.id();
    kill(Pid::from_raw(pid.try_into()?), Signal::SIGTERM)?;
    child.wait()?;
    asked?;
    let (mut own, mut children) = (0, Vec::new());
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        let total = total(&fs::read_to_string(file.path())?);
        if name.split('.').next() == Some(&pid.to_string()) {
            own += total;
        } else {
            children.push(total);
        }
    }
    fs::remove_dir_all(folder)?;
    Ok((own, children))
}

/// What a server says first: that it listens, and where.
fn port(child: &mut Child) -> Result<u16, Failure> {
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
    port.ok_or_else(|| format!("no port in {line:?}").into())
}

/// Several at once, where connections persist: a server that is busy finds many of them ready.
fn ask(port: u16, persists: bool, requests: u32) -> Result<(), Failure> {
    let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, port));
    if persists {
        let mut connections = (0..FEW).map(|_| connect()).collect::<io::Result<Vec<_>>>()?;
        for _ in 0..requests / FEW {
            for connection in &mut connections {
                connection.write_all(REQUEST)?;
            }
            for connection in &mut connections {
                let length = connection.read(&mut [0; 4096])?;
                debug_assert!(length > 0, "the server has closed the connection");
            }
        }
        return Ok(());
    }
    for _ in 0..requests {
        let mut connection = connect()?;
        connection.write_all(REQUEST)?;
        connection.shutdown(Shutdown::Write)?;
        connection.read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

/// The line `summary:` or `totals:` of what callgrind writes.
fn total(text: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
    line.and_then(|total| total.trim().parse().ok()).unwrap_or_default()
}

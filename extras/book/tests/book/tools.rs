//! What a session finds on its machine: the programs of the stages, built, and those of others.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::files::{Files, root};
use crate::session::Block;

/// Programs that a page may use and a machine may lack. Their blocks are left out then, which
/// `BOOK_SKIP=never` forbids.
const OPTIONAL: [&str; 10] = [
    "curl",
    "dd",
    "lsof",
    "nc",
    "ps",
    "python3",
    "slowhttptest",
    "ss",
    "strace",
    "systemd-socket-activate",
];
/// They look at what is there and change nothing.
const LOOKS: [&str; 3] = ["lsof", "ps", "ss"];
/// They tell other things, or need other options, on other systems.
const LINUX: [&str; 5] = ["dd", "ps", "ss", "strace", "systemd-socket-activate"];

/// Where programs are looked for.
static PATH: LazyLock<OsString> = LazyLock::new(|| env::var_os("PATH").unwrap_or_default());

/// Closes what whoever runs the tests left open: in a terminal, the next descriptor is 3.
const AS_IN_A_TERMINAL: &str =
    "for open in /dev/fd/*; do ((${open##*/} > 2)) && eval \"exec ${open##*/}>&-\"; done; ";

/// A shell with this command, as a reader has it in the repository's folder.
pub fn shell(command: &str, port: u32, groups: &Path) -> Result<Command, String> {
    let programs = PROGRAMS.as_ref().map_err(Clone::clone)?;
    let mut shell = Command::new("bash");
    shell.arg("--norc").arg("-c").arg(format!("{AS_IN_A_TERMINAL}{command}")).current_dir(root());
    for name in ["HEAD_TIMEOUT", "IDLE_TIMEOUT", "STOP_TIMEOUT", "http_proxy", "HOST", "GRADE"] {
        shell.env_remove(name);
    }
    let settings = [("LC_ALL", "C"), ("TZ", "UTC"), ("TERM", "dumb"), ("RUST_BACKTRACE", "0")];
    shell.envs(settings).env("PORT", port.to_string()).env("COLUMNS", "100");
    shell.env("PATH", joined(&root().join("extras/book/bin"), &PATH)).env("BOOK_PATH", &*PATH);
    shell.env("BOOK_PROGRAMS", programs).env("BOOK_GROUPS", groups);
    Ok(shell)
}

/// A line with the folder that cargo builds into by default in place of the one that it built into.
pub fn with_usual_folder(line: &str) -> String {
    let built = PROGRAMS.as_ref().ok().and_then(|folder| folder.to_str());
    built.map_or_else(|| line.to_owned(), |folder| line.replace(folder, "target/debug"))
}

/// The folder with the programs of the stages that the pages run: cargo has built them by then.
static PROGRAMS: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let here = env::current_exe().map_err(|error| error.to_string())?;
    // target/debug/deps/book-0123456789abcdef
    let folder = here.ancestors().nth(2).ok_or("this test is in no folder of cargo's")?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--workspace"]).current_dir(root());
    cargo.env("CARGO_TARGET_DIR", folder.parent().unwrap_or(folder));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    for page in Files::all().pages() {
        for name in page.fences.iter().flat_map(|fence| programs(&fence.lines)) {
            cargo.arg(format!("--bin={name}"));
        }
    }
    let built = cargo.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        return Err(format!("the programs that the pages run can't be built:\n{said}"));
    }
    Ok(folder.to_owned())
});

/// The programs that `cargo run` runs in these lines.
fn programs(lines: &[String]) -> BTreeSet<&str> {
    let calls = lines.iter().filter_map(|line| line.strip_prefix("$ ")?.split_once("cargo run "));
    let named = calls.filter_map(|(_, call)| {
        let words: Vec<&str> = call.split(" -- ").next()?.split_whitespace().collect();
        let behind = |option| words.iter().position(|word| *word == option).map(|at| at + 1);
        words.get(behind("--bin").or(behind("-p"))?).copied()
    });
    named.collect()
}

/// The first program of a block that this machine lacks, if it may.
pub fn lacks(block: &Block) -> Option<&'static str> {
    let commands: Vec<&str> = block.runs.iter().filter_map(|run| run.command.as_deref()).collect();
    let words = || commands.iter().flat_map(|command| command.split_whitespace());
    let used = |program: &&str| {
        // Our own servers run it too.
        words().any(|word| word == *program || (word == "--python" && *program == "python3"))
    };
    OPTIONAL.into_iter().filter(used).find(|program| !is_there(program))
}

/// Whether a command can be run again and again until it sees what it is to see.
pub fn only_looks(command: &str) -> bool {
    command.split_whitespace().next().is_some_and(|program| LOOKS.contains(&program))
}

fn is_there(program: &str) -> bool {
    if LINUX.contains(&program) && !cfg!(target_os = "linux") {
        return false;
    }
    // In a container a process may not be allowed to look into another one.
    let arguments: &[&str] = if program == "strace" { &["-o", "/dev/null", "true"] } else { &[] };
    if !arguments.is_empty() {
        let mut probe = Command::new(program);
        probe.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        return probe.status().is_ok_and(|status| status.success());
    }
    env::split_paths(&*PATH).any(|folder| folder.join(program).is_file())
}

fn joined(folder: &Path, path: &OsString) -> OsString {
    let mut joined = folder.as_os_str().to_owned();
    joined.push(":");
    joined.push(path);
    joined
}

#[test]
fn what_a_page_runs_is_known() {
    let lines =
        ["$ PORT=8889 cargo run -p stage4-fork --bin stage4-starter -- demo", "cargo run -p x"]
            .map(str::to_owned);
    assert_eq!(Vec::from_iter(programs(&lines)), ["stage4-starter"]);
    let lines = ["$ cargo run -p stage1-echo".to_owned()];
    assert_eq!(Vec::from_iter(programs(&lines)), ["stage1-echo"]);
}

//! Elsewhere (macOS): the programs `ps` and `lsof`, as POSIX and tradition have them.

use std::process::Command;

use super::Process;

pub(super) fn all() -> Vec<Process> {
    output("ps", &["-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="])
        .map(|text| text.lines().filter_map(process).collect())
        .unwrap_or_default()
}

fn process(line: &str) -> Option<Process> {
    let mut columns = line.split_ascii_whitespace();
    let (pid, parent) = (columns.next()?.parse().ok()?, columns.next()?.parse().ok()?);
    Some(Process { pid, parent, state: columns.next()?.chars().next()? })
}

pub(super) fn state(pid: u32) -> Option<char> {
    output("ps", &["-o", "stat=", "-p", &pid.to_string()])?.trim().chars().next()
}

pub(super) fn descriptors(pid: u32) -> Option<usize> {
    let text = output("lsof", &["-n", "-P", "-p", &pid.to_string(), "-F", "f"])?;
    // One line `fNUMBER` a descriptor; `fcwd`, `ftxt` and the like are none.
    let is_descriptor = |line: &&str| {
        line.strip_prefix('f').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    Some(text.lines().filter(is_descriptor).count())
}

pub(super) fn threads(pid: u32) -> Option<usize> {
    let text = output("ps", &["-M", "-p", &pid.to_string()])?;
    text.lines().count().checked_sub(1)
}

pub(super) fn resident_kib(pid: u32) -> Option<u64> {
    output("ps", &["-o", "rss=", "-p", &pid.to_string()])?.trim().parse().ok()
}

pub(super) fn listening_ports(pid: u32) -> Option<Vec<u16>> {
    let pid = pid.to_string();
    let text = output("lsof", &["-n", "-P", "-a", "-p", &pid, "-iTCP", "-sTCP:LISTEN", "-F", "n"])?;
    let port = |line: &str| line.strip_prefix('n')?.rsplit_once(':')?.1.parse().ok();
    Some(text.lines().filter_map(port).collect())
}

/// What `program` prints; `None` if it is not there. Its exit status says little: `lsof` ends with
/// 1 when it found nothing.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

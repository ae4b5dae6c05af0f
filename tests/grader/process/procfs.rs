//! Linux: the files below /proc (proc(5)).

use std::fs::{self, File};
use std::io::{BufRead, BufReader};

use super::Process;

pub(super) fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(process).collect()
}

/// The name stands in parentheses and may hold anything, so the rest is what follows the last one.
fn process(pid: u32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let mut rest = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = rest.next()?.chars().next()?;
    Some(Process { pid, parent: rest.next()?.parse().ok()?, state })
}

pub(super) fn state(pid: u32) -> Option<char> {
    process(pid).map(|process| process.state)
}

pub(super) fn descriptors(pid: u32) -> Option<usize> {
    Some(fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count())
}

pub(super) fn threads(pid: u32) -> Option<usize> {
    status(pid, "Threads:")?.parse().ok()
}

/// For each thread, the process that watches its system calls; 0 if there is none.
pub(super) fn tracers(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let ids = threads.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: u32| status(id, "TracerPid:")?.parse().ok()).collect()
}

pub(super) fn thread_states(pid: u32) -> Vec<char> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
            stat.rsplit_once(") ")?.1.chars().next()
        })
        .collect()
}

pub(super) fn resident_kib(pid: u32) -> Option<u64> {
    status(pid, "VmRSS:")?.parse().ok()
}

/// The first word after `key` in /proc/PID/status.
fn status(pid: u32, key: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let rest = status.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_ascii_whitespace().next().map(str::to_owned)
}

/// The kernel lists sockets by inode; a descriptor is a link that names the inode.
pub(super) fn listening_ports(pid: u32) -> Option<Vec<u16>> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let links: Vec<String> = links
        .filter_map(|entry| Some(fs::read_link(entry.path()).ok()?.to_str()?.to_owned()))
        .collect();
    let lines = ["tcp", "tcp6"].into_iter().flat_map(|table| listening_lines(pid, table));
    let lines: Vec<String> = lines.collect();
    let sockets = lines.iter().filter_map(|line| listening(line));
    let own = sockets.filter(|(_, inode)| links.contains(&format!("socket:[{inode}]")));
    Some(own.map(|(port, _)| port).collect())
}

/// The kernel lists first those that listen (its proc_net_tcp.rst). What follows are connections;
/// most have ended, there may be tens of thousands, and a busy machine is long at reading them.
fn listening_lines(pid: u32, table: &str) -> impl Iterator<Item = String> {
    let table = File::open(format!("/proc/{pid}/net/{table}")).ok().map(BufReader::new);
    let lines = table.into_iter().flat_map(BufReader::lines).map_while(Result::ok);
    lines.skip(1).take_while(|line| line.contains(" 0A "))
}

/// Port and inode of a line of /proc/net/tcp whose socket listens.
fn listening(line: &str) -> Option<(u16, &str)> {
    const LISTEN: &str = "0A";
    let columns: Vec<&str> = line.split_ascii_whitespace().collect();
    let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
    let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
    (*state == LISTEN).then_some((port, *inode))
}

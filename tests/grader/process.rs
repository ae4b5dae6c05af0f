//! A process seen from outside: its children, zombies, descriptors, threads, memory, ports.
//!
//! The grader never forks and never waits for anyone's children: it looks at a server as `ps`
//! does. Linux has /proc; elsewhere `ps` and `lsof` are asked. What can't be found out is `None`,
//! and a check that needs it should say so rather than guess.

mod procfs;
mod tools;

use std::collections::BTreeMap;
use std::path::Path;

/// A process that another one started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Who started it.
    pub parent: u32,
    /// `R` running, `S` sleeping, `T` stopped, `Z` zombie, and others; see `ps(1)`.
    pub state: char,
}

impl Process {
    /// It has ended, and its parent has not waited for it.
    #[must_use]
    pub fn is_zombie(&self) -> bool {
        self.state == 'Z'
    }
}

/// The children of `pid`, zombies included.
#[must_use]
pub fn children(pid: u32) -> Vec<Process> {
    all().into_iter().filter(|process| process.parent == pid).collect()
}

/// All that `pid` has started, and all that those have started, zombies included.
#[must_use]
pub fn descendants(pid: u32) -> Vec<Process> {
    let mut by_parent: BTreeMap<u32, Vec<Process>> = BTreeMap::new();
    for process in all() {
        by_parent.entry(process.parent).or_default().push(process);
    }
    let mut found = by_parent.remove(&pid).unwrap_or_default();
    let mut seen = 0;
    while let Some(process) = found.get(seen) {
        let children = by_parent.remove(&process.pid).unwrap_or_default();
        found.extend(children);
        seen += 1;
    }
    found
}

fn all() -> Vec<Process> {
    if has_procfs() { procfs::all() } else { tools::all() }
}

/// The children of `pid` that have ended and were not waited for.
#[must_use]
pub fn zombies(pid: u32) -> Vec<Process> {
    children(pid).into_iter().filter(Process::is_zombie).collect()
}

/// The state of `pid`, as in [`Process::state`].
#[must_use]
pub fn state(pid: u32) -> Option<char> {
    if has_procfs() { procfs::state(pid) } else { tools::state(pid) }
}

/// How many descriptors `pid` has open.
#[must_use]
pub fn descriptors(pid: u32) -> Option<usize> {
    if has_procfs() { procfs::descriptors(pid) } else { tools::descriptors(pid) }
}

/// How many threads `pid` has.
#[must_use]
pub fn threads(pid: u32) -> Option<usize> {
    if has_procfs() { procfs::threads(pid) } else { tools::threads(pid) }
}

/// Whether no thread of `pid` runs, as far as that can be known.
#[must_use]
pub fn is_at_rest(pid: u32) -> bool {
    procfs::thread_states(pid).iter().all(|&state| state != 'R')
}

/// Whether `pid` and its children are all in a call that waits, and none of them in one that somebody
/// who watches is about to answer; as far as that can be known.
#[must_use]
pub fn is_waiting(pid: u32) -> bool {
    let family = children(pid).into_iter().map(|child| child.pid).chain([pid]);
    family.flat_map(procfs::thread_states).all(|state| !matches!(state, 'R' | 't'))
}

/// Who watches the system calls of each thread of `pid`, as `strace` does; 0 where nobody does, and
/// nothing where that can't be known.
#[must_use]
pub fn tracers(pid: u32) -> Vec<u32> {
    procfs::tracers(pid)
}

/// How many KiB of memory `pid` has resident.
#[must_use]
pub fn resident_kib(pid: u32) -> Option<u64> {
    if has_procfs() { procfs::resident_kib(pid) } else { tools::resident_kib(pid) }
}

/// The TCP ports on which `pid` itself listens.
#[must_use]
pub fn listening_ports(pid: u32) -> Option<Vec<u16>> {
    if has_procfs() { procfs::listening_ports(pid) } else { tools::listening_ports(pid) }
}

fn has_procfs() -> bool {
    Path::new("/proc/self/stat").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        let me = std::process::id();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        assert!(descriptors(me).expect("descriptors are counted") > 3);
        assert_eq!(has_procfs(), !tracers(me).is_empty());
        assert!(!is_at_rest(me) || !has_procfs(), "this very thread runs");
        assert!(threads(me).expect("threads are counted") > 0);
        assert!(resident_kib(me).expect("memory is counted") > 100);
        assert!(listening_ports(me).expect("ports are listed").contains(&port));
    }

    #[test]
    fn a_child_is_seen_until_it_is_waited_for() {
        let me = std::process::id();
        let mut child = std::process::Command::new("true").spawn().expect("true(1) is everywhere");
        let pid = child.id();
        let zombie = || zombies(me).into_iter().find(|zombie| zombie.pid == pid);
        crate::wait_until(crate::patience(8.0), "a zombie", zombie).expect("it is not waited for");
        child.wait().expect("it has ended");
        assert!(children(me).iter().all(|child| child.pid != pid));
        let parent = std::os::unix::process::parent_id();
        assert!(descendants(parent).iter().any(|process| process.pid == me));
    }

    #[test]
    fn the_tools_see_what_procfs_sees() {
        let me = std::process::id();
        if has_procfs() && std::process::Command::new("ps").output().is_ok() {
            assert!(tools::all().iter().any(|process| process.pid == me));
            assert!(tools::resident_kib(me).is_some());
            assert!(tools::state(me).is_some());
        }
    }
}

//! Limits that a program can't lift, set between the marking and the program.
//!
//! `grader fence MEMORY PROCESSES FILE -- PROGRAM …` limits itself and then becomes the program.
//! The marking itself stays free: a limit that was lowered can't be raised again.

#[cfg(target_os = "linux")]
use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::SigSet;

/// What one program may take. Memory is that of each process; `watch` adds them up.
#[derive(Clone, Copy, Debug)]
pub struct Fence {
    pub memory_mib: u64,
    pub processes: u64,
    pub file_mib: u64,
}

impl Fence {
    /// The command line before that of the program.
    pub fn words(&self) -> Vec<String> {
        let Fence { memory_mib, processes, file_mib } = self;
        let numbers = [memory_mib, processes, file_mib].map(ToString::to_string);
        ["fence".to_owned()].into_iter().chain(numbers).chain(["--".to_owned()]).collect()
    }
}

/// Becomes the program that the command line names. Comes back only if that fails, and says why.
pub fn become_program(arguments: &[String]) -> String {
    let [memory, processes, file, dashes, program, rest @ ..] = arguments else {
        return "fence is for the marking itself: use mark".into();
    };
    let number = |text: &String| text.parse::<u64>().ok();
    let (Some(memory), Some(processes), Some(file)) =
        (number(memory), number(processes), number(file))
    else {
        return format!("fence takes three numbers before {dashes}");
    };
    // A limit below this one is there already: then it stays as it is.
    let _ = set(Resource::RLIMIT_CORE, 0);
    let _ = set(Resource::RLIMIT_FSIZE, file << 20);
    let _ = set(Resource::RLIMIT_DATA, memory << 20);
    #[cfg(target_os = "linux")]
    let _ = set(Resource::RLIMIT_NPROC, tasks_of_mine() + processes);
    #[cfg(not(target_os = "linux"))]
    let _ = processes;
    // The marking waits for Ctrl-C in a thread of its own and blocks it; a program inherits that.
    let _ = SigSet::empty().thread_set_mask();
    format!("{program}: {}", Command::new(program).args(rest).exec())
}

fn set(resource: Resource, limit: u64) -> nix::Result<()> {
    setrlimit(resource, limit, limit)
}

/// The limit counts all processes and threads of the user, and not those of a program.
#[cfg(target_os = "linux")]
fn tasks_of_mine() -> u64 {
    let me = fs::metadata("/proc/self").map_or(0, |data| data.uid()).to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let statuses = entries.filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok());
    let threads = statuses.filter_map(|status| {
        let field = |name| status.lines().find_map(|line: &str| line.strip_prefix(name));
        let user = field("Uid:")?.split_whitespace().next()?;
        (user == me).then(|| field("Threads:")?.trim().parse::<u64>().ok()).flatten()
    });
    threads.sum()
}

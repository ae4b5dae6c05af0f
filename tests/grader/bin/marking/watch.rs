//! Runs one program, takes in what it prints, and ends it with all that it has started: when it is
//! done, when its time is up, or when it takes more than it may.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

use grader::process::resident_kib;
use grader::{patience, wait_until};

use super::{sweep, tree};

/// Of what a program prints; the rest is read and thrown away, so that it can't hang either.
const MOST_OUTPUT: usize = 4 << 20;

/// Looks at a program's end for each look at all that it has started: the latter is dear.
const LOOKS: u32 = 10;

/// What the program and all that it starts may take together.
pub struct Limits {
    pub until: Instant,
    pub memory_mib: u64,
    pub processes: u64,
    /// A folder that it can write to, and how many bytes may be in it.
    pub folder: Option<(PathBuf, u64)>,
}

/// How it went.
pub struct Ended {
    /// `None` if it was ended.
    pub status: Option<ExitStatus>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Why it was ended.
    pub stopped: Option<String>,
}

/// Runs `command` within `limits`. An error says that it could not be started.
pub fn run(mut command: Command, limits: &Limits) -> Result<Ended, String> {
    use std::os::unix::process::CommandExt as _;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let began = Instant::now();
    let mut child = sweep::spawn(&mut command).map_err(|error| {
        format!("{} can't be started: {error}", command.get_program().display())
    })?;
    let stdout = child.stdout.take().map(drain);
    let stderr = child.stderr.take().map(drain);
    let mut looks = 0;
    let time = limits.until.saturating_duration_since(began);
    let ended = wait_until(time, "its end", || {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(Ok(status));
        }
        looks += 1;
        (looks % LOOKS == 0).then(|| limits.broken()).flatten().map(Err)
    });
    let (status, stopped) = match ended {
        Ok(Ok(status)) => (Some(status), None),
        Ok(Err(why)) => (None, Some(why)),
        Err(_) => (None, Some(format!("it took longer than {} s", began.elapsed().as_secs()))),
    };
    sweep::unless_interrupted();
    sweep::end_all();
    // It has ended now, by itself or not; an error says that it was reaped already.
    let _ = child.wait();
    sweep::reap();
    Ok(Ended { status, stdout: taken(stdout), stderr: taken(stderr), stopped })
}

impl Limits {
    /// The first limit that is broken, as a sentence.
    fn broken(&self) -> Option<String> {
        let alive = sweep::alive();
        if alive.len() > usize::try_from(self.processes).unwrap_or(usize::MAX) {
            return Some(format!("it had more than {} processes", self.processes));
        }
        let resident: u64 = alive.iter().filter_map(|process| resident_kib(process.pid)).sum();
        if resident > self.memory_mib << 10 {
            return Some(format!("it had more than {} MiB of memory", self.memory_mib));
        }
        let (folder, most) = self.folder.as_ref()?;
        let is_full = tree::size(folder) > *most;
        is_full.then(|| format!("it had more than {} MiB in files", most >> 20))
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        // A pipe that can't be read any more has ended, as far as we can tell.
        let _ = pipe.by_ref().take(MOST_OUTPUT as u64).read_to_end(&mut kept);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        kept
    })
}

/// All who could write have ended; the wait is for the reader to notice.
fn taken(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    let Some(reader) = reader else {
        return Vec::new();
    };
    let done = || reader.is_finished().then_some(());
    let is_done = wait_until(patience(5.0), "its pipes to close", done).is_ok();
    if is_done { reader.join().unwrap_or_default() } else { Vec::new() }
}

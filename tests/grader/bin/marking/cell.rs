//! The sandbox in which foreign code is built and run: it sees the system's programs, the compiler
//! and what it is shown, has no network but its own loopback, and ends as a whole.
//!
//! bubblewrap makes it out of the kernel's namespaces, without the rights of root. Where it is
//! missing, submissions run with the limits of `fence` and `watch` only, and that is said.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::fence::Fence;

/// What every program needs to start; the rest of `/etc` and all else stays out of sight.
const SYSTEM: [&str; 15] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/nsswitch.conf",
];

/// Of cargo's own folder: sources that were fetched, and where they came from. No tokens.
const OF_CARGO: [&str; 3] = ["registry/index", "registry/cache", "registry/src"];

/// Of memory that looks like files: it counts apart.
const TEMPORARY_BYTES: &str = "268435456";

const WITHOUT: &str = "\
submissions run WITHOUT ISOLATION: they can read your files, change them, and use the network.
  To keep them apart, install bubblewrap (Debian, Ubuntu, Fedora, Arch: the package `bubblewrap`),
  or mark on a machine or in a container that holds nothing else.";

/// How programs are started.
pub struct Cell {
    bwrap: Option<String>,
    sysroot: PathBuf,
    cargo_home: PathBuf,
    show: Vec<PathBuf>,
}

/// What one program is given.
pub struct Room<'r> {
    pub read: &'r [&'r Path],
    pub write: &'r [&'r Path],
    /// Where it starts.
    pub folder: &'r Path,
    pub environment: &'r [(&'r str, &'r OsStr)],
}

impl Cell {
    /// The best that this machine can do. What is missing is said on stderr.
    pub fn find(show: &[PathBuf]) -> Result<Cell, String> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let asked = Command::new(rustc).args(["--print", "sysroot"]).output();
        let asked = asked.map_err(|error| format!("rustc can't be started: {error}"))?;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
        let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
        let cargo_home = cargo_home.ok_or("neither CARGO_HOME nor HOME is set: set one of them")?;
        let mut cell = Cell { bwrap: None, sysroot, cargo_home, show: show.to_vec() };
        cell.bwrap = find_program("bwrap");
        if let Err(why) = cell.try_out() {
            cell.bwrap = None;
            grader::tell::err(format_args!("{why}{WITHOUT}"));
        }
        Ok(cell)
    }

    /// Whether there is a sandbox that works here.
    fn try_out(&self) -> Result<(), String> {
        if self.bwrap.is_none() {
            return Err(String::new());
        }
        let room = Room { read: &[], write: &[], folder: Path::new("/tmp"), environment: &[] };
        let fence = Fence { memory_mib: 1024, processes: 64, file_mib: 1 };
        let tried = self.command(&["true".to_owned()], &room, &fence).output();
        let tried = tried.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&tried.stderr);
        let said = said.lines().next().unwrap_or("it says nothing");
        if tried.status.success() {
            return Ok(());
        }
        Err(format!("bubblewrap is here, and does not work: {said}\n"))
    }

    pub fn is_sandbox(&self) -> bool {
        self.bwrap.is_some()
    }

    /// `line` behind all fences. Of the environment it has what is given here and no more.
    pub fn command(&self, line: &[String], room: &Room, fence: &Fence) -> Command {
        let me = env::current_exe().unwrap_or_else(|_| "grader".into());
        let mut command = Command::new(me);
        command.args(fence.words()).env_clear();
        if let Some(bwrap) = &self.bwrap {
            command.arg(bwrap);
            self.walls(&mut command, room);
            command.current_dir("/");
        } else {
            command.current_dir(room.folder);
        }
        command.args(line).env("PATH", self.path()).env("HOME", "/tmp").env("LANG", "C.UTF-8");
        command.env("CARGO_HOME", &self.cargo_home).env("RUST_BACKTRACE", "0");
        command.envs(room.environment.iter().copied());
        command
    }

    fn walls(&self, command: &mut Command, room: &Room) {
        command.args(["--unshare-all", "--die-with-parent", "--new-session"]);
        command.args(["--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]);
        for folder in ["/tmp", "/dev/shm"] {
            command.args(["--size", TEMPORARY_BYTES, "--tmpfs", folder]);
        }
        let of_cargo = OF_CARGO.map(|name| self.cargo_home.join(name));
        let system = SYSTEM.iter().map(Path::new).chain(of_cargo.iter().map(PathBuf::as_path));
        for path in system.chain([self.sysroot.as_path()]) {
            command.arg("--ro-bind-try").args([path, path]);
        }
        let shown = self.show.iter().map(PathBuf::as_path);
        for path in shown.chain(room.read.iter().copied()) {
            command.arg("--ro-bind").args([path, path]);
        }
        for path in room.write {
            command.arg("--bind").args([path, path]);
        }
        // What is not mounted is memory; it could be filled.
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir"]);
        command.arg(room.folder).arg("--");
    }

    fn path(&self) -> String {
        let mut folders = vec![self.sysroot.join("bin")];
        folders.extend(self.show.iter().flat_map(|folder| [folder.join("bin"), folder.clone()]));
        if self.bwrap.is_none() {
            let own = env::var_os("PATH").unwrap_or_default();
            folders.extend(env::split_paths(&own));
        }
        folders.extend(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from));
        let joined = env::join_paths(folders).unwrap_or_else(|_| "/usr/bin:/bin".into());
        joined.to_string_lossy().into_owned()
    }
}

/// Where a program of the system is.
pub fn find_program(name: &str) -> Option<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let candidates = env::split_paths(&path).map(|folder| folder.join(name));
    let found = candidates.filter(|file| file.is_file()).find_map(|file| file.canonicalize().ok());
    found.and_then(|file| file.to_str().map(str::to_owned))
}

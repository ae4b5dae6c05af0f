//! Where submissions are built: one clean copy of the repository and one target folder for all of
//! them, so that only what a student has written is compiled anew.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use grader::patience;

use crate::table::STAGES;

use super::cell::Cell;
use super::fence::Fence;
use super::options::Options;
use super::watch::Limits;
use super::{copy, said, tree};

/// Of one file: far above what any stage builds, and just what a check of stage 3 asks for, whose file
/// is one large hole. In the sandbox, what a server writes is memory, and that has a limit of its own.
const LARGEST_FILE_MIB: u64 = 1024;

/// The place for all submissions.
pub struct Workshop {
    pub copy: PathBuf,
    pub target: PathBuf,
    pub scratch: PathBuf,
    pub cell: Cell,
    repository: PathBuf,
    files: Vec<PathBuf>,
    seconds: u64,
    memory_mib: u64,
    processes: u64,
    _lock: File,
}

/// The package of a stage.
pub fn package(stage: u8) -> &'static str {
    STAGES[usize::from(stage) - 1].0
}

impl Workshop {
    /// Makes the clean copy. Only one marking at a time can use it.
    pub fn open(options: &Options) -> Result<Workshop, String> {
        let root = beside_this_program()?.join("mark");
        fs::create_dir_all(&root).map_err(|error| said(&root, &error))?;
        let lock = File::create(root.join("lock")).map_err(|error| said(&root, &error))?;
        lock.try_lock().map_err(|_| "another marking is under way: wait for its end")?;
        let (copy, target, scratch) =
            (root.join("copy"), root.join("target"), root.join("scratch"));
        for folder in [&target, &scratch] {
            fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
        }
        let repository = copy::repository();
        let files = copy::files(&repository, &[&options.folder, &options.out])?;
        copy::write(&repository, &files, &copy)?;
        let cell = Cell::find(&options.show)?;
        let Options { seconds, memory: memory_mib, processes, .. } = *options;
        let workshop = Workshop {
            copy,
            target,
            scratch,
            cell,
            repository,
            files,
            seconds,
            memory_mib,
            processes,
            _lock: lock,
        };
        workshop.clear_scratch();
        Ok(workshop)
    }

    /// A checksum of the checks and of all that they stand on.
    pub fn key(&self) -> String {
        copy::checksum(&self.repository, &self.files)
    }

    /// Fetches the crates that the lock file names.
    pub fn fetch(&self) {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut fetch = Command::new(cargo);
        // If it fails, it says why, and so does the build after it.
        let _ = fetch.args(["fetch", "--locked"]).current_dir(&self.copy).status();
    }

    /// Puts these files, and no other learner's, into the copy.
    pub fn place(&self, stage: u8, files: &[(PathBuf, Vec<u8>)]) -> Result<(), String> {
        // The last one could have changed something, where there is no sandbox.
        copy::write(&self.repository, &self.files, &self.copy)?;
        write_all(&self.copy.join(package(stage)).join("src/bin"), files)
    }

    /// A folder of its own for a server in another language.
    pub fn serve_from(&self, files: &[(PathBuf, Vec<u8>)]) -> Result<PathBuf, String> {
        let folder = self.scratch.join("served");
        tree::empty(&folder).map_err(|error| said(&folder, &error))?;
        write_all(&folder, files)?;
        Ok(folder)
    }

    /// Removes what belonged to one submission.
    pub fn clear_scratch(&self) {
        if let Err(error) = tree::empty(&self.scratch) {
            grader::tell::err(format_args!("{}", said(&self.scratch, &error)));
        }
    }

    /// When the time of a submission that begins now is over.
    pub fn end(&self) -> Instant {
        let seconds = u32::try_from(self.seconds).unwrap_or(u32::MAX);
        Instant::now() + patience(1.0) * seconds
    }

    /// When the first build, which compiles everything, takes too long.
    pub fn end_of_first_build() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    pub fn limits(&self, until: Instant, folder: Option<(PathBuf, u64)>) -> Limits {
        let Workshop { memory_mib, processes, .. } = *self;
        Limits { until, memory_mib, processes, folder }
    }

    pub fn fence(&self) -> Fence {
        let Workshop { memory_mib, processes, .. } = *self;
        // The limit counts threads as well: stage 5 has some 500 of them, in more than one server.
        Fence { memory_mib, processes: processes * 4, file_mib: LARGEST_FILE_MIB }
    }
}

fn write_all(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), String> {
    for (path, bytes) in files {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| said(parent, &error))?;
        fs::write(&file, bytes).map_err(|error| said(&file, &error))?;
    }
    Ok(())
}

/// Cargo's target folder, in which this program is.
fn beside_this_program() -> Result<PathBuf, String> {
    let me = env::current_exe().map_err(|error| error.to_string())?;
    let target = me.parent().and_then(Path::parent);
    target.map(Path::to_owned).ok_or_else(|| format!("{} is in no target folder", me.display()))
}

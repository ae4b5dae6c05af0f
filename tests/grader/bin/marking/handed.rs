//! Which files of a submission are marked: `stageN-mine.rs` or the folder `stageN-mine`, wherever
//! they are. Nothing else of a submission reaches the place where it is built.

use std::path::{Path, PathBuf};

use super::checksum::Checksum;
use super::commit;
use super::submission::Submission;
use super::tree::{self, Entries};
use super::unpack;
use super::workshop::Workshop;

/// A learner's server has some hundred lines; a page or a picture may belong to it.
const MOST_BYTES: u64 = 4 << 20;
const MOST_FILES: usize = 500;

/// With `--command`, the whole folder is the submission.
const MOST_BYTES_OF_FOLDER: u64 = 64 << 20;

/// Files of one stage: their paths as seen from `src/bin` or, with `--command`, from the folder
/// where the command is started.
#[derive(Debug, Default)]
pub struct Files {
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// What the person who marks should know, such as that there were two.
    pub note: String,
}

/// An opened submission.
pub struct Handed {
    stages: Vec<Result<Option<Files>, String>>,
    pub commit: String,
}

impl Handed {
    /// Reads all that may be marked; for a command it takes the folder as it is.
    pub fn open(submission: &Submission, workshop: &Workshop, command: Option<&str>) -> Handed {
        let root = opened(submission, workshop);
        let found = root.and_then(|root| {
            let entries = tree::walk(&root).map_err(|why| format!("it can't be read: {why}"))?;
            Ok((root, entries))
        });
        let stages = (1..=5).map(|stage| match (&found, command) {
            (Err(why), _) => Err(why.clone()),
            (Ok((root, entries)), Some(command)) => folder(root, entries, command).map(Some),
            (Ok((root, entries)), None) => files(root, entries, stage),
        });
        let stages = stages.collect();
        let commit = found.ok().and_then(|(root, entries)| commit::of(&root, &entries));
        Handed { stages, commit: commit.unwrap_or_default() }
    }

    /// The files of this stage; `None` if nothing was handed in; or why it can't be read.
    pub fn stage(&self, stage: u8) -> Result<Option<&Files>, &str> {
        match &self.stages[usize::from(stage) - 1] {
            Ok(files) => Ok(files.as_ref()),
            Err(why) => Err(why),
        }
    }

    /// Another one for anything else that could be handed in.
    pub fn key(&self, stage: u8) -> String {
        let sum = Checksum::new().add(&self.commit);
        let sum = match self.stage(stage) {
            Err(why) => sum.add("error").add(why),
            Ok(None) => sum.add("nothing"),
            Ok(Some(files)) => {
                files.files.iter().fold(sum.add(&files.note), |sum, (path, text)| {
                    sum.add(path.as_os_str().as_encoded_bytes()).add(text)
                })
            }
        };
        sum.as_text()
    }
}

/// The folder of the submission, unpacked if it is an archive.
fn opened(submission: &Submission, workshop: &Workshop) -> Result<PathBuf, String> {
    let Some(packed) = submission.archive else {
        return Ok(submission.path.clone());
    };
    let to = workshop.scratch.join("unpacked");
    unpack::unpack(&submission.path, packed, &to, &workshop.cell)?;
    Ok(to)
}

/// The learner's file of this stage, or folder. Where there are several, that in a `src/bin` is
/// taken, then that which lies least deep.
fn files(root: &Path, entries: &Entries, stage: u8) -> Result<Option<Files>, String> {
    let (file, folder) = (format!("stage{stage}-mine.rs"), format!("stage{stage}-mine"));
    let is_program = |path: &&PathBuf| entries.files.contains(&path.join("main.rs"));
    let of_file = entries.files.iter().filter(|path| path.ends_with(&file));
    let of_folder = entries.folders.iter().filter(|path| path.ends_with(&folder));
    let mut found: Vec<&PathBuf> = of_file.chain(of_folder.filter(is_program)).collect();
    found.sort_by_key(|path| {
        let is_elsewhere = !path.parent().is_some_and(|parent| parent.ends_with("src/bin"));
        (is_elsewhere, path.components().count(), path.as_os_str())
    });
    let Some(chosen) = found.first() else {
        return Ok(like(entries, stage).map(|near| Files { note: near, ..Files::default() }));
    };
    let base = chosen.parent().unwrap_or(Path::new(""));
    let below = entries.files.iter().filter(|path| path.starts_with(chosen));
    let files = read(root, base, below, MOST_FILES, MOST_BYTES)?;
    let others = found.len() - 1;
    let note = match others {
        0 => String::new(),
        _ => format!("{} was marked, and {others} more of that name not", chosen.display()),
    };
    Ok(Some(Files { files, note }))
}

/// A file that was perhaps meant to be the learner's: it is named and not marked.
fn like(entries: &Entries, stage: u8) -> Option<String> {
    let looks = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.starts_with(&format!("stage{stage}mine"))
    };
    let near = entries.files.iter().chain(&entries.folders).find(looks)?;
    let near = near.display();
    Some(format!("not handed in; {near} would have to be named stage{stage}-mine.rs"))
}

/// All files, as seen from the innermost folder that holds them all: archives often have one more
/// folder around everything. None if those that the command names are missing.
fn folder(root: &Path, entries: &Entries, command: &str) -> Result<Files, String> {
    let mut base = PathBuf::new();
    loop {
        let parent_is_base = |path: &&PathBuf| path.parent() == Some(&base);
        let mut folders = entries.folders.iter().filter(parent_is_base);
        match (folders.next(), folders.next()) {
            (Some(one), None) if !entries.files.iter().any(|file| parent_is_base(&file)) => {
                base = one.clone();
            }
            _ => break,
        }
    }
    let named = named(command);
    if !named.is_empty() && !named.iter().any(|name| entries.files.contains(&base.join(name))) {
        let note = format!("not handed in; there is no {} in the folder", named.join(", no "));
        return Ok(Files { note, ..Files::default() });
    }
    let files = entries.files.iter();
    let files = read(root, &base, files, usize::MAX, MOST_BYTES_OF_FOLDER)?;
    Ok(Files { files, note: String::new() })
}

/// What a command surely names as files: a program with a path, and words with an extension. A shell
/// may make anything of quotes and the like, so then there are none.
fn named(command: &str) -> Vec<&str> {
    if command.contains(['\'', '"', '\\', '$', '*', '`']) {
        return Vec::new();
    }
    let words: Vec<&str> = command.split_whitespace().collect();
    let is_file = |at: usize, word: &str| {
        let is_argument = at > 0 && words[at - 1] != "-m" && word.contains('.');
        let is_relative = !word.starts_with(['-', '/', '~']) && !word.contains('=');
        is_relative && (is_argument || word.contains('/')) && !word.ends_with(['.', '/'])
    };
    let files = words.iter().enumerate().filter(|(at, word)| is_file(*at, word));
    files.map(|(_, word)| word.strip_prefix("./").unwrap_or(word)).collect()
}

#[test]
fn files_of_a_command_are_known() {
    assert_eq!(named("python3 -u server.py"), ["server.py"]);
    assert_eq!(named("./run.sh"), ["run.sh"]);
    assert_eq!(named("python3.13 src/server"), ["src/server"]);
    for other in ["python3 -m http.server", "node .", "make run", "sh -c 'exec a.sh'", "/bin/a.out"]
    {
        assert!(named(other).is_empty(), "{other}");
    }
}

fn read<'p>(
    root: &Path,
    base: &Path,
    paths: impl Iterator<Item = &'p PathBuf>,
    most_files: usize,
    most_bytes: u64,
) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let mut left = most_bytes;
    let mut files = Vec::new();
    for path in paths {
        let bytes = tree::read(&root.join(path), left)?;
        left -= u64::try_from(bytes.len()).unwrap_or(left).min(left);
        files.push((path.strip_prefix(base).unwrap_or(path).to_owned(), bytes));
        if files.len() > most_files {
            return Err(format!("it has more than {most_files} files"));
        }
    }
    Ok(files)
}

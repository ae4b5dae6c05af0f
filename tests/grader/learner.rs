//! The learner's own server: whether it has been begun, where, and whether it is one's own.

mod built;
mod code;

use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::Stage;
use crate::starter;
use crate::target::Target;

pub use built::dep_info;

/// What there is to be graded.
#[derive(Debug)]
pub(crate) enum Learner {
    /// Nothing yet.
    NotStarted,
    /// A server that is no work of one's own, and why.
    NotOwn(String),
    /// A server; `untouched` if its file is the starter as it was handed out.
    Ready { target: Target, untouched: bool },
}

impl Learner {
    /// The program in `SERVER_CMD`, or else the learner's file.
    pub(crate) fn find(stage: &Stage, command: Option<&str>) -> Learner {
        let settle = |target: Target| {
            stage.settings.iter().fold(target, |target, (name, value)| target.env(name, value))
        };
        if let Some(command) = command {
            return Learner::Ready { target: settle(Target::shell(command)), untouched: false };
        }
        let Some(program) = stage.mine else {
            return Learner::NotStarted;
        };
        let sources = sources(stage);
        if let Some(why) = borrowed(stage, Path::new(program), &sources) {
            return Learner::NotOwn(why);
        }
        let starter = fs::read_to_string(Path::new(stage.folder).join("starter.rs")).ok();
        let is_copy = sources.len() == 1 && starter.as_ref() == Some(&sources[0].1);
        // A copy of a starter into which somebody wrote by mistake is work.
        let untouched = is_copy && !starter::is_edited(stage);
        let target = settle(Target::command(crate::target::MINE, [program]));
        Learner::Ready { target, untouched }
    }
}

/// The files of the learner's server, as seen from the workspace's root, and what they hold.
fn sources(stage: &Stage) -> Vec<(String, String)> {
    let name = format!("src/bin/stage{}-mine", stage.number);
    let mut paths = vec![PathBuf::from(format!("{name}.rs"))];
    collect(Path::new(stage.folder), Path::new(&name), &mut paths);
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(Path::new(stage.folder).join(path)).ok()?;
        Some((format!("{}/{}", stage.package, path.display()), text))
    };
    paths.iter().filter_map(read).collect()
}

fn collect(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(root, &path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// What a stretch exercise hands out, to be taken in as it is.
const GIVEN: &str = "stretch/accept_key.rs";

/// Why this is not one's own work: it uses the very library that is to be built.
///
/// The compiler has the last word, where it can be asked: it knows what a text may hide. The text
/// says in which line.
fn borrowed(stage: &Stage, program: &Path, sources: &[(String, String)]) -> Option<String> {
    let own = stage.package.replace('-', "_");
    let place = match built::sources(program) {
        Some(files) => files.iter().find_map(|file| foreign(stage, file)),
        None => sources.iter().find_map(|(name, text)| takes_in(name, text)),
    };
    let place = place.or_else(|| {
        let line = sources.iter().find_map(|(name, text)| line_with(&own, name, text));
        let calls = || built::calls(program, &own) == Some(true);
        line.or_else(|| {
            calls().then(|| stage.mine_path() + ", in a way that its text does not show,")
        })
        .map(|place| format!("{place} uses {own}"))
    });
    Some(format!(
        "{}: a server of your own is what this stage asks for. The libraries of the stages before it \
         are yours to use",
        place?
    ))
}

/// That this is a source file from outside of the learner's server. Others, such as a page that a
/// server shows, may be anywhere.
fn foreign(stage: &Stage, file: &Path) -> Option<String> {
    let folder = Path::new(stage.folder);
    // Cargo runs the compiler in the workspace's root.
    let real = folder.parent()?.join(file).canonicalize().ok()?;
    let own = format!("src/bin/stage{}-mine", stage.number);
    let mine = [own.clone() + ".rs", own, GIVEN.to_owned()];
    let is_own = mine.iter().filter_map(|path| folder.join(path).canonicalize().ok());
    let is_own = is_own.into_iter().any(|path| real.starts_with(path));
    let is_source = real.extension().is_some_and(|extension| extension == "rs");
    let file = file.display();
    (is_source && !is_own)
        .then(|| format!("your server takes in a file from outside of it, {file}"))
}

/// The same by its text alone, for a program that says nothing of its sources.
fn takes_in(name: &str, text: &str) -> Option<String> {
    text.lines().enumerate().find_map(|(number, line)| {
        let reaches = ["#[path", "include!"].iter().any(|word| line.contains(word));
        let is_far = ["../", "\"/", "CARGO_MANIFEST_DIR"].iter().any(|way| line.contains(way));
        let line = number + 1;
        (reaches && is_far && !text.contains(GIVEN))
            .then(|| format!("{name}, line {line}, takes in a file from outside of your server"))
    })
}

/// Where the code names the library.
fn line_with(own: &str, name: &str, text: &str) -> Option<String> {
    let code = code::alone(text);
    let number = code.lines().position(|line| has_word(line, own))? + 1;
    Some(format!("{name}, line {number},"))
}

fn has_word(code: &str, word: &str) -> bool {
    let is_in_name = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].ends_with(is_in_name) && !code[at + word.len()..].starts_with(is_in_name)
    })
}

/// What looks like a learner's server and is none, a line each, with the way out.
pub(crate) fn strays(stage: &Stage) -> Vec<String> {
    let number = stage.number;
    let right = [format!("stage{number}-mine.rs"), format!("stage{number}-mine")];
    let mut found = Vec::new();
    for folder in ["", "src", "src/bin"] {
        let entries = fs::read_dir(Path::new(stage.folder).join(folder)).into_iter().flatten();
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into()).collect();
        names.sort();
        let both = folder == "src/bin" && right.iter().all(|name| names.contains(name));
        if both {
            let [file, folder] = &right;
            found.push(format!("{file} and the folder {folder} are both there: keep one of them"));
        }
        for name in names.iter().filter(|name| looks_like_mine(name)) {
            let path = [stage.package, folder, name].into_iter().filter(|part| !part.is_empty());
            let path = path.collect::<Vec<_>>().join("/");
            if folder != "src/bin" || !right.contains(name) {
                let place = stage.mine_path();
                found.push(format!("{path} is not graded: it must be {place}"));
            } else if name == &right[1] && !has_main(stage, name) {
                found.push(format!("{path} has no main.rs, so it is no program"));
            }
        }
    }
    found
}

fn looks_like_mine(name: &str) -> bool {
    let letters: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let rest = letters.trim_start_matches("stage").trim_start_matches(|c: char| c.is_ascii_digit());
    ["mine", "miners", "minerstxt", "minetxt", "minemainrs"].contains(&rest)
}

fn has_main(stage: &Stage, name: &str) -> bool {
    Path::new(stage.folder).join("src/bin").join(name).join("main.rs").exists()
}

/// What to say to somebody who has not begun: how to begin, and what may have gone wrong.
pub(crate) fn how_to_start(stage: &Stage) -> Vec<String> {
    let mut lines = strays(stage);
    if starter::is_edited(stage) {
        let (package, place) = (stage.package, stage.mine_path());
        lines.push(format!(
            "{package}/starter.rs was changed, and is not graded: copy it to {place}, and get the \
             old one back with git checkout {package}/starter.rs"
        ));
    }
    lines
}

#[cfg(test)]
mod tests;

//! What a class has handed in, made up: servers, good and bad ones, in a folder of submissions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Tried, succeeds};

use grader::harness::Failed;

/// What this repository has for stage 1: a server that earns nothing, and one that earns all.
pub const STARTER: &str = include_str!("../../stage1-echo/starter.rs");
pub const WHOLE: &str = include_str!("../broken/stage1.rs");

/// One client and its first piece: steps 1 and 2, and two checks of later steps that ask no more.
pub const HALF: &str = "//! Half done.\nuse std::{env::var, io::{Read, Write}, net::TcpListener};\n\
    fn main() {\n    let port: u16 = var(\"PORT\").expect(\"\").parse().expect(\"\");\n    \
    let host = var(\"HOST\").expect(\"\");\n    \
    let socket = TcpListener::bind((&host[..], port)).expect(\"\");\n    \
    println!(\"listening on {}\", socket.local_addr().expect(\"\"));\n    \
    let (mut connection, _) = socket.accept().expect(\"\");\n    let mut bytes = [0; 1024];\n    \
    let count = connection.read(&mut bytes).expect(\"\");\n    \
    connection.write_all(&bytes[..count]).expect(\"\");\n}\n";

/// Starts processes until it is stopped, and never ends by itself.
const ENDLESS: &str = "//! Never ends.\nuse std::process::Command;\nfn main() {\n    \
    for _ in 0..200 {\n        _ = Command::new(\"setsid\").args([\"sleep\", \"600\"]).spawn();\n    \
    }\n    loop {\n        std::hint::spin_loop();\n    }\n}\n";

/// A folder with one submission of each kind.
pub fn class(name: &str) -> Result<PathBuf, Failed> {
    let folder = folder(name)?;
    submit(&folder, "good/stage1-echo/src/bin/stage1-mine.rs", WHOLE)?;
    submit(&folder, "half/stage1-mine.rs", HALF)?;
    submit(&folder, "starter/stage1-mine.rs", STARTER)?;
    submit(&folder, "wrong/stage1-mine.rs", "fn main() {\n    let x: u32 = 'a';\n}\n")?;
    submit(&folder, "endless/stage1-mine.rs", ENDLESS)?;
    submit(&folder, "nothing/notes.md", "no time")?;
    submit(&folder, "a \"b\"\n/stage1-mine/main.rs", WHOLE)?;
    submit(&folder, "zipped/a folder/stage1-mine.rs", WHOLE)?;
    let mut zip = Command::new("python3");
    zip.args(["-m", "zipfile", "-c", "../zipped.zip", "a folder"]);
    succeeds(zip.current_dir(folder.join("zipped")))?;
    fs::remove_dir_all(folder.join("zipped"))?;
    Ok(folder)
}

/// An empty folder, without what an earlier run has left.
pub fn folder(name: &str) -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mark").join(name);
    for old in [folder.clone(), folder.with_file_name(format!("{name}-marks"))] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// One file of a submission.
pub fn submit(folder: &Path, path: &str, text: &str) -> Tried {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap_or(folder))?;
    Ok(fs::write(file, text)?)
}

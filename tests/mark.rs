//! Marking a class and writing an exam, tried out: `grader mark` with a folder of small submissions,
//! good and bad ones, and `grader exam` with a starter and a whole server.
//!
//! It builds the stage's checks once more, in folders of its own, which takes a minute on the first
//! run; so it runs only if `GRADE=grader` asks for it, as for all that grades the grader.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};

type Tried = Result<(), Failed>;

/// What this repository has for stage 1: a server that earns nothing, and one that earns all.
const STARTER: &str = include_str!("../stage1-echo/starter.rs");
const WHOLE: &str = include_str!("broken/stage1.rs");

/// One client and its first piece: steps 1 and 2, and two checks of later steps that ask no more.
const HALF: &str = "//! Half done.\nuse std::{env::var, io::{Read, Write}, net::TcpListener};\n\
    fn main() {\n    let port: u16 = var(\"PORT\").expect(\"\").parse().expect(\"\");\n    \
    let socket = TcpListener::bind((\"127.0.0.1\", port)).expect(\"\");\n    \
    println!(\"listening on {}\", socket.local_addr().expect(\"\"));\n    \
    let (mut connection, _) = socket.accept().expect(\"\");\n    let mut bytes = [0; 1024];\n    \
    let count = connection.read(&mut bytes).expect(\"\");\n    \
    connection.write_all(&bytes[..count]).expect(\"\");\n}\n";

/// Starts processes until it is stopped, and never ends by itself.
const ENDLESS: &str = "//! Never ends.\nuse std::process::Command;\nfn main() {\n    \
    for _ in 0..200 {\n        _ = Command::new(\"setsid\").args([\"sleep\", \"600\"]).spawn();\n    \
    }\n    loop {\n        std::hint::spin_loop();\n    }\n}\n";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Two markings share a workshop, and the second would be turned away.
    arguments.test_threads = Some(1);
    let is_asked = env::var("GRADE").is_ok_and(|value| value == "grader");
    if !is_asked && !arguments.list {
        println!("not run: GRADE=grader cargo test -p grader --test mark tries out mark and exam");
    }
    let trial =
        |name: &str, run: fn() -> Tried| Trial::test(name, run).with_ignored_flag(!is_asked);
    let trials = vec![
        trial("a-class-is-marked", a_class_is_marked),
        trial("only-what-has-changed-is-marked-again", only_what_has_changed_is_marked_again),
        trial("servers-in-another-language-are-marked", servers_in_another_language_are_marked),
        trial("an-exam-works-without-the-answers", an_exam_works_without_the_answers),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// One submission of each kind, each with what comes of it.
fn a_class_is_marked() -> Tried {
    let class = class("class")?;
    let out = mark(&class, &[])?;
    for (id, points, state) in [
        ("\"a \"\"b\"\"\n\"", "12", "graded"),
        ("endless", "0", "no result"),
        ("good", "12", "graded"),
        ("half", "5", "graded"),
        ("nothing", "", "not handed in"),
        ("starter", "0", "graded"),
        ("wrong", "0", "does not compile"),
        ("zipped", "12", "graded"),
    ] {
        let start = format!("\r\n{id},1,{points},12,");
        let row = out.csv.split_once(&start).ok_or(format!("no {start:?} in\n{}", out.csv))?.1;
        holds(row.contains(&format!(",{state},")), &format!("{id} is {state:?}"), &row)?;
    }
    let said = &out.file("reports/wrong/stage1.txt")?;
    holds(said.contains("mismatched types"), "the compiler's error is there", said)?;
    let said = &out.file("marks.json")?;
    holds(said.contains("\"id\": \"slow-reader\""), "each check is there", said)
}

fn only_what_has_changed_is_marked_again() -> Tried {
    let folder = folder("again")?;
    submit(&folder, "same/stage1-mine.rs", HALF)?;
    submit(&folder, "other/stage1-mine.rs", HALF)?;
    let first = mark(&folder, &[])?;
    submit(&folder, "other/stage1-mine.rs", STARTER)?;
    let second = mark(&folder, &[])?;
    let row = |out: &Marked, id: &str| {
        out.csv.lines().find(|line| line.starts_with(id)).unwrap_or_default().to_owned()
    };
    holds(row(&first, "same,") == row(&second, "same,"), "the first mark stays", &second.csv)?;
    holds(row(&second, "other,1,0,").len() > 10, "the changed one is marked again", &second.csv)
}

fn servers_in_another_language_are_marked() -> Tried {
    let folder = folder("python")?;
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/stage1.py");
    submit(&folder, "good/inner/server.py", &fs::read_to_string(python)?)?;
    submit(&folder, "none/inner/other.py", "")?;
    let out = mark(&folder, &["--command", "python3 server.py"])?;
    holds(out.csv.contains("\r\ngood,1,12,12,"), "the worked server has all points", &out.csv)?;
    holds(out.csv.contains("\r\nnone,1,0,12,"), "no server has none", &out.csv)
}

fn an_exam_works_without_the_answers() -> Tried {
    // Outside of the repository, which its build folder may not be.
    let place = env::temp_dir().join(format!("grader-exam-{}", std::process::id()));
    fs::create_dir_all(&place)?;
    let tried = exam_in(&place.join("copy"));
    fs::remove_dir_all(place)?;
    tried
}

fn exam_in(folder: &Path) -> Tried {
    let words = ["exam", &folder.to_string_lossy(), "--stage", "1"].map(str::to_owned);
    succeeds(Command::new(env!("CARGO_BIN_EXE_grader")).args(words))?;
    let lacks = |path: &str| !folder.join(path).exists();
    let answers = ["stage1-echo/src/lib.rs", "tests/broken", "stage2-single-request"];
    holds(answers.into_iter().all(lacks), "no answer is there", &folder.display())?;
    let tasks = fs::read_to_string(folder.join("stage1-echo/stretch/README.md"))?;
    holds(tasks.contains("RFC 862") && !tasks.contains("Hint"), "tasks are there", &tasks)?;
    for (server, points) in [(STARTER, "0 of 12 points"), (WHOLE, "12 of 12 points")] {
        fs::write(folder.join("stage1-echo/src/bin/stage1-mine.rs"), server)?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--quiet", "--offline", "--package", "stage1-echo"]);
        cargo.env_remove("GRADE").env("CARGO_TARGET_DIR", folder.with_file_name("target"));
        let output = cargo.current_dir(folder).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_last = said.trim_end().lines().last().is_some_and(|line| line.contains(points));
        holds(is_last && output.status.success(), points, &format!("{said}{why}"))?;
    }
    Ok(())
}

/// A marked folder.
struct Marked {
    csv: String,
    out: PathBuf,
}

impl Marked {
    fn file(&self, path: &str) -> Result<String, Failed> {
        Ok(fs::read_to_string(self.out.join(path))?)
    }
}

fn mark(folder: &Path, more: &[&str]) -> Result<Marked, Failed> {
    let mut marking = Command::new(env!("CARGO_BIN_EXE_grader"));
    marking.arg("mark").arg(folder).args(["--stage", "1", "--processes", "100"]).args(more);
    succeeds(&mut marking)?;
    let out = folder.with_file_name(format!("{}-marks", name(folder)));
    Ok(Marked { csv: fs::read_to_string(out.join("marks.csv"))?, out })
}

fn class(name: &str) -> Result<PathBuf, Failed> {
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
fn folder(name: &str) -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mark").join(name);
    for old in [folder.clone(), folder.with_file_name(format!("{name}-marks"))] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn submit(folder: &Path, path: &str, text: &str) -> Tried {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap_or(folder))?;
    Ok(fs::write(file, text)?)
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn succeeds(command: &mut Command) -> Result<Output, Failed> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    holds(output.status.success(), &format!("{command:?} succeeds"), &said)?;
    Ok(output)
}

fn holds(is_so: bool, what: &str, said: &dyn std::fmt::Display) -> Tried {
    if is_so { Ok(()) } else { Err(format!("expected that {what}; got\n{said}").into()) }
}

//! Marking a class and writing an exam, tried out: `grader mark` with a folder of small submissions,
//! good and bad ones, and `grader exam` with a starter and a whole server.
//!
//! It builds the stage's checks once more, in folders of its own, which takes a minute on the first
//! run; so it runs only if `GRADE=grader` asks for it, as for all that grades the grader.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

#[path = "mark/class.rs"]
mod class;
#[path = "mark/page.rs"]
mod page;

use class::{HALF, STARTER, WHOLE, class, folder, submit};

use grader::harness::{self, Arguments, Failed, Trial};

type Tried = Result<(), Failed>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Two markings share a workshop, and the second would be turned away.
    arguments.threads = Some(1);
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
        trial("pages-are-compared-line-by-line", page::is_strict),
        trial("the-page-for-teachers-is-true", page::is_true),
    ];
    harness::run(&arguments, trials).exit_code()
}

/// One submission of each kind, each with what comes of it.
fn a_class_is_marked() -> Tried {
    let class = class("class")?;
    let out = mark(&class, &[])?;
    for (id, points, state) in [
        ("\"a \"\"b\"\"\n\"", "12", "graded"),
        ("endless", "0", "no result"),
        ("good", "12", "graded"),
        ("half", "4", "graded"),
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
    // As if stage 2 had been marked before: it is not asked for now.
    let report =
        first.file("reports/same/stage1.json")?.replacen("\"stage\": 1", "\"stage\": 2", 1);
    fs::write(first.out.join("reports/same/stage2.json"), report)?;
    let second = mark(&folder, &[])?;
    let row = |out: &Marked, id: &str| {
        out.csv.lines().find(|line| line.starts_with(id)).unwrap_or_default().to_owned()
    };
    holds(row(&first, "same,") == row(&second, "same,"), "the first mark stays", &second.csv)?;
    holds(row(&second, "same,2,4,").len() > 10, "the other stage's mark stays", &second.csv)?;
    holds(row(&second, "other,1,0,").len() > 10, "the changed one is marked again", &second.csv)
}

fn servers_in_another_language_are_marked() -> Tried {
    let folder = folder("python")?;
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/stage1.py");
    submit(&folder, "good/inner/server.py", &fs::read_to_string(python)?)?;
    submit(&folder, "none/inner/other.py", "")?;
    let out = mark(&folder, &["--command", "python3 server.py"])?;
    holds(out.csv.contains("\r\ngood,1,12,12,"), "the worked server has all points", &out.csv)?;
    let none = out.csv.contains("\r\nnone,1,,12,") && out.csv.contains("there is no server.py");
    holds(none, "no server was handed in", &out.csv)
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

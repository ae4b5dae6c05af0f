//! A learner's folder, right and nearly right.

use std::fs;
use std::path::PathBuf;

use super::{Learner, how_to_start};
use crate::known::Known;
use crate::random;
use crate::stage::Stage;
use crate::whole::not_graded;

/// The folder of a package. Dropping it removes it.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(std::env::temp_dir().join(format!("learner-{}", random::name())));
        for (name, text) in files {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        folder
    }

    fn stage(&self, mine: Option<&'static str>) -> Stage {
        let folder = self.0.display().to_string().leak();
        Stage {
            number: 4,
            package: "stage4-fork",
            folder,
            reference: "true",
            mine,
            settings: &[],
            groups: &[],
            steps: &[],
            points: 17,
            stretch: &[],
            known: Known { starter: "", worked: "", broken: &[], stretch: &[] },
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn names_that_are_nearly_right_are_named() {
    let names = [
        "src/bin/stage4_mine.rs",
        "src/bin/stage4-mine.rs.txt",
        "src/bin/Stage4-mine.rs",
        "src/bin/mine.rs",
        "src/bin/stage3-mine.rs",
        "src/stage4-mine.rs",
        "stage4-mine.rs",
    ];
    for name in names {
        let folder = Folder::with(&[(name, ""), ("src/bin/README.md", "")]);
        let lines = how_to_start(&folder.stage(None));
        let expected = format!(
            "stage4-fork/{name} is not graded: it must be stage4-fork/src/bin/stage4-mine.rs"
        );
        assert_eq!(lines, [expected]);
    }
}

#[test]
fn names_that_are_right_are_left_alone() {
    let good =
        [("src/bin/stage4-mine/main.rs", ""), ("src/bin/README.md", ""), ("src/main.rs", "")];
    let folder = Folder::with(&good);
    assert_eq!(how_to_start(&folder.stage(None)), [""; 0]);
    let both = Folder::with(&[("src/bin/stage4-mine/main.rs", ""), ("src/bin/stage4-mine.rs", "")]);
    assert_eq!(
        how_to_start(&both.stage(None)),
        ["stage4-mine.rs and the folder stage4-mine are both there: keep one of them"]
    );
    let empty = Folder::with(&[("src/bin/stage4-mine/server.rs", "")]);
    assert_eq!(
        how_to_start(&empty.stage(None)),
        ["stage4-fork/src/bin/stage4-mine has no main.rs, so it is no program"]
    );
}

#[test]
fn an_edited_starter_is_named() {
    let folder = Folder::with(&[("starter.rs", "fn main() { mine() }")]);
    let lines = how_to_start(&folder.stage(None));
    assert!(
        lines[0].starts_with("stage4-fork/starter.rs was changed, and is not graded: copy it to")
    );
}

#[test]
fn a_server_that_borrows_the_answer_is_not_graded() {
    let (uses, takes) = ("uses stage4_fork: ", "takes in a file from outside of your server: ");
    let borrowed = [
        ("use stage4_fork::serve::serve;\n", uses),
        ("fn main() { ::stage4_fork::run() }\n", uses),
        ("#[path = \"../serve.rs\"]\nmod serve;\n", takes),
        ("include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src/serve.rs\"));\n", takes),
    ];
    for (text, why) in borrowed {
        let folder = Folder::with(&[("src/bin/stage4-mine/a/serve.rs", text)]);
        let learner = Learner::find(&folder.stage(Some("true")), None);
        let (told, _) = not_graded(&folder.stage(None), &learner);
        let start = "stage 4, your server: 0 of 17 points; \
                     stage4-fork/src/bin/stage4-mine/a/serve.rs, line 1, "
            .to_owned();
        assert!(told.starts_with(&(start + why)), "{told}");
    }
}

/// What a text can hide, and the compiler can't.
#[test]
fn a_server_that_hides_what_it_borrows_is_not_graded() {
    let uses = "uses stage4_fork: ";
    let takes = "your server takes in a file from outside of it, ";
    let hidden = [
        ("use /* // */ stage4_fork::run;\nfn main() { run() }\n", uses),
        ("extern crate stage4_fork as x;\nfn main() { x::run() }\n", uses),
        ("fn main() { let _ = \"//\"; stage4_fork::run() }\n", uses),
        // The file is no source by its name, and not in the workspace.
        ("include!(concat!(\"../../../../x\", \".txt\"));\n", uses),
        ("include!(concat!(\".\", \"./serve.rs\"));\nfn main() { serve() }\n", takes),
        ("#[cfg_attr(all(), path = \"../serve.rs\")]\nmod s;\nfn main() { s::serve() }\n", takes),
    ];
    for (text, why) in hidden {
        let folder = Folder::with(&[
            ("w/stage4-fork/src/lib.rs", "pub fn run() { println!(\"{:?}\", std::env::args()) }"),
            ("w/stage4-fork/src/serve.rs", "pub fn serve() {}"),
            ("x.txt", "fn main() { stage4_fork::run() }"),
            ("w/stage4-fork/src/bin/stage4-mine.rs", text),
        ]);
        let (told, _) = not_graded(&folder.stage(None), &built(&folder));
        let start = "stage 4, your server: 0 of 17 points; ";
        assert!(told.starts_with(start) && told.contains(why), "{text}: {told}");
    }
}

#[test]
fn a_server_that_only_speaks_of_the_library_is_graded() {
    let text = "/* stage4_fork::run\nis theirs */\nmod stage4_fork_of_mine { pub fn run() {} }\n\
                const NAME: &str = \"stage4_fork\";\n\
                fn main() { stage4_fork_of_mine::run(); println!(\"{NAME}\") }\n";
    let folder = Folder::with(&[
        ("w/stage4-fork/src/lib.rs", "pub fn run() {}"),
        ("w/stage4-fork/src/bin/stage4-mine.rs", text),
    ]);
    let learner = built(&folder);
    assert!(matches!(learner, Learner::Ready { .. }), "it is graded: {learner:?}");
}

/// Compiles library and server as cargo does, and finds the server.
fn built(folder: &Folder) -> Learner {
    let rustc = |arguments: &[&str]| {
        let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = std::process::Command::new(program);
        command.args(["--edition=2024"]).args(arguments).current_dir(folder.0.join("w"));
        let output = command.output().expect("rustc is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let deps = folder.0.join("w/debug/deps");
    fs::create_dir_all(&deps).expect("made");
    let deps = deps.to_str().expect("it is text");
    let library = format!("stage4_fork={deps}/libstage4_fork.rlib");
    rustc(&[
        "--crate-type=lib",
        "--crate-name=stage4_fork",
        "--out-dir",
        deps,
        "stage4-fork/src/lib.rs",
    ]);
    let source = "stage4-fork/src/bin/stage4-mine.rs";
    rustc(&[
        "--crate-name=stage4_mine",
        "--emit=dep-info,link",
        "-Cextra-filename=-0123456789abcdef",
        "--extern",
        &library,
        "--out-dir",
        deps,
        source,
    ]);
    let program = folder.0.join("w/debug/stage4-mine");
    let linked = folder.0.join("w/debug/deps/stage4_mine-0123456789abcdef");
    fs::hard_link(linked, &program).expect("linked");
    let mut stage = folder.stage(Some(program.display().to_string().leak()));
    stage.folder = folder.0.join("w/stage4-fork").display().to_string().leak();
    Learner::find(&stage, None)
}

/// With the two lines of `stage5-async/stretch/README.md`.
#[test]
fn what_a_stretch_exercise_hands_out_may_be_taken_in() {
    let text = "#[path = \"../../stretch/accept_key.rs\"]\nmod accept_key;\n";
    let folder = Folder::with(&[("src/bin/stage4-mine.rs", text)]);
    let learner = Learner::find(&folder.stage(Some("true")), None);
    assert!(matches!(learner, Learner::Ready { .. }), "it is graded: {learner:?}");
}

#[test]
fn a_server_of_ones_own_is_graded_and_a_copy_of_the_starter_known() {
    let own = "// not stage4_fork::run\nuse stage3_gateway::x;\nmod stage4_fork_of_mine {}\n";
    // Of the third package it is known that this is not what was handed out.
    let cases =
        [(own, "stage9-words", true), ("", "stage9-words", false), (own, "stage4-fork", false)];
    for (starter, package, same) in cases {
        let folder = Folder::with(&[("src/bin/stage4-mine.rs", own), ("starter.rs", starter)]);
        let stage = Stage { package, ..folder.stage(Some("true")) };
        let learner = Learner::find(&stage, None);
        let Learner::Ready { target, untouched } = learner else {
            panic!("it is graded: {learner:?}");
        };
        assert_eq!((target.name(), untouched), ("mine", same));
    }
}

#[test]
fn a_command_is_graded_in_place_of_a_file() {
    let learner =
        Learner::find(&Folder::with(&[]).stage(None), Some("sh -c 'echo \"$PORT\" $0' a"));
    let Learner::Ready { target, .. } = learner else {
        panic!("it is graded: {learner:?}");
    };
    let finished = target.launch().run().expect("it ends by itself");
    assert_eq!(finished.stdout_lines(), ["0 a"]);
}

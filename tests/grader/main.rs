//! `cargo run -p grader`: the scores of all five stages; with `mark`, those of a whole class; with
//! `exam`, a copy of the repository for an exam.

#[path = "bin/exam/mod.rs"]
mod exam;
#[path = "bin/marking/mod.rs"]
mod marking;
#[path = "bin/table.rs"]
mod table;

use std::env;
use std::process::ExitCode;

use grader::tell;

const HELP: &str = "\
usage: cargo run -p grader                       your own points in all five stages
       cargo run -p grader -- mark FOLDER        marks the submissions of a class
       cargo run -p grader -- exam FOLDER --stage N
                                                 writes a copy without the answers, for an exam

`mark --help` and `exam --help` say more; TEACHING.md says how a class works with it.
";

/// The command line is wrong.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = Vec::new();
    for argument in env::args_os().skip(1) {
        match argument.into_string() {
            Ok(argument) => arguments.push(argument),
            Err(argument) => return wrong(&format!("{} is no UTF-8", argument.display())),
        }
    }
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let asks = words.iter().any(|word| ["--help", "-h"].contains(word));
    match words.first() {
        None => table::print(),
        // No argument of its own: what follows belongs to another program.
        Some(&"fence") => failed(&marking::fence::become_program(&arguments[1..])),
        Some(&"mark") if asks => help(marking::HELP),
        Some(&"exam") if asks => help(exam::HELP),
        Some(_) if asks => help(HELP),
        Some(&"mark") => done(marking::run(arguments.split_off(1))),
        Some(&"exam") => done(exam::run(arguments.split_off(1))),
        Some(other) => wrong(&format!("{other} is no command")),
    }
}

fn help(text: &str) -> ExitCode {
    let _ = tell::out(text);
    ExitCode::SUCCESS
}

fn done(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Usage(why)) => wrong(&why),
        Err(Error::Failed(why)) => failed(&why),
    }
}

/// Why a command was not carried out.
pub enum Error {
    /// It was typed wrong.
    Usage(String),
    /// It could not be done.
    Failed(String),
}

impl From<String> for Error {
    fn from(why: String) -> Error {
        Error::Failed(why)
    }
}

fn wrong(why: &str) -> ExitCode {
    tell::err(format_args!("{why}\n\n{HELP}"));
    ExitCode::from(WRONG_USAGE)
}

fn failed(why: &str) -> ExitCode {
    tell::err(why);
    ExitCode::FAILURE
}

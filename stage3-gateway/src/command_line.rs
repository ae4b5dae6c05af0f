//! Hardening: the command line of stages 3 to 5: APPLICATION, `--list`, `--quiet`, `--help`.

use std::ffi::OsString;

use lexopt::prelude::*;
use stage1_echo::contract::Failure;
use stage1_echo::terminal::say;

/// The application that is served if none is named.
const DEFAULT: &str = "demo";

/// How many Python workers there are, unless the command line says it.
const WORKERS: usize = 4;
/// The most that make sense: each takes some 10 MiB, and few machines have as many processors.
const MOST_WORKERS: usize = 256;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The name of the application.
    pub application: String,
    /// The application in Python to serve in its place, as `MODULE:CALLABLE`.
    pub python: Option<String>,
    /// How many processes run that.
    pub python_workers: usize,
    /// Whether nothing is printed of the requests.
    pub quiet: bool,
}

/// Reads the command line. `None` if it asked for help or for the list, which is printed.
/// `applications` are names with what each is.
///
/// # Errors
/// `Usage` for what it does not understand, an unknown application included.
pub fn arguments(help: &str, applications: &[(&str, &str)]) -> Result<Option<Arguments>, Failure> {
    parse(lexopt::Parser::from_env(), help, applications)
}

fn parse(
    mut parser: lexopt::Parser,
    help: &str,
    applications: &[(&str, &str)],
) -> Result<Option<Arguments>, Failure> {
    let mut application = None;
    let mut quiet = false;
    let mut python = None;
    let mut python_workers = WORKERS;
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Short('h') | Long("help") => {
                say(format_args!("{help}"));
                return Ok(None);
            }
            Long("list") => {
                applications.iter().for_each(|(name, what)| say(format_args!("{name:10} {what}")));
                return Ok(None);
            }
            Short('q') | Long("quiet") => quiet = true,
            Long("python") => python = Some(parser.value().and_then(string).map_err(usage)?),
            Long("python-workers") => python_workers = workers(parser.value().map_err(usage)?)?,
            Value(name) if application.is_none() => {
                application = Some(name.string().map_err(usage)?);
            }
            other => return Err(usage(other.unexpected())),
        }
    }
    if python.is_some() && application.is_some() {
        let what = "name an application, or one in Python with --python, not both";
        return Err(Failure::Usage(what.to_string()));
    }
    let application = application.unwrap_or(DEFAULT.to_string());
    if !applications.iter().any(|(name, _)| *name == application) {
        return Err(Failure::Usage(format!("no application {application:?}; --list names them")));
    }
    Ok(Some(Arguments { application, python, python_workers, quiet }))
}

fn usage(error: lexopt::Error) -> Failure {
    Failure::Usage(format!("{error}; see --help"))
}

fn string(value: OsString) -> Result<String, lexopt::Error> {
    value.string()
}

fn workers(value: OsString) -> Result<usize, Failure> {
    let number = value.parse().ok().filter(|number| (1..=MOST_WORKERS).contains(number));
    number.ok_or_else(|| {
        Failure::Usage(format!("--python-workers wants a number from 1 to {MOST_WORKERS}"))
    })
}

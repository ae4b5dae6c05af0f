//! Hardening: the command line of stages 3 to 5: APPLICATION, `--list`, `--quiet`, `--help`.

use lexopt::prelude::*;
use stage1_echo::contract::Failure;
use stage1_echo::terminal::say;

/// The application that is served if none is named.
const DEFAULT: &str = "demo";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The name of the application.
    pub application: String,
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
            Value(name) if application.is_none() => {
                application = Some(name.string().map_err(usage)?);
            }
            other => return Err(usage(other.unexpected())),
        }
    }
    let application = application.unwrap_or(DEFAULT.to_string());
    if !applications.iter().any(|(name, _)| *name == application) {
        return Err(Failure::Usage(format!("no application {application:?}; --list names them")));
    }
    Ok(Some(Arguments { application, quiet }))
}

fn usage(error: lexopt::Error) -> Failure {
    Failure::Usage(format!("{error}; see --help"))
}

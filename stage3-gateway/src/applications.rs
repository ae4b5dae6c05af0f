//! Hardening: which applications there are, by name. Stages 3, 4 and 5 serve the same ones.

use std::sync::Arc;

use stage1_echo::contract::Failure;

use crate::command_line::Arguments;
use crate::demo::{demo, hello};
use crate::gateway::application::Application;
use crate::gateway::validator::validator;
use crate::python::application::Python;
use crate::shout::shout;
use crate::unruly::unruly;

/// The names, and what each application is.
pub const APPLICATIONS: [(&str, &str); 5] = [
    ("demo", "what an application may do, right and wrong; start at /"),
    ("hello", "the smallest application"),
    ("shout", "demo inside middleware that turns text into capitals"),
    ("unruly", "it blocks, yields or allocates for ever: to see what becomes of the others"),
    ("validated", "demo inside middleware that checks both sides against PEP 3333"),
];

/// The application that the command line asks for: one of these, or one in Python.
///
/// # Errors
/// `Usage` if there is no such application; see [`Python::start`].
pub fn application(arguments: &Arguments) -> Result<Arc<dyn Application>, Failure> {
    if let Some(python) = &arguments.python {
        return Ok(Arc::new(Python::start(python, arguments.python_workers)?));
    }
    let name = &arguments.application;
    by_name(name).ok_or_else(|| Failure::Usage(format!("no application {name:?}; see --list")))
}

/// The application of that name.
pub fn by_name(name: &str) -> Option<Arc<dyn Application>> {
    match name {
        "demo" => Some(Arc::new(demo)),
        "hello" => Some(Arc::new(hello)),
        "shout" => Some(Arc::new(shout(demo))),
        "unruly" => Some(Arc::new(unruly)),
        "validated" => Some(Arc::new(validator(demo))),
        _ => None,
    }
}

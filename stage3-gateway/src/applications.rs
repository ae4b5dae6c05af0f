//! Hardening: which applications there are, by name. Stages 3, 4 and 5 serve the same ones.

use std::sync::Arc;

use crate::demo::{demo, hello};
use crate::gateway::application::Application;
use crate::gateway::validator::validator;
use crate::shout::shout;

/// The names, and what each application is.
pub const APPLICATIONS: [(&str, &str); 4] = [
    ("demo", "what an application may do, right and wrong; start at /"),
    ("hello", "the smallest application"),
    ("shout", "demo inside middleware that turns text into capitals"),
    ("validated", "demo inside middleware that checks both sides against PEP 3333"),
];

/// The application of that name.
pub fn by_name(name: &str) -> Option<Arc<dyn Application>> {
    match name {
        "demo" => Some(Arc::new(demo)),
        "hello" => Some(Arc::new(hello)),
        "shout" => Some(Arc::new(shout(demo))),
        "validated" => Some(Arc::new(validator(demo))),
        _ => None,
    }
}

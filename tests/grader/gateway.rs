//! What every server does that stands between a browser and an application.
//!
//! The checks speak to the demo application: the routes that the design gives it are all they
//! know. Stages 3, 4 and 5 run the same list, and so does any other program with these routes,
//! whether it serves one client at a time or thousands, and whether or not it keeps connections
//! open: nearly every request asks for its connection to end.
//!
//! | file | what it looks at |
//! | --- | --- |
//! | `environ`, `peers`, `fields` | what the application is told: `variables` reads it |
//! | `start_response`, `injection`, `exc_info` | what the application says, right and wrong |
//! | `response` | what the server adds |
//! | `input`, `chunked`, `expectation` | the content of a request |
//! | `sizes`, `deadlines` | too much content, too little, too slowly |
//! | `body`, `declared` | the content of a response |
//! | `failing` | an application that fails |
//! | `connection` | how a connection ends |
//! | `pages`, `form` | what a browser sees, and what is typed in |
//! | `log` | what is printed |
//! | `closed` | bodies are dropped: counted in one process, so not for stage 4 |
//! | `ours`, `validated` | the applications that this repository's servers have by name |
//! | `talk`, `cut` | how the checks ask, and how they read an answer that is cut off |

pub mod body;
pub mod chunked;
pub mod closed;
pub mod connection;
pub(crate) mod cut;
pub mod deadlines;
pub mod declared;
pub mod environ;
pub mod exc_info;
pub mod expectation;
pub mod failing;
pub mod fields;
pub mod form;
pub mod injection;
pub mod input;
pub mod log;
pub mod ours;
pub mod pages;
pub mod peers;
pub mod response;
pub mod sizes;
pub mod start_response;
pub(crate) mod talk;
pub mod validated;
mod variables;

use crate::check::{Check, count, joined};

/// For every server with the routes of the demo application.
pub const CHECKS: &[Check] = &joined::<{ count(EVERYWHERE) }>(EVERYWHERE);

/// For servers whose requests share the memory of one process: stages 3 and 5.
pub const CLOSED: &[Check] = closed::CHECKS;

/// For a server of one client at a time.
pub const SEQUENTIAL: &[Check] = closed::SEQUENTIAL;

/// For the servers of this repository from stage 3 on.
pub const OURS: &[Check] = &joined::<{ count(BY_NAME) }>(BY_NAME);

const BY_NAME: &[&[Check]] = &[ours::CHECKS, validated::CHECKS];

const EVERYWHERE: &[&[Check]] = &[
    environ::CHECKS,
    peers::CHECKS,
    fields::CHECKS,
    start_response::CHECKS,
    injection::CHECKS,
    exc_info::CHECKS,
    response::CHECKS,
    input::CHECKS,
    chunked::CHECKS,
    expectation::CHECKS,
    sizes::CHECKS,
    deadlines::CHECKS,
    body::CHECKS,
    declared::CHECKS,
    failing::CHECKS,
    connection::CHECKS,
    pages::CHECKS,
    form::CHECKS,
    log::CHECKS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_an_id_of_its_own_and_words_for_a_person() {
        let mut ids = BTreeSet::new();
        for check in [CHECKS, CLOSED, SEQUENTIAL, OURS].concat() {
            assert!(ids.insert(check.id), "{} is there twice", check.id);
            let words = [check.title, check.rule, check.hint];
            assert!(words.iter().all(|text| text.len() > 5), "{} lacks words", check.id);
        }
    }
}

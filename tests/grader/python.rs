//! Applications in Python on our own servers of stages 3, 4 and 5: `--python MODULE:CALLABLE`.
//!
//! Only our own servers have that, so no learner's server is judged by these checks. Where there is
//! no Python, or none of the frameworks, they look at nothing and say so: see `machine`.
//!
//! | file | what it looks at |
//! | --- | --- |
//! | `examples` | the four examples, alone and inside of wsgiref's validator; `example`: which |
//! | `pages` | of each example: hello, a form, a session, many clients |
//! | `content` | of each: uploads, and a stream |
//! | `failing` | of each: what fails, and workers that are killed |
//! | `probe` | the checks of `gateway`, with the probe of tests/python |
//! | `crossing` | what PEP 3333 promises, across a process boundary |
//! | `huge` | a gigabyte within flat memory, if it is asked for |
//! | `edges` | what Python programs really do: threads, forks, timers, odd exceptions |
//! | `wrong`, `mistaken` | what newcomers type or write, and what they are told |
//! | `deadlines`, `dying` | workers that don't answer, and workers that die |
//! | `ending`, `importing` | servers and masters that end, by themselves or killed |
//! | `machine` | what this machine has, and what is left out without it |
//! | `start`, `traces` | how a server is started, its processes, and what it leaves behind |

mod content;
pub mod crossing;
pub mod deadlines;
pub mod dying;
pub mod edges;
pub mod ending;
mod example;
pub mod examples;
mod failing;
pub mod huge;
pub mod importing;
mod machine;
pub mod mistaken;
mod pages;
pub mod probe;
mod start;
mod traces;
pub mod wrong;

use crate::check::{Check, count, joined};

/// For stages 3, 4 and 5. Those that take longest come first.
pub const CHECKS: &[Check] = &joined::<{ count(EVERYWHERE) }>(EVERYWHERE);

const EVERYWHERE: &[&[Check]] = &[
    examples::CHECKS,
    deadlines::CHECKS,
    dying::CHECKS,
    edges::CHECKS,
    ending::CHECKS,
    importing::CHECKS,
    probe::CHECKS,
    crossing::CHECKS,
    wrong::CHECKS,
    mistaken::CHECKS,
];

/// For servers that serve many clients at once and end gently: stages 4 and 5.
pub const AT_ONCE: &[Check] = &joined::<{ count(MANY) }>(MANY);

const MANY: &[&[Check]] = &[deadlines::AT_ONCE, ending::GENTLE];

/// For a server of one client at a time: stage 3.
pub const SEQUENTIAL: &[Check] = ending::CTRL_C;

/// For each stage, with what its server says of itself.
pub use crossing::flags;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_an_id_of_its_own_and_words_for_a_person() {
        let mut ids = BTreeSet::new();
        for check in [CHECKS, AT_ONCE, SEQUENTIAL, huge::CHECKS, &flags::<3>()].concat() {
            assert!(ids.insert(check.id), "{} is there twice", check.id);
            assert!(check.id.starts_with("python-"), "{}", check.id);
            let words = [check.title, check.rule, check.hint];
            assert!(words.iter().all(|text| text.len() > 5), "{} lacks words", check.id);
        }
    }
}

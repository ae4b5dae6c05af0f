//! How far the marking is, on stderr: a bar on a terminal, else a line for each submission.

use std::io::{self, IsTerminal as _, Write as _};

use super::mark::Mark;

const BAR: usize = 30;

/// The state of it.
pub struct Progress {
    all: usize,
    done: usize,
    is_terminal: bool,
}

impl Progress {
    pub fn new(all: usize) -> Progress {
        Progress { all, done: 0, is_terminal: io::stderr().is_terminal() }
    }

    pub fn begins(&self, id: &str) {
        if self.is_terminal {
            let full = self.done * BAR / self.all.max(1);
            let (bar, rest) = ("#".repeat(full), "-".repeat(BAR - full));
            let name: String = id.escape_debug().take(30).collect();
            tell(&format!("\r\x1b[K[{bar}{rest}] {} of {}: {name}", self.done, self.all));
        }
    }

    pub fn ends(&mut self, marks: &[Mark]) {
        self.done += 1;
        if !self.is_terminal {
            let id = marks.first().map_or(String::new(), |mark| mark.id.escape_debug().to_string());
            let stages =
                marks.iter().map(|mark| format!("stage {}: {}", mark.stage, mark.in_words()));
            let stages = stages.collect::<Vec<String>>().join("; ");
            tell(&format!("{} of {}: {id}: {stages}\n", self.done, self.all));
        }
    }

    pub fn done(&self) {
        if self.is_terminal {
            tell("\r\x1b[K");
        }
    }
}

/// Nobody has to be there to read it.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

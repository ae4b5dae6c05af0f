//! A terminal that stays open while the page goes on elsewhere.

use grader::witness::in_words;

use crate::session::{Act, Run, Wrong};
use crate::terminal::Terminal;

/// A program in a terminal that stays, and the command on the page that started it.
pub struct Staying {
    pub command: String,
    pub line: usize,
    pub terminal: Terminal,
    /// The page does something that ends it.
    pub may_end: bool,
}

impl Staying {
    /// A server that fails behind the reader's back is a fault, even if the page goes on.
    pub fn is_well(&mut self) -> Result<(), Wrong> {
        match self.terminal.ended() {
            Some(status) if !self.may_end => {
                let last = self.terminal.unseen().join("\n  ");
                let how = in_words(status);
                Err((self.line, format!("$ {}: it {how} by itself\n  {last}", self.command)))
            }
            _ => Ok(()),
        }
    }
}

/// Whether the page does something that ends it.
pub fn ends(run: &Run) -> bool {
    run.acts.iter().any(|act| matches!(act, Act::Interrupt | Act::EndOfInput | Act::Prompt))
}

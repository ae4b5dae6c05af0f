//! Plays a page from top to bottom, as a reader would with several terminals open.

use std::io;
use std::path::Path;
use std::time::Instant;

use grader::patience::{CHECK_SECONDS, STEP_SECONDS};
use grader::{patience, wait_until};

use crate::fault::{Fault, not_ended};
use crate::judge::{Judge, needed};
use crate::leash::Leash;
use crate::names::Names;
use crate::page::Page;
use crate::play::Outcome;
use crate::session::{Act, Block, Run, Shown, Wrong, parse};
use crate::staying::{Staying, ends};
use crate::terminal::{Terminal, as_shell};
use crate::tools;

/// One reader of one page.
pub struct Player {
    terminals: Vec<Staying>,
    judge: Judge,
    // Below the terminals, so that it is dropped when they are gone.
    leash: Leash,
    outcome: Outcome,
    /// How the last command ended, for `$?`.
    status: i32,
}

impl Player {
    /// `renews`: lines that differ become edits, and the page goes on.
    pub fn new(folder: &Path, renews: bool) -> io::Result<Player> {
        let leash = Leash::new(folder)?;
        let judge = Judge::new(Names::new(leash.pid()), renews);
        let (terminals, outcome) = (Vec::new(), Outcome::default());
        Ok(Player { terminals, judge, leash, outcome, status: 0 })
    }

    pub fn page(mut self, page: &Page) -> Outcome {
        let result = self.blocks(page);
        let result = result.and_then(|()| self.terminals.iter_mut().try_for_each(Staying::is_well));
        Outcome { fault: result.err(), edits: self.judge.edits, ..self.outcome }
    }

    fn blocks(&mut self, page: &Page) -> Result<(), Wrong> {
        // Who talks to a server that was left out is left out too, up to the next server.
        let mut has_server = true;
        for fence in page.fences.iter().filter(|fence| fence.language() == "console") {
            let block = parse(fence)?;
            let lacks = tools::lacks(&block).map(|program| format!("there is no {program}"));
            let starts = block.serves && !block.more;
            if starts {
                has_server = lacks.is_none();
            }
            let lacks = lacks.or((!has_server).then(|| "its server was left out".to_owned()));
            if let Some(reason) = lacks {
                self.outcome.skipped.push((block.line, reason));
                continue;
            }
            if block.no_test.is_some() {
                continue;
            }
            match self.block(&block) {
                Ok(()) => self.outcome.played += 1,
                // It may have needed what was left out above.
                Err(Fault::Unknown(wrong)) if !self.outcome.skipped.is_empty() => {
                    self.outcome.skipped.push(wrong);
                }
                Err(Fault::Unknown(wrong) | Fault::Differs(wrong)) => return Err(wrong),
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), Fault> {
        if block.more {
            return self.more(block);
        }
        for run in &block.runs {
            if !block.stays {
                self.whole(run)?;
                continue;
            }
            let mut terminal = self.start(run)?;
            self.acts(&mut terminal, &run.acts, run)?;
            let command = run.command.clone().unwrap_or_default();
            // A client ends when its server closes the connection.
            let (line, may_end) = (run.line, ends(run) || !block.serves);
            self.terminals.push(Staying { command, line, terminal, may_end });
        }
        Ok(())
    }

    /// Goes on in the terminal of this command, or in the last one.
    fn more(&mut self, block: &Block) -> Result<(), Fault> {
        let run = &block.runs[0];
        let wanted = run.command.as_deref();
        let is_it = |staying: &Staying| wanted.is_none_or(|command| staying.command == command);
        let Some(at) = self.terminals.iter().rposition(is_it) else {
            let what = "there is no such server or client above that there could be more of";
            return Err(Fault::Unknown((block.line, what.into())));
        };
        let mut staying = self.terminals.remove(at);
        staying.may_end |= ends(run);
        let result = self.acts(&mut staying.terminal, &run.acts, run);
        self.terminals.insert(at, staying);
        result
    }

    fn start(&mut self, run: &Run) -> Result<Terminal, Fault> {
        let differs = |what: String| Fault::Differs((run.line, what));
        let command = run.command.as_deref().unwrap_or_default();
        let real = self.judge.names.in_this_run(command);
        let mut real =
            real.map_err(|what| Fault::Unknown((run.line, format!("$ {command}: {what}"))))?;
        if real.contains("$?") {
            real = format!("(exit {})\n{real}", self.status);
        }
        if command.contains("kill ") {
            self.terminals.iter_mut().for_each(|staying| staying.may_end = true);
        }
        let port = self.judge.names.port(8888).map_err(|error| differs(error.to_string()))?;
        let shell = tools::shell(&real, port, self.leash.groups()).map_err(differs)?;
        let terminal = Terminal::start(shell).map_err(|error| differs(error.to_string()))?;
        self.leash.hold(terminal.pid()).map_err(|error| differs(error.to_string()))?;
        Ok(terminal)
    }

    /// Plays a command until it has ended, and compares all that it printed. One that only looks
    /// is played again until it sees what the page shows, or the time is up.
    fn whole(&mut self, run: &Run) -> Result<(), Fault> {
        let Some((Act::Expect(last), before)) = run.acts.split_last() else { return Ok(()) };
        let looks = tools::only_looks(run.command.as_deref().unwrap_or_default());
        let began = Instant::now();
        loop {
            let mut terminal = self.start(run)?;
            self.acts(&mut terminal, before, run)?;
            let ended = terminal.wait_end(CHECK_SECONDS);
            let came = self.came(&mut terminal);
            let in_time = began.elapsed() < patience(STEP_SECONDS);
            if looks && in_time && !self.judge.agrees(last, &came) {
                continue;
            }
            self.judge.compare(last, &came, run)?;
            self.status = as_shell(ended.map_err(|failure| not_ended(run, failure.what()))?);
            return Ok(());
        }
    }

    fn acts(&mut self, terminal: &mut Terminal, acts: &[Act], run: &Run) -> Result<(), Fault> {
        for act in acts {
            match act {
                Act::Expect(shown) => self.next_lines(terminal, shown, run)?,
                Act::Type(line) => {
                    let line = self.judge.names.in_this_run(line);
                    terminal.enter(&line.map_err(|what| Fault::Unknown((run.line, what)))?);
                }
                Act::Interrupt => terminal.interrupt(),
                Act::EndOfInput => terminal.end_input(),
                Act::Prompt => {
                    let ended = terminal.wait_end(CHECK_SECONDS);
                    let ended = ended.map_err(|failure| not_ended(run, failure.what()))?;
                    self.status = as_shell(ended);
                }
            }
        }
        Ok(())
    }

    /// Waits until the lines that the page shows next have come.
    fn next_lines(
        &mut self,
        terminal: &mut Terminal,
        shown: &Shown,
        run: &Run,
    ) -> Result<(), Fault> {
        let mut came = Vec::new();
        let arrived = wait_until(patience(STEP_SECONDS), "these lines", || {
            let ended = terminal.ended().is_some();
            let now = self.came(terminal);
            let is_new = now != came || now.is_empty();
            came = now;
            (ended || is_new && needed(shown, &came).is_some()).then_some(())
        });
        if arrived.is_ok() {
            came.truncate(needed(shown, &came).unwrap_or(came.len()));
        }
        terminal.pass(came.len());
        self.judge.compare(shown, &came, run)?;
        Ok(())
    }

    fn came(&self, terminal: &mut Terminal) -> Vec<String> {
        let lines = terminal.unseen();
        let lines = lines.iter().map(|line| tools::with_usual_folder(line));
        lines.map(|line| self.judge.names.with_ports(&line)).collect()
    }
}

//! A console block, taken apart: which terminal it belongs to, what is typed, what is to come.

use crate::page::Fence;

/// The mark behind what a reader types into a running program.
const ENTER: &str = "↵";

/// A console block.
#[derive(Debug)]
pub struct Block {
    pub line: usize,
    /// `server` or `client`: its program goes on running in a terminal of its own.
    pub stays: bool,
    /// `server`: it is a fault if it ends, and the page does not say so.
    pub serves: bool,
    /// `more`: it goes on in such a terminal.
    pub more: bool,
    /// Why it is not run.
    pub no_test: Option<String>,
    pub runs: Vec<Run>,
}

/// A command and what belongs to it; only what goes on (`more`) may lack the command.
#[derive(Debug)]
pub struct Run {
    pub line: usize,
    pub command: Option<String>,
    pub acts: Vec<Act>,
}

#[derive(Debug, PartialEq)]
pub enum Act {
    /// These lines come.
    Expect(Shown),
    /// The reader types this, and Enter.
    Type(String),
    /// `^C`.
    Interrupt,
    /// `^D`.
    EndOfInput,
    /// `$` alone: the program has ended, and the shell is back.
    Prompt,
}

/// Lines that the page shows, perhaps none, and the line of the page where they begin.
#[derive(Debug, PartialEq)]
pub struct Shown {
    pub line: usize,
    pub lines: Vec<String>,
    /// What stands before each of them on the page.
    pub indent: String,
}

/// What is wrong with a block: the line of the page, and the words.
pub type Wrong = (usize, String);

/// Takes a fence apart whose language is `console`.
pub fn parse(fence: &Fence) -> Result<Block, Wrong> {
    let mut block = attributes(fence)?;
    let mut lines = fence.lines.iter().enumerate().map(|(at, line)| (fence.line + 1 + at, line));
    while let Some((line, text)) = lines.next() {
        if let Some(command) = text.strip_prefix("$ ") {
            let mut command = command.to_owned();
            let mut behind = line + 1;
            while command.ends_with('\\') {
                let unfinished = || (line, "the command goes on, but no \"> \" follows".to_owned());
                let (at, next) = lines.next().ok_or_else(unfinished)?;
                command.push('\n');
                command.push_str(next.strip_prefix("> ").ok_or_else(unfinished)?);
                behind = at + 1;
            }
            let acts = vec![nothing(behind, &fence.indent)];
            block.runs.push(Run { line, command: Some(command), acts });
            continue;
        }
        if block.runs.is_empty() {
            let acts = vec![nothing(line, &fence.indent)];
            block.runs.push(Run { line, command: None, acts });
        }
        let run = block.runs.last_mut().expect("one was pushed, if there was none");
        add(run, line, text, &fence.indent);
    }
    check(block)
}

/// The place for lines that come here, none so far.
fn nothing(line: usize, indent: &str) -> Act {
    Act::Expect(Shown { line, lines: Vec::new(), indent: indent.to_owned() })
}

fn add(run: &mut Run, line: usize, text: &str, indent: &str) {
    let typed = text.strip_suffix(ENTER).map(|typed| typed.strip_suffix(' ').unwrap_or(typed));
    let act = match (text, typed) {
        ("^C", _) => Act::Interrupt,
        ("^D", _) => Act::EndOfInput,
        ("$", _) => Act::Prompt,
        (_, Some(typed)) => Act::Type(typed.to_owned()),
        (_, None) => {
            if let Some(Act::Expect(shown)) = run.acts.last_mut() {
                shown.lines.push(text.to_owned());
            }
            return;
        }
    };
    run.acts.push(act);
    run.acts.push(nothing(line + 1, indent));
}

/// `console,server,no-test="needs a second machine"`: words, the reason last.
fn attributes(fence: &Fence) -> Result<Block, Wrong> {
    let (words, reason) = match fence.info.split_once("no-test=") {
        Some((words, reason)) => (words.trim_end_matches(','), Some(reason)),
        None => (fence.info.as_str(), None),
    };
    let no_test = match reason {
        None => None,
        Some(reason) => {
            let inside = reason.strip_prefix('"').and_then(|reason| reason.strip_suffix('"'));
            let inside = inside.filter(|reason| !reason.trim().is_empty());
            let wrong =
                || (fence.line, "write no-test=\"why it can't be run\", as the last".into());
            Some(inside.ok_or_else(wrong)?.to_owned())
        }
    };
    let line = fence.line;
    let mut block =
        Block { line, stays: false, serves: false, more: false, no_test, runs: Vec::new() };
    for word in words.split(',').skip(1) {
        match word {
            "server" | "client" => (block.stays, block.serves) = (true, word == "server"),
            "more" => block.more = true,
            word => {
                let wrong = format!("{word:?} is no word for a console: server, client, more");
                return Err((line, wrong));
            }
        }
    }
    Ok(block)
}

fn check(block: Block) -> Result<Block, Wrong> {
    let wrong = match &block.runs[..] {
        [] => "the block is empty",
        [Run { command: None, .. }, ..] if !block.more => "a session begins with \"$ \"",
        [_, _, ..] if block.stays || block.more => "one command: it keeps its terminal",
        _ if block.more && !block.stays => "say of what there is more: server or client",
        _ if !block.stays && block.runs.iter().any(|run| run.acts.contains(&Act::Prompt)) => {
            "\"$\" alone belongs to a terminal that stays: server or client"
        }
        _ => return Ok(block),
    };
    Err((block.line, wrong.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    fn block(text: &str) -> Result<Block, Wrong> {
        parse(&Page::new("a.md", text).fences[0])
    }

    #[test]
    fn a_session_is_taken_apart() {
        let text = "\n```console\n$ nc 127.0.0.1 8888\nhello ↵\nhello\n^D\n$ a \\\n> | b\nc\n```\n";
        let runs = block(text).expect("it is well formed").runs;
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[0].command.as_deref(), Some("nc 127.0.0.1 8888"));
        let shown = |line, lines: &[&str]| {
            let lines = lines.iter().map(ToString::to_string).collect();
            Act::Expect(Shown { line, lines, indent: String::new() })
        };
        let typed = Act::Type("hello".into());
        let nothing = shown(4, &[]);
        let end = shown(7, &[]);
        assert_eq!(runs[0].acts, [nothing, typed, shown(5, &["hello"]), Act::EndOfInput, end]);
        assert_eq!(runs[1].command.as_deref(), Some("a \\\n| b"));
        assert_eq!(runs[1].acts, [shown(9, &["c"])]);
    }

    #[test]
    fn a_wrong_block_is_refused() {
        for wrong in [
            "```console\n```\n",
            "```console\nlistening\n```\n",
            "```console,serve\n$ a\n```\n",
            "```console,more\na\n```\n",
            "```console,server\n$ a\n$ b\n```\n",
            "```console\n$ a \\\nb\n```\n",
            "```console\n$ a\n$\n```\n",
            "```console,no-test\n$ a\n```\n",
            "```console,no-test=\"\"\n$ a\n```\n",
        ] {
            assert!(block(wrong).is_err(), "{wrong:?}");
        }
        let block = block("```console,server,no-test=\"a, b\"\n$ a\n```\n").expect("it is right");
        assert_eq!(block.no_test.as_deref(), Some("a, b"));
    }
}

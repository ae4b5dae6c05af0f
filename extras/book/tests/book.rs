//! The book tells the truth: what its pages show is run, and what they refer to is there.
//!
//! `cargo test -p book` runs everything. For the author of a page:
//!
//! ```text
//! PAGE=stage1-echo/run cargo test -p book sessions    one page
//! SNAPSHOTS=overwrite  cargo test -p book sessions    renew lines that differ
//! BOOK_SKIP=never …                                                 nothing may be left out
//! ```
//!
//! # The language of sessions
//!
//! A block is what a reader sees in a terminal: `$ ` before a command (a line that ends in `\` goes
//! on behind `> `), then all that comes, on both outputs.
//!
//! | fence | means |
//! | --- | --- |
//! | console | each command runs to its end, and all that it prints is compared |
//! | console,server | its one command goes on running; the lines shown are waited for |
//! | console,client | the same, for a client in a terminal of its own |
//! | console,server,more | what the last one prints next; if `$ COMMAND` comes first, that one |
//! | console,client,more | the same |
//! | …,no-test="why" | is not run; there may be few of these |
//!
//! | line | means |
//! | --- | --- |
//! | hello ↵ | the reader types `hello` and Enter, once the lines above have come |
//! | ^C | Ctrl-C: SIGINT to all that runs in this terminal |
//! | ^D | Ctrl-D: the end of the input |
//! | $ | in a terminal that stays: its program has ended, the shell is back |
//! | … | any lines, or none; inside a line: any text |
//!
//! Page and machine never have the same numbers, so some stand for others:
//!
//! | on the page | in a run |
//! | --- | --- |
//! | 8888 to 8899 | free ports; `PORT` is set to that of 8888 |
//! | 4200 to 4299 | pids: the same one again is the same process, also in `kill 4242` |
//! | 54300 to 54399 | the ports of clients, likewise |
//! | dates of HTTP and of logs, curl/8.14.1, durations as 0m1.004s, 48 kB | whatever has their shape |
//!
//! Two blanks or more are as many as a column needs, and so is any blank beside a pid. Remarks of
//! `curl -v` (`* …`) may be left out. Durations and memory must be about right (`shape.rs`).
//!
//! `ps` and `ss` only look, so they are repeated until they see what the page shows, or time is up.
//! `cargo run -p STAGE [--bin NAME] [-- …]` starts what is built; `ps` shows the page's own
//! processes. At the end of a page all its programs are ended; one that ended by itself, and the
//! page does not show it, is a fault.
//!
//! # The map
//!
//! | file | what it holds |
//! | --- | --- |
//! | `files.rs` | all files that matter; `page.rs`: a page with its fences; `markup.rs`: tags |
//! | `rules.rs` | what the pages are held to; `finding.rs`: what a rule finds |
//! | `fences.rs`, `includes.rs`, `links.rs`, `headings.rs`, `pictures.rs` | the rules |
//! | `cited.rs` | the rules of checks cite pages that are there |
//! | `examples.rs` | examples in Rust, run by `rustdoc` |
//! | `session.rs` | a console block, taken apart |
//! | `play.rs` | plays the sessions of a page; `player.rs`: step by step |
//! | `fault.rs` | why a page can't be played on |
//! | `terminal.rs` | a program that is typed to and read from; `staying.rs`: one that goes on |
//! | `leash.rs` | nothing outlives its page |
//! | `tools.rs` | what is built and installed |
//! | `names.rs` | which number stands for which; `shape.rs`: dates and the like |
//! | `judge.rs` | judges what came; `align.rs` and `line.rs` compare lines, and one line |
//! | `story.rs`, `renew.rs` | tell the difference, or write it into the page |

#[path = "book/align.rs"]
mod align;
#[path = "book/cited.rs"]
mod cited;
#[path = "book/examples.rs"]
mod examples;
#[path = "book/fault.rs"]
mod fault;
#[path = "book/fences.rs"]
mod fences;
#[path = "book/files.rs"]
mod files;
#[path = "book/finding.rs"]
mod finding;
#[path = "book/headings.rs"]
mod headings;
#[path = "book/includes.rs"]
mod includes;
#[path = "book/judge.rs"]
mod judge;
#[path = "book/leash.rs"]
mod leash;
#[path = "book/line.rs"]
mod line;
#[path = "book/links.rs"]
mod links;
#[path = "book/markup.rs"]
mod markup;
#[path = "book/names.rs"]
mod names;
#[path = "book/page.rs"]
mod page;
#[path = "book/pictures.rs"]
mod pictures;
#[path = "book/play.rs"]
mod play;
#[path = "book/player.rs"]
mod player;
#[path = "book/renew.rs"]
mod renew;
#[path = "book/rules.rs"]
mod rules;
#[path = "book/session.rs"]
mod session;
#[path = "book/shape.rs"]
mod shape;
#[path = "book/staying.rs"]
mod staying;
#[path = "book/story.rs"]
mod story;
#[path = "book/terminal.rs"]
mod terminal;
#[path = "book/tools.rs"]
mod tools;

#[test]
fn sessions_show_what_really_comes() {
    play::all();
}

//! Plays the sessions of the pages, several pages at once, and tells what came of it.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::files::{Files, SRC, root};
use crate::page::Page;
use crate::player::Player;
use crate::renew::{Edit, apply};
use crate::session::Wrong;
use crate::story::how_to_renew;

/// What came of a page.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many blocks were played to their end.
    pub played: usize,
    /// The first fault: nothing is played behind it.
    pub fault: Option<Wrong>,
    /// What was left out, and why.
    pub skipped: Vec<Wrong>,
    /// What has to change on the page for it to be true.
    pub edits: Vec<Edit>,
}

/// Pages at once: they mostly wait.
const AT_ONCE: usize = 4;

/// Plays them all, or those that `PAGE` names; panics with the story of what differs.
pub fn all() {
    let wanted = env::var("PAGE").unwrap_or_default();
    let wanted = wanted.trim_start_matches(SRC).trim_end_matches(".md");
    let renews = env::var("SNAPSHOTS").is_ok_and(|snapshots| snapshots == "overwrite");
    let mut pages = Files::all().pages();
    pages.retain(|page| page.path[SRC.len()..].starts_with(wanted));
    pages.retain(|page| page.fences.iter().any(|fence| fence.language() == "console"));
    assert!(!pages.is_empty(), "no page with a session has a name that begins with {wanted:?}");
    let outcomes = side_by_side(&pages, |page| play(page, renews));
    let mut wrong = Vec::new();
    for (page, outcome) in pages.iter().zip(outcomes) {
        wrong.extend(tell(page, &outcome));
        if !outcome.edits.is_empty() {
            let renewed = apply(&page.text, &outcome.edits);
            fs::write(root().join(&page.path), renewed).expect("the author's files can be written");
            println!("{}: renewed; look at the difference before you keep it", page.path);
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n\n"));
}

/// Prints what was left out, and returns what is wrong.
fn tell(page: &Page, outcome: &Outcome) -> Vec<String> {
    println!("{}: {} blocks played", page.path, outcome.played);
    let mut wrong = Vec::new();
    for (line, why) in &outcome.skipped {
        let left_out = format!("{}:{line}: left out: {why}", page.path);
        println!("{left_out}");
        if env::var("BOOK_SKIP").is_ok_and(|skip| skip == "never") {
            wrong.push(left_out);
        }
    }
    let fault = outcome.fault.as_ref();
    wrong.extend(fault.map(|(line, story)| {
        format!("{}:{line}: {story}\n{}", page.path, how_to_renew(&page.path))
    }));
    wrong
}

/// Plays one page. `renews`: go on behind lines that differ, and note what came instead.
pub fn play(page: &Page, renews: bool) -> Outcome {
    let folder = format!("{}-{}", page.path.replace('/', "-"), std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book").join(folder);
    let outcome = match fs::create_dir_all(&folder).and_then(|()| Player::new(&folder, renews)) {
        Ok(player) => player.page(page),
        Err(error) => {
            let fault = Some((1, format!("{}: {error}", folder.display())));
            Outcome { fault, ..Outcome::default() }
        }
    };
    // What is left of it there will be cleaned away with all that cargo has built.
    let _ = fs::remove_dir_all(&folder);
    outcome
}

fn side_by_side<T: Send>(pages: &[Page], work: impl Fn(&Page) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(pages.len()) {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(page) = pages.get(at)
                {
                    let result = work(page);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault of a page with these blocks: its line and its story.
    fn fault(name: &str, text: &str) -> Option<(usize, String)> {
        play(&Page::new(name, text), false).fault
    }

    const SERVER: &str =
        "```console,server\n$ cargo run -p stage1-echo\nlistening on 127.0.0.1:8888\n```\n";

    #[test]
    fn what_is_true_holds() {
        let text = format!(
            "{SERVER}```console\n$ nc 127.0.0.1 8888\nhello ↵\nhello\n8888 ↵\n8888\n^C\n```\n\
             ```console\n$ printf 'a\\nb\\n' | nc -N 127.0.0.1 8888\na\nb\n$ false\n$ echo $?\n1\n\
             $ cargo run -p stage1-echo\n…127.0.0.1:8888: Address already in use…\n```\n\
             ```console,server,more\n^C\n$\n```\n"
        );
        assert_eq!(fault("true", &text), None);
    }

    /// The page goes on for a while, so that it is still there when its server has ended.
    const ENDS: &str = "```console,server\n$ sh -c 'echo a; exit 3'\na\n```\n\
                        ```console\n$ sleep 1\n```\n";

    #[test]
    fn what_is_untrue_is_found() {
        let after = |block: &str| format!("{SERVER}```console\n{block}\n```\n");
        let cases = [
            ("other", "```console\n$ echo a\nb\n```\n".to_owned(), 3),
            ("more", "```console\n$ printf 'a\\nb\\n'\na\n```\n".to_owned(), 3),
            ("less", "```console\n$ echo a\na\nb\n```\n".to_owned(), 3),
            ("typed", after("$ nc 127.0.0.1 8888\nhello ↵\nhallo\n^C"), 8),
            ("port", SERVER.replace("8888", "8889"), 3),
            ("ends", ENDS.to_owned(), 2),
            ("pid", "```console\n$ kill 4242\n```\n".to_owned(), 2),
            ("twice", "```console\n$ echo 1 2\n4242 4242\n```\n".to_owned(), 3),
            ("no-more", "```console,server,more\na\n```\n".to_owned(), 1),
        ];
        let pages = cases.each_ref().map(|(name, text, _)| Page::new(name, text));
        let found = side_by_side(&pages, |page| play(page, false).fault);
        for ((name, _, line), found) in cases.iter().zip(found) {
            assert_eq!(found.as_ref().map(|(line, _)| line), Some(line), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_page_is_renewed_and_then_true() {
        let text = format!("{SERVER}```console\n$ echo $PORT\n8889\n$ echo b\n```\n");
        let outcome = play(&Page::new("renewed", &text), true);
        assert_eq!(outcome.fault, None);
        let renewed = apply(&text, &outcome.edits);
        assert_eq!(renewed, text.replace("8889", "8888").replace("echo b\n", "echo b\nb\n"));
        assert_eq!(fault("renewed-again", &renewed), None);
    }

    #[test]
    fn a_look_is_repeated_until_it_sees() {
        let block = "```console,server\n$ sleep 1; touch F; sleep 1000\n```\n\
                     ```console\n$ ps >/dev/null; ls F\nF\n$ rm F\n```\n";
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("looked-for-by-the-book");
        let _ = fs::remove_file(&file);
        let text = block.replace('F', file.to_str().expect("cargo's folders have names in UTF-8"));
        let outcome = play(&Page::new("looks", &text), false);
        assert!(outcome.fault.is_none() || !outcome.skipped.is_empty(), "{:?}", outcome.fault);
    }

    #[test]
    fn nothing_is_left_running() {
        let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seen-by-the-book");
        let text = format!(
            "```console,server\n$ echo $$; sleep 1000 & wait\n4242\n```\n\
             ```console\n$ echo 4242 >{}\n```\n",
            seen.display()
        );
        assert_eq!(fault("left", &text), None);
        let pid = fs::read_to_string(seen).expect("the page wrote it");
        let pid: i32 = pid.trim().parse().expect("a pid");
        let group = nix::unistd::Pid::from_raw(-pid);
        let gone = || nix::sys::signal::kill(group, None).is_err().then_some(());
        grader::wait_until(grader::patience(5.0), "the group to be gone", gone).expect("it is");
    }
}

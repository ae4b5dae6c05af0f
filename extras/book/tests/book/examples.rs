//! The small examples in Rust: compiled and run by `rustdoc`, page by page.

use std::process::{Command, Stdio};

use crate::files::{Files, root};

/// Runs them all, and returns what `rustdoc` says of those that are wrong.
pub fn run(files: &Files) -> Vec<String> {
    let pages = files.pages();
    let with_examples = pages.iter().filter(|page| {
        page.fences.iter().any(|fence| fence.language() == "rust" && fence.info != "rust,ignore")
    });
    with_examples.filter_map(|page| rustdoc(&page.path).err()).collect()
}

fn rustdoc(page: &str) -> Result<(), String> {
    let mut rustdoc = Command::new(std::env::var_os("RUSTDOC").unwrap_or("rustdoc".into()));
    rustdoc.args(["--test", "--edition", "2024", page]).current_dir(root());
    let output = rustdoc.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{page}: an example is wrong\n{}", String::from_utf8_lossy(&said)))
}

#[test]
fn a_wrong_example_is_found() {
    let page = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-example.md");
    let page = page.to_str().expect("cargo's folders have names in UTF-8");
    let held = |example: &str| {
        std::fs::write(page, format!("# A\n\n```rust\n{example}\n```\n")).expect("it is ours");
        rustdoc(page).is_ok()
    };
    assert!(held("assert_eq!(1 + 1, 2);"));
    assert!(!held("assert_eq!(1 + 1, 3);"));
    assert!(!held("let one: u8 = \"1\";"));
}

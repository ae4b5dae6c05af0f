//! Which files are missing in an exam.

use std::path::{Component, Path};

/// Pages and programs that show answers, and what only this repository's own checks need.
const ANSWERS: [&str; 11] = [
    ".ci",
    ".github",
    "TEACHING.md",
    "bench",
    "book",
    "doors",
    "extras",
    "fuzz",
    "tests/broken",
    "tests/browser",
    "tests/python",
];

/// Folders of a stage with answers to it, and a page that sets the task.
const OF_STAGE: [&str; 2] = ["mistakes", "stretch"];

/// Whether this file belongs to an exam on `stage`.
pub fn stays(path: &Path, stage: u8) -> bool {
    if ANSWERS.iter().any(|answer| path.starts_with(answer)) {
        return false;
    }
    let names: Vec<&str> = path.components().filter_map(name).collect();
    match names[..] {
        // All hints at once, as a page.
        ["tests", .., "steps.md"] => false,
        // The checks of stages, and no other tests.
        ["tests", file] if file.ends_with(".rs") => is_up_to(file, stage),
        ["tests", folder, ..] if number(folder).is_some() => is_up_to(folder, stage),
        [package, ..] if number(package).is_some_and(|number| number > stage) => false,
        [package, folder, ref rest @ ..]
            if number(package).is_some() && OF_STAGE.contains(&folder) =>
        {
            matches!(*rest, ["README.md"] | ["accept_key.rs"])
        }
        [package, "src", ref rest @ ..] if number(package) == Some(stage) => {
            *rest == ["bin", "README.md"]
        }
        _ => true,
    }
}

/// The page of a task without its hints, which stand folded in it: the checks tell them one by one.
pub fn without_hints(page: &str) -> String {
    let mut parts = page.split("<details>");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let after = part.split_once("</details>").map_or(part, |(_, after)| after);
        kept.truncate(kept.trim_end().len());
        kept += after;
    }
    kept
}

/// The file that a learner copies at the beginning.
pub fn is_starter(path: &Path, stage: u8) -> bool {
    let names: Vec<&str> = path.components().filter_map(name).collect();
    matches!(names[..], [package, "starter.rs"] if number(package) == Some(stage))
}

fn is_up_to(name: &str, stage: u8) -> bool {
    number(name).is_some_and(|number| number <= stage)
}

/// The stage that a name such as `stage4-fork` or `stage4.rs` belongs to.
fn number(name: &str) -> Option<u8> {
    let rest = name.strip_prefix("stage")?;
    rest.get(..1)?.parse().ok()
}

fn name(component: Component<'_>) -> Option<&str> {
    component.as_os_str().to_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_missing_and_the_rest_stays() {
        for (path, is_there) in [
            ("stage1-echo/src/lib.rs", true),
            ("stage1-echo/stretch/poll.rs", false),
            ("stage1-echo/stretch/README.md", true),
            ("stage4-fork/stretch/README.md", false),
            ("stage3-gateway/src/lib.rs", false),
            ("stage3-gateway/src/bin/README.md", true),
            ("stage3-gateway/starter.rs", true),
            ("stage3-gateway/Cargo.toml", true),
            ("stage4-fork/Cargo.toml", false),
            ("tests/stage3.rs", true),
            ("tests/stage3/stretch/a.rs", true),
            ("tests/stage3/steps.md", false),
            ("tests/stage4/fork.rs", false),
            ("tests/stage5.rs", false),
            ("tests/grader/lib.rs", true),
            ("tests/broken/stage1.rs", false),
            ("doors/src/lib.rs", false),
            ("README.md", true),
        ] {
            assert_eq!(stays(Path::new(path), 3), is_there, "{path}");
        }
    }

    #[test]
    fn a_page_loses_its_hints() {
        let hint = "<details><summary>Hint</summary>\n\nSo.\n\n</details>\n";
        let page = format!("A task.\n\n{hint}\n{hint}\nAnother.\n");
        assert_eq!(without_hints(&page), "A task.\n\nAnother.\n");
    }
}

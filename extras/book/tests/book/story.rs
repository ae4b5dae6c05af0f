//! Tells what came and what the page shows, side by side.

use crate::align::Step;
use crate::session::Shown;

/// Lines that came and that nobody wants to read all.
const MOST: usize = 40;

/// The lines of the page (`-`) and those that came (`+`), with the line of the page.
pub fn differs(command: Option<&str>, shown: &Shown, came: &[String], steps: &[Step]) -> String {
    let mut story = vec!["what came is not what the page shows".to_owned()];
    story.extend(command.map(|command| format!("         $ {command}")));
    for step in steps {
        let line = match step {
            Step::Same { page, .. } | Step::LeftOut { page } => {
                format!("{:>6}     {}", shown.line + page, shown.lines[*page])
            }
            Step::Passed { came: at } => format!("{:>6}     {}", "·", came[*at]),
            Step::Other { page, came: at } => format!(
                "{:>6}   - {}\n{:>6}   + {}",
                shown.line + page,
                shown.lines[*page],
                "",
                came[*at]
            ),
            Step::Missing { page } => {
                format!("{:>6}   - {}", shown.line + page, shown.lines[*page])
            }
            Step::Extra { came: at } => format!("{:>6}   + {}", "", came[*at]),
        };
        story.push(line);
    }
    if story.len() > MOST {
        let more = story.split_off(MOST).len();
        story.push(format!("         and {more} more lines"));
    }
    if came.is_empty() {
        story.push("         (nothing came)".to_owned());
    }
    story.join("\n")
}

/// How to make the page say what came.
pub fn how_to_renew(path: &str) -> String {
    let page = path.trim_start_matches(crate::files::SRC).trim_end_matches(".md");
    format!(
        "         if what came is right: SNAPSHOTS=overwrite PAGE={page} \
         cargo test -p book sessions"
    )
}

#[test]
fn a_story_names_lines_of_the_page() {
    let shown = Shown { line: 7, lines: vec!["a".into(), "b".into()], indent: String::new() };
    let steps =
        crate::align::align(&shown.lines, &["a".into(), "c".into()], crate::align::Rest::Counts);
    let story = differs(Some("x"), &shown, &["a".into(), "c".into()], &steps);
    assert!(
        story.contains("$ x\n") && story.contains("8   - b") && story.contains("+ c"),
        "{story}"
    );
}

//! Rules about headings: a reader who listens, and one who skims, go by them.

use crate::files::Files;
use crate::finding::Finding;
use crate::page::Page;

/// A page has one title, at its top, and no level of headings is left out.
pub fn in_order(files: &Files) -> Vec<Finding> {
    files.pages().iter().flat_map(of_page).collect()
}

fn of_page(page: &Page) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut above = 0;
    for (line, level, title) in page.headings() {
        let wrong = match level {
            1 if above > 0 => "a second title",
            level if level > above + 1 => "a level of headings is left out",
            _ => "",
        };
        if !wrong.is_empty() {
            let wrong = format!("{wrong}: {title:?}");
            found.push(Finding::new(&page.path, line, wrong, "one #, then ##, then ###"));
        }
        above = level;
    }
    if !page.text.starts_with("# ") {
        found.insert(0, Finding::new(&page.path, 1, "no title", "begin with # and the title"));
    }
    found
}

#[test]
fn headings_out_of_order_are_found() {
    let places = |text| crate::finding::places(in_order, &[("book/src/a.md", text)]);
    assert!(places("# A\n## B\n### C\n## D\n").is_empty());
    assert_eq!(places("# A\n### C\n"), ["book/src/a.md:2"]);
    assert_eq!(places("# A\n## B\n# C\n"), ["book/src/a.md:3"]);
    assert_eq!(places("A\n"), ["book/src/a.md:1"]);
}

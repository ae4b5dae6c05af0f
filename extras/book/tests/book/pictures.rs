//! Rules about pictures: SVG, written by hand, which a page includes in a `<figure>`.

use std::collections::BTreeSet;

use crate::files::{Files, SRC};
use crate::finding::Finding;
use crate::markup::{Tag, tags};

/// Where the classes of pictures stand.
const STYLE: &str = "book/theme/pictures.css";
/// Attributes with colours.
const PAINT: [&str; 6] = ["color", "fill", "flood-color", "lighting-color", "stop-color", "stroke"];
/// What belongs to no picture: it would run, fetch, or paint by itself.
const NOT_HERE: [&str; 5] = ["a", "foreignObject", "image", "script", "style"];

/// Each picture is wide enough, tells itself in words, and leaves its colours to the theme.
pub fn well_formed(files: &Files) -> Vec<Finding> {
    let mut found = Vec::new();
    let classes = classes(files.text(STYLE).unwrap_or_default());
    for (path, text) in files.below(SRC, ".svg") {
        let mut say = |line, wrong: String, remedy: &str| {
            found.push(Finding::new(path, line, wrong, remedy));
        };
        for (line, wrong) in whole(path, text) {
            say(line, wrong.to_owned(), "see book/AUTHORS.md on pictures");
        }
        for tag in tags(text) {
            for wrong in tag_faults(path, &tag, &classes) {
                say(tag.line, wrong, "see book/AUTHORS.md on pictures");
            }
        }
    }
    found
}

/// Faults of the picture as a whole.
fn whole(path: &str, text: &str) -> Vec<(usize, &'static str)> {
    let tags = tags(text);
    let has = |name: &str| tags.iter().any(|tag| tag.name == name && !tag.text.trim().is_empty());
    let svg = tags.first().filter(|tag| tag.name == "svg");
    let value = |name: &str| svg.and_then(|svg| svg.value(name)).unwrap_or_default();
    let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.value("id")).collect();
    let labels: Vec<&str> = value("aria-labelledby").split_whitespace().collect();
    let blank = text.lines().position(|line| line.trim().is_empty());
    let mut wrong = Vec::new();
    if let Some(at) = blank {
        wrong.push((at + 1, "a blank line ends the picture in the middle of the page"));
    }
    let rules = [
        (value("viewBox").starts_with("0 0 480 "), "its viewBox is not \"0 0 480 HEIGHT\""),
        (value("width").is_empty() && value("height").is_empty(), "it has a size of its own"),
        (value("role") == "img", "it lacks role=\"img\""),
        (has("title") && has("desc"), "it lacks a <title> or a <desc>"),
        (
            labels.len() == 2 && labels.iter().all(|label| ids.contains(label)),
            "its aria-labelledby does not name its <title> and its <desc>",
        ),
        (path.rsplit('/').next().is_some_and(|name| !name.contains('_')), "its name has a _"),
    ];
    wrong.extend(rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| (1, *what)));
    wrong
}

/// Faults of one tag.
fn tag_faults(path: &str, tag: &Tag, classes: &BTreeSet<&str>) -> Vec<String> {
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".svg");
    let mut wrong = Vec::new();
    if NOT_HERE.contains(&tag.name) {
        wrong.push(format!("<{}> has no place in a picture", tag.name));
    }
    for (name, value) in &tag.attributes {
        let is_painted = PAINT.contains(name) && !is_from_the_theme(value);
        if is_painted || *name == "style" || *name == "font-size" || name.starts_with("on") {
            wrong.push(format!("{name}=\"{value}\" is for the theme to say: use a class"));
        }
        let names_id = *name == "id" && !value.starts_with(stem);
        if names_id || value.contains("url(#") && !value.contains(&format!("url(#{stem}")) {
            wrong.push(format!("{name}=\"{value}\" does not begin with the file's name, {stem}"));
        }
        if *name == "class" {
            let unknown = value.split_whitespace().filter(|class| !classes.contains(class));
            wrong.extend(unknown.map(|class| format!("{STYLE} has no class {class:?}")));
        }
    }
    wrong
}

fn is_from_the_theme(value: &str) -> bool {
    ["none", "currentColor", "inherit"].contains(&value) || value.starts_with("url(#")
}

/// The classes that a style sheet has rules for.
fn classes(css: &str) -> BTreeSet<&str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let names = css.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|character| !is_part(character))?;
        Some(&rest[..end]).filter(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
    });
    names.collect()
}

/// Pictures stand in a `<figure>` with a caption, each in one place, and none is left over.
pub fn in_figures(files: &Files) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for page in files.pages() {
        for (line, text) in page.prose().filter(|(_, text)| text.contains(".svg}}")) {
            let path = text.split("{{#include ").nth(1).and_then(|rest| rest.split("}}").next());
            let path = crate::files::beside(&page.path, path.unwrap_or_default());
            if !is_in_figure(&page.text, line) {
                let wrong = "a picture outside of a <figure> with a <figcaption>";
                let remedy =
                    "<figure>, the include, <figcaption>…</figcaption>, </figure>: a line each";
                found.push(Finding::new(&page.path, line, wrong, remedy));
            }
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            if !used.insert(name) {
                let wrong = "another picture of this name is in the book: their ids collide";
                found.push(Finding::new(&page.path, line, wrong, "give it another name"));
            }
        }
    }
    let names = files
        .below(SRC, ".svg")
        .filter(|(path, _)| !used.contains(path.rsplit('/').next().unwrap_or(path)));
    let remedy = "include it, or take it out";
    found.extend(names.map(|(path, _)| Finding::new(path, 1, "no page shows it", remedy)));
    found
}

/// Whether the line above opens a figure, and the line below begins its caption.
fn is_in_figure(text: &str, line: usize) -> bool {
    let at = |line: usize| text.lines().nth(line - 1).unwrap_or_default().trim();
    line > 1 && at(line - 1) == "<figure>" && at(line + 1).starts_with("<figcaption>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    const RIGHT: &str = "<svg viewBox=\"0 0 480 90\" role=\"img\" aria-labelledby=\"p-t p-d\">\n\
        <title id=\"p-t\">A</title><desc id=\"p-d\">B</desc>\n\
        <path class=\"line\" fill=\"none\" marker-end=\"url(#p-arrow)\"/>\n</svg>\n";

    fn lines(picture: &str) -> Vec<String> {
        places(well_formed, &[("book/src/p.svg", picture), (STYLE, ".line { x: 0.5px }\n")])
    }

    #[test]
    fn a_wrong_picture_is_found() {
        assert!(lines(RIGHT).is_empty());
        for (right, wrong) in [
            ("0 0 480 90", "0 0 800 90"),
            ("role", "width=\"480\" role"),
            (" role=\"img\"", ""),
            ("<desc id=\"p-d\">B</desc>", ""),
            ("p-t p-d\">", "p-t\">"),
            ("<path", "\n<path"),
            ("fill=\"none\"", "fill=\"#fff\""),
            ("fill=\"none\"", "style=\"fill: red\""),
            ("id=\"p-t\"", "id=\"t\""),
            ("url(#p-arrow)", "url(#arrow)"),
            ("class=\"line\"", "class=\"lines\""),
            ("<path", "<style>x</style><path"),
        ] {
            assert!(!lines(&RIGHT.replace(right, wrong)).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn a_picture_without_a_figure_is_found() {
        let found =
            |page: &str| places(in_figures, &[("book/src/a.md", page), ("book/src/p.svg", RIGHT)]);
        let figure = "<figure>\n{{#include p.svg}}\n<figcaption>A</figcaption>\n</figure>\n";
        assert!(found(figure).is_empty());
        assert_eq!(found("{{#include p.svg}}\n"), ["book/src/a.md:1"]);
        assert_eq!(found(&figure.repeat(2)), ["book/src/a.md:6"]);
        assert_eq!(found("# A\n"), ["book/src/p.svg:1"]);
    }
}

//! Rules about the size of stages: the lines that somebody has to read, without comments, empty
//! lines, imports, lone closing brackets and tests.

use crate::finding::Finding;
use crate::heads::{FIRST, belongs_to, starts};
use crate::source::{Source, is_test_file};

/// A stage's folder, and how many lines of code its first reading and the whole of it may have.
/// Stages 1 to 3 hold what the later ones take from them: the contract, the head of a request and
/// how a connection is closed, all of HTTP and the gateway.
const STAGES: [(&str, usize, usize); 5] = [
    ("stage1-echo", 60, 181),
    ("stage2-single-request", 145, 405),
    ("stage3-gateway", 412, 1150),
    ("stage4-fork", 120, 350),
    ("stage5-async", 250, 900),
];

/// What is in stage 3 beside the server, each with a limit of its own.
const BESIDE: [(&str, usize); 5] =
    [("demo", 250), ("validator", 250), ("shout", 25), ("unruly", 40), ("python", 380)];

/// A part of the repository, its size, and the largest that it may have.
struct Part {
    what: String,
    lines: usize,
    limit: usize,
    /// Its files, and the size of each.
    files: Vec<(String, usize)>,
}

/// No stage is larger than it may be.
pub fn of_stages(all: &[Source]) -> Vec<Finding> {
    let large = parts(all).into_iter().filter(|part| part.lines > part.limit);
    let large = large.map(|part| {
        let wrong = format!("{} lines of code; {} are the limit", part.lines, part.limit);
        let files: Vec<String> =
            part.files.iter().map(|(path, lines)| format!("{path} {lines}")).collect();
        let remedy = format!("its shape is probably wrong ({})", files.join(", "));
        Finding::of(part.what, wrong, remedy)
    });
    large.collect()
}

/// All sizes, for people.
pub fn table(all: &[Source]) -> String {
    let row = |part: Part| format!("{:44} {:5} of {:4}", part.what, part.lines, part.limit);
    parts(all).into_iter().map(row).collect::<Vec<String>>().join("\n")
}

fn parts(all: &[Source]) -> Vec<Part> {
    let beside = BESIDE.map(|(name, _)| name);
    let stages = STAGES.iter().flat_map(|&(stage, first, whole)| {
        let is_stage =
            move |source: &Source| source.stage() == Some(stage) && !belongs_to(source, &beside);
        let is_first = move |source: &Source| is_stage(source) && starts(source, FIRST);
        [
            part(all, format!("{stage}, first reading"), first, is_first),
            part(all, format!("{stage}, with hardening"), whole, is_stage),
        ]
    });
    let beside = BESIDE.map(|(name, limit)| {
        let is_beside = |source: &Source| source.stage().is_some() && belongs_to(source, &[name]);
        part(all, format!("the {name}"), limit, is_beside)
    });
    stages.chain(beside).collect()
}

fn part(all: &[Source], what: String, limit: usize, is_in: impl Fn(&Source) -> bool) -> Part {
    let files = all.iter().filter(|source| is_in(source) && !is_test_file(all, source));
    let name = |source: &Source| source.path.split_once("/src/").map(|(_, name)| name.to_owned());
    let sized = files.map(|source| {
        (
            name(source).unwrap_or_default(),
            source.code_lines().filter(|&(_, line)| is_read(line)).count(),
        )
    });
    let files: Vec<(String, usize)> = sized.collect();
    let lines = files.iter().map(|(_, lines)| lines).sum();
    Part { what, lines, limit, files }
}

/// Whether a line of code says anything: imports and closing brackets do not.
fn is_read(line: &str) -> bool {
    let line = line.trim().trim_start_matches("pub ");
    let is_import = line.starts_with("use ") || line.starts_with("mod ") && line.ends_with(';');
    !is_import && !line.trim_matches(['}', ')', ']', ';', ',']).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::places;

    #[test]
    fn a_large_stage_is_found() {
        let of =
            |lines: usize| "//! First reading: x\n".to_owned() + &"x();\n\n// y\n".repeat(lines);
        let large = of(61);
        let files = [("stage1-echo/src/a.rs", large.as_str())];
        assert_eq!(places(of_stages, &files), ["stage1-echo, first reading"]);
        let (half, other) = (of(60), of(122).replace("First reading", "Hardening"));
        let files = [("stage1-echo/src/a.rs", half.as_str()), ("stage1-echo/src/b.rs", &other)];
        assert_eq!(places(of_stages, &files), ["stage1-echo, with hardening"]);
        let demo = of(251);
        assert_eq!(places(of_stages, &[("stage3-gateway/src/demo/a.rs", &demo)]), ["the demo"]);
    }

    #[test]
    fn tests_are_not_counted() {
        let text = "//! First reading: x\nx();\n#[cfg(test)]\nmod tests {\n    x();\n}\n";
        assert_eq!(Source::new("stage1-echo/src/a.rs", text).code_lines().count(), 1);
    }

    #[test]
    fn a_string_of_many_lines_is_code() {
        assert_eq!(Source::new("a.rs", "f(\"a\n// b\nc\");\n").code_lines().count(), 3);
    }
}

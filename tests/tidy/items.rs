//! Where functions, and the code of unit tests, begin and end.

use std::ops::Range;

/// A function, and the lines that it takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// Its first line, from 1.
    pub line: usize,
    pub lines: usize,
}

/// All functions with a body in `code`, which holds no comments and no strings.
pub fn functions(code: &str) -> Vec<Function> {
    let starts = code.match_indices("fn ").map(|(at, _)| at);
    let starts = starts.filter(|&at| !code[..at].ends_with(is_in_name));
    starts.filter_map(|at| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let name = code[at..].trim_start_matches("fn").trim_start();
    let name: String = name.chars().take_while(|&character| is_in_name(character)).collect();
    let item = &code[at..item_end(code, at)];
    if name.is_empty() || !item.ends_with('}') {
        return None; // a type, or a declaration without a body
    }
    let lines = item.lines().count();
    Some(Function { name, line: line_of(code, at), lines })
}

/// What is compiled for unit tests only: the lines of each such item, and the names of modules
/// among them that stand in files of their own.
pub fn test_only(code: &str) -> (Vec<Range<usize>>, Vec<String>) {
    let mut lines = Vec::new();
    let mut modules = Vec::new();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let end = item_end(code, at + attribute.len());
        lines.push(line_of(code, at)..line_of(code, end.saturating_sub(1)) + 1);
        let item = code[at + attribute.len()..end].trim();
        let module = item.rsplit_once("mod ").and_then(|(_, name)| name.strip_suffix(';'));
        modules.extend(module.map(str::to_owned));
    }
    (lines, modules)
}

/// Where the item ends that begins here: behind its semicolon, or behind its last brace.
fn item_end(code: &str, from: usize) -> usize {
    let (mut braces, mut others) = (0, 0);
    for (at, character) in code[from..].char_indices() {
        match character {
            '{' => braces += 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            _ => {}
        }
        if braces == 0 && (character == '}' || (character == ';' && others == 0)) {
            return from + at + 1;
        }
    }
    code.len()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[test]
fn functions_are_measured_from_their_name_to_their_last_brace() {
    let code = "trait T {\n fn a(&self);\n}\nstruct S { run: fn (u8) }\n\
                pub fn b(x: [u8; 2]) {\n if x { y() }\n}\n";
    let b = Function { name: "b".into(), line: 5, lines: 3 };
    assert_eq!(functions(code), [b]);
}

#[test]
fn test_code_is_found_here_and_in_other_files() {
    let code =
        "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\n#[cfg(test)]\npub(crate) mod more;\n";
    assert_eq!(test_only(code), (vec![2..6, 6..8], vec!["more".to_string()]));
}

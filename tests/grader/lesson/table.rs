//! The tables of `tests/python/README.md`: which servers there are, and what each of them deserves.
//!
//! They are written for people. A row that is misread would be a server that nobody judges, so
//! whatever can't be read is an error that names its line.

use std::collections::BTreeMap;

/// A server in Python, and what it deserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lesson {
    /// Below `tests/python`.
    pub file: String,
    /// The stage by whose checks it is judged.
    pub stage: u8,
    /// Its points, bonus apart.
    pub points: u32,
    /// The checks of core steps that it fails, and why.
    pub fails: BTreeMap<String, String>,
}

const SERVERS: [&str; 3] = ["file", "stage", "points"];
const FAILS: [&str; 4] = ["file", "stage", "check", "why"];
const STAGES: std::ops::RangeInclusive<u8> = 1..=5;

/// Which table a line belongs to.
#[derive(Clone, Copy)]
enum Part {
    Text,
    Servers,
    Fails,
    /// A table about something else.
    Other,
}

/// Reads both tables: `| file | stage | points |` with a row for each server, and
/// `| file | stage | check | why |` with a row for each check that one fails.
///
/// # Errors
///
/// A row makes no sense, or there is none: where, and what to do.
pub(crate) fn read(markdown: &str) -> Result<Vec<Lesson>, String> {
    let mut lessons = Vec::new();
    let mut part = Part::Text;
    for (number, line) in (1..).zip(markdown.lines()) {
        let told = |why: String| format!("line {number}: {why}: {}", line.trim());
        let Some(cells) = cells(line).map_err(told)? else {
            part = Part::Text;
            continue;
        };
        part = match part {
            Part::Text => head(&cells).map_err(told)?,
            _ if is_rule(&cells) => part,
            Part::Servers => server(&cells, &mut lessons).map(|()| part).map_err(told)?,
            Part::Fails => failure(&cells, &mut lessons).map(|()| part).map_err(told)?,
            Part::Other => part,
        };
    }
    if lessons.is_empty() {
        return Err(format!("it names no server: a table begins with | {} |", SERVERS.join(" | ")));
    }
    Ok(lessons)
}

/// The cells of a row; `None` for a line that is no row.
fn cells(line: &str) -> Result<Option<Vec<&str>>, String> {
    let Some(rest) = line.trim().strip_prefix('|') else {
        return Ok(None);
    };
    let row = rest.strip_suffix('|').ok_or("a row ends with |")?;
    Ok(Some(row.split('|').map(str::trim).collect()))
}

/// The table that begins with this row.
fn head(cells: &[&str]) -> Result<Part, String> {
    match cells {
        _ if cells == SERVERS => Ok(Part::Servers),
        _ if cells == FAILS => Ok(Part::Fails),
        ["file", ..] => Err(format!(
            "a table of servers begins with | {} | or | {} |",
            SERVERS.join(" | "),
            FAILS.join(" | ")
        )),
        _ => Ok(Part::Other),
    }
}

/// The row of hyphens below a head.
fn is_rule(cells: &[&str]) -> bool {
    cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|one| "-: ".contains(one)))
}

fn server(cells: &[&str], lessons: &mut Vec<Lesson>) -> Result<(), String> {
    let [file, stage, points] = cells else {
        return Err(format!("a server has 3 cells, and not {}", cells.len()));
    };
    let (file, stage) = (code(file)?, stage_of(stage)?);
    let points = points.parse().map_err(|_| format!("{points:?} is no number of points"))?;
    if find(lessons, &file, stage).is_some() {
        return Err(format!("{file} is there twice for stage {stage}"));
    }
    lessons.push(Lesson { file, stage, points, fails: BTreeMap::new() });
    Ok(())
}

fn failure(cells: &[&str], lessons: &mut [Lesson]) -> Result<(), String> {
    let [file, stage, check, why] = cells else {
        return Err(format!("a check that fails has 4 cells, and not {}", cells.len()));
    };
    let (file, stage, check) = (code(file)?, stage_of(stage)?, code(check)?);
    if why.is_empty() {
        return Err("it does not say why".into());
    }
    let lesson = find(lessons, &file, stage)
        .ok_or_else(|| format!("the first table has no {file} for stage {stage}"))?;
    match lesson.fails.insert(check, (*why).to_owned()) {
        None => Ok(()),
        Some(_) => Err("this check is there twice".into()),
    }
}

fn find<'l>(lessons: &'l mut [Lesson], file: &str, stage: u8) -> Option<&'l mut Lesson> {
    lessons.iter_mut().find(|lesson| lesson.file == file && lesson.stage == stage)
}

/// What stands in backticks.
fn code(cell: &str) -> Result<String, String> {
    let inner = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
    let inner = inner.filter(|inner| !inner.is_empty() && !inner.contains('`'));
    inner.map(str::to_owned).ok_or_else(|| format!("{cell:?} should stand in backticks"))
}

fn stage_of(cell: &str) -> Result<u8, String> {
    let stage = cell.parse().ok().filter(|stage| STAGES.contains(stage));
    stage.ok_or_else(|| format!("{cell:?} is no stage: 1 to 5"))
}

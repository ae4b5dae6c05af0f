//! Reads the tables of `tests/requests/README.md`.

use std::ops::RangeInclusive;

use super::Request;

/// The rows of all tables, without the requests' bytes. The heading above a table, `valid` or
/// `invalid`, is the folder of its files.
pub(super) fn requests(markdown: &str) -> Result<Vec<Request>, String> {
    let mut requests = Vec::new();
    let mut folder = "";
    for line in markdown.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            folder = heading.trim();
        }
        let Some(row) = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            continue;
        };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let is_heading = cells[0] == "file" || cells[0].starts_with("--");
        if !is_heading && ["valid", "invalid"].contains(&folder) {
            requests
                .push(request(folder, &cells).ok_or_else(|| format!("this row is wrong: {line}"))?);
        }
    }
    Ok(requests)
}

fn request(folder: &str, cells: &[&str]) -> Option<Request> {
    let (&[file, stages, status, why], rest) = cells.split_first_chunk::<4>()?;
    let content = match (folder, rest) {
        ("valid", [content]) => *content,
        ("invalid", []) => "",
        _ => return None,
    };
    Some(Request {
        file: format!("{folder}/{file}"),
        stages: self::stages(stages)?,
        status: status.parse().ok()?,
        why: why.to_owned(),
        content: content.to_owned(),
        bytes: Vec::new(),
    })
}

/// `2-5`, or `3` for one stage only.
fn stages(cell: &str) -> Option<RangeInclusive<u8>> {
    let (first, last) = cell.split_once('-').unwrap_or((cell, cell));
    Some(first.parse().ok()?..=last.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::requests;

    #[test]
    fn rows_become_requests() {
        let text = "| a | b |\n\n## invalid\n| file | stages | status | why |\n| --- | --- | --- | --- |\n\
            | a.http | 2-5 | 400 | RFC |\n## valid\n| b.http | 3 | 200 | RFC | hello |\n";
        let requests = requests(text).expect("it is well-formed");
        assert_eq!(requests.len(), 2);
        assert_eq!((requests[0].file.as_str(), requests[0].status), ("invalid/a.http", 400));
        assert_eq!((requests[1].stages.clone(), requests[1].content.as_str()), (3..=3, "hello"));
    }

    #[test]
    fn a_row_that_makes_no_sense_is_named() {
        for row in ["| a.http | 2-5 | 400 |", "| a.http | all | 400 | x |", "| a | 2 | x | y |"] {
            let error = requests(&format!("## invalid\n{row}\n")).expect_err("it is wrong");
            assert!(error.contains(row), "{error}");
        }
    }
}

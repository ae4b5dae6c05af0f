//! The lines of a page beside the lines that came: the least that has to change.
//!
//! A diff of our own: a ready-made one knows nothing of `…`, of pids, or of lines that may be left
//! out, and it takes longer to compile than this does to read.

use crate::line::{LEFT_OUT, compare};

/// What becomes of a line, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The two are the same.
    Same { page: usize, came: usize },
    /// `…` on the page.
    LeftOut { page: usize },
    /// It came where the page says `…`, or the page need not show it.
    Passed { came: usize },
    /// Another line came than the page shows.
    Other { page: usize, came: usize },
    /// The page shows it, and it did not come.
    Missing { page: usize },
    /// It came, and the page does not show it.
    Extra { came: usize },
}

/// What came behind the last line of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It is none of this block's business.
    Free,
    /// There must be none.
    Counts,
}

/// The steps from the first line to the last. They are `Same`, `LeftOut` and `Passed` only if what
/// came is what the page shows.
pub fn align(page: &[String], came: &[String], rest: Rest) -> Vec<Step> {
    let same: Vec<Vec<bool>> = page
        .iter()
        .map(|page| came.iter().map(|came| compare(page, came).is_some()).collect())
        .collect();
    let costs = costs(page, came, &same, rest);
    let mut steps = Vec::new();
    let (mut p, mut c) = (0, 0);
    while p < page.len() || (c < came.len() && rest == Rest::Counts) {
        let next = choices(page, came, &same, p, c).into_iter().flatten().min_by_key(
            // Of equal ways the first: so as little as possible is passed over.
            |(step, cost)| {
                cost + {
                    let (p, c) = behind(*step, p, c);
                    costs[p][c]
                }
            },
        );
        let Some((step, _)) = next else { break };
        (p, c) = behind(step, p, c);
        steps.push(step);
    }
    steps
}

/// Whether these steps say that all is well.
pub fn is_same(steps: &[Step]) -> bool {
    let is_well = |step: &Step| {
        matches!(step, Step::Same { .. } | Step::LeftOut { .. } | Step::Passed { .. })
    };
    steps.iter().all(is_well)
}

/// `costs[p][c]`: how many lines must change from line `p` of the page and line `c` that came on.
fn costs(page: &[String], came: &[String], same: &[Vec<bool>], rest: Rest) -> Vec<Vec<usize>> {
    let mut costs = vec![vec![0; came.len() + 1]; page.len() + 1];
    for p in (0..=page.len()).rev() {
        for c in (0..=came.len()).rev() {
            if p == page.len() && (c == came.len() || rest == Rest::Free) {
                continue;
            }
            let ways = choices(page, came, same, p, c).into_iter().flatten().map(|(step, cost)| {
                let (p, c) = behind(step, p, c);
                cost + costs[p][c]
            });
            costs[p][c] = ways.min().unwrap_or(0);
        }
    }
    costs
}

/// The steps that can be taken here, and what each of them costs by itself.
fn choices(
    page: &[String],
    came: &[String],
    same: &[Vec<bool>],
    p: usize,
    c: usize,
) -> [Option<(Step, usize)>; 5] {
    let (has_page, has_came) = (p < page.len(), c < came.len());
    let elides = has_page && page[p] == LEFT_OUT;
    let is_same = has_page && has_came && !elides && same[p][c];
    let passes = has_came && (elides || need_not_be_shown(&came[c]));
    let first = if elides {
        Some((Step::LeftOut { page: p }, 0))
    } else {
        is_same.then_some((Step::Same { page: p, came: c }, 0))
    };
    [
        first,
        passes.then_some((Step::Passed { came: c }, 0)),
        (has_page && has_came && !elides && !is_same && !passes)
            .then_some((Step::Other { page: p, came: c }, 1)),
        (has_page && !elides).then_some((Step::Missing { page: p }, 1)),
        (has_came && !passes).then_some((Step::Extra { came: c }, 1)),
    ]
}

/// curl's remarks differ from version to version, and some are made only beside a terminal.
fn need_not_be_shown(came: &str) -> bool {
    ["* ", "{ [", "} ["].iter().any(|mark| came.starts_with(mark))
}

fn behind(step: Step, p: usize, c: usize) -> (usize, usize) {
    match step {
        Step::Same { .. } | Step::Other { .. } => (p + 1, c + 1),
        Step::LeftOut { .. } | Step::Missing { .. } => (p + 1, c),
        Step::Passed { .. } | Step::Extra { .. } => (p, c + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(page: &str, came: &str, rest: Rest) -> String {
        let lines = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let steps = align(&lines(page), &lines(came), rest);
        let marks = steps.iter().map(|step| match step {
            Step::Same { .. } => '=',
            Step::LeftOut { .. } => '…',
            Step::Passed { .. } => '.',
            Step::Other { .. } => '~',
            Step::Missing { .. } => '-',
            Step::Extra { .. } => '+',
        });
        marks.collect()
    }

    #[test]
    fn as_little_as_possible_changes() {
        assert_eq!(steps("a b c", "a b c", Rest::Counts), "===");
        assert_eq!(steps("a b c", "a c", Rest::Counts), "=-=");
        assert_eq!(steps("a c", "a b c", Rest::Counts), "=+=");
        assert_eq!(steps("a b c", "a x c", Rest::Counts), "=~=");
        assert_eq!(steps("", "a", Rest::Counts), "+");
        assert_eq!(steps("a", "", Rest::Free), "-");
    }

    #[test]
    fn what_is_left_out_may_be_anything() {
        assert_eq!(steps("a … c", "a b b c", Rest::Counts), "=..…=");
        assert_eq!(steps("a …", "a", Rest::Counts), "=…");
        assert_eq!(steps("… c", "a b", Rest::Counts), ".…~");
    }

    #[test]
    fn what_comes_later_is_left_for_later() {
        assert_eq!(steps("a", "a b", Rest::Free), "=");
        assert_eq!(steps("a", "a b", Rest::Counts), "=+");
        assert_eq!(steps("b", "a b", Rest::Free), "~");
    }

    #[test]
    fn remarks_of_curl_need_not_be_shown() {
        let page = ["* Connected".to_owned(), "> GET".to_owned()];
        let came = ["* Trying", "* Connected", "> GET", "* left intact"].map(str::to_owned);
        assert!(is_same(&align(&page, &came, Rest::Counts)));
        assert!(!is_same(&align(&page[..1], &came[2..], Rest::Counts)));
    }
}

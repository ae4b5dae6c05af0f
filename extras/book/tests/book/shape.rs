//! What differs from run to run and is shown all the same: dates, versions, times.

use grader::patience;

/// A template and what the page shows for it when a line is renewed, if not what came. In a template
/// `A` stands for a letter, `#` for digits, everything else for itself.
#[derive(Debug)]
pub struct Shape {
    template: &'static str,
    pub example: Option<&'static str>,
}

/// Minutes and seconds.
const DURATION: &str = "#m#.#s";
/// Seconds that anything may take longer than on the page, on a machine that does other things too.
const LATE: f64 = 2.0;

/// Memory, as the kernel tells it.
const MEMORY: &str = "# kB";
/// How many times as much or as little it may be on another machine.
const ABOUT: f64 = 3.0;

pub const SHAPES: [Shape; 5] = [
    // RFC 9110 s5.6.7, in the field Date.
    Shape { template: "AAA, # AAA # #:#:# GMT", example: Some("Tue, 01 Dec 2026 12:00:00 GMT") },
    // Common Log Format.
    Shape { template: "#/AAA/#:#:#:# +#", example: Some("01/Dec/2026:12:00:00 +0000") },
    Shape { template: "curl/#.#.#", example: Some("curl/8.14.1") },
    // Both must be about right: see `is_same`.
    Shape { template: MEMORY, example: None },
    Shape { template: DURATION, example: None },
];

/// The shape that `text` begins with: which one, and how many bytes it takes.
pub fn at_start(text: &str) -> Option<(usize, usize)> {
    let lengths = SHAPES.iter().map(|shape| length(shape.template, text)).enumerate();
    lengths.into_iter().find_map(|(which, length)| Some((which, length?)))
}

/// Whether two texts of this shape mean the same. Dates always do; a time must not be much shorter
/// than on the page, and not longer by more than a machine may be late; memory is about the same.
pub fn is_same(which: usize, page: &str, came: &str) -> bool {
    match SHAPES[which].template {
        DURATION => {
            let (page, came) = (seconds(page), seconds(came));
            page * 0.8 - 0.1 <= came && came <= page + patience(LATE).as_secs_f64()
        }
        MEMORY => {
            let (page, came) = (kib(page), kib(came));
            page / ABOUT <= came && came <= page * ABOUT
        }
        _ => true,
    }
}

/// `48 kB` as a number.
fn kib(memory: &str) -> f64 {
    memory.trim_end_matches(" kB").parse().unwrap_or_default()
}

/// `1m2.5s` in seconds.
fn seconds(duration: &str) -> f64 {
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    let (minutes, seconds) = duration.trim_end_matches('s').split_once('m').unwrap_or(("", ""));
    number(minutes) * 60.0 + number(seconds)
}

fn length(template: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for mark in template.chars() {
        rest = match mark {
            'A' => rest.strip_prefix(|letter: char| letter.is_ascii_alphabetic())?,
            '#' => {
                let digits = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
                Some(digits).filter(|digits| digits.len() < rest.len())?
            }
            other => rest.strip_prefix(other)?,
        };
    }
    Some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_example_has_its_shape() {
        for (which, shape) in SHAPES.iter().enumerate() {
            let measured = if shape.template == MEMORY { "48 kB" } else { "0m1.004s" };
            let example = shape.example.unwrap_or(measured);
            assert_eq!(at_start(example), Some((which, example.len())));
        }
    }

    #[test]
    fn what_only_looks_similar_has_none() {
        for other in ["Tue, 01 Dec 2026", "curl/x", "m1.0s", "A", "", "Dec/01/2026:1:1:1 +0"] {
            assert_eq!(at_start(other), None, "{other:?}");
        }
    }

    #[test]
    fn times_may_differ_a_little() {
        let which = SHAPES.len() - 1;
        assert!(is_same(which, "0m1.004s", "0m1.120s"));
        assert!(!is_same(which, "0m3.010s", "0m1.004s"));
        assert!(!is_same(which, "0m1.004s", "1m1.004s"));
    }

    #[test]
    fn memory_may_be_about_the_same() {
        let (which, _) = at_start("48 kB").unwrap_or_default();
        assert!(is_same(which, "48 kB", "100 kB") && is_same(which, "48 kB", "20 kB"));
        assert!(!is_same(which, "48 kB", "1420 kB") && !is_same(which, "48 kB", "4 kB"));
    }
}

//! Text broken into lines that stay beside their label in a terminal.

/// Text is broken here: a terminal of 80 columns and a margin.
const WIDTH: usize = 84;

/// `text`, broken between words. Two spaces stay two: they may be what is wrong with a request.
pub(crate) fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.trim().split([' ', '\n']) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_and_spaces_stay() {
        assert_eq!(wrap("the line GET  HTTP/1.1"), ["the line GET  HTTP/1.1"]);
        let lines = wrap(&"word ".repeat(20));
        assert_eq!(lines, ["word ".repeat(17).trim_end(), "word word word"]);
    }
}

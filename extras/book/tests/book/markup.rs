//! The tags in a picture or in a page's own HTML.

/// An opening tag, or one that is empty.
#[derive(Debug)]
pub struct Tag<'t> {
    /// The line that it begins on, from 1.
    pub line: usize,
    pub name: &'t str,
    pub attributes: Vec<(&'t str, &'t str)>,
    /// What stands between it and the next tag.
    pub text: &'t str,
}

impl<'t> Tag<'t> {
    pub fn value(&self, name: &str) -> Option<&'t str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// All of them, in order. Values stand in double quotes.
pub fn tags(text: &str) -> Vec<Tag<'_>> {
    let opens = text.match_indices('<').filter(|(at, _)| {
        text[at + 1..].starts_with(|character: char| character.is_ascii_alphabetic())
    });
    opens.filter_map(|(at, _)| tag(text, at)).collect()
}

fn tag(text: &str, at: usize) -> Option<Tag<'_>> {
    let (inside, behind) = text[at + 1..].split_once('>')?;
    let inside = inside.trim_end_matches('/');
    let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
    let (name, mut rest) = inside.split_at(end);
    let mut attributes = Vec::new();
    while let Some((attribute, value)) = rest.split_once("=\"") {
        let (value, behind) = value.split_once('"')?;
        attributes.push((attribute.trim(), value));
        rest = behind;
    }
    let line = text[..at].matches('\n').count() + 1;
    let text = behind.split('<').next().unwrap_or_default();
    Some(Tag { line, name, attributes, text })
}

#[test]
fn tags_have_names_attributes_and_text() {
    let tags = tags("a < b\n<text class=\"x y\" id=\"z\">hello</text><br/>\n");
    let names: Vec<_> = tags.iter().map(|tag| (tag.line, tag.name)).collect();
    assert_eq!(names, [(2, "text"), (2, "br")]);
    assert_eq!(tags[0].value("id"), Some("z"));
    assert_eq!(tags[0].text, "hello");
}

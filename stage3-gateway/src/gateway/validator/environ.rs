//! First reading: the variables, which are the server's to give.

use stage2_single_request::syntax::is_token;

use crate::gateway::environ::Environ;
use crate::gateway::error::Error;

/// A variable, what its value must be like (empty, if there is none), and the rule in words.
type Rule = (&'static str, fn(&[u8]) -> bool, &'static str);

const RULES: [Rule; 7] = [
    ("REQUEST_METHOD", is_token, "the server must give a REQUEST_METHOD, such as GET"),
    ("SCRIPT_NAME", is_prefix, "the server's SCRIPT_NAME must be empty or a path, and not / alone"),
    ("SERVER_NAME", |value| !value.is_empty(), "the server must give a SERVER_NAME"),
    ("SERVER_PORT", |port| !port.is_empty() && is_digits(port), "the server must give SERVER_PORT"),
    (
        "SERVER_PROTOCOL",
        |value| value.starts_with(b"HTTP/"),
        "the server must give SERVER_PROTOCOL",
    ),
    ("CONTENT_LENGTH", is_digits, "the server's CONTENT_LENGTH must be a number"),
    ("wsgi.url_scheme", is_scheme, "the server's wsgi.url_scheme must be http or https"),
];

/// Checks the variables of a request.
///
/// # Errors
/// The first rule that the server has broken.
pub fn check(environ: &Environ) -> Result<(), Error> {
    for (name, is_sound, rule) in RULES {
        if !is_sound(&environ.get(name).unwrap_or_default()) {
            return Err(Error::Rule(rule));
        }
    }
    let path = environ.text("PATH_INFO");
    if !path.is_empty() && !path.starts_with('/') {
        return Err(Error::Rule("the server's PATH_INFO must be empty or begin with a slash"));
    }
    if ["HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"].iter().any(|name| environ.get(name).is_some()) {
        return Err(Error::Rule("the server must give CONTENT_TYPE and _LENGTH without HTTP_"));
    }
    Ok(())
}

fn is_prefix(value: &[u8]) -> bool {
    value.is_empty() || value.starts_with(b"/") && value != b"/"
}

fn is_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

fn is_scheme(value: &[u8]) -> bool {
    matches!(value, b"http" | b"https")
}

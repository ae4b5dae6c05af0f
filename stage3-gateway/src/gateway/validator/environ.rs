//! First reading: the variables, which are the server's to give.

use stage2_single_request::syntax::is_token;

use crate::gateway::environ::Environ;
use crate::gateway::error::Error;

/// A variable, what its value must be like (empty, if there is none), and the rule in words.
type Rule = (&'static str, fn(&[u8]) -> bool, &'static str);

const RULES: [Rule; 7] = [
    ("REQUEST_METHOD", is_token, "the server must give a REQUEST_METHOD, such as GET"),
    (
        "SCRIPT_NAME",
        |value| value.is_empty() || is_path(value) && value != b"/",
        "the server's SCRIPT_NAME must be empty or begin with a slash, and not be one",
    ),
    ("SERVER_NAME", |value| !value.is_empty(), "the server must give a SERVER_NAME"),
    (
        "SERVER_PORT",
        |value| !value.is_empty() && is_digits(value),
        "the server must give a SERVER_PORT, a number",
    ),
    (
        "SERVER_PROTOCOL",
        |value| value.starts_with(b"HTTP/"),
        "the server must give a SERVER_PROTOCOL, such as HTTP/1.1",
    ),
    ("CONTENT_LENGTH", is_digits, "the server's CONTENT_LENGTH must be a number"),
    (
        "wsgi.url_scheme",
        |value| matches!(value, b"http" | b"https"),
        "the server's wsgi.url_scheme must be http or https",
    ),
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
    let path = environ.get("PATH_INFO").unwrap_or_default();
    let asks_the_server = *path == b"*"[..] && environ.text("REQUEST_METHOD") == "OPTIONS";
    if !path.is_empty() && !is_path(&path) && !asks_the_server {
        return Err(Error::Rule("the server's PATH_INFO must be empty or begin with a slash"));
    }
    if ["HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"].iter().any(|name| environ.get(name).is_some()) {
        return Err(Error::Rule("the server must give CONTENT_TYPE and _LENGTH without HTTP_"));
    }
    Ok(())
}

fn is_path(value: &[u8]) -> bool {
    value.starts_with(b"/")
}

fn is_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

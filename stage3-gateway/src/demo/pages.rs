//! First reading: what a website is made of: a page, a form, and an answer to what is typed in.

use stage2_single_request::escape::html;

use super::urlencoded::value;
use super::{Answer, Environ, StartResponse, empty, not_allowed, text, whole};

/// `/`: the page that a browser starts with. It carries its own style and icon.
pub fn index<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    page(start_response, include_str!("index.html"))
}

/// `/favicon.ico`: browsers ask for it beside every page that names no icon, and a plain text
/// can't name one. 204 says "there is none" without an error in anybody's log.
pub fn favicon<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("204 No Content", &[], None)?;
    Ok(empty())
}

/// `/hello`: all it takes.
// ANCHOR: hello
pub fn hello<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[("Content-Type", b"text/plain")], None)?;
    Ok(whole(b"Hello world from Rust!\n"))
}
// ANCHOR_END: hello

/// `/form`: GET shows a form, POST greets whoever filled it in.
// ANCHOR: form
pub fn form<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    match environ.text("REQUEST_METHOD").as_str() {
        "GET" | "HEAD" => page(start_response, include_str!("form.html")),
        "POST" => greet(environ, start_response),
        _ => not_allowed(start_response, "GET, HEAD, POST"),
    }
}

/// The name goes into the page escaped: whatever was typed in, it stays text.
fn greet<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let mut content = Vec::new();
    environ.input().read_to_end(&mut content)?;
    let Some(name) = value(&content, "name").filter(|name| !name.is_empty()) else {
        return text(start_response, "400 Bad Request", "the form has no name in it\n");
    };
    page(start_response, &include_str!("greeting.html").replace("{name}", &html(&name)))
}
// ANCHOR_END: form

fn page<'r>(start_response: &mut StartResponse, html: &str) -> Answer<'r> {
    start_response("200 OK", &[("Content-Type", b"text/html; charset=utf-8")], None)?;
    Ok(whole(html.as_bytes().to_vec()))
}

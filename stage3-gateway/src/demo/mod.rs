//! First reading: the demo application: what an application may do, right and wrong. The book
//! tours it, the checks drive it, and a browser starts at `/`.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `pages.rs` | `/`, `/hello`, `/form`: what a website is made of |
//! | `requests.rs` | `/environ`, `/echo`, `/half-read`, 404: what a request brings |
//! | `answers.rs` | `/big`, `/stream`, `/slow`, `/status`, `/fields`, `/write`: what an answer may be |
//! | `exc_info.rs` | `/exc`, `/exc-late`: an answer that fails half-way |
//! | `mistakes.rs` | `/raise`, `/never`, `/inject`, …: what an application must not do |
//! | `closed.rs` | `/closed`: bodies are dropped, always |
//! | `urlencoded.rs` | names and values in queries and forms |

mod answers;
mod closed;
mod exc_info;
mod mistakes;
mod pages;
mod requests;
#[cfg(test)]
mod tests;
mod urlencoded;

pub use pages::hello;

use crate::gateway::application::{Answer, Body, StartResponse, empty, whole};
use crate::gateway::environ::Environ;

/// Each route is an application by itself.
type Route = for<'r> fn(&mut Environ<'r>, &mut StartResponse) -> Answer<'r>;

/// The media type of most answers here. Without the charset, a browser guesses.
const TEXT: (&str, &[u8]) = ("Content-Type", b"text/plain; charset=utf-8");

/// The table of routes.
///
/// # Errors
/// What the route fails with: the wrong ones do so on purpose.
// ANCHOR: demo
pub fn demo<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let route: Route = match environ.text("PATH_INFO").as_str() {
        "/" => pages::index,
        "/favicon.ico" => pages::favicon,
        "/hello" => hello,
        "/form" => pages::form,
        path if path == "/environ" || path.starts_with("/environ/") => requests::environ,
        "/echo" => requests::echo,
        "/half-read" => requests::half_read,
        "/big" => answers::big,
        "/stream" => answers::stream,
        "/slow" => answers::slow,
        path if path.starts_with("/status/") => answers::status,
        path if path == "/fields" || path.starts_with("/fields/") => answers::fields,
        "/write" => answers::write,
        "/exc" => exc_info::exc,
        "/exc-late" => exc_info::exc_late,
        "/raise" => mistakes::raise,
        "/panic" => mistakes::panic,
        "/raise-first" => mistakes::raise_first,
        "/raise-empty" => mistakes::raise_empty,
        "/raise-late" => mistakes::raise_late,
        "/panic-late" => mistakes::panic_late,
        "/cl-short" => mistakes::cl_short,
        "/cl-long" => mistakes::cl_long,
        "/inject" => mistakes::inject,
        "/never" => mistakes::never,
        "/twice" => mistakes::twice,
        "/closed" => closed::closed,
        _ => requests::not_found,
    };
    Ok(closed::counted(route(environ, start_response)?))
}
// ANCHOR_END: demo

/// Answers with a text.
fn text<'r>(start_response: &mut StartResponse, status: &str, content: &str) -> Answer<'r> {
    start_response(status, &[TEXT], None)?;
    Ok(whole(content.as_bytes().to_vec()))
}

/// Refuses a method and names those that would do (RFC 9110 s15.5.6).
fn not_allowed<'r>(start_response: &mut StartResponse, allowed: &'r str) -> Answer<'r> {
    start_response("405 Method Not Allowed", &[TEXT, ("Allow", allowed.as_bytes())], None)?;
    Ok(whole(format!("this takes {allowed} only\n").into_bytes()))
}

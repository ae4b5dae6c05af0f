//! What each route answers.

mod answers;
mod mistakes;
mod requests;

use super::demo;
use crate::gateway::testing::{Answer, ask, get, post, request};

fn assert_answers(answer: &Answer, status: u16, content: &str) {
    assert_eq!((answer.status, answer.text().as_str()), (status, content), "{}", answer.head);
    assert!(answer.whole, "{}", answer.head);
}

#[test]
fn the_page_leads_to_every_route() {
    let page = get(&demo, "/").text();
    for route in "hello environ form big stream slow status write half-read exc closed raise panic \
         raise-first raise-late panic-late exc-late cl-short cl-long inject never twice"
        .split(' ')
    {
        assert!(page.contains(&format!("href=\"/{route}")), "{route}");
    }
    assert!(page.contains("POST /echo"));
}

#[test]
fn a_browser_asks_for_no_icon_twice() {
    assert!(get(&demo, "/").text().contains("rel=\"icon\""));
    assert_answers(&get(&demo, "/favicon.ico"), 204, "");
}

#[test]
fn hello_answers_any_method_with_a_computed_length() {
    for method in ["GET", "POST", "PURGE"] {
        let answer = ask(&demo, request(method, "/hello", ""));
        assert_answers(&answer, 200, "Hello world from Rust!\n");
        assert_eq!(answer.field("Content-Length"), Some("23"));
        assert_eq!(answer.field("Content-Type"), Some("text/plain"));
    }
}

#[test]
fn head_gets_fields_and_no_content_on_every_route() {
    for path in "/ /hello /form /environ /half-read /big /stream /slow /status/200 /write /exc \
                 /closed /nothing"
        .split(' ')
    {
        let answer = ask(&demo, request("HEAD", path, ""));
        assert_eq!(answer.content, b"", "{path}");
        assert!(answer.whole && answer.outcome.persistent, "{path}");
    }
    assert_eq!(
        ask(&demo, request("HEAD", "/big?n=7", "")).field("Content-Length"),
        Some("7"),
        "a length that was declared is told to HEAD too"
    );
}

#[test]
fn the_form_greets_whoever_fills_it_in() {
    assert!(get(&demo, "/form").text().contains("<form method=\"post\">"));
    assert!(post(&demo, "/form", "name=Ada").text().contains("Hello, Ada!"));
    let answer = post(&demo, "/form", "x=1&name=Ada+L%C3%B6%77%2B&y");
    assert!(answer.text().contains("Hello, Ada Löw+!"));
    assert_eq!(answer.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(post(&demo, "/form", "name=").status, 400);
    assert_eq!(post(&demo, "/form", "").status, 400);
}

#[test]
fn what_is_typed_into_the_form_stays_text() {
    let page = post(&demo, "/form", "name=%3Cscript%3E%26%22%27").text();
    assert!(page.contains("Hello, &lt;script&gt;&amp;&quot;&#39;!"), "{page}");
}

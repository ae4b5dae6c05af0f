//! What is typed into a form, and into the address bar.

use super::talk::{get, media_type, next_is_served, post, visit};
use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::exchange::{answered, ask};
use crate::random;
use crate::target::Target;

/// The form, and paths that nobody knows.
pub const CHECKS: &[Check] = &[
    Check {
        id: "page-form-greets",
        title: "the form greets whoever is named in it, in any script, as text and never as markup",
        rule: "HTML, application/x-www-form-urlencoded; CWE-79: what was typed in is escaped",
        hint: "Read the whole content, decode + and %XX, then escape & < > and quotes.",
        run: form,
    },
    Check {
        id: "page-not-found",
        title: "a path that nobody knows is answered with 404, after its content has been read",
        rule: "RFC 9110 s15.5.5",
        hint: "A server that closes on unread content resets the connection.",
        run: not_found,
    },
];

fn form(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, page) = visit(&server, "/form", 200)?;
    let text = page.text().to_ascii_lowercase();
    let shown = text.contains("<form") && text.contains("name=\"name\"");
    expect(&client, shown, "GET /form shows a form with a field for the name")?;
    drop(client);
    let name = random::name();
    let typed = format!("x=1&name=Zo%C3%AB+{name}+%3Cb%3E%26%22");
    let (client, greeting) = ask(&server, post("/form", typed.as_bytes()))?;
    greeting.expect_status(&client, 200)?;
    let text = greeting.text();
    let greeted = text.contains(&format!("Zoë {name} &lt;b&gt;&amp;"));
    expect(&client, greeted, format!("the page greets Zoë {name} &lt;b&gt;&amp;"))?;
    expect(&client, !text.contains("<b>"), "the page holds no markup that was typed in")?;
    let utf_8 = media_type(&greeting).replace('"', "").contains("charset=utf-8");
    expect(&client, utf_8, "the Content-Type says charset=utf-8")
}

fn not_found(target: &Target) -> Verdict {
    let server = target.start()?;
    let path = format!("/{}", random::name());
    answered(&server, get(&path), 404)?;
    answered(&server, post(&path, &random::bytes(1024 * 1024)), 404)?;
    next_is_served(&server)
}

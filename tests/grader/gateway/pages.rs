//! What a browser sees: the pages of the demo application, and where its links lead.

use std::collections::BTreeSet;

use super::cut::Cut;
use super::talk::{get, media_type, next_is_served, visit};
use crate::check::{Check, Verdict};
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::target::Target;

/// Pages and links.
pub const CHECKS: &[Check] = &[
    Check {
        id: "page-hello",
        title: "/hello says hello",
        rule: "the demo application",
        hint: "If this fails, look at it with curl -v before all others.",
        run: hello,
    },
    Check {
        id: "page-links-work",
        title: "the first page links to all others, and each link is answered",
        rule: "the demo application: the wrong routes are answered for by the server",
        hint: "Open the page in a browser and click.",
        run: links,
    },
    Check {
        id: "page-favicon",
        title: "a browser that asks for /favicon.ico is answered, and the page works beside it",
        rule: "every browser asks for it, on a connection of its own",
        hint: "An icon, 204 or 404: anything but a connection that hangs.",
        run: favicon,
    },
];

fn hello(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, response) = visit(&server, "/hello", 200)?;
    expect_eq(&client, "this is the content", "Hello world from Rust!\n", &response.content)?;
    expect(
        &client,
        media_type(&response).starts_with("text/plain"),
        "the Content-Type is text/plain",
    )
}

/// Where the first page must lead; its links may have queries.
const ROUTES: &[&str] = &[
    "/hello",
    "/environ",
    "/form",
    "/big",
    "/stream",
    "/slow",
    "/write",
    "/half-read",
    "/raise",
    "/raise-first",
    "/raise-empty",
    "/raise-late",
    "/panic-late",
    "/cl-short",
    "/cl-long",
    "/inject",
    "/never",
    "/twice",
    "/exc",
    "/exc-late",
    "/closed",
];

fn links(target: &Target) -> Verdict {
    let server = target.start()?;
    let (client, page) = visit(&server, "/", 200)?;
    expect(&client, media_type(&page).starts_with("text/html"), "the Content-Type is text/html")?;
    let links = hrefs(&page.text());
    let paths: BTreeSet<&str> = links.iter().filter_map(|link| link.split('?').next()).collect();
    for route in ROUTES {
        expect(&client, paths.contains(route), format!("the page links to {route}"))?;
    }
    drop(client);
    for link in &links {
        let cut = Cut::of(&server, &without_pause(link))?;
        let status = cut.head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let readable = status.is_some_and(|status: u16| (200..600).contains(&status));
        expect(&cut.client, readable, format!("{link} is answered"))?;
        let known = !ROUTES.iter().any(|route| link.starts_with(route)) || status != Some(404);
        expect(&cut.client, known, format!("{link} is there"))?;
    }
    next_is_served(&server)
}

/// The links within the site.
fn hrefs(page: &str) -> Vec<String> {
    let starts = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let within = starts.filter(|link| link.starts_with('/') && !link.starts_with("//"));
    within.map(|link| link.replace("&amp;", "&")).collect()
}

/// A person likes to watch a pause, a check does not.
fn without_pause(link: &str) -> String {
    match link.split_once("ms=") {
        Some((before, after)) => {
            format!("{before}ms=1{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => link.to_owned(),
    }
}

fn favicon(target: &Target) -> Verdict {
    let server = target.start()?;
    let (mut client, icon) = ask(&server, get("/favicon.ico"))?;
    expect(&client, icon.status < 500, "there is an icon, or word that there is none")?;
    client.sees_end()?;
    drop(client);
    next_is_served(&server)
}

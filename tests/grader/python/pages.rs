//! What a browser asks of an example: pages, a form, a session, and many of it at once.

use super::example::Example;
use crate::check::Verdict;
use crate::client::Client;
use crate::evidence::{expect, expect_eq};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::gateway::talk::{get, post, request, visit};
use crate::server::Server;

/// As many as the issue of a busy moment: more than there are workers.
const CROWD: usize = 50;

pub(super) fn hello(server: &Server, example: &Example) -> Verdict {
    let greeting = format!("Hello world from {}!\n", example.name);
    let (client, response) = visit(server, "/hello", 200)?;
    expect_eq(&client, "this is the content", &greeting, &response.content)?;
    drop(client);
    let (client, response) = ask(server, request("HEAD", "/hello", ""))?;
    response.expect_status(&client, 200)
}

pub(super) fn form(server: &Server, _: &Example) -> Verdict {
    let (client, page) = visit(server, "/form", 200)?;
    expect(&client, page.text().contains("<form"), "there is a form")?;
    drop(client);
    let content = b"name=Ad%C3%A9la+%3Cb%3E";
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ";
    let request =
        String::from_utf8_lossy(&post("/form", content)).replace("Content-Length: ", kind);
    let (client, response) = ask(server, request)?;
    response.expect_status(&client, 200)?;
    let greeted = response.text().contains("Hello Adéla &lt;b&gt;!");
    expect(&client, greeted, "the name is greeted, in UTF-8 and escaped")
}

/// The cookie of the first answer comes with the second request.
pub(super) fn session(server: &Server, _: &Example) -> Verdict {
    let (client, first) = visit(server, "/count", 200)?;
    expect_eq(&client, "nobody was here", "You have been here 0 times before.\n", &first.content)?;
    let cookie = first.field("Set-Cookie").unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default();
    expect(&client, cookie.contains('='), "the answer sets a cookie")?;
    drop(client);
    let again = request("GET", "/count", &format!("Cookie: {cookie}\r\n"));
    let (client, second) = ask(server, again)?;
    expect_eq(&client, "it is known", "You have been here 1 times before.\n", &second.content)
}

/// All have asked before the first answer is read.
pub(super) fn crowd(server: &Server, _: &Example) -> Verdict {
    let clients: Result<Vec<Client>, Failure> = (0..CROWD).map(|_| asks(server)).collect();
    clients?.into_iter().try_for_each(|mut client| {
        client.response("GET")?.expect_status(&client, 200)?;
        client.sees_end()
    })
}

fn asks(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(get("/hello").as_bytes())?;
    Ok(client)
}

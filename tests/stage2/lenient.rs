//! Answers of servers that are not done yet: how an answer is framed is the lesson of a later step.

use grader::{Client, Failure, Server, Verdict, expect, patience, wait_until};

/// Sends a request, and returns all that comes until the connection ends, whatever it is.
pub fn told(server: &Server, request: impl AsRef<[u8]>) -> Result<(Client, String), Failure> {
    let mut client = server.connect()?;
    client.send(request.as_ref())?;
    rest(client)
}

/// Returns all that comes until the connection ends.
pub fn rest(mut client: Client) -> Result<(Client, String), Failure> {
    let answer = client.read_to_end()?;
    Ok((client, String::from_utf8_lossy(&answer).into_owned()))
}

/// The answer has a page.
pub fn has_page(client: &Client, answer: &str) -> Verdict {
    expect(client, is_page(answer), "an answer comes that begins with HTTP/1.1 200")
}

pub fn is_page(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

/// Sends a request in two parts. No answer may come between them: the head is not whole yet. A
/// right server makes this wait in vain.
pub fn told_late(server: &Server, request: &[u8], cut: usize) -> Result<(Client, String), Failure> {
    let mut client = server.connect()?;
    client.send(&request[..cut])?;
    let early = || (!client.is_quiet()).then_some(());
    let is_early = wait_until(patience(0.5), "an early answer", early).is_ok();
    expect(&client, !is_early, "no answer comes before the head is whole")?;
    client.send(&request[cut..])?;
    rest(client)
}

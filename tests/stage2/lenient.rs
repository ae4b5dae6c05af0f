//! Answers of servers that are not done yet: how an answer is framed is the lesson of a later step.

use grader::{Client, Failure, Server, Verdict, expect, patience, wait_until};

/// Sends a request, and returns all that comes until the connection ends, whatever it is.
pub fn told(server: &Server, request: impl AsRef<[u8]>) -> Result<(Client, String), Failure> {
    let mut client = server.connect()?;
    client.send(request.as_ref())?;
    // A server that waits for us to close has no reason to wait any longer. If this fails, the
    // connection has ended, and so the reading tells.
    let _ = client.half_close();
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

/// The same, of an answer that is not waited for to its end.
pub fn begins_a_page(client: &mut Client) -> Verdict {
    let start = client.read_exact_n("HTTP/1.1 200".len())?;
    has_page(client, &String::from_utf8_lossy(&start))
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
    let whole = request.len();
    let what =
        format!("no answer comes before the head is whole: {cut} of {whole} bytes were sent");
    expect(&client, !is_early, what)?;
    client.send(&request[cut..])?;
    rest(client)
}

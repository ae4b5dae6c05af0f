//! Answers of servers that are not done yet: how an answer is framed is the lesson of a later step.

use grader::escape::escape;
use grader::{Client, Failure, Seen, Server, Verdict, expect, fail, patience, wait_until};

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
    if answer.starts_with("HTTP/1.0 ") {
        return fail(client, "the status line begins with HTTP/1.1, not with HTTP/1.0");
    }
    expect(client, is_page(answer), "an answer comes that begins with HTTP/1.1 200")
}

/// The same, of an answer that is not waited for to its end.
pub fn begins_a_page(client: &mut Client) -> Verdict {
    let start = client.read_exact_n("HTTP/1.1 200".len()).map_err(|failure| {
        if failure.kind() == Seen::Hung {
            return failure.retitled("waiting for the answer, HTTP/1.1 200: it did not come");
        }
        failure
    })?;
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
    if is_early {
        let came = what_came(&mut client);
        let what = "no answer comes before the head is whole";
        let got = format!("{came}, after {cut} of {} bytes", request.len());
        return fail(&client, what).map_err(|failure: Failure| failure.got(got));
    }
    client.send(&request[cut..])?;
    rest(client)
}

/// The first line of what has come, or the end that came in its place.
fn what_came(client: &mut Client) -> String {
    match client.read_some(80).as_deref() {
        Ok([]) => "the end of the connection".to_owned(),
        Ok(bytes) => {
            let line = bytes.split_inclusive(|&byte| byte == b'\n').next().unwrap_or(bytes);
            format!("\"{}\"", escape(line))
        }
        Err(_) => "a reset".to_owned(),
    }
}

//! What most checks of this stage do: send a request on a connection that stays open, and read its
//! answer.

use grader::{Client, Failure, Response, Seen, Server, Target, Verdict, expect_eq};

/// The shortest request that gets an answer with content.
pub const HELLO: &str = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What the demo says to it.
pub const GREETING: &str = "Hello world from Rust!\n";

/// The server under test, without a log, and on one thread if it heeds tokio's own variable:
/// what blocks that thread blocks everybody, and shows. No deadline is short enough to come into
/// play on a busy machine.
pub fn start(target: &Target) -> Result<Server, Failure> {
    start_with(target, &["--quiet"], &[])
}

/// The same, with these arguments and with these variables in its environment.
pub fn start_with(
    target: &Target,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Server, Failure> {
    let launch = target.launch().env("TOKIO_WORKER_THREADS", "1");
    let launch = launch.env("HEAD_TIMEOUT", "60").env("IDLE_TIMEOUT", "60");
    let launch = arguments.iter().fold(launch, |launch, argument| launch.arg(argument));
    variables.iter().fold(launch, |launch, (name, value)| launch.env(name, value)).start()
}

/// Tries with a short time, which a busy machine may not keep, and if need be with a long one.
/// What hung was given far more than either.
pub fn in_time<T>(times: [T; 2], check: impl Fn(T) -> Verdict) -> Verdict {
    let [short, long] = times;
    check(short).or_else(|failure| match failure.kind() {
        Seen::Hung => Err(failure),
        _ => check(long),
    })
}

/// A request for `target` with GET and these field lines, each with its CRLF.
pub fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n")
}

/// A request with content.
pub fn post(target: &str, content: &str) -> String {
    let length = content.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{content}"
    )
}

/// The same with the content in chunks of seven bytes.
pub fn post_chunked(target: &str, content: &str) -> String {
    let chunk = |piece: &[u8]| {
        format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(piece)).into_bytes()
    };
    let chunks: Vec<u8> = content.as_bytes().chunks(7).flat_map(chunk).collect();
    let chunks = String::from_utf8_lossy(&chunks);
    format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}\
         0\r\n\r\n"
    )
}

/// Sends `request` on this connection and reads the answer, which has this status.
pub fn asks(client: &mut Client, request: &str, status: u16) -> Result<Response, Failure> {
    client.send(request.as_bytes())?;
    let response = client.response(&grader::exchange::method(request.as_bytes()))?;
    response.expect_status(client, status)?;
    Ok(response)
}

/// Asks for the greeting on this connection, and gets it.
pub fn greets(client: &mut Client) -> Verdict {
    client.send(HELLO.as_bytes())?;
    greeting(client)
}

/// The next answer on this connection is the greeting.
pub fn greeting(client: &mut Client) -> Verdict {
    let response = client.response("GET")?;
    response.expect_status(client, 200)?;
    expect_eq(client, "the answer is the greeting", GREETING, response.content)
}

/// A new client is served.
pub fn serves(server: &Server) -> Verdict {
    greets(&mut server.connect()?)
}

/// A connection that was used and is open and idle now. Used twice, so that a server which ends it
/// after the first answer is told at once.
pub fn idle(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    (0..2).try_for_each(|_| greets(&mut client))?;
    Ok(client)
}

/// A connection whose request keeps the application busy for much longer than any check lasts. A
/// client that came later has been served meanwhile, so the request is under way.
pub fn busy(server: &Server) -> Result<Client, Failure> {
    let mut client = server.connect()?;
    client.send(get("/slow?ms=30000", "").as_bytes())?;
    serves(server)?;
    Ok(client)
}

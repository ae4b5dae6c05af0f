//! `curl`: one request, one answer.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use crate::answer::{content, field, head};
use crate::{say, unknown};

/// What the version of a real one would be; pages may show any.
const VERSION: &str = "8.14.1";
/// What curl ends with when nobody listens.
const REFUSED: u8 = 7;

#[derive(Default)]
struct Call {
    url: String,
    method: Option<String>,
    fields: Vec<String>,
    content: Option<Vec<u8>>,
    include: bool,
    only_head: bool,
    verbose: bool,
    drop_content: bool,
    old: bool,
}

/// `curl [-i] [-I] [-v] [-X METHOD] [-H FIELD] [-d CONTENT] [-o /dev/null] [-0] TARGET`
pub fn run(arguments: &[String]) -> io::Result<ExitCode> {
    let call = parse(arguments)?;
    let rest = call.url.strip_prefix("http://").unwrap_or(&call.url);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let Ok(connection) = TcpStream::connect(format!("{host}:{port}")) else {
        say(&format!(
            "curl: (7) Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server"
        ));
        return Ok(ExitCode::from(REFUSED));
    };
    if call.verbose {
        say(&format!("*   Trying {host}:{port}..."));
    }
    exchange(&call, authority, if path.is_empty() { "/" } else { path }, connection)?;
    Ok(ExitCode::SUCCESS)
}

fn exchange(call: &Call, authority: &str, path: &str, mut connection: TcpStream) -> io::Result<()> {
    let lines = request(call, authority, path);
    if call.verbose {
        lines.iter().chain([&String::new()]).for_each(|line| say(&format!("> {line}")));
    }
    let mut bytes = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
    bytes.extend(call.content.iter().flatten());
    connection.write_all(&bytes)?;
    let mut input = BufReader::new(connection);
    let mut answer = head(&mut input)?;
    while answer.first().is_some_and(|status| status.contains(" 100")) {
        answer = head(&mut input)?;
    }
    let mut out = io::stdout();
    if call.verbose {
        answer.iter().chain([&String::new()]).for_each(|line| say(&format!("< {line}")));
    }
    if call.include || call.only_head {
        out.write_all((answer.join("\r\n") + "\r\n\r\n").as_bytes())?;
    }
    let empty = [" 204", " 304"].iter().any(|status| answer[0].contains(status));
    if call.only_head || empty {
        return Ok(());
    }
    let by_end = field(&answer, "Content-Length").is_none();
    content(&answer, &mut input, |piece| {
        if !call.drop_content {
            out.write_all(piece)?;
        }
        out.flush()
    })
    .map_err(|error| if by_end { io::Error::other(format!("curl: (18) {error}")) } else { error })
}

fn request(call: &Call, authority: &str, path: &str) -> Vec<String> {
    let usual = match (&call.content, call.only_head) {
        (_, true) => "HEAD",
        (Some(_), _) => "POST",
        (None, _) => "GET",
    };
    let method = call.method.as_deref().unwrap_or(usual);
    let version = if call.old { "HTTP/1.0" } else { "HTTP/1.1" };
    let mut lines = vec![format!("{method} {path} {version}")];
    let mut own = vec![
        format!("Host: {authority}"),
        format!("User-Agent: curl/{VERSION}"),
        "Accept: */*".to_owned(),
    ];
    if let Some(content) = &call.content {
        own.push(format!("Content-Length: {}", content.len()));
        own.push("Content-Type: application/x-www-form-urlencoded".to_owned());
    }
    let name = |line: &str| line.split([':', ';']).next().map(str::to_ascii_lowercase);
    own.retain(|line| !call.fields.iter().any(|given| name(given) == name(line)));
    lines.extend(own);
    lines.extend(call.fields.iter().filter(|field| !field.ends_with(':')).cloned());
    lines
}

fn parse(arguments: &[String]) -> io::Result<Call> {
    let mut call = Call::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().ok_or(io::Error::other("a value is missing"));
        match argument.as_str() {
            "-X" | "--request" => call.method = Some(value()?),
            "-H" | "--header" => call.fields.push(value()?),
            "-d" | "--data" | "--data-binary" => call.content = Some(given(&value()?)?),
            "-o" if value()? == "/dev/null" => call.drop_content = true,
            "-0" | "--http1.0" => call.old = true,
            "--path-as-is" => {}
            flags if flags.starts_with('-') && !flags.starts_with("--") => {
                flags[1..].chars().try_for_each(|flag| set(&mut call, flag))?;
            }
            target if call.url.is_empty() => call.url = target.to_owned(),
            other => return unknown(&format!("curl's {other} is not known to it")),
        }
    }
    Ok(call)
}

fn set(call: &mut Call, flag: char) -> io::Result<()> {
    match flag {
        's' | 'S' | 'N' => {}
        'i' => call.include = true,
        'I' => call.only_head = true,
        'v' => call.verbose = true,
        flag => return unknown(&format!("curl's -{flag} is not known to it")),
    }
    Ok(())
}

/// What `-d` was given: itself, or `@-` for the input.
fn given(value: &str) -> io::Result<Vec<u8>> {
    match value.strip_prefix('@') {
        Some("-") => {
            let mut content = Vec::new();
            io::stdin().read_to_end(&mut content)?;
            Ok(content)
        }
        Some(file) => std::fs::read(file),
        None => Ok(value.as_bytes().to_vec()),
    }
}

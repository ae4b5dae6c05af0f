//! Steps 1 to 3: the environ of a head.

use std::net::SocketAddr;

use percent_encoding::percent_decode;

use crate::{Environ, Error, broken};

/// Makes the environ of a head, which is complete.
pub fn environ_of(head: &[u8], client: SocketAddr, server: SocketAddr) -> Result<Environ, Error> {
    let mut fields = [httparse::EMPTY_HEADER; 100];
    // A browser sends about 15 fields, and a proxy in front adds some.
    let room = if broken("sixteen-fields") { 16 } else { 100 };
    let mut request = httparse::Request::new(&mut fields[..room]);
    parse(&mut request, head)?;
    let method = request.method.ok_or("there is no method")?;
    let target = request.path.ok_or("there is no request target")?;
    let mut environ = Environ::new();
    let mut set = |name: &str, value: &[u8]| _ = environ.insert(name.into(), value.into());
    set("REQUEST_METHOD", if broken("method-is-get") { b"GET" } else { method.as_bytes() });
    set_target(target, &mut set);
    let version = if request.version == Some(0) { "HTTP/1.0" } else { "HTTP/1.1" };
    set("SERVER_PROTOCOL", if broken("always-1-1") { b"HTTP/1.1" } else { version.as_bytes() });
    set_ends(client, server, &mut set);
    for field in request.headers.iter() {
        add_field(field.name, field.value, &mut environ);
    }
    Ok(environ)
}

fn parse<'h>(request: &mut httparse::Request<'_, 'h>, head: &'h [u8]) -> Result<(), Error> {
    if broken("parse-unwrapped") {
        // Whatever a client sends, it must not end the server.
        request.parse(head).expect("clients send what is right");
        return Ok(());
    }
    let parsed = request.parse(head);
    if broken("parse-error-ignored") {
        // What stands before the error is there, as if nothing had happened.
        return Ok(());
    }
    if parsed?.is_partial() && !broken("partial-is-enough") {
        return Err("the head is not complete".into());
    }
    Ok(())
}

/// PATH_INFO and QUERY_STRING.
fn set_target(target: &str, set: &mut impl FnMut(&str, &[u8])) {
    let decoded = |text: &str| -> Vec<u8> { percent_decode(text.as_bytes()).collect() };
    let whole = String::from_utf8_lossy(&decoded(target)).into_owned();
    // A %3F in the path is no question mark.
    let target = if broken("decoded-before-the-cut") { &whole } else { target };
    let cut =
        if broken("cut-at-the-last") { target.rsplit_once('?') } else { target.split_once('?') };
    let (path, query) = cut.unwrap_or((target, ""));
    if !(broken("no-empty-query") && query.is_empty()) {
        let as_it_came = !broken("query-decoded");
        set("QUERY_STRING", &if as_it_came { query.into() } else { decoded(query) });
    }
    let path = if broken("query-in-path") { target } else { path };
    let path = if broken("plus-is-a-space") { path.replace('+', " ") } else { path.into() };
    let mut info = decoded(&path);
    if broken("path-not-decoded") {
        info = path.clone().into();
    }
    if broken("digits-unwrapped") {
        info = decoded_by_hand(path.as_bytes());
    }
    if broken("decoded-twice") {
        info = percent_decode(&info).collect();
    }
    if broken("path-as-text") {
        // What is no UTF-8 becomes U+FFFD.
        info = String::from_utf8_lossy(&info).into_owned().into();
    }
    if !broken("no-path-info") {
        set("PATH_INFO", &info);
    }
}

/// Takes every `%` for the first of three characters, and the two behind it for digits.
fn decoded_by_hand(path: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < path.len() {
        if path[at] == b'%' {
            let digits = str::from_utf8(&path[at + 1..at + 3]).expect("digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("digits"));
            at += 3;
        } else {
            bytes.push(path[at]);
            at += 1;
        }
    }
    bytes
}

/// What the server knows besides: of itself, and of the two ends of the connection.
fn set_ends(client: SocketAddr, server: SocketAddr, set: &mut impl FnMut(&str, &[u8])) {
    if !broken("no-script-name") {
        set("SCRIPT_NAME", b"");
    }
    set("SERVER_NAME", server.ip().to_string().as_bytes());
    let asked_for = std::env::var("PORT").unwrap_or("8888".into());
    let port = server.port().to_string();
    set("SERVER_PORT", if broken("port-asked-for") { asked_for } else { port }.as_bytes());
    let client = if broken("remote-is-the-server") { server } else { client };
    set("REMOTE_ADDR", client.ip().to_string().as_bytes());
    set("REMOTE_PORT", client.port().to_string().as_bytes());
    if !broken("no-scheme") {
        set("wsgi.url_scheme", b"http");
    }
}

/// Adds a field to the environ, if it becomes a variable.
fn add_field(name: &str, value: &[u8], environ: &mut Environ) {
    // X_User would pass itself off as X-User; and programs take HTTP_PROXY for their proxy.
    let is_proxy = match () {
        () if broken("proxy-kept") => false,
        () if broken("proxy-in-one-case") => name == "Proxy",
        () => name.eq_ignore_ascii_case("proxy"),
    };
    let is_dropped = (name.contains('_') && !broken("underscores-kept")) || is_proxy;
    if is_dropped || (value.is_empty() && broken("empty-fields-dropped")) {
        return;
    }
    let variable = variable_of(name);
    let separator: &[u8] = match () {
        () if name.eq_ignore_ascii_case("cookie") && !broken("cookies-with-commas") => b"; ",
        () if broken("comma-without-space") => b",",
        () => b", ",
    };
    match environ.get_mut(&variable) {
        Some(_) if broken("first-field-kept") => {}
        Some(first) if !broken("last-field-kept") => {
            first.extend_from_slice(separator);
            first.extend_from_slice(value);
        }
        _ => _ = environ.insert(variable, value.into()),
    }
}

fn variable_of(name: &str) -> String {
    if broken("case-kept") {
        // Names of fields have no case: x-some-name is X-Some-Name.
        return "HTTP_".to_string() + &name.replace('-', "_");
    }
    if broken("hyphens-kept") {
        return "HTTP_".to_string() + &name.to_uppercase();
    }
    let variable = name.to_uppercase().replace('-', "_");
    let is_content = match () {
        () if broken("http-content-length") => false,
        // Many clients write them in small letters.
        () if broken("content-in-one-case") => ["Content-Type", "Content-Length"].contains(&name),
        () => ["CONTENT_TYPE", "CONTENT_LENGTH"].contains(&variable.as_str()),
    };
    if is_content || broken("no-prefix") { variable } else { "HTTP_".to_string() + &variable }
}

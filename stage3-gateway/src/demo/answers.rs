//! First reading: what an answer may be: large, piece by piece, late, of any status, written.

use std::iter;
use std::thread::sleep;
use std::time::Duration;

use super::urlencoded::number;
use super::{Answer, Environ, StartResponse, TEXT, empty, text, whole};

/// What `/big` is made of. Its pieces borrow from here, so that N bytes cost no memory.
static BLOCK: [u8; 64 * 1024] = [b'x'; 64 * 1024];
/// What `/big` sends if nobody says how much.
const BIG: u64 = 1_000_000;
/// The longest pause: somebody may wait for this server.
const MOST_MS: u64 = 60_000;

/// `/big?n=N`: N bytes, made when the server asks for them: an answer may be larger than the
/// memory.
// ANCHOR: big
pub fn big<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let Some(mut left) = number(environ, "n", BIG) else { return bad_number(start_response, "n") };
    start_response("200 OK", &[TEXT, ("Content-Length", left.to_string().as_bytes())], None)?;
    Ok(Box::new(iter::from_fn(move || {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK.len());
        left -= length as u64;
        (length > 0).then(|| Ok(BLOCK[..length].into()))
    })))
}
// ANCHOR_END: big

/// `/stream?ms=N`: three pieces, with a pause between them. Nobody knows the length beforehand;
/// each piece arrives before the next is made.
// ANCHOR: stream
pub fn stream<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let Some(pause) = pause(environ) else { return bad_number(start_response, "ms") };
    start_response("200 OK", &[TEXT], None)?;
    Ok(Box::new((1..=3).map(move |part| {
        if part > 1 {
            sleep(pause);
        }
        Ok(format!("part{part}\n").into_bytes().into())
    })))
}
// ANCHOR_END: stream

/// `/slow?ms=N`: waits, then answers. On stage 3 everybody else waits too.
pub fn slow<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let Some(pause) = pause(environ) else { return bad_number(start_response, "ms") };
    sleep(pause);
    text(start_response, "200 OK", &format!("waited {} ms\n", pause.as_millis()))
}

/// `/status/N`: that status. The words behind the number are for people, and may be any
/// (RFC 9112 s4).
pub fn status<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    match environ.text("PATH_INFO").strip_prefix("/status/").and_then(|code| code.parse().ok()) {
        Some(code @ (204 | 205 | 304)) => {
            // No content, and so no type of it (RFC 9110 s15.3.5, s15.3.6, s15.4.5).
            start_response(&format!("{code} As You Wish"), &[], None)?;
            Ok(empty())
        }
        Some(code @ 200..600) => {
            text(start_response, &format!("{code} As You Wish"), &format!("{code}\n"))
        }
        _ => text(start_response, "400 Bad Request", "a status is a number from 200 to 599\n"),
    }
}

/// `/fields?X-A=1&X-B=2`, `/fields/X-C/3`: with these fields, in this order. A path is decoded, so
/// there any byte may come. Others than `X-` nobody can ask for: a link must not set a cookie.
pub fn fields<'r>(environ: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let (query, path) = (environ.text("QUERY_STRING"), environ.text("PATH_INFO"));
    let in_path = path.strip_prefix("/fields/").and_then(|pair| pair.split_once('/'));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('=')).chain(in_path);
    let asked = pairs.filter(|(name, _)| name.starts_with("X-"));
    let asked = asked.map(|(name, value)| (name, value.as_bytes()));
    let fields: Vec<(&str, &[u8])> = [TEXT].into_iter().chain(asked).collect();
    start_response("200 OK", &fields, None)?;
    Ok(whole(b"these fields\n"))
}

/// `/write`: sends through `write`, as programs do that were written for `print`. What the body
/// yields comes after that.
// ANCHOR: write
pub fn write<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    let write = start_response("200 OK", &[TEXT], None)?;
    write(b"written ")?;
    write(b"twice ")?;
    Ok(whole(b"and returned\n"))
}
// ANCHOR_END: write

fn pause(environ: &Environ) -> Option<Duration> {
    number(environ, "ms", 0).map(|ms| Duration::from_millis(ms.min(MOST_MS)))
}

fn bad_number<'r>(start_response: &mut StartResponse, name: &str) -> Answer<'r> {
    text(start_response, "400 Bad Request", &format!("{name} must be a number\n"))
}

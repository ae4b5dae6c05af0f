//! Stage 3, stretch exercise: a password. Middleware that calls the application only for who knows
//! the password, and tells it who that is (RFC 7617).
//!
//! New beside stage 3: `guard`, and base64 by hand. Whoever listens on the way reads the password as
//! easily as this program does: base64 hides nothing, so Basic authentication needs TLS. A real
//! server has many users, keeps no password but a hash of it that is slow to make (Argon2), and
//! counts how often somebody guesses.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::demo::demo;
use stage3_gateway::gateway::application::{
    Answer, Application, StartResponse, application, whole,
};
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;
use stage3_gateway::serve::serve;

/// The example of RFC 7617.
const USER: &str = "Aladdin";
const PASSWORD: &str = "open sesame";

/// `inner`, for those who know the password.
fn guard(inner: impl Application) -> impl Application {
    application(move |environ: &mut Environ, start_response: &mut StartResponse| {
        let Some(user) = known_user(&environ.get("HTTP_AUTHORIZATION").unwrap_or_default()) else {
            return refuse(start_response);
        };
        environ.set("AUTH_TYPE", &b"Basic"[..]);
        environ.set("REMOTE_USER", user.into_bytes());
        // The application needs no password (RFC 3875 s4.1.18).
        environ.set("HTTP_AUTHORIZATION", &b""[..]);
        inner.call(environ, start_response)
    })
}

/// The same 401 for whatever is wrong: which part of it, only the right client needs to know.
fn refuse<'r>(start_response: &mut StartResponse) -> Answer<'r> {
    let challenge = b"Basic realm=\"the demo application\", charset=\"UTF-8\"";
    let fields: [(&str, &[u8]); 2] =
        [("Content-Type", b"text/plain; charset=utf-8"), ("WWW-Authenticate", challenge)];
    start_response("401 Unauthorized", &fields, None)?;
    Ok(whole(&b"this needs a name and a password\n"[..]))
}

/// The name in these credentials, `Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==`, if the password is right.
fn known_user(credentials: &[u8]) -> Option<String> {
    let (scheme, encoded) = str::from_utf8(credentials).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(decode(encoded.trim_start().as_bytes())?).ok()?;
    // The name has no colon in it, the password may have some.
    let (user, password) = decoded.split_once(':')?;
    // No shortcut between the two: how long a refusal takes must not tell which of them was right.
    let is_known = is_same(user, USER) & is_same(password, PASSWORD);
    is_known.then(|| user.to_owned())
}

/// Compares all bytes, however many of them are right: `==` stops at the first difference, and who
/// measures the time could guess letter by letter.
fn is_same(given: &str, right: &str) -> bool {
    let differs = given.bytes().zip(right.bytes()).fold(0, |differs, (g, r)| differs | (g ^ r));
    given.len() == right.len() && differs == 0
}

/// Takes base64 off (RFC 4648 s4): four characters, of six bits each, are three bytes. At the end
/// `=` fills up four characters, and the bits that are left over must be 0. Anything else is `None`.
fn decode(encoded: &[u8]) -> Option<Vec<u8>> {
    let filled = encoded.iter().rev().take_while(|&&byte| byte == b'=').count();
    if !encoded.len().is_multiple_of(4) || filled > 2 {
        return None;
    }
    let mut decoded = Vec::new();
    for four in encoded[..encoded.len() - filled].chunks(4) {
        let mut bits: u32 = 0;
        for &character in four {
            bits = bits << 6 | sextet(character)?;
        }
        bits <<= 6 * (4 - four.len());
        let [_, three @ ..] = bits.to_be_bytes();
        let (bytes, left_over) = three.split_at(four.len() - 1);
        decoded.extend_from_slice(bytes);
        if left_over.iter().any(|&byte| byte != 0) {
            return None;
        }
    }
    Some(decoded)
}

/// The six bits that a character stands for.
fn sextet(character: u8) -> Option<u32> {
    Some(u32::from(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

const APPLICATIONS: [(&str, &str); 2] =
    [("demo", "the demo application, for everybody"), ("guard", "the same behind a password")];

const HELP: &str = "\
stage3-stretch-guard: serves the demo application behind a password

Usage: stage3-stretch-guard guard    curl -u 'Aladdin:open sesame' http://127.0.0.1:8888/environ
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=10";

fn main() -> ExitCode {
    exit("stage3-stretch-guard", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application: Arc<dyn Application> = match arguments.application.as_str() {
        "guard" => Arc::new(guard(demo)),
        _ => Arc::new(demo),
    };
    let patience = Patience::from_env(HeadPatience::sequential_from_env()?)?;
    let (listening, address) = listen_from_env(128)?;
    let server = Server { address, multithread: false, multiprocess: false };
    // Not both heads, as stage 3 prints them: the password is in one.
    let log = if arguments.quiet { Log::Quiet } else { Log::Access { pid: false } };
    say(format_args!("listening on http://{address}"));
    let failed =
        serve(&TcpListener::from(listening), &Service { application, server, patience, log });
    Ok(failed?)
}

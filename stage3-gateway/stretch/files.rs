//! Stage 3, stretch exercise: files. An application that serves a folder, whole files and parts of
//! them (RFC 9110 s14).
//!
//! New beside stage 3: a path from a stranger that becomes the name of a file, a body that reads
//! when it is asked, and ranges (`ranges.rs`). It has no list of a folder and no index.html, and
//! lets nobody cache: a real server sends ETag and Last-Modified, answers `If-None-Match` with 304
//! and heeds `If-Range`. And between the look at a path and the opening of the file somebody could
//! put a link there: with openat2(2) a server has the kernel look while it opens.

#[path = "ranges.rs"]
mod ranges;

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::TcpListener;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use stage1_echo::contract::{Failure, exit, listen_from_env};
use stage1_echo::terminal::say;
use stage2_single_request::limits::HeadPatience;
use stage3_gateway::command_line::arguments;
use stage3_gateway::connection::Service;
use stage3_gateway::demo::demo;
use stage3_gateway::gateway::application::{
    Answer, Application, Body, StartResponse, application, whole,
};
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::limits::Patience;
use stage3_gateway::log::Log;
use stage3_gateway::serve::serve;

use crate::ranges::{Part, part_of};

/// How much of a file is in memory at a time.
const PIECE: usize = 64 * 1024;

/// The application that serves `folder`, which is a canonical path.
fn files(folder: PathBuf) -> impl Application {
    application(move |environ: &mut Environ, start_response: &mut StartResponse| {
        let method = environ.text("REQUEST_METHOD");
        if method != "GET" && method != "HEAD" {
            let allow = ("Allow", "GET, HEAD".to_string());
            return say_why("405 Method Not Allowed", Some(allow), start_response);
        }
        let Some((file, name)) = open(&folder, &environ.get("PATH_INFO").unwrap_or_default())
        else {
            return say_why("404 Not Found", None, start_response);
        };
        let length = file.metadata()?.len();
        // Only GET has ranges (RFC 9110 s14.2).
        let range = if method == "GET" { environ.text("HTTP_RANGE") } else { String::new() };
        match part_of(&range, length) {
            Part::All => send(file, &name, 0..length, None, start_response),
            Part::One(bytes) => send(file, &name, bytes, Some(length), start_response),
            Part::None => {
                let all = ("Content-Range", format!("bytes */{length}"));
                say_why("416 Range Not Satisfiable", Some(all), start_response)
            }
        }
    })
}

/// The file that is meant by `path`, and its real name; `None` if it is not one of `folder`.
///
/// The name is resolved first, `..` and symbolic links and all, and looked at then: what stands in a
/// path can be written in too many ways.
fn open(folder: &Path, path: &[u8]) -> Option<(File, PathBuf)> {
    let below = OsStr::from_bytes(path.strip_prefix(b"/")?);
    // For `//etc/passwd`, join forgets the folder; the next line does not.
    let name = fs::canonicalize(folder.join(below)).ok()?;
    let is_served = name.starts_with(folder) && name.is_file();
    is_served.then(|| Some((File::open(&name).ok()?, name)))?
}

/// Sends these bytes of a file; with its whole length, they are a part of it.
fn send<'r>(
    mut file: File,
    name: &Path,
    bytes: Range<u64>,
    whole_length: Option<u64>,
    start_response: &mut StartResponse,
) -> Answer<'r> {
    let length = (bytes.end - bytes.start).to_string();
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("Content-Type", media_type(name).as_bytes()),
        ("Content-Length", length.as_bytes()),
        ("Accept-Ranges", b"bytes"),
        // Some browsers guess a type of their own, and run as a script what was meant as a text.
        ("X-Content-Type-Options", b"nosniff"),
    ];
    let status = if whole_length.is_some() { "206 Partial Content" } else { "200 OK" };
    let of = whole_length.unwrap_or_default();
    let content_range = format!("bytes {}-{}/{of}", bytes.start, bytes.end.saturating_sub(1));
    if whole_length.is_some() {
        fields.push(("Content-Range", content_range.as_bytes()));
    }
    file.seek(SeekFrom::Start(bytes.start))?;
    start_response(status, &fields, None)?;
    Ok(pieces(file, bytes.end - bytes.start))
}

/// Reads a piece whenever the server asks for one. If the file has become shorter meanwhile, the
/// server notices that less came than was declared.
fn pieces<'r>(mut file: File, mut left: u64) -> Body<'r> {
    Box::new(std::iter::from_fn(move || {
        let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; most];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(count) => {
                piece.truncate(count);
                left -= count as u64;
                Some(Ok(piece.into()))
            }
            Err(error) => Some(Err(error.into())),
        }
    }))
}

/// What a file is, by the end of its name. A browser shows what it is told, and nothing by guessing.
fn media_type(name: &Path) -> &'static str {
    let extension = name.extension().and_then(OsStr::to_str).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// An answer without a file; its text is the status.
fn say_why<'r>(
    status: &str,
    field: Option<(&str, String)>,
    start_response: &mut StartResponse,
) -> Answer<'r> {
    let mut fields: Vec<(&str, &[u8])> = vec![("Content-Type", b"text/plain; charset=utf-8")];
    fields.extend(field.iter().map(|(name, value)| (*name, value.as_bytes())));
    start_response(status, &fields, None)?;
    Ok(whole(format!("{status}\n").into_bytes()))
}

const APPLICATIONS: [(&str, &str); 2] =
    [("demo", "the demo application"), ("files", "the folder that FILES names")];

const HELP: &str = "\
stage3-stretch-files: serves the files of a folder

Usage: FILES=folder stage3-stretch-files files
  PORT=8888 HOST=127.0.0.1 HEAD_TIMEOUT=10 IDLE_TIMEOUT=10";

fn main() -> ExitCode {
    exit("stage3-stretch-files", run())
}

fn run() -> Result<(), Failure> {
    let Some(arguments) = arguments(HELP, &APPLICATIONS)? else { return Ok(()) };
    let application: Arc<dyn Application> = match arguments.application.as_str() {
        "files" => Arc::new(files(folder()?)),
        _ => Arc::new(demo),
    };
    let patience = Patience::from_env(HeadPatience::sequential_from_env()?)?;
    let (listening, address) = listen_from_env(128)?;
    let server = Server { address, multithread: false, multiprocess: false };
    let log = if arguments.quiet { Log::Quiet } else { Log::Heads };
    say(format_args!("listening on http://{address}"));
    let failed =
        serve(&TcpListener::from(listening), &Service { application, server, patience, log });
    Ok(failed?)
}

/// The folder to serve, with no `..` and no link left in its path.
fn folder() -> Result<PathBuf, Failure> {
    let Some(named) = env::var_os("FILES") else {
        return Err(Failure::Usage("set FILES to the folder that is to be served".into()));
    };
    let folder = fs::canonicalize(&named).and_then(|folder| fs::read_dir(&folder).map(|_| folder));
    let wrong = |error| Failure::Usage(format!("FILES={}: {error}", named.display()));
    folder.map_err(wrong)
}

//! First reading: the request as the application sees it: the variables of PEP 3333, which are
//! those of CGI (RFC 3875 s4.1), and the content as `wsgi.input`.
//!
//! The PEP asks for a dictionary. This one looks a variable up in the request's head when somebody
//! asks for it, and stores only what is set: most applications look at three or four of them.
//! Values are bytes; only Python needs them as text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::SocketAddr;

use percent_encoding::percent_decode;
use stage1_echo::terminal::ErrorStream;

use crate::gateway::variables::{VARIABLES, field_name, server_name, text, variable_name};
use crate::http::head::Head;

/// What the server says about itself, the same for every request.
#[derive(Debug, Clone)]
pub struct Server {
    /// The address it listens on; `SERVER_NAME` and `SERVER_PORT`.
    pub address: SocketAddr,
    /// Whether several threads may call the application at once.
    pub multithread: bool,
    /// Whether several processes may.
    pub multiprocess: bool,
}

/// The content of a request, read when the application reads it.
pub type Input<'r> = Box<dyn Read + Send + Sync + 'r>;

/// The variables of one request, and its content.
pub struct Environ<'r> {
    head: &'r Head<'r>,
    server: &'r Server,
    client: SocketAddr,
    set: BTreeMap<String, Cow<'r, [u8]>>,
    input: Input<'r>,
}

impl<'r> Environ<'r> {
    /// The environ of a request.
    pub fn new(
        head: &'r Head<'r>,
        server: &'r Server,
        client: SocketAddr,
        input: Input<'r>,
    ) -> Environ<'r> {
        Environ { head, server, client, set: BTreeMap::new(), input }
    }

    /// The value of a variable, if it has one.
    // ANCHOR: get
    pub fn get(&self, name: &str) -> Option<Cow<'r, [u8]>> {
        if let Some(value) = self.set.get(name) {
            return Some(value.clone());
        }
        let target = &self.head.target;
        Some(match name {
            "REQUEST_METHOD" => self.head.method.as_bytes().into(),
            "SCRIPT_NAME" => b"".into(), // the application is the whole server
            // It is empty or begins with a slash, says the PEP. Only `OPTIONS *`, which asks about the
            // server as a whole, leaves it empty: any other target without a path means `/`.
            "PATH_INFO" if target.path == b"*" => b"".into(),
            "PATH_INFO" => percent_decode(target.path).into(),
            "QUERY_STRING" => target.query.into(),
            "CONTENT_TYPE" => return self.joined("content-type", b", "),
            "CONTENT_LENGTH" => return self.joined("content-length", b", "),
            "SERVER_NAME" => server_name(self.server.address),
            "SERVER_PORT" => text(self.server.address.port()),
            "SERVER_PROTOCOL" => text(self.head.version),
            "REMOTE_ADDR" => text(self.client.ip()),
            "REMOTE_PORT" => text(self.client.port()),
            "wsgi.url_scheme" => b"http".into(),
            "HTTP_HOST" if target.authority.is_some() => target.authority?.into(),
            "HTTP_COOKIE" => return self.joined("cookie", b"; "), // RFC 9113 s8.2.3
            _ => return self.joined(&field_name(name)?, b", "),
        })
    }
    // ANCHOR_END: get

    /// The value of a variable as text; what is not UTF-8 in it is replaced. Empty if it has none.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.get(name).unwrap_or_default()).into_owned()
    }

    /// Sets a variable: for middleware, and for what a server adds of its own.
    pub fn set(&mut self, name: &str, value: impl Into<Cow<'r, [u8]>>) {
        self.set.insert(name.to_string(), value.into());
    }

    /// All variables that have a value, by name.
    // ANCHOR: variables
    pub fn variables(&self) -> BTreeMap<String, Cow<'r, [u8]>> {
        let names = VARIABLES.iter().map(|name| name.to_string());
        let from_fields = self.head.fields.iter().filter_map(|field| variable_name(field));
        let set = self.set.keys().cloned();
        let names = names.chain(from_fields).chain(set);
        names.filter_map(|name| Some((name.clone(), self.get(&name)?))).collect()
    }
    // ANCHOR_END: variables

    /// `wsgi.input`: reads the content; at its end, and only there, it reads 0 bytes.
    pub fn input(&mut self) -> &mut (dyn Read + Send + Sync + 'r) {
        &mut *self.input
    }

    /// `wsgi.input`, for a body that reads while it is sent. What is left reads as empty.
    pub fn take_input(&mut self) -> Input<'r> {
        std::mem::replace(&mut self.input, Box::new(io::empty()))
    }

    /// Replaces `wsgi.input`: for middleware.
    pub fn set_input(&mut self, input: Input<'r>) {
        self.input = input;
    }

    /// `wsgi.version`: of the gateway interface.
    pub fn version(&self) -> (u8, u8) {
        (1, 0)
    }

    /// `wsgi.multithread`: whether the application may be called by another thread meanwhile.
    pub fn multithread(&self) -> bool {
        self.server.multithread
    }

    /// `wsgi.multiprocess`: whether the application may be called by another process meanwhile.
    pub fn multiprocess(&self) -> bool {
        self.server.multiprocess
    }

    /// `wsgi.run_once`: whether the server expects to call the application only this one time.
    pub fn run_once(&self) -> bool {
        false
    }

    /// `wsgi.input_terminated`: whether the input ends by itself, so that it is safe to read to its
    /// end.
    pub fn input_terminated(&self) -> bool {
        true
    }

    /// `wsgi.errors`: where an application writes what the people who run it should know. Its lines
    /// are printed as they are, one by one, and never keep it waiting.
    pub fn errors(&self) -> impl io::Write + use<> {
        ErrorStream::default()
    }

    /// The values of all fields of that name as one (RFC 9110 s5.2).
    // ANCHOR: joined
    fn joined(&self, name: &str, separator: &[u8]) -> Option<Cow<'r, [u8]>> {
        let fields = self.head.fields.iter().filter(|field| field.is(name));
        let values: Vec<&'r [u8]> = fields.map(|field| field.value).collect();
        match values[..] {
            [] => None,
            [only] => Some(only.into()),
            _ => Some(values.join(separator).into()),
        }
    }
    // ANCHOR_END: joined
}

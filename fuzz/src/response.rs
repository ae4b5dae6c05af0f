//! Target: what an application says of its response is what a strict client reads, and nothing
//! that it says can add a field, or a second response. The reader is the grader's, which shares
//! nothing with the servers.
//!
//! The bytes are an application. The first says what the request was, then come status, name,
//! value, name, value, …, with 0xFF between them; behind 0xFE the pieces of the body, with 0xFF
//! between them.

mod read_back;
mod said;

use std::io;

use stage2_single_request::version::Version;
use stage3_gateway::gateway::application::application;
use stage3_gateway::gateway::environ::{Environ, Server};
use stage3_gateway::gateway::response::Outcome;
use stage3_gateway::gateway::run::run;
use stage3_gateway::gateway::sink::Sink;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::response::Asked;

use crate::response::read_back::read_back;
use crate::response::said::Said;

/// Panics if something does not hold of the application that these bytes are.
pub fn check(bytes: &[u8]) {
    let Some((request, said)) = bytes.split_first() else { return };
    let version = if request & 1 == 0 { Version::Http11 } else { Version::Http10 };
    let asked = Asked { head_only: request & 2 != 0, version, persistent: request & 4 == 0 };
    let said = Said::by(said, request & 8 != 0);
    let (out, outcome) = answered(&said, asked);
    read_back(&said, asked, &out, outcome);
}

/// What the application that says so is made to send, by the server's own gateway.
fn answered(said: &Said, asked: Asked) -> (Vec<u8>, Outcome) {
    let said = said.clone();
    let says = application(move |_, start_response| {
        let fields: Vec<(&str, &[u8])> =
            said.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let write = start_response(&said.status, &fields, None)?;
        let mut pieces = said.pieces.clone().into_iter();
        if said.writes {
            pieces.by_ref().take(1).try_for_each(|piece| write(&piece))?;
        }
        Ok(Box::new(pieces.map(|piece| Ok(piece.into()))))
    });
    let head = Head::parse(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").expect("it is well-formed");
    let address = ([127, 0, 0, 1], 8888).into();
    let server = Server { address, multithread: false, multiprocess: false };
    let mut environ = Environ::new(&head, &server, address, Box::new(io::empty()));
    let mut sent = Sent(Vec::new());
    let outcome = run(&says, &mut environ, asked, &mut sent);
    (sent.0, outcome)
}

/// All that was sent.
struct Sent(Vec<u8>);

impl Sink for Sent {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

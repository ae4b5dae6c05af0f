//! First reading: the content of the request, which the server gives to read.

use std::io::{self, Read};

use crate::gateway::environ::{Environ, Input};
use crate::gateway::error::Error;

/// Watches what is read from now on.
pub fn watch(environ: &mut Environ) {
    let left = environ.text("CONTENT_LENGTH").parse().ok();
    let input = environ.take_input();
    environ.set_input(Box::new(Watched { input, left, ended: false }));
}

struct Watched<'r> {
    input: Input<'r>,
    /// How much of the declared length has not been read.
    left: Option<u64>,
    ended: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        if self.ended && length > 0 {
            return Err(broken("the server's input goes on after it had ended"));
        }
        self.ended |= length == 0 && !buffer.is_empty();
        if let Some(left) = &mut self.left {
            let Some(after) = left.checked_sub(length as u64) else {
                return Err(broken("the server's input goes beyond CONTENT_LENGTH"));
            };
            *left = after;
            if self.ended && after > 0 {
                return Err(broken("the server's input ends before CONTENT_LENGTH"));
            }
        }
        Ok(length)
    }
}

fn broken(rule: &'static str) -> io::Error {
    Error::Rule(rule).into()
}

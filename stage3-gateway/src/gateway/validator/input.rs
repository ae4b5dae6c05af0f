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
        let is_end = length == 0 && !buffer.is_empty();
        let rule = if self.ended && length > 0 {
            "the server's input goes on after it had ended"
        } else if self.left.is_some_and(|left| length as u64 > left) {
            "the server's input goes beyond CONTENT_LENGTH"
        } else if self.left.is_some_and(|left| is_end && left > 0) {
            "the server's input ends before CONTENT_LENGTH"
        } else {
            self.left = self.left.map(|left| left - length as u64);
            self.ended |= is_end;
            return Ok(length);
        };
        Err(Error::Rule(rule).into())
    }
}

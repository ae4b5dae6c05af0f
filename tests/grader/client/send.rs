//! What a client can send, in one piece or in many.

use super::Client;
use crate::background::Background;
use crate::failure::Failure;

impl Client {
    /// Sends all of `bytes` in as few writes as the kernel allows.
    ///
    /// # Errors
    ///
    /// The server has closed the connection, or does not read.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.begins(bytes);
        let (written, result) = self.write(bytes);
        result.map_err(|error| {
            self.trouble(&error, &format!("sending (after {written} of {} bytes)", bytes.len()))
        })
    }

    /// Sends one piece a write, without delay, so that each travels in a segment of its own.
    ///
    /// # Errors
    ///
    /// As for [`Client::send`].
    pub fn send_pieces<P: AsRef<[u8]>>(
        &mut self,
        pieces: impl IntoIterator<Item = P>,
    ) -> Result<(), Failure> {
        self.no_delay();
        pieces.into_iter().try_for_each(|piece| self.send(piece.as_ref()))
    }

    /// Sends one byte a write.
    ///
    /// # Errors
    ///
    /// As for [`Client::send`].
    pub fn send_bytewise(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.send_pieces(bytes.chunks(1))
    }

    /// Sends as much of `bytes` as the server takes, in pieces of `size`, and says how much that
    /// was: for requests that a server may refuse, and close, before it has read them to the end.
    pub fn send_what_is_taken(&mut self, bytes: &[u8], size: usize) -> usize {
        self.no_delay();
        let mut taken = 0;
        for piece in bytes.chunks(size.max(1)) {
            self.begins(piece);
            let (written, result) = self.write(piece);
            taken += written;
            if result.is_err() {
                break;
            }
        }
        taken
    }

    /// Sends `bytes`, then half-closes, on a thread of its own, so that the check can read meanwhile.
    /// What goes wrong there shows on the reading side.
    ///
    /// # Errors
    ///
    /// The connection can't be shared with a thread.
    pub fn send_in_background(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let stream = self.stream.try_clone();
        let stream = stream.map_err(|error| self.trouble(&error, "sharing the connection"))?;
        self.begins(&bytes);
        self.tapes().sent.record(&bytes);
        self.background = Some(Background::start(stream, bytes));
        Ok(())
    }

    /// What is sent next is a piece of its own.
    fn begins(&self, piece: &[u8]) {
        self.witness.diary.sends(self.number, piece);
        self.tapes().sent.cut();
    }
}

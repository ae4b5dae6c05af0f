//! First reading: one request and its answer, frame by frame. It is the body of the answer too.
//!
//! The worker asks for content when the application reads, and gets as much as there is. If the
//! server sent all of it at once, the worker might not read it because it wants to get rid of its
//! answer first, and both would wait for ever. So `100 Continue` is sent when it should be, too:
//! when the application first reads.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use crate::gateway::environ::Input;
use crate::gateway::error::Error;
use crate::python::frame::{Frame, push};
use crate::python::worker::Silence;
use crate::python::workers::Lease;

/// The most content that is handed over at once.
const PIECE: usize = 64 * 1024;
/// How long to wait for a worker's last word when the answer is whole without it. The word comes with
/// the last piece, unless the application goes on for nobody.
const MOMENT: Duration = Duration::from_millis(5);

/// A worker that answers a request.
pub struct Conversation<'r> {
    /// Given back if it ends well.
    lease: Option<Lease>,
    input: Input<'r>,
    /// What was wrong with the content, if the worker had to be told so.
    fault: Option<Error>,
}

impl<'r> Conversation<'r> {
    /// Begins with the request.
    ///
    /// # Errors
    /// See [`Lease::send`].
    pub fn begin(mut lease: Lease, request: &[u8], input: Input<'r>) -> Result<Self, Error> {
        lease.send(request)?;
        Ok(Conversation { lease: Some(lease), input, fault: None })
    }

    /// What the worker says next, beyond asking for content.
    ///
    /// # Errors
    /// What the application said on failing; `Request` or `Connection` if it failed because of the
    /// content; `Upstream`.
    // ANCHOR: next
    pub fn next_frame(&mut self) -> Result<Frame, Error> {
        loop {
            let lease = self.lease.as_mut().ok_or(Silence::Gone)?;
            match lease.next_frame()? {
                Frame::Read(most) => self.hand_over(most)?,
                Frame::Failed(how) => {
                    self.is_over();
                    return Err(self.fault.take().unwrap_or(Error::Application(how.into())));
                }
                frame => return Ok(frame),
            }
        }
    }
    // ANCHOR_END: next

    // ANCHOR: hand_over
    fn hand_over(&mut self, most: usize) -> Result<(), Error> {
        let mut piece = vec![0; most.min(PIECE)];
        let mut frame = Vec::new();
        match self.input.read(&mut piece) {
            Ok(length) => push(b'C', &piece[..length], &mut frame), // 0: that was all
            Err(error) => {
                let fault = Error::from(error);
                push(b'F', fault.to_string().as_bytes(), &mut frame);
                self.fault = Some(fault);
            }
        }
        self.lease.as_mut().map_or(Ok(()), |lease| lease.send(&frame))
    }
    // ANCHOR_END: hand_over

    fn is_over(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }
}

impl<'r> Iterator for Conversation<'r> {
    type Item = Result<Cow<'r, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_frame() {
            Ok(Frame::Piece(piece)) => Some(Ok(piece.into())),
            Ok(Frame::End) => {
                self.is_over();
                None
            }
            Ok(_) => Some(Err(Silence::Garbled.into())),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Whoever drops a body has all of it, or wants no more.
impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        if let Some(lease) = &mut self.lease
            && let Some(Frame::End) = lease.next_within(MOMENT)
        {
            self.is_over();
        }
    }
}

//! `wsgi.input` on a thread: each read waits there for hyper's next frame, but not for ever.

use std::io::{self, Read};
use std::time::Instant;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Buf, Bytes, Incoming};
use stage3_gateway::gateway::error::Error;
use stage3_gateway::http::fault::Fault;
use stage3_gateway::limits::Patience;
use stage3_gateway::pace::Pace;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The content of a request.
pub struct Input {
    content: Limited<Incoming>,
    most: u64,
    piece: Bytes,
    pace: Pace,
    runtime: Handle,
}

impl Input {
    /// Content of at most so many bytes. Made on the runtime, read on a thread.
    pub fn of(content: Incoming, patience: &Patience) -> Input {
        let most = usize::try_from(patience.content).unwrap_or(usize::MAX);
        Input {
            content: Limited::new(content, most),
            most: patience.content,
            piece: Bytes::new(),
            pace: patience.for_reading(),
            runtime: Handle::current(),
        }
    }

    /// The next piece of data; empty at the end. Trailers are passed over.
    fn next(&mut self) -> Result<Bytes, Error> {
        loop {
            let asked = Instant::now();
            let patience = self.pace.patience().ok_or(Fault::ContentTooSlow)?;
            let content = &mut self.content;
            let frame = self.runtime.block_on(async { timeout(patience, content.frame()).await });
            match frame.map_err(|_| Fault::ContentTooSlow)? {
                None => return Ok(Bytes::new()),
                Some(Ok(frame)) => {
                    let piece = frame.into_data().unwrap_or_default(); // nothing of trailers
                    self.pace.moved(piece.len(), asked.elapsed());
                    if !piece.is_empty() {
                        return Ok(piece);
                    }
                }
                Some(Err(error)) if error.is::<LengthLimitError>() => {
                    return Err(Fault::ContentTooLarge(self.most).into());
                }
                Some(Err(_)) => return Err(Fault::ContentTruncated.into()),
            }
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && !buffer.is_empty() {
            self.piece = self.next()?;
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

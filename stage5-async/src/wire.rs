//! Hardening: the socket of a connection: reading and writing without waiting for ever, and
//! without holding memory while there is nothing to hold.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use stage2_single_request::limits::LINGER;
use stage3_gateway::limits::Patience;
use stage3_gateway::pace::Pace;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

/// How much is read at once. Most heads are shorter.
const PIECE: usize = 8 * 1024;

/// A connection with what was received on it and what is to be sent.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    patience: Patience,
    /// How the client takes the answer.
    writing: Pace,
    /// What was received; the bytes before `used` are done with.
    pub received: Vec<u8>,
    /// See `received`.
    pub used: usize,
    /// What is to be sent at the next [`Wire::flush`]; the bytes before `sent` are.
    pub out: Vec<u8>,
    sent: usize,
}

impl Wire {
    /// A connection on which nothing has happened yet.
    pub fn new(stream: TcpStream, patience: Patience) -> Wire {
        let writing = patience.for_writing();
        Wire { stream, patience, writing, received: Vec::new(), used: 0, out: Vec::new(), sent: 0 }
    }

    /// Another answer begins, and with it another account of how the client takes it.
    pub fn begin(&mut self) {
        self.writing = self.patience.for_writing();
    }

    /// What was received and not used yet.
    pub fn unused(&self) -> &[u8] {
        &self.received[self.used..]
    }

    /// Takes what was received and not used, so that something can borrow from it while more is
    /// received.
    pub fn take(&mut self) -> Vec<u8> {
        self.received.drain(..self.used);
        self.used = 0;
        mem::take(&mut self.received)
    }

    /// Puts back what [`Wire::take`] took, of which the last `unused` bytes were not used. If any
    /// were not, nothing has been received meanwhile.
    pub fn put_back(&mut self, taken: Vec<u8>, unused: usize) {
        if unused > 0 {
            self.used = taken.len() - unused;
            self.received = taken;
        }
    }

    /// Reads what has come, at most 8 KiB, and appends it to `received`; waits until something
    /// comes. Returns how many bytes came, 0 at the end of the stream.
    ///
    /// An idle connection spends its life here, so it holds no memory for bytes while none come.
    ///
    /// # Errors
    /// The client has gone.
    pub async fn fill(&mut self) -> io::Result<usize> {
        self.received.drain(..self.used);
        self.used = 0;
        poll_fn(|context| {
            let mut piece = [MaybeUninit::uninit(); PIECE]; // on the stack, while there is something
            let mut piece = ReadBuf::uninit(&mut piece);
            while let Err(error) = ready!(Pin::new(&mut self.stream).poll_read(context, &mut piece))
            {
                if error.kind() != ErrorKind::Interrupted {
                    return Poll::Ready(Err(error));
                }
            }
            self.received.extend_from_slice(piece.filled());
            Poll::Ready(Ok(piece.filled().len()))
        })
        .await
    }

    /// Sends all of `out`. The timer is only set when the client does not take it at once. If it is
    /// given up in the middle, the next call goes on where it was.
    ///
    /// # Errors
    /// `TimedOut` if the client does not keep the pace, or what `write` answers.
    pub async fn flush(&mut self) -> io::Result<()> {
        while self.sent < self.out.len() {
            match self.stream.try_write(&self.out[self.sent..]) {
                Ok(taken) => {
                    self.sent += taken;
                    self.writing.moved(taken, Duration::ZERO);
                }
                // In a box: seldom needed, and else every future that may flush holds a timer.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    Box::pin(self.wait_for_room()).await?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        (self.out, self.sent) = (Vec::new(), 0);
        Ok(())
    }

    async fn wait_for_room(&mut self) -> io::Result<()> {
        let asked = Instant::now();
        let patience = self.writing.patience().ok_or(ErrorKind::TimedOut)?;
        timeout(patience, self.stream.writable()).await??;
        self.writing.moved(0, asked.elapsed());
        Ok(())
    }

    /// Ends a connection on which the client may still be sending: see stage 2's `close.rs`.
    pub async fn close_gently(mut self) {
        let deadline = tokio::time::Instant::now() + LINGER;
        let _ = timeout_at(deadline, async {
            self.stream.shutdown().await?;
            while self.fill().await? > 0 {
                self.used = self.received.len();
            }
            io::Result::Ok(())
        })
        .await;
    }
}

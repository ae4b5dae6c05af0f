//! What a client can read: bytes, a response, the end.

use super::wire::deadline;
use super::{Client, Ending, READ_SIZE};
use crate::evidence::fail;
use crate::failure::{Failure, Seen};
use crate::parse::parse;
use crate::response::Response;

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len().max(1)).any(|window| window == wanted)
}

impl Client {
    /// The next bytes, at least one, at most `most`; none at the end.
    ///
    /// # Errors
    ///
    /// Reset, or nothing came in time.
    pub fn read_some(&mut self, most: usize) -> Result<Vec<u8>, Failure> {
        if self.buffer.is_empty() {
            self.fill(deadline(), "more bytes", most)?;
        }
        Ok(self.take(most))
    }

    /// Exactly the next `count` bytes.
    ///
    /// # Errors
    ///
    /// Reset, ended, or nothing came in time.
    pub fn read_exact_n(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        let until = deadline();
        // What has come before is counted by whoever looks at what was got.
        let more = if self.tapes().received.length > self.buffer.len() { " more" } else { "" };
        while self.buffer.len() < count {
            let have = self.buffer.len();
            if self.fill(until, &format!("byte {} of {count}{more}", have + 1), READ_SIZE)? == 0 {
                let what =
                    format!("the server closed the connection after {have} of {count}{more} bytes");
                return Err(Failure::new(what).seen(Seen::ClosedEarly).of(self));
            }
        }
        Ok(self.take(count))
    }

    /// Everything until the server closes.
    ///
    /// # Errors
    ///
    /// Reset, or the end did not come in time.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, Failure> {
        let mut until = deadline();
        while self.fill(until, "the server to close the connection", READ_SIZE)? > 0 {
            // As long as bytes come the server is at work, however slow the machine.
            until = deadline();
        }
        Ok(self.take(usize::MAX))
    }

    /// Everything until `wanted` has come, and what has come with it.
    ///
    /// # Errors
    ///
    /// Reset, ended, or it did not come in time.
    pub fn read_until(&mut self, wanted: &str) -> Result<String, Failure> {
        let until = deadline();
        let mut searched = 0;
        while !find(&self.buffer[searched..], wanted.as_bytes()) {
            searched = self.buffer.len().saturating_sub(wanted.len());
            if self.fill(until, wanted, READ_SIZE)? == 0 {
                return fail(self, format!("{wanted} comes before the connection ends"));
            }
        }
        Ok(String::from_utf8_lossy(&self.take(usize::MAX)).into_owned())
    }

    /// The next response to a request with this method; what follows it stays for the next call.
    ///
    /// # Errors
    ///
    /// Reset, cut off, late, or not what the standards call a response.
    pub fn response(&mut self, method: &str) -> Result<Response, Failure> {
        let mut until = deadline();
        loop {
            let parsed = parse(&self.buffer, method, self.ending.is_some());
            match parsed.map_err(|malformed| self.malformed(&malformed.to_string()))? {
                Some((response, length)) => {
                    self.buffer.drain(..length);
                    self.tapes().last = None;
                    return Ok(response);
                }
                None => self.fill(until, &self.rest_of_response(), READ_SIZE)?,
            };
            until = deadline();
        }
    }

    /// Waits for the end: no more bytes come, and it is not a reset.
    ///
    /// # Errors
    ///
    /// Bytes, a reset, or no end in time.
    pub fn sees_end(&mut self) -> Result<(), Failure> {
        let rest = self.read_to_end()?;
        if rest.is_empty() {
            return Ok(());
        }
        let what = "nothing follows, and the connection ends";
        fail(self, what).map_err(|failure: Failure| {
            failure.expected("the end of the connection").got(rest.as_slice())
        })
    }

    /// Reads until the end, whichever it is, and drops what comes.
    ///
    /// # Errors
    ///
    /// The connection does not end in time.
    pub fn ending(&mut self) -> Result<Ending, Failure> {
        match self.read_to_end() {
            Ok(_) => Ok(Ending::Closed),
            Err(failure) if failure.kind() == Seen::Reset => Ok(Ending::Reset),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the connection ends with a reset.
    ///
    /// # Errors
    ///
    /// It does not end in time.
    pub fn is_reset(&mut self) -> Result<bool, Failure> {
        Ok(self.ending()? == Ending::Reset)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;

    use super::*;
    use crate::witness::Witness;

    /// A client of a server that sends these bytes again and again.
    fn client_of_endless(bytes: &'static [u8]) -> Client {
        let listening = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listening.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            let (mut connection, _) = listening.accept()?;
            let piece = bytes.repeat(64 * 1024 / bytes.len());
            // Until the client closes.
            while connection.write_all(&piece).is_ok() {}
            std::io::Result::Ok(())
        });
        let stream = TcpStream::connect(address).expect("it listens");
        Client::new(stream, Arc::new(Witness::default()))
    }

    #[test]
    fn what_is_sent_without_end_is_given_up() {
        type Read = fn(&mut Client) -> Result<(), Failure>;
        let reads: [Read; 4] = [
            |client| client.read_to_end().map(drop),
            |client| client.read_until("never").map(drop),
            |client| client.read_exact_n(1 << 40).map(drop),
            |client| client.response("GET").map(drop),
        ];
        for read in reads {
            let mut client = client_of_endless(b"HTTP/1.1 200 OK\r\n\r\n");
            let failure = read(&mut client).expect_err("there is no end");
            let what = failure.what();
            assert!(what.ends_with(" bytes and did not stop"), "{what}");
        }
    }
}

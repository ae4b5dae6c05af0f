//! Step 5: `wsgi.input`. And the bonus for content in chunks.

use std::io::{self, BufRead, BufReader, Chain, Read};
use std::net::TcpStream;

use crate::{Environ, Error, broken};

/// The longest line of a chunk's size.
const LONGEST_LINE: u64 = 4096;

/// The content of a request: what is in `rest`, and what is still to come on the connection.
pub fn input_of<'c>(
    environ: &Environ,
    rest: &'c [u8],
    connection: &'c TcpStream,
) -> Result<Box<dyn Read + 'c>, Error> {
    let mut coding = environ.get("HTTP_TRANSFER_ENCODING").cloned();
    if !broken("chunked-in-one-case") {
        coding = coding.map(|coding| coding.to_ascii_lowercase());
    }
    if coding.as_deref() == Some(b"chunked") && !broken("chunks-not-decoded") {
        // A buffer of 5 bytes shows at once who takes what is in it for a line.
        let capacity = if broken("a-read-is-a-line") { 5 } else { 8192 };
        let from = BufReader::with_capacity(capacity, rest.chain(connection));
        return Ok(Box::new(Chunks { from, left: 0, at_end: false }));
    }
    let length = match environ.get("CONTENT_LENGTH") {
        Some(length) if broken("length-parse-unwrapped") => {
            str::from_utf8(length)?.parse().expect("a length is a number")
        }
        Some(length) => str::from_utf8(length)?.parse()?,
        None if broken("no-length-is-no-end") => return Ok(Box::new(rest.chain(connection))),
        None if broken("rest-without-a-length") => return Ok(Box::new(rest)),
        // Nearly every GET comes without one.
        None if broken("length-unwrapped") => panic!("there is no CONTENT_LENGTH"),
        None => 0,
    };
    Ok(Box::new(wrong_input(length, rest, connection)?.unwrap_or_else(|| {
        let all: Box<dyn Read> = Box::new(rest.chain(connection).take(length));
        all
    })))
}

/// What is easily made in place of it, if the switch asks for it.
fn wrong_input<'c>(
    length: u64,
    rest: &'c [u8],
    connection: &'c TcpStream,
) -> Result<Option<Box<dyn Read + 'c>>, Error> {
    let come = rest.len() as u64;
    Ok(Some(match () {
        () if broken("input-is-empty") => Box::new(io::empty()),
        () if broken("reads-to-the-end") => Box::new(rest.chain(connection)),
        // The first bytes came with the head: nobody will send them again.
        () if broken("loses-the-rest") => Box::new(connection.take(length)),
        () if broken("rest-not-counted") => Box::new(rest.chain(connection.take(length))),
        () if broken("rest-alone") => Box::new(rest.take(length)),
        () if broken("rest-not-bounded") => {
            Box::new(rest.chain(connection.take(length.saturating_sub(come))))
        }
        () if broken("subtracts-below-zero") => {
            let missing = length.checked_sub(come).expect("attempt to subtract with overflow");
            Box::new(rest.chain(connection.take(missing)))
        }
        () if broken("one-more-read") => {
            // A read brings what is there, not what was asked for.
            let mut more = vec![0; usize::try_from(length)?];
            let count = if come < length { (&mut &*connection).read(&mut more)? } else { 0 };
            let more = io::Cursor::new(more).take(count as u64);
            Box::new(rest.chain(more).take(length))
        }
        () if broken("content-in-a-vec") => {
            // The client says how large it is to be.
            let mut content = vec![0; usize::try_from(length)?];
            rest.chain(connection).read_exact(&mut content)?;
            Box::new(io::Cursor::new(content))
        }
        () if broken("input-as-text") => {
            let mut content = Vec::new();
            rest.chain(connection).take(length).read_to_end(&mut content)?;
            let text = String::from_utf8_lossy(&content).into_owned();
            Box::new(io::Cursor::new(text.into_bytes()))
        }
        () => return Ok(None),
    }))
}

/// Takes the chunked transfer coding off (RFC 9112 s7.1).
struct Chunks<'c> {
    from: BufReader<Chain<&'c [u8], &'c TcpStream>>,
    /// What is left of the chunk at hand.
    left: u64,
    /// The last-chunk has come.
    at_end: bool,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.at_end && !buffer.is_empty() {
            self.left = self.size()?;
            if self.left == 0 {
                self.at_end = true;
                while !self.line()?.is_empty() {
                    if broken("no-trailers-expected") {
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                }
            }
        }
        if self.at_end {
            return self.behind_the_end(buffer);
        }
        let count = (&mut self.from).take(self.left).read(buffer)?;
        if count == 0 && broken("a-cut-chunk-is-an-end") {
            return Ok(0);
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        if self.left == 0 && !broken("line-end-of-a-chunk-in-the-content") {
            self.line()?;
        }
        Ok(count)
    }
}

impl Chunks<'_> {
    /// Nothing; but whoever forgets where the end is reads on.
    fn behind_the_end(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if broken("reads-behind-the-last-chunk") {
            let here = self.from.buffer();
            let count = here.len().min(buffer.len());
            buffer[..count].copy_from_slice(&here[..count]);
            self.from.consume(count);
            return Ok(count);
        }
        Ok(0)
    }

    /// The size in a chunk's first line, which may have extensions behind it.
    fn size(&mut self) -> io::Result<u64> {
        let line = self.line()?;
        let cut = line.split(';').next().unwrap_or_default();
        let digits = if broken("extensions-are-digits") { &line } else { cut };
        let base = if broken("decimal-sizes") { 10 } else { 16 };
        u64::from_str_radix(digits.trim_end(), base).map_err(io::Error::other)
    }

    /// The next line, without its CRLF.
    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if broken("a-read-is-a-line") {
            // Half of it may be there, and the other half on its way.
            let here = self.from.fill_buf()?;
            let end = here.iter().position(|&byte| byte == b'\n').map_or(here.len(), |at| at + 1);
            line.extend_from_slice(&here[..end]);
            self.from.consume(end);
        } else {
            (&mut self.from).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        }
        let line = line.strip_suffix(b"\r\n").ok_or(io::ErrorKind::InvalidData)?;
        String::from_utf8(line.into()).map_err(io::Error::other)
    }
}

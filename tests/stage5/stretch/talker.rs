//! A client that speaks WebSocket (RFC 6455), strictly, and its frames.

use grader::{Client, Failure, Server, Verdict, expect, expect_eq, random};

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
/// The bit of a frame that ends a message.
pub const LAST: u8 = 0x80;

/// Keys, and the answer to each (RFC 6455 s4.2.2; the first is its example).
const KEYS: [(&str, &str); 4] = [
    ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("AAECAwQFBgcICQoLDA0ODw==", "Bz3qJYTGdOe8gUSpLosEdiLKDrk="),
    ("c3RhZ2UgZml2ZSB0YWxrcw==", "2ev7xRnqElnhKXiBFYFkE7+qABw="),
    ("/////////////////////w==", "XXpj4jYzLM2yUE0C7TIgMwTQh2g="),
];

/// The request of a handshake, in one of the ways in which browsers write it.
pub fn handshake(key: &str, number: usize) -> String {
    let fields = [
        "Connection: Upgrade\r\nUpgrade: websocket",
        "connection: keep-alive, Upgrade\r\nupgrade: WebSocket",
    ][number % 2];
    format!(
        "GET /talk HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
}

/// A connection on which WebSocket is spoken.
pub struct Talker(pub Client);

impl Talker {
    pub fn join(server: &Server) -> Result<Talker, Failure> {
        Talker::join_saying(server.connect()?, &[])
    }

    /// With little room for what is not read.
    pub fn join_deaf(server: &Server) -> Result<Talker, Failure> {
        Talker::join_saying(server.dial().receive_buffer(4096).connect()?, &[])
    }

    /// With something said right behind the handshake, in the same segment.
    pub fn join_saying(mut client: Client, frame: &[u8]) -> Result<Talker, Failure> {
        let number = random::number() as usize;
        let (key, answer) = KEYS[number / 2 % KEYS.len()];
        client.send(&[handshake(key, number).as_bytes(), frame].concat())?;
        let response = client.response("GET")?;
        response.expect_status(&client, 101)?;
        for (name, value) in [("Upgrade", "websocket"), ("Connection", "upgrade")] {
            let given = response.field(name).unwrap_or_default().to_ascii_lowercase();
            expect(&client, given == value, format!("a 101 has the field {name}: {value}"))?;
        }
        response.expect_field(&client, "Sec-WebSocket-Accept", answer)?;
        Ok(Talker(client))
    }

    pub fn says(&mut self, opcode: u8, data: &[u8]) -> Verdict {
        self.0.send(&masked(LAST | opcode, data))
    }

    /// The next frame is this one, whole and not masked.
    pub fn hears(&mut self, opcode: u8, data: &[u8]) -> Verdict {
        let (first, got) = self.frame()?;
        let what = format!("the next frame begins with {:#04x}", LAST | opcode);
        expect_eq(&self.0, what, [LAST | opcode], [first])?;
        expect_eq(&self.0, "it carries these bytes", data, got)
    }

    /// The first byte and the data of the next frame.
    pub fn frame(&mut self) -> Result<(u8, Vec<u8>), Failure> {
        let start = self.0.read_exact_n(2)?;
        expect(&self.0, start[1] < 128, "a server does not mask its frames")?;
        let more = match start[1] {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let long = self.0.read_exact_n(more)?;
        let long = long.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        let length = if more == 0 { usize::from(start[1]) } else { long };
        Ok((start[0], self.0.read_exact_n(length)?))
    }

    /// A close frame with this code comes, and then the end.
    pub fn is_closed(&mut self, code: u16) -> Verdict {
        let (first, reason) = self.frame()?;
        let what = format!("a close frame comes, with the code {code}");
        expect_eq(&self.0, &what, [LAST | CLOSE], [first])?;
        expect_eq(&self.0, what, code.to_be_bytes(), reason.get(..2).unwrap_or(&reason))?;
        self.0.half_close()?;
        self.0.sees_end()
    }
}

/// A frame as a client sends it.
pub fn masked(first: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match data.len() {
        short @ ..126 => frame.push(0x80 | short as u8),
        middle @ ..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    let mask = random::bytes(4);
    frame.extend_from_slice(&mask);
    frame.extend(data.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

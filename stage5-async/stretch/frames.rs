//! The frames of WebSocket (RFC 6455 s5), without I/O: bytes in, what was said out, and back.

/// Longer messages are refused: each of them is in memory, and goes to everybody.
const LONGEST: usize = 64 * 1024;

/// What a frame is (RFC 6455 s5.2).
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
pub const PONG: u8 = 10;

/// Why a talk ends (RFC 6455 s7.4.1).
pub const GOING_AWAY: u16 = 1001;
const PROTOCOL_ERROR: u16 = 1002;
const NO_UTF8: u16 = 1007;
pub const TOO_SLOW: u16 = 1008;
const TOO_LONG: u16 = 1009;

/// What a client has said.
pub enum Said {
    /// A whole message, text or binary.
    Message(u8, Vec<u8>),
    /// Is somebody there?
    Ping(Vec<u8>),
    /// With the code of the reason, if there was one.
    Close(Vec<u8>),
    /// Nothing that asks for an answer.
    Nothing,
}

/// Understands one frame after the other, and puts fragments together.
#[derive(Default)]
pub struct Frames {
    /// The message of which fragments have come, and not the last one.
    begun: Option<(u8, Vec<u8>)>,
}

impl Frames {
    /// The frame at the start of these bytes, and how many it takes; `None` if more must come first.
    ///
    /// # Errors
    /// The code with which the talk is to end.
    pub fn next(&mut self, bytes: &[u8]) -> Result<Option<(usize, Said)>, u16> {
        let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
        let (is_last, opcode) = (first & 0x80 != 0, first & 0x0F);
        let is_control = opcode & 0x08 != 0;
        // Three bits are reserved, clients mask, and control frames are short and whole.
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Err(PROTOCOL_ERROR);
        }
        let short = usize::from(second & 0x7F);
        if is_control && (short > 125 || !is_last) {
            return Err(PROTOCOL_ERROR);
        }
        let more = [0, 2, 8][short.saturating_sub(125)];
        let Some((length, rest)) = rest.split_at_checked(more) else { return Ok(None) };
        let length = if more == 0 {
            short
        } else {
            let add = |sum: usize, &byte| sum.saturating_mul(256).saturating_add(usize::from(byte));
            length.iter().fold(0, add)
        };
        let begun = self.begun.as_ref().map_or(0, |(_, begun)| begun.len());
        if length.saturating_add(begun) > LONGEST {
            return Err(TOO_LONG); // before a single byte of it is kept
        }
        let Some((mask, rest)) = rest.split_at_checked(4) else { return Ok(None) };
        let Some(masked) = rest.get(..length) else { return Ok(None) };
        let data = masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        let said = self.understand(is_last, opcode, data.collect())?;
        Ok(Some((2 + more + 4 + length, said)))
    }

    fn understand(&mut self, is_last: bool, opcode: u8, data: Vec<u8>) -> Result<Said, u16> {
        let (kind, message) = match (opcode, self.begun.take()) {
            (0, Some((kind, begun))) => (kind, [begun, data].concat()),
            (TEXT | BINARY, None) => (opcode, data),
            // Control frames may stand between the fragments of a message.
            (CLOSE | PING | PONG, begun) => {
                self.begun = begun;
                return Ok(match opcode {
                    PING => Said::Ping(data),
                    CLOSE => Said::Close(data.into_iter().take(2).collect()),
                    _ => Said::Nothing,
                });
            }
            _ => return Err(PROTOCOL_ERROR),
        };
        if !is_last {
            self.begun = Some((kind, message));
            return Ok(Said::Nothing);
        }
        // Letters may be cut by fragments, so it is the whole message that must be UTF-8.
        if kind == TEXT && str::from_utf8(&message).is_err() {
            return Err(NO_UTF8);
        }
        Ok(Said::Message(kind, message))
    }
}

/// A whole frame, as a server sends it: not masked.
pub fn frame(opcode: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match data.len() {
        short @ ..126 => frame.push(short as u8),
        middle @ ..65_536 => {
            frame.push(126);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(data);
    frame
}

/// The frame that ends a talk, for this reason or for none.
pub fn close(reason: &[u8]) -> Vec<u8> {
    frame(CLOSE, reason)
}

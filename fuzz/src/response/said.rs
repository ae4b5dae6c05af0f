//! What an application says, and whether it may say that.

use crate::rules::{is_field_value, is_token};

/// What an application says.
#[derive(Clone, Debug)]
pub struct Said {
    /// `200 OK`, or not.
    pub status: String,
    /// Names and values.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The body's pieces.
    pub pieces: Vec<Vec<u8>>,
    /// Whether the first piece is written, and the others returned.
    pub writes: bool,
}

/// Fields about one connection: RFC 2616 s13.5.1, which PEP 3333 names.
const HOP_BY_HOP: &str = " connection keep-alive proxy-authenticate proxy-authorization te trailers \
                          transfer-encoding upgrade ";

impl Said {
    /// What these bytes say.
    pub fn by(bytes: &[u8], writes: bool) -> Said {
        let end = bytes.iter().position(|&byte| byte == 0xFE);
        let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut parts = head.split(|&byte| byte == 0xFF);
        let status = text(parts.next().unwrap_or_default());
        let mut fields = Vec::new();
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            fields.push((text(name), value.to_vec()));
        }
        let body = body.get(1..).map(|body| body.split(|&byte| byte == 0xFF));
        let pieces = body.into_iter().flatten().map(<[u8]>::to_vec).collect();
        Said { status, fields, pieces, writes }
    }

    /// Its code and reason, if the status is one that may be sent: `nnn reason`, a final one.
    pub fn code_and_reason(&self) -> Option<(u16, &str)> {
        let (code, reason) = self.status.split_once(' ')?;
        let is_code = matches!(code.as_bytes(), [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']);
        // RFC 9112 s4: bytes from 0x80 on are obs-text, whatever they would be in Latin-1.
        // PEP 3333: a character is a byte, in latin-1.
        let is_byte = |one: char| u8::try_from(one).is_ok_and(|byte| !byte.is_ascii_control());
        let is_reason = reason.chars().all(|one| one == '\t' || is_byte(one));
        (is_code && is_reason).then(|| (code.parse().unwrap_or(0), reason))
    }

    /// Whether every field is one that an application may send, PEP 3333's controls included.
    pub fn has_sound_fields(&self) -> bool {
        let lengths = self.values("content-length");
        let is_number = |value: &&[u8]| {
            let text = str::from_utf8(value).unwrap_or("x");
            text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok()
        };
        let is_sound = |(name, value): &(String, Vec<u8>)| {
            let is_ours = HOP_BY_HOP.contains(&format!(" {} ", name.to_ascii_lowercase()));
            is_token(name.as_bytes()) && is_field_value(value) && !is_ours
        };
        self.fields.iter().all(is_sound) && lengths.iter().all(is_number) && lengths.len() <= 1
    }

    /// The values of all fields of that name.
    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        let fields = self.fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.as_slice()).collect()
    }

    /// The length that it declares.
    pub fn declared(&self) -> Option<u64> {
        str::from_utf8(self.values("content-length").first()?).ok()?.parse().ok()
    }
}

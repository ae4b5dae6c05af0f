//! A response, as the strict reader in `parse` understood it.
//!
//! The judge does not share a parser with the accused: this one is written by hand, knows nothing
//! of the servers' crates, and forgives nothing.

use crate::client::Client;
use crate::date::imf_fixdate;
use crate::evidence::fail;
use crate::failure::Failure;

/// One response message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Always `HTTP/1.1`: a server says its own version, whatever the request said (RFC 9110 s6.2).
    pub version: String,
    /// Three digits.
    pub status: u16,
    /// The reason phrase, which may be empty.
    pub reason: String,
    /// Names and values in the order in which they came, values without the whitespace around them.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The content, without any transfer coding.
    pub content: Vec<u8>,
    /// How the end of the content was told.
    pub framing: Framing,
    /// The chunks, if the content came in chunks.
    pub pieces: Vec<Vec<u8>>,
    /// The fields after the last chunk.
    pub trailers: Vec<(String, Vec<u8>)>,
    /// Status line and header section as they came, with the empty line.
    pub head: Vec<u8>,
}

/// How the end of the content is told (RFC 9112 s6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none: HEAD, 1xx, 204, 304.
    None,
    /// Content-Length.
    Length,
    /// The chunked transfer coding.
    Chunked,
    /// The end of the connection.
    Close,
}

impl Response {
    /// The values of all fields of this name, whatever the case.
    #[must_use]
    pub fn fields_named(&self, name: &str) -> Vec<&[u8]> {
        let named = |field: &&(String, Vec<u8>)| field.0.eq_ignore_ascii_case(name);
        self.fields.iter().filter(named).map(|(_, value)| value.as_slice()).collect()
    }

    /// The value of the only field of this name; `None` if there is none, or more than one.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        match self.fields_named(name)[..] {
            [value] => Some(String::from_utf8_lossy(value).into_owned()),
            _ => None,
        }
    }

    /// The content as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    /// The Date field in seconds since 1970; `None` unless there is exactly one, an IMF-fixdate.
    #[must_use]
    pub fn date(&self) -> Option<u64> {
        imf_fixdate(&self.field("Date")?)
    }

    /// Fails unless the response has this status.
    ///
    /// # Errors
    ///
    /// It has another one.
    pub fn expect_status(&self, client: &Client, status: u16) -> Result<(), Failure> {
        if self.status == status {
            return Ok(());
        }
        let got = format!("status {} {}", self.status, self.reason);
        fail(client, format!("the answer has status {status}"))
            .map_err(|failure: Failure| failure.expected(format!("status {status}")).got(got))
    }

    /// Fails unless the response has this field once, with this value.
    ///
    /// # Errors
    ///
    /// It has none, several, or another value.
    pub fn expect_field(&self, client: &Client, name: &str, value: &str) -> Result<(), Failure> {
        if self.field(name).as_deref() == Some(value) {
            return Ok(());
        }
        fail(client, format!("the answer has the field {name} once")).map_err(|failure: Failure| {
            failure.expected(format!("{name}: {value}")).got(self.head.as_slice())
        })
    }
}

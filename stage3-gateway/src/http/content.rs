//! Hardening: a request's content, taken out of its framing piece by piece.

use crate::http::chunked::Chunked;
use crate::http::fault::Fault;
use crate::http::framing::Framing;

/// Takes the bytes that follow a head and says which of them are content.
#[derive(Debug)]
pub struct Decoder {
    coding: Coding,
    /// Once wrong, always wrong: whoever goes on behind a fault may take anything for content.
    fault: Option<Fault>,
}

#[derive(Debug)]
enum Coding {
    Length { left: u64 },
    Chunked(Chunked),
}

/// What a [`Decoder`] made of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'b> {
    /// How many bytes it took from the front; the others are to be shown to it again.
    pub taken: usize,
    /// The content among them.
    pub content: &'b [u8],
}

impl Decoder {
    /// A decoder for content of at most `most` bytes.
    ///
    /// # Errors
    /// `ContentTooLarge`, at once, if the head declares more than that.
    pub fn new(framing: Framing, most: u64) -> Result<Decoder, Fault> {
        let coding = match framing {
            Framing::Length(left) if left > most => return Err(Fault::ContentTooLarge(most)),
            Framing::Length(left) => Coding::Length { left },
            Framing::Chunked => Coding::Chunked(Chunked::new(most)),
        };
        Ok(Decoder { coding, fault: None })
    }

    /// Whether all content has been seen.
    pub fn is_done(&self) -> bool {
        self.fault.is_none() && self.left() == Some(0)
    }

    /// How many bytes of content are still to come; `None` if only the chunks will tell.
    pub fn left(&self) -> Option<u64> {
        match &self.coding {
            Coding::Length { left } => Some(*left),
            Coding::Chunked(chunked) if chunked.is_done() => Some(0),
            Coding::Chunked(_) => None,
        }
    }

    /// Looks at the next bytes. It stops behind the first piece of content, so call it again until
    /// it takes nothing more: then it is done, or more bytes are needed.
    ///
    /// # Errors
    /// `Chunk` and `ContentTooLarge`.
    // ANCHOR: decode
    pub fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<Step<'b>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        match &mut self.coding {
            Coding::Length { left } => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= taken as u64;
                Ok(Step { taken, content: &bytes[..taken] })
            }
            Coding::Chunked(chunked) => {
                chunked.decode(bytes).inspect_err(|fault| self.fault = Some(fault.clone()))
            }
        }
    }
    // ANCHOR_END: decode
}

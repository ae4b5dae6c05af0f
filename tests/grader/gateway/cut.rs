//! Answers that end too early, as they should when an application fails in the middle of one.

use super::talk::get;
use crate::check::Verdict;
use crate::client::Client;
use crate::evidence::expect;
use crate::failure::Failure;
use crate::server::Server;

/// What came of an answer until the connection ended.
pub(crate) struct Cut {
    pub client: Client,
    /// Status line and fields, with the empty line.
    pub head: String,
    /// What followed, framing included.
    pub rest: Vec<u8>,
}

impl Cut {
    /// Asks for `target` and takes what comes until the end, which must not be a reset.
    pub fn of(server: &Server, target: &str) -> Result<Cut, Failure> {
        let mut client = server.connect()?;
        client.send(get(target).as_bytes())?;
        let bytes = client.read_to_end()?;
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        expect(&client, end.is_some(), "at least a whole head comes")?;
        let (head, rest) = bytes.split_at(end.map_or(0, |end| end + 4));
        Ok(Cut { client, head: String::from_utf8_lossy(head).into_owned(), rest: rest.to_vec() })
    }

    /// The head is that of a success, and no other head follows it.
    pub fn expect_only_a_200(&self) -> Verdict {
        let begun = self.head.starts_with("HTTP/1.1 200 ");
        expect(&self.client, begun, "the answer begins with the head of a 200")?;
        let rest = String::from_utf8_lossy(&self.rest);
        expect(&self.client, !rest.contains("HTTP/1.1 "), "no second head follows in its content")
    }

    /// The field that declares so many bytes is there.
    pub fn expect_declared(&self, length: usize) -> Verdict {
        let line = format!("\r\ncontent-length: {length}\r\n");
        let declared = self.head.to_ascii_lowercase().contains(&line);
        expect(&self.client, declared, format!("the head declares {length} bytes"))
    }
}

//! Hardening: what a client gets when an application fails.

use stage1_echo::terminal::warn;
use stage2_single_request::response::Response as Page;

use crate::gateway::error::Error;
use crate::gateway::response::{Response, State};

impl Response {
    /// Answers with an error if nothing was sent yet. If something was, only the early end of the
    /// connection can tell the client that the rest is missing.
    pub(super) fn fail(&mut self, error: &Error, out: &mut Vec<u8>) -> bool {
        let page = match error {
            Error::Connection(_) => return false,
            Error::Request(fault) => {
                self.close(); // nobody knows where the next request starts
                Page::plain(fault.status(), fault)
            }
            Error::Upstream { status, .. } => {
                complain(error);
                Page::plain(*status, "the process that runs the application did not answer")
            }
            _ => {
                complain(error);
                Page::plain(500, "the application failed")
            }
        };
        if self.is_sending() {
            return false;
        }
        self.state = State::Nothing;
        self.whole_page(&page, out).unwrap_or(false)
    }

    fn whole_page(&mut self, page: &Page, out: &mut Vec<u8>) -> Result<bool, Error> {
        self.start(&page.status_text(), &[("Content-Type", page.content_type.as_bytes())], None)?;
        self.piece(&page.content, Some(page.content.len() as u64), out)?;
        self.finish(out)
    }
}

/// Tells whoever runs the server what the client is not told, in one line. The application's own words
/// are in it, and with them perhaps what a client sent: `warn` makes them harmless.
pub fn complain(error: &Error) {
    warn(format_args!("{error}"));
}

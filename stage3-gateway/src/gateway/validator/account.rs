//! First reading: what the application declared, and what it sent.

use super::start::{Fields, check_fields, check_status, has_content};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;

/// The account of one answer.
pub struct Account {
    head_only: bool,
    started: bool,
    declared: Option<u64>,
    sent: u64,
    /// The first rule that was broken: an application may not notice that a call failed.
    broken: Option<&'static str>,
}

impl Account {
    pub fn new(environ: &Environ) -> Account {
        let head_only = environ.text("REQUEST_METHOD") == "HEAD";
        Account { head_only, started: false, declared: None, sent: 0, broken: None }
    }

    /// `start_response` is called. Returns whether the server must refuse it: with `exc_info`, but
    /// after content.
    ///
    /// # Errors
    /// The rule that the application breaks by this call.
    pub fn start(&mut self, status: &str, fields: &Fields, exc_info: bool) -> Result<bool, Error> {
        if self.started && !exc_info {
            return Err(self.broken("the application called start_response again without exc_info"));
        }
        self.started = true;
        let code = check_status(status).map_err(|rule| self.broken(rule))?;
        let declared = check_fields(code, fields).map_err(|rule| self.broken(rule))?;
        // To HEAD and with 304, a length is that of content which is not sent.
        self.declared = declared.filter(|_| !self.head_only && has_content(code));
        Ok(exc_info && self.sent > 0)
    }

    /// A piece is sent.
    ///
    /// # Errors
    /// It is more than was declared.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.sent += piece.len() as u64;
        if self.declared.is_some_and(|declared| self.sent > declared) {
            return Err(self.broken("the application sends more than its Content-Length says"));
        }
        Ok(())
    }

    /// The application returned.
    ///
    /// # Errors
    /// It has broken a rule before, or has never called `start_response`.
    pub fn check_started(&self) -> Result<(), Error> {
        match self.broken {
            Some(rule) => Err(Error::Rule(rule)),
            None if self.started => Ok(()),
            None => Err(Error::Rule("the application returned and never called start_response")),
        }
    }

    /// The body ended.
    ///
    /// # Errors
    /// Less was sent than was declared.
    pub fn settle(&self) -> Result<(), Error> {
        if self.declared.is_some_and(|declared| self.sent < declared) {
            return Err(Error::Rule("the application sent less than its Content-Length says"));
        }
        Ok(())
    }

    /// Keeps the first broken rule in mind.
    pub fn broken(&mut self, rule: &'static str) -> Error {
        self.broken.get_or_insert(rule);
        Error::Rule(rule)
    }
}

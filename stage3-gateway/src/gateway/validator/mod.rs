//! First reading: middleware that changes nothing and watches both sides: whether the server keeps
//! PEP 3333 towards the application, and the application towards the server. Put it around an
//! application while you write it, and around any application while you write a server.
//!
//! What Python's `wsgiref.validate` looks for and the types forbid here has no check: a `write`
//! that outlives the call, a `read` without a size, a body that is asked after its `close()`.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `environ.rs` | the variables, which are the server's |
//! | `input.rs` | the content of the request, which is the server's too |
//! | `start.rs` | status and fields, which are the application's |
//! | `account.rs` | what the application declared, and what it sent |

mod account;
mod environ;
mod input;
mod start;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use account::Account;

use crate::gateway::application::{Application, Body, StartResponse, Write, application};
use crate::gateway::environ::Environ;
use crate::gateway::error::{Error, ExcInfo};

/// The application, watched. A broken rule becomes [`Error::Rule`] with a sentence that says who
/// broke it.
// ANCHOR: validator
pub fn validator(inner: impl Application) -> impl Application {
    application(move |environ: &mut Environ, start_response: &mut StartResponse| {
        environ::check(environ)?;
        input::watch(environ);
        let account = RefCell::new(Account::new(environ));
        let inner_write: Cell<Option<Write>> = Cell::new(None);
        let write = |piece: &[u8]| {
            account.borrow_mut().add(piece)?;
            inner_write.get().map_or(Ok(()), |write| write(piece))
        };
        let mut start = |status: &str, fields: &[(&str, &[u8])], exc_info: Option<ExcInfo>| {
            let is_late = account.borrow_mut().start(status, fields, exc_info.is_some())?;
            let write_now = start_response(status, fields, exc_info)?;
            if is_late {
                return Err(account.borrow_mut().broken(TOO_LATE));
            }
            inner_write.set(Some(write_now));
            Ok(&write as Write)
        };
        let body = inner.call(environ, &mut start)?;
        account.borrow().check_started()?;
        let promised = body.size_hint();
        let account = account.into_inner();
        Ok(Box::new(Watched { body, account, promised, pieces: 0, ended: false }) as Body)
    })
}
// ANCHOR_END: validator

const TOO_LATE: &str = "the server took exc_info after content had gone out; it must fail then";

/// A body, and both sides of it are watched.
struct Watched<'r> {
    body: Body<'r>,
    account: Account,
    /// How many pieces there are to be: at least, and at most.
    promised: (usize, Option<usize>),
    pieces: usize,
    ended: bool,
}

impl<'r> Iterator for Watched<'r> {
    type Item = Result<Cow<'r, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            let rule = "the server asked for another piece after the body had ended";
            return Some(Err(Error::Rule(rule)));
        }
        let piece = self.body.next();
        let checked = self.check(&piece);
        self.ended = checked.is_err() || !matches!(piece, Some(Ok(_)));
        checked.map_or_else(|error| Some(Err(error)), |()| piece)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body.size_hint()
    }
}

impl Watched<'_> {
    fn check(&mut self, piece: &Option<Result<Cow<[u8]>, Error>>) -> Result<(), Error> {
        let (least, most) = self.promised;
        match piece {
            None if self.pieces < least => Err(Error::Rule(HINT)),
            None => self.account.settle(),
            Some(_) if most.is_some_and(|most| self.pieces >= most) => Err(Error::Rule(HINT)),
            Some(Ok(piece)) => {
                self.pieces += 1;
                self.account.add(piece)
            }
            Some(Err(_)) => Ok(()),
        }
    }
}

/// The PEP says it of Python's `len()`: a server that relies on it must not be deceived.
const HINT: &str = "the application's body has not as many pieces as its size_hint says";

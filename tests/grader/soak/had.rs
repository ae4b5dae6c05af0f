//! What a server has while nobody is there.

use std::fmt::{self, Display};

use crate::check::Verdict;
use crate::evidence::expect;
use crate::failure::Failure;
use crate::process;
use crate::server::Server;

/// How much more memory it may have, for no allocator gives everything back at once: so many KiB,
/// and a quarter of what it had.
const ROOM: u64 = 2 * 1024;

/// Memory and descriptors, where they can be counted, and children.
#[derive(Debug, PartialEq, Eq)]
pub struct Had {
    resident_kib: Option<u64>,
    descriptors: Option<usize>,
    children: usize,
}

impl Had {
    /// Before the first client, and whenever it is known that nobody is there.
    #[must_use]
    pub fn now(server: &Server) -> Had {
        let (resident_kib, descriptors) =
            (process::resident_kib(server.pid()), process::descriptors(server.pid()));
        Had { resident_kib, descriptors, children: process::children(server.pid()).len() }
    }

    /// How many clients more than before are served: each has a descriptor, or a child.
    #[must_use]
    pub fn clients_since(&self, before: &Had) -> usize {
        let more = |now: Option<usize>, was: Option<usize>| {
            now.unwrap_or_default().saturating_sub(was.unwrap_or_default())
        };
        self.children + more(self.descriptors, before.descriptors)
    }

    /// Waits until the last client's connection and child are gone: until it has as many descriptors
    /// as before the first.
    ///
    /// # Errors
    /// A descriptor is left, or a child.
    pub fn when_quiet(server: &Server, first: &Had) -> Result<Had, Failure> {
        let what = "as many descriptors as before the first client, and no child";
        let quiet = server.wait_until(what, || {
            let now = Had::now(server);
            (now.descriptors == first.descriptors && now.children == 0).then_some(now)
        });
        quiet.map_err(|failure| {
            let now = Had::now(server);
            let (children, zombies) = (now.children, process::zombies(server.pid()).len());
            failure.got(format!("{now}; {children} children, {zombies} of them zombies"))
        })
    }

    /// # Errors
    /// It is.
    pub fn is_not_much_more_than(&self, before: &Had, server: &Server) -> Verdict {
        let (Some(was), Some(is)) = (before.resident_kib, self.resident_kib) else {
            return Ok(()); // neither /proc nor ps
        };
        let most = was + was / 4 + ROOM;
        let what = format!("memory is flat: {was} KiB before, now {is}, and {most} would do");
        expect(server, is <= most, what)
    }
}

impl Display for Had {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resident_kib {
            Some(kib) => write!(formatter, "{kib} KiB")?,
            None => formatter.write_str("? KiB")?,
        }
        match self.descriptors {
            Some(count) => write!(formatter, " and {count} descriptors"),
            None => formatter.write_str(" and ? descriptors"),
        }
    }
}

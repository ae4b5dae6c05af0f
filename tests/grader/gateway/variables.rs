//! What the application was told: the lines of `/environ`.

use crate::check::Verdict;
use crate::client::Client;
use crate::evidence::{expect, expect_eq, fail};
use crate::exchange::ask;
use crate::failure::Failure;
use crate::server::Server;

/// The variables of one request, in the order in which they were listed.
pub(super) struct Variables {
    pub client: Client,
    pub list: Vec<(String, Vec<u8>)>,
}

impl Variables {
    /// Those of `request`, which is for a path below `/environ`.
    pub fn of(server: &Server, request: impl AsRef<[u8]>) -> Result<Variables, Failure> {
        let (client, response) = ask(server, request)?;
        response.expect_status(&client, 200)?;
        let mut list = Vec::new();
        for line in response.content.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let Some(equals) = line.iter().position(|&byte| byte == b'=') else {
                return fail(&client, "each line of /environ is KEY=VALUE");
            };
            let name = String::from_utf8_lossy(&line[..equals]).into_owned();
            list.push((name, line[equals + 1..].to_vec()));
        }
        Ok(Variables { client, list })
    }

    /// The value of a variable, if it is there.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        let found = self.list.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_slice())
    }

    /// Fails unless the variable is there with this value.
    pub fn expect(&self, name: &str, value: impl AsRef<[u8]>) -> Verdict {
        match self.value(name) {
            Some(got) => expect_eq(&self.client, format!("{name} has this value"), value, got),
            None => Err(self.with_names(format!("there is a variable {name}"))),
        }
    }

    /// A failure that shows the names of all variables: the answer itself is too long to be shown.
    fn with_names(&self, what: String) -> Failure {
        let names: Vec<&str> = self.list.iter().map(|(name, _)| name.as_str()).collect();
        let got = format!("the variables {}", names.join(", "));
        Failure::new(format!("expected that {what}")).got(got).of(&self.client)
    }

    /// Fails if the variable is there.
    pub fn expect_none(&self, name: &str) -> Verdict {
        match self.value(name) {
            None => Ok(()),
            Some(_) => Err(self.with_names(format!("there is no variable {name}"))),
        }
    }

    /// Fails if the variable is there and says something: the PEP lets an empty one be left out.
    pub fn expect_nothing(&self, name: &str) -> Verdict {
        let nothing = self.value(name).is_none_or(<[u8]>::is_empty);
        expect(&self.client, nothing, format!("the variable {name} is empty or not there"))
    }
}

//! What stands for what on one page: its ports, pids and clients beside those of this run.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::ops::RangeInclusive;

use crate::line::{CLIENTS, Kind, PIDS, Pair, numbers};
use crate::shape;

/// The ports that servers of a page listen on; 8888 if they were told nothing.
const PORTS: RangeInclusive<u32> = 8888..=8899;
/// How many pids a page uses up, with all that runs beside it.
const NEAR: u32 = 2000;

/// The numbers of a page and those of this run.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ports: BTreeMap<u32, u32>,
    pairs: Vec<Pair>,
    first_pid: u32,
}

impl Names {
    /// `first_pid`: a pid of this run; the page's own are not far above it.
    pub fn new(first_pid: u32) -> Names {
        Names { first_pid, ..Names::default() }
    }

    /// The port that stands for this one. The same one again as long as the page lasts: a server
    /// can be started anew, or find its port taken.
    pub fn port(&mut self, page: u32) -> io::Result<u32> {
        if let Some(port) = self.ports.get(&page) {
            return Ok(*port);
        }
        let free = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        self.ports.insert(page, free.into());
        Ok(free.into())
    }

    /// A command of the page, with the numbers of this run; `Err` names a pid that is not known.
    pub fn in_this_run(&mut self, command: &str) -> Result<String, String> {
        let mut failed = None;
        let changed = replace(command, |_, number| {
            if PORTS.contains(&number) {
                return self.port(number).map_err(|error| failed = Some(error.to_string())).ok();
            }
            let (_, _, came) = self.pairs.iter().find(|(_, page, _)| *page == number)?;
            Some(*came)
        });
        let unknown = numbers(command).map(|(_, number)| number).find(|number| {
            let is_ours = PIDS.contains(number) || CLIENTS.contains(number);
            is_ours && !self.pairs.iter().any(|(_, page, _)| page == number)
        });
        match (failed, unknown) {
            (Some(error), _) => Err(format!("there is no free port: {error}")),
            (_, Some(number)) => Err(format!("{number} is in no line above that came")),
            _ => Ok(changed),
        }
    }

    /// A line that came, with the ports of the page.
    pub fn with_ports(&self, came: &str) -> String {
        replace(came, |_, number| {
            self.ports.iter().find(|(_, port)| **port == number).map(|(page, _)| *page)
        })
    }

    /// Takes in what stands for what, unless it contradicts what is known.
    pub fn learn(&mut self, pairs: &[Pair]) -> bool {
        let agree = |a: &Pair, b: &Pair| a.0 != b.0 || (a.1 == b.1) == (a.2 == b.2);
        let all = || self.pairs.iter().chain(pairs);
        let agrees = pairs.iter().all(|pair| all().all(|known| agree(pair, known)));
        if agrees {
            self.pairs.extend(pairs);
            self.pairs.sort_unstable();
            self.pairs.dedup();
        }
        agrees
    }

    /// A line that came, as the page shows it: its numbers for those of this run, one date for all.
    pub fn as_on_the_page(&mut self, came: &str) -> String {
        let came = replace(came, |before, number| self.shown(before, number));
        let mut line = String::new();
        let mut rest = came.as_str();
        while let Some(first) = rest.chars().next() {
            let inside = line.ends_with(|character: char| character.is_ascii_alphanumeric());
            let found = shape::at_start(rest).filter(|_| !inside);
            match found.and_then(|(which, length)| Some((shape::SHAPES[which].example?, length))) {
                Some((example, length)) => {
                    line.push_str(example);
                    rest = &rest[length..];
                }
                None => {
                    line.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        line
    }

    /// What the page shows for a number: it is a pid if it could be one, a client's port if it
    /// stands where one stands.
    fn shown(&mut self, before: &str, number: u32) -> Option<u32> {
        if let Some((_, page, _)) = self.pairs.iter().find(|(_, _, came)| *came == number) {
            return Some(*page);
        }
        if PORTS.contains(&number) {
            return None;
        }
        let is_pid = number == std::process::id()
            || (self.first_pid..self.first_pid + NEAR).contains(&number);
        let (kind, mut range) = if is_pid {
            (Kind::Pid, 4242..=*PIDS.end())
        } else if before.ends_with("127.0.0.1:") || before.ends_with("REMOTE_PORT=") {
            (Kind::Client, 54321..=*CLIENTS.end())
        } else {
            return None;
        };
        let is_free = |page: &u32| !self.pairs.iter().any(|(_, known, _)| known == page);
        let page = range.find(is_free)?;
        self.pairs.push((kind, page, number));
        Some(page)
    }
}

/// The text with other numbers where `other` has one for what stands before and for the number.
fn replace(text: &str, mut other: impl FnMut(&str, u32) -> Option<u32>) -> String {
    let mut changed = String::new();
    let mut from = 0;
    for (at, number) in numbers(text) {
        let Some(other) = other(&text[..at], number) else { continue };
        let length = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        changed.push_str(&text[from..at]);
        changed.push_str(&other.to_string());
        from = at + length;
    }
    changed + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_swapped_both_ways() {
        let mut names = Names::default();
        let command = names.in_this_run("nc 127.0.0.1 8888").expect("there is a free port");
        assert_ne!(command, "nc 127.0.0.1 8888");
        assert_eq!(names.with_ports(&command), "nc 127.0.0.1 8888");
        assert_eq!(names.in_this_run("nc 127.0.0.1 8888").as_ref(), Ok(&command));
    }

    #[test]
    fn the_same_pid_stays_the_same() {
        let mut names = Names::default();
        assert!(names.learn(&[(Kind::Pid, 4242, 77)]));
        assert!(names.learn(&[(Kind::Pid, 4242, 77), (Kind::Pid, 4243, 78)]));
        assert!(!names.learn(&[(Kind::Pid, 4242, 79)]), "another process under the same pid");
        assert!(!names.learn(&[(Kind::Pid, 4244, 77)]), "the same process under another pid");
        assert!(!names.learn(&[(Kind::Pid, 4250, 80), (Kind::Pid, 4250, 81)]));
        assert_eq!(names.in_this_run("kill 4242").as_deref(), Ok("kill 77"));
        assert!(names.in_this_run("kill 4299").is_err());
    }

    #[test]
    fn a_line_is_renewed_with_numbers_of_the_page() {
        let mut names = Names::new(1000);
        names.learn(&[(Kind::Pid, 4242, 1001)]);
        let shown = names.as_on_the_page("1001 1002 50 127.0.0.1:40000 curl/7.1.0 1002");
        assert_eq!(shown, "4242 4243 50 127.0.0.1:54321 curl/8.14.1 4243");
    }
}

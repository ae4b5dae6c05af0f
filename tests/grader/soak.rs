//! A soak: all kinds of clients, the good and the rude, again and again, and in the end the server
//! has as much as in the beginning.
//!
//! What is lost a little of with each client shows only after many of them: memory, a descriptor,
//! a child that nobody waited for. `GRADE_SOAK=600 GRADE_SLOW=30` goes on for ten minutes (with the
//! patience that this takes); without it each client comes a few hundred times.

mod had;
mod visits;

use std::env;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use had::Had;
use visits::RUDE;
pub(crate) use visits::good;

use crate::check::{Check, Verdict};
use crate::evidence::expect;
use crate::failure::{Failure, Seen};
use crate::server::Server;
use crate::target::Target;

/// How many clients there are at a time.
const CLIENTS: usize = 4;

/// How often each of them plays all the visits before anything is measured: what a server gets
/// once and keeps (threads, buffers, the allocator's pages) is no leak.
const WARM_UP: usize = 10;

/// How often afterwards, if no time was asked for.
const ROUNDS: usize = 100;

/// The whole mix, for the server of stage `STAGE`. It needs the whole machine.
#[must_use]
pub const fn checks<const STAGE: u8>() -> [Check; 1] {
    [Check {
        id: "soak-leaves-nothing",
        title: "after thousands of clients, good and rude, the server has what it had before",
        rule: "POSIX close(2), waitpid(2); issue: flat memory, flat descriptors, no zombies",
        hint: "What is made for a client (a connection, a child, a task, an entry in a table) has an \
               owner that drops it however the client leaves.",
        run: soak::<STAGE>,
    }]
}

/// How long each client goes on.
#[derive(Clone, Copy)]
enum Until {
    Rounds(usize),
    Time(Instant),
}

impl Until {
    fn is_over(self, round: usize) -> bool {
        match self {
            Until::Rounds(count) => round >= count,
            Until::Time(end) => Instant::now() >= end,
        }
    }
}

/// How many visits there were.
#[derive(Default)]
struct Tally {
    good: AtomicUsize,
    rude: AtomicUsize,
}

fn soak<const STAGE: u8>(target: &Target) -> Verdict {
    let asked_for = seconds()?;
    let server = target.launch().arg("--quiet").start()?;
    let first = Had::now(&server);
    crowd::<STAGE>(&server, Until::Rounds(WARM_UP), &Tally::default())?;
    let before = Had::when_quiet(&server, &first)?;
    let tally = Tally::default();
    let end = |time| Until::Time(Instant::now() + time);
    crowd::<STAGE>(&server, asked_for.map_or(Until::Rounds(ROUNDS), end), &tally)?;
    let after = Had::when_quiet(&server, &first)?;
    good::<STAGE>(server.address()).map_err(|error| told(&server, &error))?;
    let Tally { good, rude } = tally;
    println!(
        "soak, stage {STAGE}: {} good visits, all answered, and {} rude ones; {before} before, \
         {after} after",
        good.into_inner(),
        rude.into_inner()
    );
    after.is_not_much_more_than(&before, &server)
}

/// What `GRADE_SOAK` asks for.
fn seconds() -> Result<Option<Duration>, Failure> {
    let Ok(text) = env::var("GRADE_SOAK") else { return Ok(None) };
    let seconds = text.trim().parse().ok().map(Duration::from_secs);
    let wrong = || format!("GRADE_SOAK={text}: give it a whole number of seconds, such as 600");
    seconds.map(Some).ok_or_else(|| Failure::new(wrong()).seen(Seen::Machine))
}

/// Several clients at a time, each with all the visits, again and again.
fn crowd<const STAGE: u8>(server: &Server, until: Until, tally: &Tally) -> Verdict {
    let address = server.address();
    let failed = thread::scope(|scope| {
        let client = || scope.spawn(move || visits_again::<STAGE>(address, until, tally));
        let clients: Vec<_> = (0..CLIENTS).map(|_| client()).collect();
        let told = clients.into_iter().map(|client| client.join());
        told.filter_map(|told| told.ok()?.err()).collect::<Vec<String>>()
    });
    failed.first().map_or(Ok(()), |first| Err(told(server, first)))?;
    expect(server, server.alive(), "the server still runs")
}

fn told(server: &Server, error: &str) -> Failure {
    Failure::new(format!("every good request is answered; one was not: {error}")).of(server)
}

fn visits_again<const STAGE: u8>(
    address: SocketAddr,
    until: Until,
    tally: &Tally,
) -> Result<(), String> {
    let mut round = 0;
    while !until.is_over(round) {
        let count = good::<STAGE>(address)?;
        tally.good.fetch_add(count, Ordering::Relaxed);
        for (what, rude) in RUDE {
            rude(address).map_err(|error| format!("{what}: {error}"))?;
        }
        tally.rude.fetch_add(RUDE.len(), Ordering::Relaxed);
        round += 1;
    }
    Ok(())
}

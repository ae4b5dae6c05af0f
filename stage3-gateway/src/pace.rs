//! Hardening: how long a slow client is waited for.
//!
//! A timeout for each read or write is no bound: a client that moves one byte now and then meets
//! it for ever, and holds a process or a thread all the while. So the average counts too. Only the
//! time spent waiting for the client does; how long the application takes is its own affair.

use std::time::Duration;

/// The slowest average that is put up with, in bytes a second, once the grace is over.
const SLOWEST: u64 = 1024;

/// Keeps account of one direction of one connection. It does not look at the clock itself.
#[derive(Debug)]
pub struct Pace {
    grace: Duration,
    silence: Duration,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    /// A client that may be slow for `grace` at first, and never silent for longer than `silence`.
    pub fn new(grace: Duration, silence: Duration) -> Pace {
        Pace { grace, silence, waited: Duration::ZERO, bytes: 0 }
    }

    /// How long to wait for the client now; `None` if it has been too slow.
    pub fn patience(&self) -> Option<Duration> {
        let earned = Duration::from_millis(self.bytes * 1000 / SLOWEST);
        let left = (self.grace + earned).saturating_sub(self.waited);
        if left.is_zero() { None } else { Some(left.min(self.silence)) }
    }

    /// Notes that so many bytes moved after waiting so long.
    pub fn moved(&mut self, bytes: usize, waited: Duration) {
        self.bytes += bytes as u64;
        self.waited += waited;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_silent_client_is_given_up() {
        let mut pace = Pace::new(10 * SECOND, 4 * SECOND);
        assert_eq!(pace.patience(), Some(4 * SECOND));
        pace.moved(0, 10 * SECOND);
        assert_eq!(pace.patience(), None);
    }

    #[test]
    fn a_steady_trickle_does_not_last_for_ever() {
        let mut pace = Pace::new(10 * SECOND, 10 * SECOND);
        let seconds = (1..100).take_while(|_| {
            pace.moved(1, SECOND);
            pace.patience().is_some()
        });
        assert_eq!(seconds.count(), 10);
    }

    #[test]
    fn a_client_faster_than_the_slowest_is_never_given_up() {
        let mut pace = Pace::new(10 * SECOND, 10 * SECOND);
        for _ in 0..1000 {
            pace.moved(1025, SECOND);
            assert!(pace.patience().is_some());
        }
    }
}

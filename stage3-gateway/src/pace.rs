//! Hardening: how long a slow client is waited for.
//!
//! A timeout for each read or write is no bound: a client that moves one byte now and then meets
//! it for ever, and holds a process or a thread all the while. So the average counts too. Only the
//! time spent waiting for the client does; how long the application takes is its own affair.
//!
//! The account is kept in time, like water in a bucket. At first the client has the grace. Waiting for it
//! takes time out, and each byte of content puts some in. When nothing is left, the client has been too
//! slow. The bucket has a rim, or a client that sends eight megabytes at once could stand still, but for a
//! byte now and then, for the two hours that they would have taken at the slowest pace.

use std::time::Duration;

/// The slowest average that is put up with, in bytes a second, once the grace is over. Apache's
/// mod_reqtimeout has 500 by default, Kestrel 240.
const SLOWEST: u64 = 1024;

/// The most time that a client can have in hand, as a multiple of its grace. With a grace of 10 seconds,
/// these are 40: a client that has been fast so far may stall as long as one that changes from one
/// network to another does, and no longer. It has to be more than the 30 seconds of silence that a
/// response may meet: the kernel's buffers take megabytes of it at once, and then nothing until a third
/// of them has been sent. nginx lets 60 seconds pass between any two reads, which a byte a minute meets.
/// In Apache's mod_reqtimeout, too, so many bytes earn a second; its option for a maximum (as in
/// `header=20-40`) is one for the whole request, which would end long uploads.
const MOST: u32 = 4;

/// Keeps account of one direction of one connection. It does not look at the clock itself.
#[derive(Debug)]
pub struct Pace {
    silence: Duration,
    /// How long the client may still be waited for, all waits together.
    left: Duration,
    /// What `left` can't exceed.
    most: Duration,
}

impl Pace {
    /// A client that may be slow for `grace` at first, and never silent for longer than `silence`.
    pub fn new(grace: Duration, silence: Duration) -> Pace {
        Pace { silence, left: grace, most: grace.saturating_mul(MOST) }
    }

    /// How long to wait for the client now; `None` if it has been too slow.
    pub fn patience(&self) -> Option<Duration> {
        if self.left.is_zero() { None } else { Some(self.left.min(self.silence)) }
    }

    /// Notes that so many bytes moved after waiting so long. Of what a client sends, only content counts:
    /// whatever surrounds it (the extensions of chunks, trailers) carries nothing, and earns nothing.
    pub fn moved(&mut self, bytes: usize, waited: Duration) {
        let earned = Duration::from_nanos((bytes as u64).saturating_mul(1_000_000_000) / SLOWEST);
        let left = self.left.saturating_add(earned).saturating_sub(waited);
        self.left = left.min(self.most);
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

    #[test]
    fn a_fast_start_buys_seconds_and_not_hours() {
        let mut pace = Pace::new(10 * SECOND, 30 * SECOND);
        pace.moved(8 << 20, SECOND);
        assert_eq!(pace.patience(), Some(30 * SECOND), "it may be silent as long as any other");
        let seconds = (1..10_000).take_while(|_| {
            pace.moved(1, SECOND);
            pace.patience().is_some()
        });
        assert_eq!(seconds.count(), 40);
    }

    #[test]
    fn bytes_count_the_same_one_by_one() {
        let mut pace = Pace::new(10 * SECOND, 10 * SECOND);
        for _ in 0..60 * 1100 {
            pace.moved(1, SECOND / 1100); // in whole milliseconds, one byte would earn nothing
            assert!(pace.patience().is_some());
        }
    }

    #[test]
    fn no_number_is_too_large() {
        let largest = [0, 1 << 32, usize::MAX - 1, usize::MAX];
        let longest = [Duration::ZERO, SECOND, Duration::MAX];
        for grace in longest {
            for bytes in largest {
                for waited in longest {
                    let mut pace = Pace::new(grace, Duration::MAX);
                    pace.moved(bytes, waited);
                    pace.moved(bytes, waited);
                    assert!(pace.patience().is_none_or(|patience| patience <= pace.most));
                }
            }
        }
    }
}

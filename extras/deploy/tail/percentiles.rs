//! Many requests, each of which asks many servers, and how long they took.

use crate::servers::{Chance, hedged};

/// How many requests are tried out: 500 of them are slower than 99 of 100.
const REQUESTS: usize = 50_000;
/// Where chance begins.
const SEED: u64 = 2013;

/// How long the requests took, in ms.
pub struct Waits {
    /// How many servers each of them asked.
    pub asked: usize,
    /// Half of them took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// How many servers were asked a second time, as a share of those asked once.
    pub more: f64,
}

/// Requests that ask so many servers, and each of these again after `hedge` ms.
// ANCHOR: slowest
pub fn waits(asked: usize, hedge: f64) -> Waits {
    let mut chance = Chance(SEED);
    let mut twice = 0;
    let mut slowest = || {
        let mut longest = 0.0_f64;
        for _ in 0..asked {
            let (took, is_twice) = hedged(&mut chance, hedge);
            longest = longest.max(took);
            twice += usize::from(is_twice);
        }
        longest
    };
    let mut took: Vec<f64> = (0..REQUESTS).map(|_| slowest()).collect();
    took.sort_by(f64::total_cmp);
    let within = |percent: usize| took[REQUESTS * percent / 100];
    let more = twice as f64 / (REQUESTS * asked) as f64;
    Waits { asked, p50: within(50), p99: within(99), more }
}
// ANCHOR_END: slowest

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::NEVER;

    /// 0.98^35 is a little less than a half: half of the requests that ask 35 servers meet a slow one.
    #[test]
    fn half_are_slow_when_reckoning_says_so() {
        assert!(waits(33, NEVER).p50 < 100.0);
        assert!(waits(36, NEVER).p50 > 100.0);
    }
}

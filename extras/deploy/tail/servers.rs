//! How long one server takes, and a request that is hedged.

/// One answer in so many is a slow one: memory is being cleaned up, a disk is busy, a packet was lost.
const SLOW_IN: u64 = 50;
/// A quick answer takes so many ms, all within these alike likely; and a slow one.
const QUICK: (f64, f64) = (5.0, 15.0);
const SLOW: (f64, f64) = (500.0, 1500.0);

/// Shares of the answers after which a hedged request asks again.
pub const HALF: f64 = 0.50;
pub const LATE: f64 = 0.95;
/// No request is hedged.
pub const NEVER: f64 = f64::INFINITY;

/// Numbers that look like chance, and are the same each time: SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, (least, most): (f64, f64)) -> f64 {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        least + share * (most - least)
    }
}

/// How long one server takes, in ms.
// ANCHOR: answer
pub fn answer(chance: &mut Chance) -> f64 {
    let is_slow = chance.next().is_multiple_of(SLOW_IN);
    chance.between(if is_slow { SLOW } else { QUICK })
}
// ANCHOR_END: answer

/// How long it takes if a second server is asked when the first has said nothing for `hedge` ms; and
/// whether it was. The first answer counts.
// ANCHOR: hedged
pub fn hedged(chance: &mut Chance, hedge: f64) -> (f64, bool) {
    let first = answer(chance);
    if first <= hedge {
        return (first, false);
    }
    let second = hedge + answer(chance);
    (first.min(second), true)
}
// ANCHOR_END: hedged

/// The time within which this share of all answers has come, in ms.
pub fn after(share: f64) -> f64 {
    let quick = 1.0 - 1.0 / SLOW_IN as f64;
    let (share, (least, most)) = if share <= quick {
        (share / quick, QUICK)
    } else {
        ((share - quick) / (1.0 - quick), SLOW)
    };
    least + share * (most - least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_answers_come_in_time_as_should() {
        for share in [0.10, HALF, LATE, 0.99] {
            let (mut chance, most) = (Chance(1), 100_000);
            let came = (0..most).filter(|_| answer(&mut chance) <= after(share)).count();
            let came = came as f64 / most as f64;
            assert!((came - share).abs() < 0.005, "{came} instead of {share}");
        }
    }

    #[test]
    fn a_hedged_request_asks_again_only_when_it_is_late() {
        let mut chance = Chance(1);
        for _ in 0..1_000 {
            let (took, is_twice) = hedged(&mut chance, 10.0);
            assert_eq!(is_twice, took > 10.0);
        }
        assert!(!hedged(&mut chance, NEVER).1);
    }
}

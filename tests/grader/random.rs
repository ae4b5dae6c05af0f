//! Bytes and names that no server can know beforehand, so that none can have the answer ready.
//!
//! `GRADE_SEED=7` makes each check choose the same ones again, whichever run beside it.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

thread_local! {
    /// A check runs on a thread that has its name, so its choices follow from seed and name.
    static STATE: Cell<u64> = Cell::new({
        let mut hasher = DefaultHasher::new();
        (seed(), std::thread::current().name()).hash(&mut hasher);
        hasher.finish()
    });
}

/// What this run's choices follow from: `GRADE_SEED`, or else the time.
#[must_use]
pub fn seed() -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| {
        let setting = std::env::var("GRADE_SEED").ok().and_then(|text| text.parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs());
        setting.unwrap_or_else(now)
    });
    *SEED
}

/// A number, any of them.
#[must_use]
pub fn number() -> u64 {
    // SplitMix64: short, and every state is as good as any other.
    let state = STATE.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// `count` bytes, any of the 256.
#[must_use]
pub fn bytes(count: usize) -> Vec<u8> {
    std::iter::repeat_with(number).flat_map(u64::to_le_bytes).take(count).collect()
}

/// Eight lower-case letters: a name that needs no escape anywhere.
#[must_use]
pub fn name() -> String {
    number().to_le_bytes().iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

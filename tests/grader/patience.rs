//! How long a check waits, and how: for a condition, never for a time.
//!
//! The deadlines are generous, because a deadline that is too short makes a right server look
//! wrong on a busy machine, and one that is too long costs nothing as long as the server is right.
//! `GRADE_SLOW=3` makes every one of them three times as long.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Seen};
use crate::scene;

/// Seconds that a check waits for one thing: a byte, a line, the end of a program.
///
/// Shorter than [`CHECK_SECONDS`], so that the story names what was waited for.
pub const STEP_SECONDS: f64 = 8.0;

/// Seconds for one check from the last program that it has started, after which it is given up.
pub const CHECK_SECONDS: f64 = 30.0;

/// Seconds for all checks of a server together; what is not reached by then is not run.
pub const RUN_SECONDS: f64 = 300.0;

/// Between two looks. Short beside the life of a check, long beside the cost of a look.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

static SLOWNESS: LazyLock<f64> =
    LazyLock::new(|| slowness(std::env::var("GRADE_SLOW").ok().as_deref()));

/// `seconds`, multiplied by `GRADE_SLOW`.
#[must_use]
pub fn patience(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds * *SLOWNESS)
}

/// The factor that `GRADE_SLOW` asks for; 1 for what is no number or would shorten a deadline.
fn slowness(setting: Option<&str>) -> f64 {
    let factor = setting.and_then(|text| text.trim().parse::<f64>().ok()).unwrap_or(1.0);
    if factor.is_finite() { factor.clamp(1.0, 1000.0) } else { 1.0 }
}

/// Looks again and again until `look` finds something, and hands that back.
///
/// # Errors
///
/// `limit` has passed without it; `what` (as in "the last zombie to be reaped") names it.
pub fn wait_until<T>(
    limit: Duration,
    what: &str,
    mut look: impl FnMut() -> Option<T>,
) -> Result<T, Failure> {
    scene::waits_for(what);
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if start.elapsed() >= limit {
            let seconds = limit.as_secs_f64();
            return Err(
                Failure::new(format!("waited {seconds:.1} s for {what}, in vain")).seen(Seen::Hung)
            );
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grade_slow_lengthens_and_never_shortens() {
        assert_eq!(slowness(None), 1.0);
        assert_eq!(slowness(Some("3")), 3.0);
        assert_eq!(slowness(Some("2.5 ")), 2.5);
        for nonsense in ["", "fast", "0", "-1", "nan", "inf"] {
            assert_eq!(slowness(Some(nonsense)), 1.0, "{nonsense:?}");
        }
    }

    #[test]
    fn waiting_in_vain_names_what_was_waited_for() {
        let failure = wait_until(Duration::ZERO, "a train", || None::<()>).err();
        let failure = failure.expect("nothing was there to be found");
        assert_eq!(failure.what(), "waited 0.0 s for a train, in vain");
    }
}

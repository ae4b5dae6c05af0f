//! What this machine has for applications in Python, and what a person is told who lacks some of it.
//!
//! Only Rust is needed to go through this repository. So checks that need Python look at nothing
//! where it is missing, and say so once; `PYTHON_SKIP=never` makes failures of them.

use std::env;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::check::Verdict;
use crate::failure::{Failure, Seen};
use crate::target::Target;

/// The frameworks that the examples are made with.
const FRAMEWORKS: [&str; 3] = ["flask", "pyramid", "django"];

/// Prints those of its arguments that can't be imported; ends with 1 if it is too old.
const LOOK: &str = "\
import importlib.util, sys
print(*(name for name in sys.argv[1:] if not importlib.util.find_spec(name)))
sys.exit(sys.version_info < (3, 9))";

/// The frameworks that are missing; `None` if Python itself is.
static MISSING: LazyLock<Option<Vec<String>>> = LazyLock::new(|| {
    let output = Command::new("python3").args(["-c", LOOK]).args(FRAMEWORKS).output().ok()?;
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| names.split_whitespace().map(str::to_owned).collect())
});

/// Lets `look` judge the target if there is a `python3`.
pub(super) fn with_python(target: &Target, look: impl Fn(&Target) -> Verdict) -> Verdict {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if MISSING.is_some() {
        return look(target);
    }
    left_out(
        &TOLD,
        "there is no python3, or it is older than 3.9, so the checks of applications in Python look \
         at nothing; to have them, install Python: https://www.python.org/downloads/",
    )
}

/// The same if it has this framework, too; an empty name is none.
pub(super) fn with_framework(
    target: &Target,
    framework: &str,
    look: impl Fn(&Target) -> Verdict,
) -> Verdict {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let missing = MISSING.iter().flatten().any(|name| name == framework);
    if !missing {
        return with_python(target, look);
    }
    let names: Vec<&str> = MISSING.iter().flatten().map(String::as_str).collect();
    let names = names.join(", ");
    left_out(
        &TOLD,
        &format!(
            "python3 has no {names}, so the checks with them look at nothing; to have them:\n    \
             python3 -m venv .venv\n    . .venv/bin/activate\n    \
             pip install -r stage3-gateway/python/requirements.txt"
        ),
    )
}

fn left_out(told: &AtomicBool, why: &str) -> Verdict {
    if env::var("PYTHON_SKIP").is_ok_and(|skip| skip == "never") {
        return Err(Failure::new(why).seen(Seen::Machine));
    }
    if !told.swap(true, Ordering::Relaxed) {
        eprintln!("{why}");
    }
    Ok(())
}

//! What this machine has for applications in Python, and what a person is told who lacks some of it.
//!
//! Only Rust is needed to go through this repository. So checks that need Python are left out where it
//! is missing; `GRADE_SKIP=never` makes failures of them.

use std::process::Command;
use std::sync::LazyLock;

use crate::check::Verdict;
use crate::failure::Failure;
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
    if MISSING.is_some() {
        return look(target);
    }
    Err(Failure::left_out(
        "there is no python3, or it is older than 3.9; to have these checks, install Python: \
         https://www.python.org/downloads/",
    ))
}

/// The same if it has this framework, too; an empty name is none.
pub(super) fn with_framework(
    target: &Target,
    framework: &str,
    look: impl Fn(&Target) -> Verdict,
) -> Verdict {
    let missing: Vec<&str> = MISSING.iter().flatten().map(String::as_str).collect();
    if !missing.contains(&framework) {
        return with_python(target, look);
    }
    let names = missing.join(", ");
    Err(Failure::left_out(format_args!(
        "python3 has no {names}; to have these checks:\n    \
         python3 -m venv .venv\n    . .venv/bin/activate\n    \
         pip install -r stage3-gateway/python/requirements.txt"
    )))
}

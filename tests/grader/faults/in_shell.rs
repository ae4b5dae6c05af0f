//! A server that a shell starts, after a few words of its own: limits, and where outputs go.

use std::ffi::OsString;

use crate::target::Target;

/// The same program, started by `sh` with these words, in which `"$0" "$@"` is the server.
#[must_use]
pub fn in_shell(target: &Target, words: &str) -> Target {
    let program = target.file().map(OsString::from).unwrap_or_default();
    let command = ["sh".into(), "-c".into(), OsString::from(words), program];
    Target::command(target.name(), command)
}

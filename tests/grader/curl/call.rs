//! One call of curl: its command line, what it is fed, and what it says.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::check::Verdict;
use crate::evidence::Evidence;
use crate::failure::{Failure, Seen};
use crate::patience::{STEP_SECONDS, patience};
use crate::server::Server;
use crate::target::Target;

/// As much as is kept of what curl prints: more than any check lets it print.
const MOST_PRINTED: u64 = 1 << 20;

/// Starts the target and looks at it, if curl is installed.
pub(super) fn with_curl(target: &Target, look: impl Fn(&Server) -> Verdict) -> Verdict {
    if Command::new("curl").arg("--version").output().is_err() {
        return Err(Failure::left_out("curl is not installed"));
    }
    look(&target.start()?)
}

/// A call of curl that is about to be made.
pub(super) struct Call<'c> {
    server: &'c Server,
    arguments: Vec<&'c str>,
    input: &'c [u8],
}

/// What curl made of it.
pub(super) struct Answer<'c> {
    server: &'c Server,
    by_hand: String,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl<'c> Call<'c> {
    pub fn new(server: &'c Server, arguments: &[&'c str]) -> Call<'c> {
        Call { server, arguments: arguments.to_vec(), input: b"" }
    }

    /// With this on its standard input.
    pub fn sending(mut self, input: &'c [u8]) -> Call<'c> {
        self.input = input;
        self
    }

    /// Asks for these paths, in this order, and expects curl to be content.
    pub fn get(self, paths: &[&str]) -> Result<Answer<'c>, Failure> {
        let mut command = Command::new("curl");
        // Whatever the person who runs the checks has set for curl must not change the verdict.
        command.args(["-q", "--silent", "--show-error", "--noproxy", "*", "--max-time"]);
        command.arg(patience(STEP_SECONDS).as_secs_f64().to_string()).args(&self.arguments);
        let address = self.server.address();
        command.args(paths.iter().map(|path| format!("http://{address}{path}")));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let by_hand = self.by_hand(paths);
        let output = fed(command, self.input).map_err(|error| {
            Failure::new(format!("curl can't be run: {error}")).seen(Seen::Machine)
        })?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer = Answer { server: self.server, by_hand, stdout: output.stdout, stderr };
        answer.expect(output.status.success(), &format!("curl is content ({})", output.status))?;
        Ok(answer)
    }

    /// The command as a reader would type it.
    fn by_hand(&self, paths: &[&str]) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_@./:=".contains(c);
        let quoted = |word: &str| {
            if word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
        };
        let feed = match self.input.len() {
            0 => String::new(),
            length => format!("head -c {length} /dev/zero | "),
        };
        let urls = paths.iter().map(|path| quoted(&format!("http://127.0.0.1:8888{path}")));
        let words: Vec<String> =
            self.arguments.iter().map(|word| quoted(word)).chain(urls).collect();
        format!("{feed}curl {}", words.join(" "))
    }
}

/// Runs the command with `input`. It may leave some of it: a server may refuse half-way.
///
/// Of a response without end, curl would print as much as arrives until its time is up. After the
/// part that is kept its output is closed, and curl says then that it can't write.
fn fed(mut command: Command, input: &[u8]) -> std::io::Result<std::process::Output> {
    let mut child = command.spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        let stderr = scope.spawn(move || start_of(stderr));
        let stdout = start_of(stdout);
        let stderr = stderr.join().unwrap_or_default();
        Ok(std::process::Output { status: child.wait()?, stdout, stderr })
    })
}

/// What comes through the pipe, up to a limit, after which the pipe is closed.
fn start_of(pipe: Option<impl Read>) -> Vec<u8> {
    let mut start = Vec::new();
    // A pipe that can't be read any more has ended.
    let _ = pipe.map(|pipe| pipe.take(MOST_PRINTED).read_to_end(&mut start));
    start
}

impl Answer<'_> {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails unless this is so; `what` says what should be.
    pub fn expect(&self, holds: bool, what: &str) -> Verdict {
        if holds {
            return Ok(());
        }
        let failure = Failure::new(format!("expected that {what}")).by_hand(&self.by_hand);
        let failure = failure.got(&self.stdout[..self.stdout.len().min(2000)]);
        let failure = self
            .stderr
            .lines()
            .take(20)
            .fold(failure, |failure, line| failure.detail(format!("curl: {line}")));
        Err(self.server.add_to(failure))
    }

    /// Fails unless standard output is exactly this.
    pub fn expect_text(&self, text: &str) -> Verdict {
        self.expect(self.stdout == text.as_bytes(), &format!("curl prints {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_response_without_end_only_the_start_is_kept() {
        let mut endless = Command::new("yes");
        endless.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = fed(endless, b"").expect("yes is there");
        assert_eq!(output.stdout.len() as u64, MOST_PRINTED);
        assert!(!output.status.success(), "it could not print all of it");
    }
}

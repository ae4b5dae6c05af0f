//! A folder with files of which a few may be served, and the server that is to do it.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use grader::{Client, Failure, Response, Seen, Server, Target, Verdict, ask, random};

/// Larger than what a server may take of the memory.
pub const LARGE: u64 = 1 << 30;

/// A folder `shelf`, and beside it what nobody may see. Dropping it removes both.
pub struct Folder {
    base: PathBuf,
    /// What stands in the file that is not to be served.
    pub secret: String,
    /// What stands in `letters.txt`.
    pub letters: Vec<u8>,
    /// What stands in `page.html` and in others.
    pub page: String,
}

impl Folder {
    pub fn new() -> Result<Folder, Failure> {
        let name = format!("shelf-{}-{}", std::process::id(), random::name());
        let folder = Folder {
            base: std::env::temp_dir().join(name),
            secret: random::name() + &random::name(),
            letters: random::bytes(1000),
            page: format!("<p>{}</p>\n", random::name()),
        };
        let made = folder.fill();
        made.map_err(|error| {
            Failure::new(format!("making a folder: {error}")).seen(Seen::Machine)
        })?;
        Ok(folder)
    }

    fn fill(&self) -> io::Result<()> {
        let shelf = self.shelf();
        fs::create_dir_all(shelf.join("more"))?;
        fs::create_dir_all(self.base.join("shelf-too"))?;
        for name in ["page.html", "plain.txt", "style.css", "code.js", "unknown.xyz", "none"] {
            fs::write(shelf.join(name), &self.page)?;
        }
        fs::write(shelf.join("letters.bin"), &self.letters)?;
        fs::write(shelf.join("more/a page.html"), &self.page)?;
        fs::write(shelf.join("empty.txt"), "")?;
        fs::File::create(shelf.join("large.bin"))?.set_len(LARGE)?;
        fs::write(self.base.join("secret.txt"), &self.secret)?;
        fs::write(self.base.join("shelf-too/secret.txt"), &self.secret)?;
        symlink(self.base.join("secret.txt"), shelf.join("link.txt"))?;
        symlink("../secret.txt", shelf.join("more/link.txt"))?;
        symlink(&self.base, shelf.join("up"))
    }

    fn shelf(&self) -> PathBuf {
        self.base.join("shelf")
    }

    /// The whole path of the file that is not to be served.
    pub fn outside(&self) -> String {
        self.base.join("secret.txt").display().to_string()
    }

    pub fn serve(&self, target: &Target) -> Result<Server, Failure> {
        target.launch().arg("files").env("FILES", self.shelf()).start()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in the directory for temporary files is not worth a failure.
        let _ = fs::remove_dir_all(&self.base);
    }
}

/// The answer to `METHOD target`; `fields` are whole lines.
pub fn asked(
    server: &Server,
    method: &str,
    target: &str,
    fields: &str,
) -> Result<(Client, Response), Failure> {
    let line = format!("{method} {target} HTTP/1.1");
    ask(server, format!("{line}\r\nHost: x\r\nConnection: close\r\n{fields}\r\n"))
}

/// With a command that shows something like it; `curl` is its end.
pub fn shown(verdict: Verdict, curl: &str) -> Verdict {
    verdict.map_err(|failure| {
        let start = "start it with FILES=book in its environment and the argument files";
        failure.by_hand(format!("{start}; curl -v {curl}"))
    })
}

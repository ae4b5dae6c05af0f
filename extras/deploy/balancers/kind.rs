//! nginx and HAProxy: what is different between them.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What is different between balancers.
pub struct Kind {
    pub program: &'static str,
    pub configuration: &'static str,
    pub arguments: fn(folder: &Path, configuration: &Path) -> Vec<String>,
    /// Which of the three servers was the last to be asked, as a line of the log says.
    pub asked_last: fn(line: &str, behind: &[SocketAddr; 3]) -> Option<SocketAddr>,
    /// Whether it has no word for a request that it lost, neither for the client nor for its log.
    pub closes_silently: bool,
    /// What a line of the log has if more than one server was asked.
    pub retried: &'static str,
    /// A line of the configuration, and one in its place that switches retries off.
    pub retries: (&'static str, &'static str),
}

/// nginx, as of Debian 12 and 13.
pub static NGINX: Kind = Kind {
    program: "nginx",
    configuration: "extras/deploy/nginx.conf",
    arguments: |folder, configuration| {
        let (folder, configuration) = (folder.display(), configuration.display());
        ["-p", &folder.to_string(), "-e", "stderr", "-c", &configuration.to_string()]
            .map(str::to_owned)
            .into()
    },
    // … asked [127.0.0.1:8881, 127.0.0.1:8882] got [502, 200]
    asked_last: |line, _| {
        let (asked, _) = line.split_once("asked [")?.1.split_once(']')?;
        asked.rsplit(", ").next()?.parse().ok()
    },
    closes_silently: false,
    retried: ", 127.0.0.1:",
    retries: ("proxy_next_upstream error timeout;", "proxy_next_upstream off;"),
};

/// HAProxy, as of Debian 12 and 13.
pub static HAPROXY: Kind = Kind {
    program: "haproxy",
    configuration: "extras/deploy/haproxy.cfg",
    arguments: |_, configuration| vec!["-f".into(), configuration.display().to_string()],
    // … once/two retries +1 state ----
    asked_last: |line, behind| {
        let (group, _) = line.split_once(" retries ")?;
        let (_, name) = group.rsplit_once('/')?;
        let which = ["one", "two", "three"].iter().position(|known| *known == name)?;
        Some(behind[which])
    },
    // If it was not the first on its connection: the client is to decide whether to ask again.
    closes_silently: true,
    retried: " retries +",
    retries: ("retry-on conn-failure empty-response", "retry-on none"),
};

impl Kind {
    /// Whether it is installed. Debian has both where only root's PATH leads.
    pub fn is_there(&self) -> bool {
        self.file().is_some()
    }

    /// Where it is.
    pub fn file(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
        folders.map(|folder| folder.join(self.program)).find(|file| file.is_file())
    }
}

//! A server to be measured, and how it is started.

use std::path::PathBuf;
use std::process::Command;

/// A server. In its command and its environment, `PORT` stands for the port.
#[derive(Debug, Clone)]
pub struct Contender {
    /// What it is called in tables, charts and goals.
    pub name: &'static str,
    command: Vec<String>,
    environment: Vec<(String, String)>,
    /// What must be there, and is not: then it can't be measured.
    pub lacks: Option<String>,
    /// The path that it is asked for.
    pub path: &'static str,
}

impl Contender {
    /// A server, by the words of its command.
    pub fn new(name: &'static str, command: &[&str]) -> Contender {
        let lacks = which(command[0]).is_none().then(|| command[0].to_string());
        let command = command.iter().map(ToString::to_string).collect();
        Contender { name, command, environment: Vec::new(), lacks, path: "/hello" }
    }

    /// With a variable in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Contender {
        self.environment.push((name.to_string(), value.to_string()));
        self
    }

    /// Asked for another path than `/hello`.
    pub fn at(mut self, path: &'static str) -> Contender {
        self.path = path;
        self
    }

    /// Left out if there is no such program.
    pub fn needs(mut self, program: &str) -> Contender {
        self.lacks = which(program).is_none().then(|| program.to_string());
        self
    }

    /// The command that starts it on that port and that core.
    pub fn command(&self, port: u16, core: Option<usize>) -> Command {
        let port = port.to_string();
        // If we are killed, it does not run for ever. Nobody is measured for so long.
        let mut words = ["timeout", "--foreground", "300"].map(String::from).to_vec();
        if let Some(core) = core {
            words.extend(["taskset".to_string(), "-c".to_string(), core.to_string()]);
        }
        words.extend(self.command.iter().map(|word| word.replace("PORT", &port)));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        for (name, value) in &self.environment {
            command.env(name, value.replace("PORT", &port));
        }
        command
    }
}

/// Where a program is, if it is.
pub fn which(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        let path = PathBuf::from(program);
        return path.exists().then_some(path);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

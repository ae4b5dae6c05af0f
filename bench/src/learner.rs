//! How long a learner waits: from a fresh clone to a server that listens, and from an edit to a verdict.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::contenders::repository;
use crate::rounds::bar;

const STAGES: [&str; 5] =
    ["stage1-echo", "stage2-single-request", "stage3-gateway", "stage4-fork", "stage5-async"];

/// The waiting times of all stages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Learner {
    pub stages: Vec<Waits>,
}

/// In seconds, with the crates downloaded already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Waits {
    pub stage: String,
    /// From nothing built until `cargo run` listens.
    pub listening: f64,
    /// From an edit of a server made from its starter to a verdict.
    pub verdict: f64,
}

/// Measures in a clone of its own.
pub fn measure() -> Result<Learner, Failure> {
    let clone = env::temp_dir().join(format!("bench-clone-{}", std::process::id()));
    git(&["clone", "--quiet"], &[repository(), &clone])?;
    let result = measure_in(&clone);
    fs::remove_dir_all(&clone)?;
    result
}

fn measure_in(clone: &Path) -> Result<Learner, Failure> {
    let bar = bar(STAGES.len());
    let mut learner = Learner::default();
    for stage in STAGES {
        bar.set_message(format!("a learner of {stage} waits"));
        let _ = fs::remove_dir_all(clone.join("target"));
        let listening = listening(clone, stage)?;
        let verdict = verdict(clone, stage)?;
        learner.stages.push(Waits { stage: stage.to_string(), listening, verdict });
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(learner)
}

fn cargo(clone: &Path, words: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(clone).args(words).stdin(Stdio::null()).stderr(Stdio::null());
    cargo.env("PORT", "0").env_remove("CARGO_TARGET_DIR");
    cargo
}

/// From nothing built until the server says that it listens.
fn listening(clone: &Path, stage: &str) -> Result<f64, Failure> {
    let begun = Instant::now();
    let mut running = cargo(clone, &["run", "-p", stage]).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(stdout) = running.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    running.kill()?; // cargo has become the server
    running.wait()?;
    if line.contains("listening on") { Ok(seconds) } else { Err(format!("{stage}: {line}").into()) }
}

/// From an edit of a learner's finished server to a verdict on it, once everything is built.
fn verdict(clone: &Path, stage: &str) -> Result<f64, Failure> {
    let name = stage.split('-').next().unwrap_or(stage);
    let mine = clone.join(stage).join(format!("src/bin/{name}-mine.rs"));
    let text = fs::read_to_string(clone.join(format!("tests/broken/{name}.rs")))?;
    let text = text.replace("#[path = \"", "#[path = \"../../../tests/broken/"); // its modules stay there
    fs::write(&mine, &text)?;
    cargo(clone, &["test", "-p", stage]).stdout(Stdio::null()).status()?;
    fs::write(&mine, text + "\n// An edit.\n")?;
    let begun = Instant::now();
    let said = cargo(clone, &["test", "-p", stage]).output()?.stdout;
    let seconds = begun.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&said);
    match said.lines().last() {
        Some(last) if last.contains("your server") => Ok(seconds),
        _ => Err(format!("{stage}: no verdict on the learner's server: {said}").into()),
    }
}

fn git(words: &[&str], paths: &[&Path; 2]) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    match Command::new("git").args(words).args(paths).status()?.success() {
        true => Ok(()),
        false => Err("the repository can't be cloned".into()),
    }
}

impl Learner {
    /// Prints the times.
    pub fn print(&self) {
        println!("\nWhat a learner waits for, in seconds (crates downloaded, debug build)");
        for Waits { stage, listening, verdict } in &self.stages {
            println!(
                "  {stage:24} clone to listening {listening:>5.1}   edit to verdict {verdict:>5.1}"
            );
        }
    }
}

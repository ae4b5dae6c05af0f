//! The units of systemd, judged by systemd itself.

use std::process::{Command, id};
use std::{env, fs};

use crate::servers::{program, root};

use grader::harness::Failed;

/// What judges them.
pub const PROGRAM: &str = "systemd-analyze";

const UNITS: [&str; 2] = ["stage5.socket", "stage5.service"];
/// Where a person would put the program; systemd asks whether it is there.
const INSTALLED: &str = "/usr/local/bin/stage5-async";

/// Whether it can be asked.
pub fn can_be_judged() -> bool {
    Command::new(PROGRAM).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// systemd has nothing to say about them. It goes on when it does not understand a line, so what
/// counts is what it prints.
pub fn are_understood() -> Result<(), Failed> {
    let folder = env::temp_dir().join(format!("deploy-units-{}", id()));
    fs::create_dir_all(&folder)?;
    let mut judging = Command::new(PROGRAM);
    judging.args(["verify", "--man=no"]);
    for unit in UNITS {
        let text = fs::read_to_string(root().join("extras/deploy").join(unit))?;
        let is_service = unit.ends_with(".service");
        if is_service && !text.contains(&format!("ExecStart={INSTALLED} ")) {
            return Err(format!("{unit} does not start {INSTALLED}").into());
        }
        let built = program()?.display().to_string();
        fs::write(folder.join(unit), text.replace(INSTALLED, &built))?;
        judging.arg(folder.join(unit));
    }
    let judged = judging.output();
    fs::remove_dir_all(&folder)?;
    let judged = judged?;
    let said = [judged.stdout, judged.stderr].concat();
    if judged.status.success() && said.is_empty() {
        return Ok(());
    }
    Err(format!("{}: {}", judged.status, String::from_utf8_lossy(&said)).into())
}

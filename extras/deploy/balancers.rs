//! Beyond one machine: three stage-5 servers behind nginx, and behind HAProxy, with the configurations
//! of this folder. Clients ask all the time, while each server is restarted in turn and one is killed.
//!
//! No GET may be lost: it may be sent again, and another server has the same answer. A POST may be
//! sent only once, so one that the killed server had in hands is lost; no other may be.
//!
//! And systemd understands its units. What is not installed (Debian: nginx, haproxy, systemd) is left
//! out, which `DEPLOY_SKIP=never` forbids.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `kind.rs` | nginx and HAProxy: what is different between them |
//! | `balancer.rs` | one of them that runs, with the repository's configuration on other ports |
//! | `servers.rs` | the servers behind them: started, restarted, killed |
//! | `client.rs` | one connection of a client |
//! | `load.rs` | clients that ask all the time, and what became of it |
//! | `story.rs` | what happens to the servers |
//! | `verdict.rs` | what may be lost, and what must not |
//! | `units.rs` | the units of systemd |

use std::env;
use std::process::ExitCode;

#[path = "balancers/balancer.rs"]
mod balancer;
#[path = "balancers/client.rs"]
mod client;
#[path = "balancers/kind.rs"]
mod kind;
#[path = "balancers/load.rs"]
mod load;
#[path = "balancers/servers.rs"]
mod servers;
#[path = "balancers/story.rs"]
mod story;
#[path = "balancers/units.rs"]
mod units;
#[path = "balancers/verdict.rs"]
mod verdict;

use kind::{HAPROXY, Kind, NGINX};

use grader::harness::{self, Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Servers are stopped and started while the machine is busy: one at a time is enough.
    arguments.threads = Some(1);
    let mut trials: Vec<Trial> = [&NGINX, &HAPROXY].into_iter().flat_map(behind).collect();
    let understood = Trial::test("systemd-understands-the-units", units::are_understood);
    let left_out = is_left_out(units::PROGRAM, "systemd", units::can_be_judged());
    trials.push(understood.with_ignored_flag(left_out));
    harness::run(&arguments, trials).exit_code()
}

fn behind(kind: &'static Kind) -> [Trial; 2] {
    let name = kind.program;
    let is_left_out = is_left_out(name, name, kind.is_there());
    [
        Trial::test(format!("{name}-loses-nothing-that-may-be-retried"), move || {
            story::nothing_is_lost(kind)
        }),
        Trial::test(format!("{name}-without-retries-loses-requests"), move || {
            story::without_retries_requests_are_lost(kind)
        }),
    ]
    .map(|trial| trial.with_ignored_flag(is_left_out))
}

/// Whether a program is missing, and may be.
fn is_left_out(program: &str, package: &str, is_there: bool) -> bool {
    if !is_there {
        println!("left out: there is no {program} (Debian: apt install {package})");
    }
    !is_there && env::var("DEPLOY_SKIP").as_deref() != Ok("never")
}

//! The main comparisons.

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::arguments::Arguments;
use crate::contender::Contender;
use crate::contenders::{
    bare, door, forking_python, hyper, nginx, prefork, python, python_servers, stage1, stage2,
    stage3, stage4, stage5, stage5_async, variant,
};
use crate::echo;
use crate::figures::Row;
use crate::load::Load;
use crate::report::Report;
use crate::rounds::rounds;

/// A comparison: who was asked in the same way, and whom the others are compared with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub title: String,
    /// The server that counts as 1.
    pub reference: String,
    pub rows: Vec<Row>,
}

impl Group {
    /// The rounds of one server.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// Measures all comparisons that are asked for.
pub fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    let load = Load { connections: 64, closes: false, depth: 1, seconds: arguments.seconds };
    let title = "Persistent connections, 64";
    group(arguments, report, "keep-alive", title, &persistent(), load)?;
    let title = "The same, 16 requests sent ahead";
    let pipelining = [hyper(), stage5_async(), stage5(), bare("C, epoll", "epoll"), nginx()];
    group(arguments, report, "pipelined", title, &pipelining, Load { depth: 16, ..load })?;
    let load = Load { closes: true, ..load };
    group(arguments, report, "close", "A connection a request, 64 at once", &closing(), load)?;
    if !arguments.quick || !arguments.only.is_empty() {
        group(arguments, report, "doors", "Other doors: a connection a request", &doors(), load)?;
        let load = Load { closes: false, ..load };
        group(arguments, report, "doors-kept", "Other doors: persistent", &doors_kept(), load)?;
    }
    if arguments.quick && arguments.only.is_empty() {
        return Ok(());
    }
    echo(arguments, report)?;
    let title = "An application in Python, a connection a request, one worker";
    group(arguments, report, "python", title, &with_python("plain:app"), load)?;
    group(arguments, report, "flask", "The same with Flask", &with_python("flaskapp:app"), load)
}

fn persistent() -> Vec<Contender> {
    vec![
        hyper(),
        stage5_async(),
        variant("environ as a HashMap", "dictionary"),
        stage5(),
        variant("stage 5, in the task", "inline"),
        bare("C, epoll", "epoll"),
        nginx(),
    ]
}

fn closing() -> Vec<Contender> {
    vec![
        bare("C, fork", "fork"),
        bare("C, iterative", "iterative"),
        stage2().at("/"),
        stage3(),
        stage4(),
        stage5(),
        stage5_async(),
        hyper(),
        nginx(),
        forking_python(),
    ]
}

/// All ways that this book knows to serve many clients.
fn doors() -> Vec<Contender> {
    let own = [
        stage3(),
        stage4(),
        prefork(),
        door("a thread each", "door-threads", &["--quiet", "hello"]),
        door("a pool of threads", "door-pool", &["--quiet", "hello"]),
    ];
    own.into_iter().chain(doors_kept()).collect()
}

/// Those whose connections persist.
fn doors_kept() -> Vec<Contender> {
    vec![
        door("epoll by hand", "door-epoll", &[]),
        stage5(),
        stage5_async(),
        door("axum", "door-axum", &[]),
        door("axum on stage 5", "door-axum-on-stage5", &[]),
        door("hello under hyper", "door-hyper", &["--quiet", "hello"]),
    ]
}

fn with_python(application: &str) -> Vec<Contender> {
    let mut servers = python_servers(application);
    servers.push(python("stage 3", "stage3-gateway", application));
    servers.push(python("stage 4", "stage4-fork", application));
    servers.push(python("stage 5", "stage5-async", application));
    servers
}

/// Stage 1 has a load of its own, and nobody beside it.
fn echo(arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    if arguments.wants("echo") {
        let rows = rounds("echo", &[stage1()], arguments, report, |running, _| {
            echo::measure(running, arguments.seconds)
        })?;
        report.add("echo", "Stage 1: bytes there and back, one client", "stage 1", rows);
    }
    Ok(())
}

/// Measures one comparison, if it is asked for. The first contender that is there counts as 1.
fn group(
    arguments: &Arguments,
    report: &mut Report,
    id: &str,
    title: &str,
    contenders: &[Contender],
    load: Load,
) -> Result<(), Failure> {
    if arguments.wants(id) {
        let rows = rounds(id, contenders, arguments, report, |running, is_pinned| {
            load.measure(running, is_pinned)
        })?;
        if let Some(first) = rows.first() {
            let reference = first.name.clone();
            report.add(id, title, &reference, rows);
        }
    }
    Ok(())
}

//! All the servers there are to be measured.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use crate::Failure;
use crate::contender::{Contender, which};

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("bench is a folder of the repository")
}

/// Where Cargo puts what is built for release: this program is there itself.
pub static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = env::current_exe().unwrap_or_default();
    program.parent().map(Path::to_path_buf).unwrap_or_default()
});

/// Builds the servers, for release, and what is in C.
pub fn build() -> Result<(), Failure> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(repository()).args(["build", "--quiet", "--release", "--workspace"]);
    cargo.args(["--bin", "stage*", "--bin", "peer-*", "--bin", "door-*"]);
    succeed(&mut cargo)?;
    if which("cc").is_some() {
        let source = repository().join("bench/peers/bare.c");
        succeed(Command::new("cc").args(["-O2", "-o"]).arg(BUILT.join("bare")).arg(source))?;
    }
    Ok(())
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    match command.status().map_err(|error| format!("{command:?}: {error}"))?.success() {
        true => Ok(()),
        false => Err(format!("{command:?} failed").into()),
    }
}

/// One of our own programs.
fn ours(name: &'static str, program: &str, arguments: &[&str]) -> Contender {
    let program = BUILT.join(program).display().to_string();
    let words: Vec<&str> = [&program[..]].iter().chain(arguments).copied().collect();
    Contender::new(name, &words).env("PORT", "PORT")
}

/// Stage 1, which speaks no HTTP.
pub fn stage1() -> Contender {
    ours("stage 1", "stage1-echo", &[])
}

/// Stage 2, which knows one page.
pub fn stage2() -> Contender {
    ours("stage 2", "stage2-single-request", &["--quiet"])
}

/// Stage 3 with the smallest application.
pub fn stage3() -> Contender {
    ours("stage 3", "stage3-gateway", &["--quiet", "hello"])
}

/// Stage 4 with the smallest application.
pub fn stage4() -> Contender {
    ours("stage 4", "stage4-fork", &["--quiet", "hello"])
}

/// Stage 5 with the smallest application, on threads.
pub fn stage5() -> Contender {
    ours("stage 5", "stage5-async", &["--quiet", "hello"])
}

/// Stage 5 with an async application.
pub fn stage5_async() -> Contender {
    variant("stage 5, async", "async")
}

/// See `peers/stage5_variant.rs`.
pub fn variant(name: &'static str, kind: &str) -> Contender {
    ours(name, "stage5-variant", &[kind])
}

/// One of the other doors, with the smallest application or its own greeting.
pub fn door(name: &'static str, program: &str, arguments: &[&str]) -> Contender {
    ours(name, program, arguments)
}

/// Workers beforehand: a stretch exercise of stage 4.
pub fn prefork() -> Contender {
    ours("workers beforehand", "stage4-stretch-workers", &["--quiet", "hello"]).env("WORKERS", "16")
}

/// The same application in Python, behind one of our stages, with one worker.
pub fn python(name: &'static str, program: &str, application: &str) -> Contender {
    let words = ["--quiet", "--python", application, "--python-workers", "1"];
    ours(name, program, &words).env("PYTHONPATH", &examples()).needs("python3")
}

/// hyper.
pub fn hyper() -> Contender {
    ours("hyper", "peer-hyper", &["PORT"])
}

/// One of the limits in C.
pub fn bare(name: &'static str, kind: &str) -> Contender {
    ours(name, "bare", &[kind, "PORT"])
}

/// nginx, with an answer from memory.
pub fn nginx() -> Contender {
    let folder = BUILT.join("bench-nginx");
    let template = include_str!("../peers/nginx.conf");
    let words = format!(
        "mkdir -p '{0}' && sed 's|NUMBER|PORT|' '{0}.conf' > '{0}/nginx.conf' && exec nginx -p '{0}' \
         -c '{0}/nginx.conf' -e '{0}/nginx.err'",
        folder.display()
    );
    let text = template.replace("FOLDER", &folder.display().to_string());
    let _ = fs::write(folder.with_extension("conf"), text); // if that fails, nginx will say so
    Contender::new("nginx", &["sh", "-c", &words]).needs("nginx")
}

/// The Python lesson's last server.
pub fn forking_python() -> Contender {
    Contender::new("Python, fork", &["python3", &peer("forking.py"), "PORT"])
}

/// Python's servers for WSGI applications, with one worker each.
pub fn python_servers(application: &str) -> Vec<Contender> {
    let here = "127.0.0.1:PORT";
    let servers = [
        Contender::new("gunicorn", &["gunicorn", "-w1", "-b", here, application]),
        Contender::new("waitress", &["waitress-serve", "--listen", here, application]),
        Contender::new(
            "uWSGI",
            &["uwsgi", "--http-socket", here, "--module", application, "--disable-logging"],
        ),
        Contender::new(
            "granian",
            &["granian", "--interface=wsgi", "--port=PORT", "--no-access-log", application],
        ),
        Contender::new("wsgiref", &["python3", &peer("simple.py"), "PORT", application]),
    ];
    servers.into_iter().map(|server| server.env("PYTHONPATH", &examples())).collect()
}

fn peer(file: &str) -> String {
    repository().join("bench/peers").join(file).display().to_string()
}

/// The folder of the example applications.
fn examples() -> String {
    repository().join("stage3-gateway/python").display().to_string()
}

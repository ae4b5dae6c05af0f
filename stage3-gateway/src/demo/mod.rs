//! x
use crate::gateway::application::*;
use crate::gateway::environ::*;
use crate::gateway::error::*;
/// x
pub fn demo<'r>(
    environ: &mut Environ<'r>,
    start_response: &mut StartResponse<'_>,
) -> Result<Body<'r>, Error> {
    match environ.text("PATH_INFO").as_str() {
        "/hello" => {
            start_response("200 OK", &[("Content-Type", b"text/plain")], None)?;
            Ok(whole(b"Hello world from Rust!\n"))
        }
        "/echo" => {
            start_response("200 OK", &[("Content-Type", b"text/plain")], None)?;
            let mut input = environ.take_input();
            Ok(Box::new(std::iter::from_fn(move || {
                let mut b = vec![0; 10];
                match input.read(&mut b) {
                    Ok(0) => None,
                    Ok(n) => {
                        b.truncate(n);
                        Some(Ok(b.into()))
                    }
                    Err(e) => Some(Err(e.into())),
                }
            })))
        }
        _ => {
            let out: String = environ
                .variables()
                .iter()
                .map(|(k, v)| format!("{k}={}\n", String::from_utf8_lossy(v)))
                .collect();
            start_response("200 OK", &[("Content-Type", b"text/plain")], None)?;
            Ok(whole(out.into_bytes()))
        }
    }
}

//! First reading: an application in Python, which to every server is one more `Application`.

use std::sync::Arc;
use std::time::Duration;

use stage1_echo::contract::Failure;
use stage2_single_request::limits::seconds_from_env;

use crate::gateway::application::{Answer, Application, StartResponse};
use crate::gateway::environ::Environ;
use crate::gateway::error::Error;
use crate::python::conversation::Conversation;
use crate::python::frame::{Frame, pack, push};
use crate::python::master::Master;
use crate::python::worker::Silence;
use crate::python::workers::Workers;

/// How long a worker may take until it says something; as long as gunicorn's.
const PATIENCE: Duration = Duration::from_secs(30);

/// An application that Python runs.
#[derive(Debug)]
pub struct Python {
    workers: Arc<Workers>,
}

impl Python {
    /// Starts so many workers for the application `MODULE:CALLABLE`. `PYTHON_TIMEOUT` (in seconds)
    /// replaces the time that a worker has for what it says next.
    ///
    /// # Errors
    /// See [`Master::start`]; `Usage` if `PYTHON_TIMEOUT` is not a time.
    pub fn start(application: &str, workers: usize) -> Result<Python, Failure> {
        let patience = seconds_from_env("PYTHON_TIMEOUT")?.unwrap_or(PATIENCE);
        let master = Master::start(application, workers)?;
        Ok(Python { workers: Arc::new(Workers::new(master, workers, patience)) })
    }
}

impl Application for Python {
    // ANCHOR: call
    fn call<'r>(
        &self,
        environ: &mut Environ<'r>,
        start_response: &mut StartResponse<'_>,
    ) -> Answer<'r> {
        // A process for one connection (stage 4) has no other request that could use it again.
        let lease = self.workers.lease(!environ.multiprocess())?;
        let request = request(environ, self.workers.count);
        let mut conversation = Conversation::begin(lease, &request, environ.take_input())?;
        let Frame::Head(head) = conversation.next_frame()? else {
            return Err(Silence::Garbled.into());
        };
        start(&head, start_response)?;
        Ok(Box::new(conversation))
    }
    // ANCHOR_END: call
}

/// The environ, on its way to Python: names and values in turn. What is no string there, the worker
/// adds itself, but for what only a server knows.
// ANCHOR: request
fn request(environ: &Environ, workers: usize) -> Vec<u8> {
    let mut variables = environ.variables();
    if workers > 1 && (environ.multithread() || environ.multiprocess()) {
        variables.insert("wsgi.multiprocess".to_string(), b"yes".into());
    }
    let strings = variables.iter().flat_map(|(name, value)| [name.as_bytes(), value]);
    let mut frame = Vec::new();
    push(b'Q', &pack(strings), &mut frame);
    frame
}
// ANCHOR_END: request

/// Hands on what the application has said to its own `start_response`, on the other side.
fn start(head: &[Vec<u8>], start_response: &mut StartResponse) -> Result<(), Error> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Silence::Garbled);
    let [status, fields @ ..] = head else { return Err(Silence::Garbled.into()) };
    let fields = fields.chunks_exact(2).map(|field| Ok((text(&field[0])?, &field[1][..])));
    let fields: Vec<(&str, &[u8])> = fields.collect::<Result<_, Error>>()?;
    start_response(text(status)?, &fields, None)?;
    Ok(())
}

//! An application on a thread, where the demo has no route for it.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{self, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use stage2_single_request::limits::HeadPatience;
use stage3_gateway::gateway::application::{Application, application, empty};
use stage3_gateway::gateway::environ::Server;
use stage3_gateway::limits::Patience;
use tokio::net::{TcpListener, TcpStream};

use super::Blocking;
use crate::connection::{Service, serve_connection};
use crate::stop::Stop;

/// Both ends of a connection: ours, and the one that a server has accepted.
async fn connection() -> (net::TcpStream, TcpStream, SocketAddr) {
    let listening = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = net::TcpStream::connect(listening.local_addr().unwrap()).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (accepted, address) = listening.accept().await.unwrap();
    (client, accepted, address)
}

/// What a client is sent that asks with `request`, and then sends `content` once it has been
/// answered at all.
async fn talk(application: impl Application, request: &[u8], content: &'static [u8]) -> String {
    let (mut client, accepted, address) = connection().await;
    let server = Server { address, multithread: true, multiprocess: false };
    let head = HeadPatience::concurrent_from_env().unwrap();
    let patience = Patience::from_env(head).unwrap();
    let answer = Blocking::new(Arc::new(application));
    let service = Service { answer, server, patience, log: None };
    let (_stopping, stop) = Stop::channel();
    client.write_all(request).unwrap();
    let reading = std::thread::spawn(move || {
        let mut first = [0];
        client.read_exact(&mut first).unwrap();
        client.write_all(content).unwrap();
        let mut answer = first.to_vec();
        client.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    });
    serve_connection(accepted, address, &service, stop).await;
    reading.join().unwrap()
}

#[tokio::test]
async fn no_interim_response_comes_once_the_final_one_has_begun() {
    let writes_first = application(|environ, start_response| {
        let write = start_response("200 OK", &[("Content-Type", b"text/plain")], None)?;
        write(b"before ")?;
        let mut content = Vec::new();
        environ.input().read_to_end(&mut content)?;
        write(&content)?;
        Ok(empty())
    });
    let request =
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    let answer = talk(writes_first, request, b"after").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n7\r\nbefore \r\n5\r\nafter\r\n0\r\n\r\n"), "{answer}");
}

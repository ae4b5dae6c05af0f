//! hyper as a peer: Rust's HTTP library, as its own examples use it, with pipelined answers written
//! together. `peer-hyper PORT`.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"Hello, world!\n")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8888);
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        loop {
            let (connection, _) = listening.accept().await?;
            connection.set_nodelay(true)?;
            tokio::spawn(async {
                let serving = http1::Builder::new()
                    .pipeline_flush(true)
                    .serve_connection(TokioIo::new(connection), service_fn(hello));
                let _ = serving.await; // the client has gone
            });
        }
    })
}

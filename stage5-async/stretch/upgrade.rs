//! The first request on a connection of the worked solution "a talk": a handshake of WebSocket
//! (RFC 6455 s4.2), or one that the application answers.

use std::net::SocketAddr;

use stage3_gateway::connection::understand;
use stage3_gateway::http::head::Head;
use stage3_gateway::http::head_checks::list_members;
use stage5_async::blocking::Blocking;
use stage5_async::connection::{Answer, Request, Service};
use stage5_async::exchange::Exchange;
use stage5_async::incoming::Incoming;
use stage5_async::next_head::next_head;
use stage5_async::refuse::refuse;
use stage5_async::stop::Stop;
use stage5_async::wire::Wire;

use crate::accept_key::accept_key;

/// What becomes of the connection.
pub enum Way {
    /// WebSocket is spoken from here on, once `wire` has been flushed.
    Talk,
    /// It has an answer, which is to be flushed, and ends.
    Answered,
    /// Nobody is there.
    Gone,
}

/// Reads and answers the first request. What came behind it is left in `wire` if it is a handshake.
pub async fn first_request(
    wire: &mut Wire,
    client: SocketAddr,
    service: &Service<Blocking>,
    stop: &mut Stop,
) -> Way {
    let head = match next_head(wire, true, &service.patience, stop).await {
        Ok(Some(head)) => head,
        Ok(None) => return Way::Gone,
        Err(fault) => {
            let received = wire.take();
            refuse(wire, client, service, &received, &fault.into()).await;
            return Way::Answered;
        }
    };
    let received = wire.take();
    let (bytes, behind) = received[head.start..].split_at(head.end - head.start);
    let (head, decoder) = match understand(bytes, service.patience.content) {
        Ok(understood) => understood,
        Err(fault) => {
            refuse(wire, client, service, bytes, &fault).await;
            return Way::Answered;
        }
    };
    if head.raw_target == b"/talk" && head.method == "GET" {
        let (way, answer) = handshake(&head);
        wire.received.extend_from_slice(behind);
        wire.out.extend_from_slice(answer.as_bytes());
        return way;
    }
    let request = Request { head: &head, bytes, server: &service.server, client };
    let incoming = Incoming::new(&head, behind, decoder, &service.patience);
    let mut exchange = Exchange::new(wire, &head, incoming, true, stop);
    let outcome = service.answer.answer(&request, &mut exchange).await;
    service.answered(client, bytes, outcome);
    Way::Answered
}

/// The answer to a handshake, and whether it has succeeded.
fn handshake(head: &Head) -> (Way, String) {
    if !names(head, "Upgrade", "websocket")
        || !names(head, "Connection", "upgrade")
        || !names(head, "Sec-WebSocket-Version", "13")
    {
        let fields = "Upgrade: websocket\r\nSec-WebSocket-Version: 13";
        return (Way::Answered, no("426 Upgrade Required", fields));
    }
    let mut keys = head.values("Sec-WebSocket-Key");
    match (keys.next().map(str::from_utf8), keys.next()) {
        // 16 bytes in base64.
        (Some(Ok(key)), None) if key.len() == 24 => (
            Way::Talk,
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {}\r\n\r\n",
                accept_key(key)
            ),
        ),
        _ => (Way::Answered, no("400 Bad Request", "X-Content-Type-Options: nosniff")),
    }
}

fn no(status: &str, fields: &str) -> String {
    let length = "Content-Length: 0\r\nConnection: close";
    format!("HTTP/1.1 {status}\r\n{fields}\r\n{length}\r\n\r\n")
}

/// Whether a field is a list that has this word in it, in whatever case.
fn names(head: &Head, field: &str, word: &str) -> bool {
    head.values(field).flat_map(list_members).any(|one| one.eq_ignore_ascii_case(word.as_bytes()))
}

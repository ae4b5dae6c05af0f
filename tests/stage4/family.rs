//! What the checks of stage 4 have in common: a server and its children, seen from outside.

use std::collections::BTreeSet;

use grader::{Client, Failure, Server, Signal, Verdict, process};

/// What shows a server's children.
pub const LOOK: &str = "ps -o pid,stat,args --ppid PID";

/// The pids of the children that have not ended.
pub fn alive(server: &Server) -> BTreeSet<u32> {
    let children = process::children(server.pid()).into_iter();
    children.filter(|child| !child.is_zombie()).map(|child| child.pid).collect()
}

/// Waits until exactly so many children live.
pub fn count(server: &Server, wanted: usize) -> Verdict {
    let counted = server.wait_until(&format!("{wanted} children"), || {
        (server.alive() && alive(server).len() == wanted).then_some(())
    });
    counted.map_err(|failure| failure.look(LOOK))
}

/// A connection on which nothing was said yet, and the child that was forked for it. There must
/// be nobody else who connects meanwhile.
pub fn connect(server: &Server) -> Result<(Client, u32), Failure> {
    let before = alive(server);
    let client = server.connect()?;
    let child = server.wait_until("a child process for the new connection", || {
        alive(server).difference(&before).next().copied()
    });
    let child = child.map_err(|failure| failure.of(&client).look(LOOK))?;
    Ok((client, child))
}

/// So many silent connections, each with its child.
pub fn connect_all(server: &Server, wanted: usize) -> Result<Vec<Client>, Failure> {
    let clients = connect_so_many(server, wanted)?;
    count(server, wanted)?;
    Ok(clients)
}

/// So many connections; which of them were accepted is for others to see.
pub fn connect_so_many(server: &Server, wanted: usize) -> Result<Vec<Client>, Failure> {
    (0..wanted).map(|_| server.connect()).collect()
}

/// Waits until all children have ended and were reaped, while nobody connects.
pub fn none_left(server: &Server) -> Verdict {
    // A server that has ended has no children either.
    let none = || (server.alive() && process::children(server.pid()).is_empty()).then_some(());
    server.wait_until("all children to end and to be reaped", none).map_err(|failure| {
        let zombies = process::zombies(server.pid()).len();
        failure
            .got(format!("{} children that run, {zombies} zombies", alive(server).len()))
            .look(LOOK)
    })
}

/// Stops the server as Ctrl-Z does, and waits until it has stopped.
pub fn freeze(server: &Server) -> Verdict {
    server.stop(Signal::SIGSTOP)?;
    server.wait_until("the server to be stopped", || {
        (process::state(server.pid())? == 'T').then_some(())
    })
}

/// A connection on which half of a request's content has been sent: its child waits for the rest.
pub fn half_a_request(server: &Server) -> Result<(Client, u32), Failure> {
    let (mut client, child) = connect(server)?;
    client.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst")?;
    Ok((client, child))
}

/// Sends the other half; the answer is whole.
pub fn other_half(mut client: Client) -> Verdict {
    client.send(b"-last")?;
    let response = client.response("POST")?;
    response.expect_status(&client, 200)?;
    grader::expect_eq(&client, "the whole content is echoed", b"first-last", response.content)
}

/// Asks for `/hello` on a connection that is open, and is answered. Whether the connection ends
/// then is a question for other checks.
pub fn says_hello(client: &mut Client) -> Verdict {
    asks(client)?;
    is_answered(client)
}

/// A client comes, is answered, and leaves.
pub fn served(server: &Server) -> Verdict {
    let (mut client, _) = connect(server)?;
    says_hello(&mut client)
}

/// Asks for `/hello`.
pub fn asks(client: &mut Client) -> Verdict {
    client.send(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// The answer comes, and it is a good one.
pub fn is_answered(client: &mut Client) -> Verdict {
    client.response("GET")?.expect_status(client, 200)
}

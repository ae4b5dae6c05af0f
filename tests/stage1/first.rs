//! The first steps: a port that accepts, and a few bytes that come back.

use grader::{Check, Target, Verdict, expect, expect_eq, random};

pub const CHECKS: &[Check] = &[
    Check {
        id: "printed-port-accepts",
        title: "the port that is printed is the real one, and takes a connection",
        rule: "POSIX socket(2), bind(2), listen(2), getsockname(2)",
        hint: "Four calls in this order; then ask the socket for its address and print it.",
        run: accepts,
    },
    Check {
        id: "first-bytes-come-back",
        title: "the first bytes of a client come back as they were sent",
        rule: "POSIX read(2), write(2): a connection carries bytes, not text",
        hint: "Read once into an array, and write back as many bytes of it as read has returned.",
        run: first_bytes,
    },
];

fn accepts(target: &Target) -> Verdict {
    for _ in 0..2 {
        let server = target.start()?;
        let real = server.address().port() != 0;
        expect(&server, real, "the line names the port that the system has chosen, not 0")?;
        server.connect()?;
    }
    Ok(())
}

fn first_bytes(target: &Target) -> Verdict {
    for sent in [b"\0a\xFF\r\n".to_vec(), random::bytes(1000)] {
        let server = target.start()?;
        let mut client = server.connect()?;
        client.send(&sent)?;
        let got = client.read_exact_n(sent.len())?;
        expect_eq(&client, "what comes back is what was sent", sent, got)?;
    }
    Ok(())
}

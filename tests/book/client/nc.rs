//! `nc`: what is typed goes out, what comes is printed.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

/// `nc [-N] [-C] [-v] HOST PORT`
pub fn run(arguments: &[String]) -> io::Result<ExitCode> {
    let (options, rest): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.starts_with('-'));
    let [host, port] = rest[..] else { return crate::unknown("nc HOST PORT was expected") };
    let has = |letter| options.iter().any(|option| option.contains(letter));
    if options.iter().any(|option| !option[1..].chars().all(|letter| "NCv".contains(letter))) {
        return crate::unknown("of nc's options it knows -N, -C and -v");
    }
    let Ok(connection) = TcpStream::connect(format!("{host}:{port}")) else {
        return Ok(ExitCode::FAILURE);
    };
    if has('v') {
        crate::say(&format!("Connection to {host} {port} port [tcp/*] succeeded!"));
    }
    let outgoing = connection.try_clone()?;
    let (shuts, crlf) = (has('N'), has('C'));
    // It may wait for the reader for ever; when the server has closed, the program ends.
    std::thread::spawn(move || send(outgoing, shuts, crlf));
    print(connection)?;
    Ok(ExitCode::SUCCESS)
}

/// Sends what is there, as much at once as came at once.
fn send(mut connection: TcpStream, shuts: bool, crlf: bool) -> io::Result<()> {
    let mut input = BufReader::new(io::stdin());
    let mut last = 0;
    loop {
        let piece = input.fill_buf()?;
        let length = piece.len();
        if length == 0 {
            break;
        }
        let mut bytes = Vec::with_capacity(length);
        for &byte in piece {
            if crlf && byte == b'\n' && last != b'\r' {
                bytes.push(b'\r');
            }
            bytes.push(byte);
            last = byte;
        }
        connection.write_all(&bytes)?;
        input.consume(length);
    }
    if shuts { connection.shutdown(Shutdown::Write) } else { Ok(()) }
}

fn print(mut connection: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while let length @ 1.. = connection.read(&mut buffer)? {
        io::stdout().write_all(&buffer[..length])?;
        io::stdout().flush()?;
    }
    Ok(())
}

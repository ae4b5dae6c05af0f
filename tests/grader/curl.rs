//! curl, a client that nobody here wrote, uses the routes of the demo application.
//!
//! The raw client of the other checks sends exactly what a check says, so it shares our idea of
//! HTTP. curl has its own. Where it is not installed these checks look at nothing, and say so.

mod call;

use call::{Call, with_curl};

use crate::check::{Check, Verdict};
use crate::random;
use crate::server::Server;

const CONTINUE: &str = "Expect: 100-continue";
/// More than any server here takes, and more than the kernel's buffers hold.
const TWENTY_MB: usize = 20_000_000;

/// For every server that serves the demo application.
pub const CHECKS: &[Check] = &[
    Check {
        id: "curl-chunked-upload",
        title: "content of unknown length that curl sends comes back byte for byte",
        rule: "RFC 9112 s7.1",
        hint: "Read chunk after chunk, up to the one of length 0 and the empty line behind it.",
        run: |target| with_curl(target, chunked_upload),
    },
    Check {
        id: "curl-head",
        title: "HEAD gives curl the fields of GET and no content to wait for",
        rule: "RFC 9110 s9.3.2",
        hint: "Run the application as for GET, send its fields, and drop its content.",
        run: |target| with_curl(target, head),
    },
    Check {
        id: "curl-expect",
        title: "curl gets 100 Continue before it sends the content, and the answer after it",
        rule: "RFC 9110 s10.1.1",
        hint: "Send the interim response when the application first reads its content.",
        run: |target| with_curl(target, expect_continue),
    },
    Check {
        id: "curl-413-with-expect",
        title: "curl asks whether it may send 20 MB, and is told 413",
        rule: "RFC 9110 s10.1.1: a final status instead of 100 Continue",
        hint: "Content-Length is known before anything is read: refuse then.",
        run: |target| {
            with_curl(target, |server| too_large(server, &["--data-binary", "@-", "-H", CONTINUE]))
        },
    },
    Check {
        id: "curl-413-without-asking",
        title: "curl sends 20 MB, and the 413 reaches it while it sends",
        rule: "RFC 9112 s9.6: close in stages, or a reset erases the answer",
        hint: "After the refusal, read on for a while and throw it away before you close.",
        run: |target| {
            with_curl(target, |server| too_large(server, &["--data-binary", "@-", "-H", "Expect:"]))
        },
    },
    Check {
        id: "curl-413-chunked",
        title: "curl sends 20 MB in chunks, and the 413 reaches it while it sends",
        rule: "RFC 9110 s15.5.14: chunks are counted as they come",
        hint: "No length is declared: add up the chunks, and refuse when the sum is too large.",
        run: |target| {
            with_curl(target, |server| {
                too_large(server, &["-X", "POST", "-T", "-", "-H", "Expect:"])
            })
        },
    },
    Check {
        id: "curl-20-mb-down",
        title: "curl receives 20 MB, all of them",
        rule: "POSIX write(2): it may take fewer bytes than it was given",
        hint: "Go on with the bytes that write has not taken.",
        run: |target| with_curl(target, large_download),
    },
    Check {
        id: "curl-form",
        title: "a form that curl fills in is answered with the name in it, escaped",
        rule: "the demo application; HTML: & and < never stand for themselves",
        hint: "Decode + and %XX, then escape & < > and the quotes.",
        run: |target| with_curl(target, form),
    },
    Check {
        id: "curl-http-1-0",
        title: "curl speaking HTTP/1.0 gets content of unknown length, ended by the connection's end",
        rule: "RFC 9112 s6.1: no chunked transfer coding to a client of HTTP/1.0",
        hint: "Without a length, close the connection after the content.",
        run: |target| with_curl(target, version_1_0),
    },
    Check {
        id: "curl-path-as-is",
        title: "dot segments that curl sends reach the application as they are",
        rule: "RFC 3986 s3.3; PEP 3333, PATH_INFO",
        hint: "A server that has no files resolves no dots: the path is the application's business.",
        run: |target| with_curl(target, path_as_is),
    },
    Check {
        id: "curl-odd-addresses",
        title: "what curl leaves unencoded in an address reaches the application as it is",
        rule: "curl sends what it was given; PEP 3333, Unicode Issues: bytes, not text",
        hint: "Refuse only what no client sends: controls, the space, quotes, angle brackets and #.",
        run: |target| with_curl(target, odd_addresses),
    },
    Check {
        id: "curl-two-urls",
        title: "two URLs in one call of curl are both answered",
        rule: "RFC 9112 s9.3: a client may ask again where the answer did not say close",
        hint: "Say Connection: close if you are going to close.",
        run: |target| with_curl(target, two_urls),
    },
];

/// For servers whose connections persist.
pub const PERSISTENT: &[Check] = &[Check {
    id: "curl-reuses-the-connection",
    title: "curl sends its second request on the connection of the first",
    rule: "RFC 9112 s9.3",
    hint: "After an answer, read the next request from the same connection.",
    run: |target| with_curl(target, one_connection),
}];

fn chunked_upload(server: &Server) -> Verdict {
    let content = random::bytes(300_000);
    let call = Call::new(server, &["-X", "POST", "-T", "-", "-H", "Transfer-Encoding: chunked"]);
    let answer = call.sending(&content).get(&["/echo"])?;
    answer.expect(answer.stdout == content, "what comes back is what was sent")
}

/// A length that the application declares; one that a server computes from content may be missing.
fn head(server: &Server) -> Verdict {
    let answer = Call::new(server, &["-I"]).get(&["/big?n=1000"])?;
    let text = answer.text().to_ascii_lowercase();
    answer.expect(text.starts_with("http/1.1 200 "), "the status is 200")?;
    answer.expect(text.contains("content-length: 1000\r\n"), "the length is that of GET's content")
}

/// Left alone, curl would lose patience after a second and send the content all the same.
fn expect_continue(server: &Server) -> Verdict {
    let arguments = ["-v", "--expect100-timeout", "30", "-H", CONTINUE, "--data-binary", "@-"];
    let answer = Call::new(server, &arguments).sending(b"hello").get(&["/echo"])?;
    answer.expect(answer.stdout == b"hello", "what comes back is what was sent")?;
    let told = answer.stderr.contains("< HTTP/1.1 100 ");
    answer.expect(told, "100 Continue came first")
}

/// curl reads while it sends, and is quick: a reset seldom beats it. What the raw client asks about
/// refusals is stricter.
fn too_large(server: &Server, arguments: &[&str]) -> Verdict {
    let content = vec![b'x'; TWENTY_MB];
    let common = ["-o", "/dev/null", "-w", "%{http_code}"];
    let call = Call::new(server, &[arguments, &common].concat());
    let answer = call.sending(&content).get(&["/echo"])?;
    answer.expect_text("413")?;
    Call::new(server, &[]).get(&["/hello"])?.expect_text("Hello world from Rust!\n")
}

fn large_download(server: &Server) -> Verdict {
    let call = Call::new(server, &["-o", "/dev/null", "-w", "%{http_code} %{size_download}"]);
    call.get(&[&format!("/big?n={TWENTY_MB}")])?.expect_text(&format!("200 {TWENTY_MB}"))
}

fn form(server: &Server) -> Verdict {
    let answer = Call::new(server, &["--data-urlencode", "name=Ada & <Bob>"]).get(&["/form"])?;
    let greeted = answer.text().contains("Ada &amp; &lt;Bob&gt;");
    answer.expect(greeted, "the page greets Ada &amp; &lt;Bob&gt;")
}

fn version_1_0(server: &Server) -> Verdict {
    let answer = Call::new(server, &["-0", "-i"]).get(&["/stream"])?;
    let text = answer.text();
    let (head, content) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding");
    answer.expect(!chunked, "there is no Transfer-Encoding")?;
    let whole = ["part1", "part2", "part3"].iter().all(|part| content.contains(part));
    answer.expect(whole, "all three parts come")
}

fn path_as_is(server: &Server) -> Verdict {
    let answer = Call::new(server, &["--path-as-is"]).get(&["/environ/../a/./b"])?;
    let whole = answer.text().contains("PATH_INFO=/environ/../a/./b\n");
    answer.expect(whole, "PATH_INFO is /environ/../a/./b")
}

fn odd_addresses(server: &Server) -> Verdict {
    for odd in ["{a}", "a|b", "a^b`c", "C:\\dir", "100%", "%zz", "[a]", "caf\u{e9}", "\u{4f60}"] {
        let answer = Call::new(server, &["-g"]).get(&[&format!("/environ/{odd}?{odd}")])?;
        let arrived = format!("PATH_INFO=/environ/{odd}\nQUERY_STRING={odd}\n");
        answer.expect(answer.text().contains(&arrived), &format!("path and query are {odd}"))?;
    }
    Ok(())
}

fn two_urls(server: &Server) -> Verdict {
    let hello = "Hello world from Rust!\n";
    Call::new(server, &[]).get(&["/hello", "/hello"])?.expect_text(&hello.repeat(2))
}

fn one_connection(server: &Server) -> Verdict {
    let call = Call::new(server, &["-w", " %{num_connects}\n"]);
    let answer = call.get(&["/hello", "/stream", "/hello"])?;
    let text = answer.text();
    let opened: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(' ')).collect();
    answer.expect(opened == ["1", "0", "0"], "three requests take one connection")
}

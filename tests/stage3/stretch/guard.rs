//! A middleware that asks for a password (RFC 7617).

use grader::{Check, Response, Server, Target, Verdict, ask, expect, expect_eq, fail, random};

const RULE: &str = "RFC 7617 s2; RFC 9110 s11.6";

pub const CHECKS: &[Check] = &[
    Check {
        id: "guard-asks-for-a-password",
        title: "without credentials the answer is 401, and says how to get in",
        rule: "RFC 9110 s15.5.2; RFC 7617 s2 and s2.1",
        hint: "Answer with 401 and the field WWW-Authenticate: Basic realm=\"…\", \
               charset=\"UTF-8\". The application is not called.",
        run: |target| shown(asks(target)),
    },
    Check {
        id: "guard-refuses-what-is-wrong",
        title: "wrong or malformed credentials are answered with 401, and the next client is served",
        rule: RULE,
        hint: "Whatever is not base64 of Aladdin:open sesame behind the scheme Basic is a 401: no \
               panic, no 500. Each step of decoding returns an Option, and None is a 401.",
        run: |target| shown(refuses(target)),
    },
    Check {
        id: "guard-lets-in-who-knows-the-password",
        title: "with the password the application is called, and knows who it is; no log tells it",
        rule: "RFC 7617 s2; RFC 3875 s4.1.1 AUTH_TYPE, s4.1.11 REMOTE_USER, s4.1.18",
        hint: "Decode what stands behind `Basic `, compare it, and call the application with \
               AUTH_TYPE and REMOTE_USER set.",
        run: |target| shown(lets_in(target)),
    },
];

fn shown(verdict: Verdict) -> Verdict {
    let command = "start it with the argument guard; curl -v -u 'Aladdin:open sesame' \
                   http://127.0.0.1:8888/environ";
    verdict.map_err(|failure| failure.by_hand(command))
}

/// `Aladdin:open sesame`, the RFC's own example.
const RIGHT: &str = "QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

const WRONG: &[&str] = &[
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZA==",     // Aladdin:open sesamd
    "Basic QWxhZGRpbjpvcGVu",                 // Aladdin:open
    "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==",     // aladdin:open sesame
    "Basic QWxhZGRpbiBvcGVuIHNlc2FtZQ==",     // no colon
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZTpvcGVu", // Aladdin:open sesame:open
    "Basic /////w==",                         // no UTF-8
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=",      // cut off
    "Basic QWxh!GRpbjpvcGVuIHNlc2FtZQ==",     // no base64
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== and so on", // two words
    "Basic =",
    "Basic",
    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "Basic Aladdin:open sesame",
];

fn asked(server: &Server, path: &str, authorization: &str) -> Result<Answered, grader::Failure> {
    let field = match authorization {
        "" => String::new(),
        value => format!("Authorization: {value}\r\n"),
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{field}\r\n");
    let (client, response) = ask(server, request)?;
    Ok(Answered { client, response })
}

struct Answered {
    client: grader::Client,
    response: Response,
}

impl Answered {
    fn is_refused(&self) -> Verdict {
        self.response.expect_status(&self.client, 401)?;
        let has_said = self.response.text().contains("Hello");
        expect(&self.client, !has_said, "the application is not called")
    }
}

fn asks(target: &Target) -> Verdict {
    let server = target.launch().arg("guard").start()?;
    for path in ["/hello", "/environ", "/nothing-here"] {
        let answered = asked(&server, path, "")?;
        answered.is_refused()?;
        let challenge = answered.response.field("WWW-Authenticate").unwrap_or_default();
        let lower = challenge.to_ascii_lowercase();
        let is_right = lower.starts_with("basic ") && lower.contains("realm=\"");
        let what = "the answer has the field WWW-Authenticate once: Basic, with a realm in quotes";
        expect(&answered.client, is_right, what)?;
        let charset =
            ["charset=\"utf-8\"", "charset=utf-8"].iter().any(|text| lower.contains(text));
        expect(&answered.client, charset, "it says charset=\"UTF-8\"")?;
    }
    Ok(())
}

fn refuses(target: &Target) -> Verdict {
    let server = target.launch().arg("guard").start()?;
    asked(&server, "/hello", "")?.is_refused()?;
    for wrong in WRONG {
        asked(&server, "/hello", wrong)?.is_refused()?;
    }
    let right = asked(&server, "/hello", &format!("Basic {RIGHT}"))?;
    right.response.expect_status(&right.client, 200)
}

fn lets_in(target: &Target) -> Verdict {
    let server = target.launch().arg("guard").start()?;
    let name = random::name();
    let without = asked(&server, &format!("/environ/{name}"), "")?;
    if without.response.status != 401 {
        return fail(&without.client, "a client without a password is answered with 401");
    }
    drop(without);
    for scheme in ["Basic", "basic"] {
        let path = format!("/environ/{name}");
        let Answered { client, response } = asked(&server, &path, &format!("{scheme} {RIGHT}"))?;
        response.expect_status(&client, 200)?;
        let text = response.text();
        let value = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or("")
        };
        expect_eq(&client, "the variable AUTH_TYPE has this value", "Basic", value("AUTH_TYPE"))?;
        let user = value("REMOTE_USER");
        expect_eq(&client, "the variable REMOTE_USER has this value", "Aladdin", user)?;
        expect_eq(&client, "the path is untouched", path, value("PATH_INFO"))?;
        let passed_on = text.contains("HTTP_AUTHORIZATION=") && text.contains(RIGHT);
        expect(&client, !passed_on, "HTTP_AUTHORIZATION is not handed on to the application")?;
    }
    asked(&server, "/hello", "Basic !")?.is_refused()?;
    let mut lines = server.stdout_lines();
    lines.extend(server.stderr_lines());
    let tells = lines.iter().find(|line| [RIGHT, "open sesame"].iter().any(|it| line.contains(it)));
    match tells {
        Some(line) => fail(&server, format!("no secret is printed; this line is one: {line}")),
        None => Ok(()),
    }
}

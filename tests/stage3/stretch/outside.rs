//! Nothing outside of the folder is served, in whatever way it is asked for.

use grader::{Check, Target, Verdict, expect, expect_eq};

use super::folder::{Folder, asked, shown};

pub const CHECKS: &[Check] = &[Check {
    id: "files-stay-in-their-folder",
    title: "nothing outside of the folder is served: by `..`, encoded, absolute, or by a link",
    rule: "RFC 9110 s17.3: attacks based on file and path names; CWE-22 and CWE-59",
    hint: "Let std::fs::canonicalize resolve `..` and symbolic links of the whole path, and serve \
           it only if it starts_with the canonical path of the folder (Path::starts_with, which \
           compares whole names). Note that join with an absolute path forgets the folder.",
    run: |target| shown(stays(target), "--path-as-is http://127.0.0.1:8888/../Cargo.toml"),
}];

fn stays(target: &Target) -> Verdict {
    let folder = Folder::new()?;
    let server = folder.serve(target)?;
    let (client, response) = asked(&server, "GET", "/plain.txt", "")?;
    response.expect_status(&client, 200)?;
    expect_eq(&client, "a file inside is served", &folder.page, &response.content)?;
    drop(client);
    let outside = folder.outside();
    let mut ways: Vec<String> = [
        "/../secret.txt",
        "/more/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%5csecret.txt",
        "/..%00/secret.txt",
        "/../secret.txt%00.txt",
        "/../shelf-too/secret.txt",
        "/link.txt",
        "/more/link.txt",
        "/up/secret.txt",
    ]
    .map(String::from)
    .into();
    ways.extend([outside.clone(), format!("/{outside}"), format!("/%2F{}", &outside[1..])]);
    ways.iter().try_for_each(|way| {
        let (client, response) = asked(&server, "GET", way, "")?;
        let tells = response.text().contains(&folder.secret);
        expect(&client, !tells, format!("{way} does not show a file outside of the folder"))?;
        let refused = [400, 403, 404].contains(&response.status);
        expect(&client, refused, format!("{way} is answered with 404 (400 and 403 will do)"))
    })
}

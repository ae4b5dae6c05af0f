//! First reading: the page that shows what the server understood.

use crate::escape::html;
use crate::request_line::RequestLine;

/// The page for a request; to HEAD it is that of GET, whose length is sent (RFC 9110 s8.6). Bytes of
/// the target that are no UTF-8 show as U+FFFD: a page is text.
// ANCHOR: page
pub fn page(request: &RequestLine) -> String {
    let RequestLine { method, target, version } = request;
    let method = if *method == "HEAD" { "GET" } else { method };
    let (method, target) = (html(method), html(&String::from_utf8_lossy(target)));
    format!(
        "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<style>body {{ max-width: 40rem; margin: 2rem auto; font: 1rem/1.5 system-ui }}</style>
<title>One request</title>
<h1>Your request line</h1>
<dl>
<dt>method</dt><dd><code>{method}</code></dd>
<dt>target</dt><dd><code>{target}</code></dd>
<dt>version</dt><dd><code>{version}</code></dd>
</dl>
<p>That is all this server understands – and it shows it to every client.</p>
"
    )
}
// ANCHOR_END: page

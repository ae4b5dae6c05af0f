//! What can be wrong with a server of stage 2, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage2.rs`.

use grader::Broken;

pub const BROKEN: &[Broken] = &[
    // Step 1
    Broken::new("reads-once", "head-in-pieces", "One read is not a request"),
    Broken::new("reads-once", "head-of-5-kb", "One read is not a request"),
    Broken::new("looks-at-the-last-piece", "head-in-pieces", "in all bytes so far"),
    Broken::new("spins-at-the-end", "connect-and-leave", "for ever"),
    Broken::new("panics-at-the-end", "connect-and-leave", "The server panicked"),
    // Step 2
    Broken::new("query-is-lost", "page-shows-the-request-line", "exactly three parts"),
    Broken::new("version-is-fixed", "http-1-0", "both versions"),
    Broken::new("four-parts", "no-page-for-other-lines", "exactly three, no more"),
    Broken::new("lossy", "no-page-for-other-lines", "from_utf8_lossy"),
    Broken::new("any-whitespace", "no-page-for-other-lines", "split_whitespace"),
    Broken::new("any-text", "no-page-for-other-lines", "visible ASCII"),
    Broken::new("empty-parts", "no-page-for-other-lines", "an empty one"),
    Broken::new("unwraps-utf8", "no-page-for-other-lines", "The server panicked"),
    // Step 3
    Broken::new("no-date", "response-fields", "fmt_http_date"),
    Broken::new("old-date", "response-fields", "made anew for each answer"),
    Broken::new("no-type", "response-fields", "Add Content-Type"),
    Broken::new("no-length", "response-fields", "Add Content-Length"),
    Broken::new("no-connection", "response-fields", "Connection: close"),
    Broken::new("line-feeds-only", "response-fields", "CR LF"),
    Broken::new("counts-characters", "content-length-counts-bytes", "not of the characters"),
    // Step 4
    Broken::new("refuses-silently", "malformed-request-line-400", "first answer"),
    Broken::new("half-a-head-is-closed", "malformed-request-line-400", "a part of the head"),
    Broken::new("refuses-with-a-page", "malformed-request-line-400", "text/plain"),
    Broken::new("refuses-without-a-word", "malformed-request-line-400", "Say in a sentence"),
    Broken::new("limit-with-crlf", "long-request-line-414", "without its CRLF"),
    Broken::new("no-limit", "long-request-line-414", "Count the bytes"),
    Broken::new("counts-the-cr", "long-request-line-414", "Neither CR nor LF"),
    Broken::new("counts-at-the-end", "long-request-line-414", "after each read"),
    Broken::new("any-version", "other-version-505", "505"),
    Broken::new("400-for-505", "other-version-505", "505, not 400"),
    Broken::new("505-for-all", "other-version-505", "no version at all"),
    // Step 5
    Broken::new("closes-at-once", "unread-content-does-not-eat-the-answer", "Shut down"),
    Broken::new("closes-at-once", "refusal-reaches-a-client-that-still-sends", "as gently"),
    Broken::new("shuts-both", "reads-on-after-the-answer", "Shutdown::Both"),
    Broken::new("does-not-drain", "reads-on-after-the-answer", "throw away"),
    Broken::new("does-not-shut-down", "reads-on-after-the-answer", "for which the client waits"),
    Broken::new("drains-for-ever", "gives-up-after-two-seconds", "nobody else is served"),
    Broken::new("drain-limit-for-each-read", "gives-up-after-two-seconds", "what is left"),
    Broken::new("drains-briefly", "gives-up-after-two-seconds", "neither more nor less"),
    Broken::new("drains-when-all-have-left", "gives-up-after-two-seconds", "read returns 0"),
    // Step 6
    Broken::new("timeout-for-each-read", "dribbler-408", "each byte starts"),
    Broken::new("no-deadline", "dribbler-408", "There is no deadline"),
    Broken::new("late-is-closed", "dribbler-408", "Problem::Refuse(408)"),
    Broken::new("408-to-the-silent", "silence-is-closed", "at least one byte"),
    Broken::new("first-byte-waits-as-long", "silence-is-closed", "whatever HEAD_TIMEOUT says"),
    Broken::new("first-byte-at-once", "silence-is-closed", "a second to send it"),
    // Bonus
    Broken::new("head-with-content", "head-has-no-content", "leave out the content"),
    Broken::new("no-431", "large-header-section-431", "as well as of one that still grows"),
    Broken::new("431-while-it-grows", "large-header-section-431", "a head that is whole"),
    Broken::new("fields-not-counted", "many-fields-431", "Count the field lines"),
    // Stretch: the worked server does not do them.
    Broken::new("", "greeting-by-path", "Decode bytes first"),
    Broken::new("", "not-modified-304", "Make the ETag"),
];

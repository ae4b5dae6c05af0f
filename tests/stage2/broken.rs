//! What can be wrong with a server of stage 2, and what the learner is told then. The servers are
//! one program with a switch: `tests/broken/stage2.rs`.

use grader::Broken;

pub const BROKEN: &[Broken] = &[
    // Step 1
    Broken::new("reads-once", "head-in-pieces", "One read is not a request"),
    Broken::new("reads-once", "head-of-5-kb", "One read is not a request"),
    Broken::new("reads-once", "head-of-40-fields", "One read is not a request"),
    Broken::new("looks-at-the-last-piece", "head-in-pieces", "in all bytes so far"),
    // Step 2
    Broken::new("query-is-lost", "page-shows-the-request-line", "exactly three parts"),
    Broken::new("version-is-fixed", "http-1-0", "both versions"),
    Broken::new("four-parts", "no-page-for-other-lines", "exactly three, no more"),
    Broken::new("lossy", "no-page-for-other-lines", "from_utf8_lossy"),
    Broken::new("any-whitespace", "no-page-for-other-lines", "split_whitespace"),
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
    Broken::new("limit-with-crlf", "long-request-line-414", "without its CRLF"),
    Broken::new("no-limit", "long-request-line-414", "Count the bytes"),
    Broken::new("any-version", "other-version-505", "505"),
    Broken::new("400-for-505", "other-version-505", "505, not 400"),
    // Step 5
    Broken::new("closes-at-once", "unread-content-does-not-eat-the-answer", "Shut down"),
    Broken::new("closes-at-once", "refusal-reaches-a-client-that-still-sends", "Shut down"),
    Broken::new("shuts-both", "reads-on-after-the-answer", "Shutdown::Both"),
    Broken::new("does-not-drain", "reads-on-after-the-answer", "throw away"),
    Broken::new(
        "counts-at-the-end",
        "refusal-reaches-a-client-that-still-sends",
        "after each read",
    ),
    // Step 6
    Broken::new("timeout-for-each-read", "dribbler-408", "each byte starts"),
    Broken::new("no-deadline", "dribbler-408", "There is no deadline"),
    Broken::new("late-is-closed", "dribbler-408", "Problem::Refuse(408)"),
    Broken::new("408-to-the-silent", "silence-is-closed", "at least one byte"),
    Broken::new("spins-at-the-end", "connect-and-leave", "for ever"),
    Broken::new("panics-at-the-end", "connect-and-leave", "The server panicked"),
    // Bonus
    Broken::new("head-with-content", "head-has-no-content", "leave out the content"),
    Broken::new("no-431", "large-header-section-431", "without a limit"),
    Broken::new("fields-not-counted", "many-fields-431", "Count the field lines"),
    // Stretch: the worked server does not do them.
    Broken::new("", "greeting-by-path", "Decode bytes first"),
    Broken::new("", "not-modified-304", "Make the ETag"),
];

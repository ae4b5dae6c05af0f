//! What the bonus steps tell a learner.

use grader::{Scored, Seen};

/// Chunks that are wrong break what had been right before: so checks of steps 1 and 5 tell this too.
pub const NO_LAST_CHUNK: &str = "If you send chunks (bonus 10): the connection ended without \
     the last-chunk, and the client must think that something is missing. After the last piece \
     send a chunk of size 0 and an empty line: 0 CRLF CRLF.";

pub const EMPTY_CHUNK: &str = "If you send chunks (bonus 10): something follows the last-chunk. A \
     chunk of size 0 is the last one, so an empty piece of the body is no chunk. Skip it.";

const WITHOUT_A_HEAD: &str = "The first piece was sent before the head. write sends the head \
     if that is not out yet, and then its piece, in the same way as the pieces of the body.";

pub const CHUNKED: Scored = Scored::new("chunked-input", 2).when(&[
    (
        Seen::WrongBytes,
        "The application reads what is in the chunks and nothing else: neither their sizes nor the \
         CRLF behind each. When HTTP_TRANSFER_ENCODING is chunked, give it a reader that takes \
         them off.",
    ),
    (
        Seen::NotSo,
        "The content could not be read: standard error says why. The size of a chunk is in \
         hexadecimal, and a CRLF stands behind the size and behind the chunk. Both lines may come \
         in pieces: read on until the CRLF is there.",
    ),
    (
        Seen::Hung,
        "The server waits for bytes that do not come. A chunk of size 0 and an empty line are the \
         end: say so, by reading 0 bytes from then on.",
    ),
]);

pub const IN_CHUNKS: Scored =
    Scored::new("body-in-chunks", 1).told(&[("nothing follows", EMPTY_CHUNK)]).when(&[
        (
            Seen::NotSo,
            "To a client of HTTP/1.1, when the application has declared no Content-Length, add \
             Transfer-Encoding: chunked, and send each piece as a chunk: its size in hexadecimal, \
             CRLF, the piece, CRLF.",
        ),
        (Seen::ClosedEarly, NO_LAST_CHUNK),
    ]);

pub const WRITE: Scored = Scored::new("start-response-write", 1).when(&[
    (
        Seen::NotSo,
        "The write that start_response returns gave an Err, as in the starter. Let it send its \
         piece as the pieces of the body are sent: the head first, if that is not out yet.",
    ),
    (
        Seen::WrongBytes,
        "Each piece that write is given goes out before write returns, and so before all that the \
         body yields.",
    ),
    (Seen::Malformed, WITHOUT_A_HEAD),
]);

pub const SHOUT: Scored = Scored::new("middleware-shout", 1)
    .told(&[(
        "a page stays",
        "Look at the Content-Type that passes through start_response: only text/plain is changed.",
    )])
    .when(&[(
        Seen::WrongBytes,
        "Content has two ways out, and both are to be in capitals: wrap the body that the \
         application returns, piece by piece, and the write that it gets from start_response.",
    ), (
        Seen::Hung,
        "The first piece came too late: it waited for the others. Return a Body of your own whose \
         next asks the inner one for one piece.",
    )]);

pub const PASSWORD: Scored = Scored::new("guard-lets-in-who-knows-the-password", 1).told(&[
    (
        "without a password",
        "Nobody was asked for a password. Take the name guard from the command line (as for \
         shout), and let your middleware answer with 401 where HTTP_AUTHORIZATION is not there.",
    ),
    (
        "the answer has status 200",
        "The right password was refused. Behind `Basic ` stands base64: four characters are three \
         bytes, six bits each, and = stands for no byte. What comes out is Aladdin:open sesame.",
    ),
    (
        "is printed",
        "The password must not be in a log, nor the field Authorization: base64 is no secret.",
    ),
    (
        "HTTP_AUTHORIZATION",
        "Remove HTTP_AUTHORIZATION before you call the application: it has no need of the password.",
    ),
    (
        "variable",
        "The application learns who it is: set AUTH_TYPE to Basic and REMOTE_USER to the name in a \
         copy of the environ, and call it with that.",
    ),
]);

pub const SERVED: Scored = Scored::new("files-are-served", 1).told(&[
    (
        "memory",
        "The file was read whole. Open it, return a body that reads 64 KiB whenever it is asked \
         for a piece, and take the Content-Length from the metadata.",
    ),
    (
        "the answer has status 200",
        "The file was not found. Take the name files from the command line (as for shout), the \
         folder from the environment variable FILES, and look for PATH_INFO, without the slash at \
         its start, below that folder.",
    ),
    (
        "Content-Type",
        "Look at the extension of the file's name: html is text/html, txt text/plain, css \
         text/css, js text/javascript, png image/png, svg image/svg+xml, and what nobody knows is \
         application/octet-stream. A charset may follow.",
    ),
    ("Content-Length", "The length is known before the first byte is read: declare it."),
]);

pub const RANGES: Scored = Scored::new("files-in-ranges", 1).told(&[
    (
        "status 206",
        "One range that the file has is answered with 206: HTTP_RANGE is bytes=a-b, bytes=a- or \
         bytes=-n. Both ends count, b may lie behind the file's end, and -n is the last n bytes.",
    ),
    (
        "status 416",
        "Where no byte of the file is in the range, the answer is 416, with Content-Range: bytes \
         */LENGTH.",
    ),
    (
        "status 200",
        "Whatever else stands in Range is ignored: another unit, several ranges, an end before the \
         start, no number. The answer is a 200 with the whole file then, as if there were no Range.",
    ),
    (
        "Content-Range",
        "A 206 says which bytes it has and how many there are: Content-Range: bytes a-b/LENGTH, \
         with the real last byte as b.",
    ),
]);

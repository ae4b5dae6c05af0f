"""A second opinion on where each request ends: h11, a parser that shares nothing with ours.

Reads our verdicts (`cargo run -p fuzz --bin verdicts`) from standard input, lets h11 read the same
bytes, and fails if one of us splits them otherwise, or if one refuses what the other takes and no
entry of TAKEN or REFUSED says why that may be. An entry that nothing needs any more fails, too.
"""

import json
import re
import sys
from collections import Counter

import h11

# h11's limit for what is not yet an event; ours for a header section is 64 KiB.
LARGEST = 256 * 1024


def of_h11(data):
    """The requests that h11 finds, as (method, target, content), and how it ends."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST)
    connection.receive_data(data)
    requests = []
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            return requests, f"refused: {error}"
        if event is h11.NEED_DATA:
            done = connection.their_state is h11.IDLE and not connection.trailing_data[0]
            return requests, "whole" if done else "partial"
        if event is h11.PAUSED:
            return requests, "close"
        if isinstance(event, h11.Request):
            requests.append([event.method.decode(), event.target, None])
            content = b""
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            requests[-1][2] = content
            connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                return requests, "close"
            connection.start_next_cycle()


# The beginning of a line that says how the content is coded.
CODING = rb"(?i:\r\ntransfer-encoding):[ \t]*"

# What we take and h11 does not: how h11 ends, a pattern for the bytes, and why we are right, or not
# wrong. Each pattern is as narrow as the reason: behind a wide one, a fault of ours could hide.
TAKEN = [
    ("refused: illegal request line", rb"^\S+ [\x21-\xff]*[\x80-\xff][\x21-\xff]* HTTP/", "curl sends the bytes that it was given; h11 takes ASCII"),
    ("refused: Only Transfer-Encoding: chunked is supported", CODING + rb"(?i:,[ \t,]*chunked[ \t,]*|chunked[ \t]*,[ \t,]*)\r\n", "RFC 9110 s5.6.1.2: empty members are ignored"),
    ("refused: Only Transfer-Encoding: chunked is supported", CODING + rb"[ \t,]*" + CODING + rb"(?i:chunked)[ \t]*\r\n", "RFC 9110 s5.3: two fields are one list, in which the first adds nothing"),
    ("refused: multiple Transfer-Encoding headers", CODING + rb"(?i:chunked)[ \t]*" + CODING + rb"[ \t,]*\r\n", "RFC 9110 s5.3: the same, with the second"),
    ("refused: no request line received", rb"(?:^|\r\n)\r\n[A-Z]+ ", "RFC 9112 s2.2: an empty line before a request is skipped"),
    ("refused: illegal chunk header", rb"\r\n0{20,}\d?\r\n", "RFC 9112 s7.1: any number of zeros"),
    ("refused: illegal chunk header", rb"\r\n[\da-f]+[ \t]+;", "RFC 9110 s5.6.3: space before the semicolon"),
    ("close", rb"(?i) HTTP/1\.0\r\n(?:[^\r]+\r\n)*connection:[^\r]*keep-alive", "RFC 9112 s9.3: a connection of HTTP/1.0 persists if the client asks for it; h11 never does"),
]

# A header section says both of these.
BOTH = rb"(?i)\r\n(?:content-length:(?:.+\r\n)+transfer-encoding|transfer-encoding:(?:.+\r\n)+content-length):"

# What h11 takes and we refuse: our words, a pattern for the bytes, and why.
REFUSED = [
    ("a line of the head does not end with CR LF", rb"[^\r]\n", "RFC 9112 s2.2: a bare LF need not be taken"),
    ("a line of the head does not end with CR LF", rb"\r\n\r\r\n$", "RFC 9112 s2.2: a bare CR; h11 waits for more"),
    ("a field line is malformed: its name is no token", rb"\r\n ", "RFC 9112 s5.2: obs-fold is to be refused"),
    ("a field line is malformed: its name is no token", rb"\r\n\t", "RFC 9112 s5.2: the same, with a tab"),
    ("a field line is malformed: its value holds a control", rb"[\x01-\x1f\x7f]", "RFC 9110 s5.5"),
    ("the header section has more than 100 fields", rb"(?:\r\n[^\r]+){101}", "a limit of ours"),
    ("the header section is longer", rb"(?s)\r\n.{65536}", "a limit of ours"),
    ("the request line is longer", rb"^[^\r]{16385}", "a limit of ours"),
    ("the request line is not", rb" HTTP/1\.0\r\n(?:.+\r\n)+\r\n5\r\n", "we read on where h11 closes, above: chunks without a coding are no request"),
    ("the request target is empty, or holds a byte", rb"""^\S+ \S*["#<>]\S* HTTP/""", "RFC 3986 s2, RFC 9112 s3.2: h11 takes any visible character"),
    ("no request target for this method", rb"^\S+ (?!/)\S+ HTTP/", "RFC 9112 s3.2: h11 does not look at the form"),
    ("this server is no proxy", rb"CONNECT ", "RFC 9110 s9.3.6: h11 leaves the method to its user"),
    ("this server speaks HTTP/1.0 and HTTP/1.1", rb" HTTP/\d\.\d\r\n", "RFC 9110 s15.6.6"),
    ("this server can't meet the expectation", rb"(?i)expect:(?:.*(?:the-unexpected|200-ok)|[ \t]*100-continue 100-continue)", "RFC 9110 s10.1.1: 417"),
    ("the Host field is no host and port", rb"Host:", "RFC 9112 s3.2: h11 does not look into it"),
    ("Content-Length is not one number: \"given twice\"", rb"(?i)\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n(?:[^\r]+\r\n)*content-length:[ \t]*\1[ \t]*\r\n", "RFC 9112 s6.3: equal ones may be refused"),
    ("Content-Length is not one number", rb"(5, ?5|\d{20,})\r\n", "RFC 9112 s6.3: lists may be refused; 64 bits"),
    ("the content is longer than", rb"(?i)(?:\r\ncontent-length:[ \t]*\d{7,}[ \t]*|\r\n[\da-f]{6,}(?:[ \t]*;[^\r]*)?)\r\n", "a limit of ours"),
    ("Transfer-Encoding stands beside Content-Length", BOTH, "RFC 9112 s6.1: an attempt at smuggling"),
    ("Transfer-Encoding does not exist in HTTP/1.0", rb"HTTP/1\.0", "RFC 9112 s6.1: its framing is faulty"),
    ("the chunked transfer coding is malformed: a line longer", rb"\n[^\n]{4097}", "a limit of ours"),
    ("the chunked transfer coding is malformed: extensions longer", rb"(?s)(?:\r\n(?:1;e+|0{17,}1)\r\nx){5}", "a limit of ours"),
    ("the chunked transfer coding is malformed: trailers longer", rb"(?s)\n0\r\n.{16384}", "a limit of ours"),
    ("the chunked transfer coding is malformed: a line without CR LF", rb"[^\r]\n", "RFC 9112 s7.1: h11 takes LF in trailers"),
    ("the chunked transfer coding is malformed: a control", rb"[\x00-\x1f\x7f]", "RFC 9112 s7.1.1: no control in an extension"),
    ("the chunked transfer coding is malformed: a size that is no hex", rb"[\da-f][ \t]+\r\n", "RFC 9112 s7.1: no space"),
    ("the chunked transfer coding is malformed: a size that is no number", rb"[\da-f]{17}", "64 bits are enough"),
    ("the chunked transfer coding is malformed: a trailer", rb"\r\n[ \t]", "RFC 9112 s5.2: obs-fold is to be refused"),
]


def split(target):
    """Authority, path and query of a request target, as our verdict has them."""
    whole = re.fullmatch(rb"(?i:https?)://([^/?]*)(.*)", target)
    authority, rest = whole.groups() if whole else (None, target)
    path, _, query = rest.partition(b"?")
    return authority, path or b"/", query


def unhex(digits):
    return None if digits is None else bytes.fromhex(digits)


def agree(ours, theirs, end):
    """Nothing, or what the two disagree on: "split" may never be."""
    for index, one in enumerate(ours["requests"]):
        if index >= len(theirs):
            return "taken"
        method, target, content = theirs[index]
        head = method, *split(target)
        own = unhex(one["content"])
        if (one["method"], *(unhex(one[part]) for part in ("authority", "path", "query"))) != head:
            return "split"
        if own is not None and content is None and end.startswith("refused"):
            return "taken"
        # What we have refused inside of the content, h11 may find whole.
        if own != content and not (own is None and ours["end"] == "refused"):
            return "split"
    if ours["end"] == "refused":
        return None if end.startswith("refused") else "refused"
    if len(theirs) > len(ours["requests"]):
        return "split"
    return None if ours["end"] == end else "taken"


def reason(kind, ours, data, end):
    """The entry that allows this difference, if one does."""
    if kind == "taken":
        return next((e for e in TAKEN if end.startswith(e[0]) and re.search(e[1], data)), None)
    if kind == "refused":
        words = ours["why"]
        return next((e for e in REFUSED if words.startswith(e[0]) and re.search(e[1], data)), None)
    return None


def main():
    used, wrong, cases, both = Counter(), 0, 0, 0
    for line in sys.stdin:
        ours = json.loads(line)
        data = bytes.fromhex(ours["bytes"])
        theirs, end = of_h11(data)
        kind = agree(ours, theirs, end)
        entry = kind and reason(kind, ours, data, end)
        cases += 1
        both += kind is None and ours["end"] != "refused"
        if entry:
            used[entry] += 1
        elif kind:
            wrong += 1
            print(f"{kind}: {ours['name']}\n  {data}\n  ours {ours['requests']}", file=sys.stderr)
            print(f"  {ours['end']} {ours['why']}\n  h11  {theirs}\n  {end}", file=sys.stderr)
    unused = [entry for entry in TAKEN + REFUSED if entry not in used]
    for entry in unused:
        print(f"nothing needs this entry any more, take it out: {entry}", file=sys.stderr)
    taken, refused = (sum(used[entry] for entry in table) for table in (TAKEN, REFUSED))
    print(f"{cases} cases: both take {both}, only h11 {refused}, only we {taken}; {wrong} without a reason")
    sys.exit(wrong > 0 or bool(unused) or cases < 20_000)


if __name__ == "__main__":
    main()

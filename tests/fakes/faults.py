"""What can go wrong between a site and us: a table of answers, each played by `tests.fakes.site`.

A body that is cut, coded wrongly or comes with the wrong status is a list of entries that nobody has ever published:
whoever parsed it would mail them. `tolerated` are those after which a document counts all the same.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import brotli
import zstandard

from tests.fakes.site import Step
from tests.feeds.watching import ROWS, listing

LARGEST = 200_000  # bytes, that `poll.max_bytes` allows where these are played


@dataclass(frozen=True)
class Fault:
    """steps: the answer to the page. greeting: said to whoever connects. where: the source's address, with {port}.

    down: nobody listens. robots: the answer to /robots.txt. tolerated: the entries that are known may be read from it.
    """

    name: str
    steps: Sequence[Step] = ()
    greeting: Sequence[Step] | None = None
    where: str = ""
    down: bool = False
    robots: Sequence[Step] = ()
    tolerated: bool = False


def _lies() -> bytes:
    rows = "".join(
        f'<li><h3><a href="/news/{900 + n}">Invented release {n}</a></h3><p>{20 - n} May 2006</p></li>'
        for n in range(6)
    )
    return f"<!DOCTYPE html><html><head><title>Press</title></head><body><ol>{rows}</ol></body></html>".encode()


LIES = _lies()
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + HTML


def whole(
    body: bytes, more: bytes = b"", status: bytes = b"200 OK", kind: bytes = b"text/html; charset=utf-8"
) -> bytes:
    """A proper answer."""
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (status, kind, len(body))
    return head + more + b"\r\n" + body


def coded(coding: bytes, body: bytes) -> bytes:
    return whole(body, b"Content-Encoding: %s\r\n" % coding)


def to(location: bytes, status: bytes = b"302 Found") -> bytes:
    return b"HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, location)


def _connections() -> Iterator[Fault]:
    yield Fault("refused", down=True)
    yield Fault("closed at once", greeting=[b""])
    yield Fault("reset at once", greeting=["reset"])
    yield Fault("silent", greeting=["hang"])
    yield Fault("no such host", where="http://nowhere.invalid/list")
    yield Fault(
        "tls from a host that speaks none", where="https://127.0.0.1:{port}/list", greeting=[b"HTTP/1.0 400 no\r\n\r\n"]
    )
    yield Fault("tls that is closed", where="https://127.0.0.1:{port}/list", greeting=[b""])
    yield Fault("tls that is reset", where="https://127.0.0.1:{port}/list", greeting=["reset"])
    yield Fault("tls that is silent", where="https://127.0.0.1:{port}/list", greeting=["hang"])
    yield Fault("tls alert", where="https://127.0.0.1:{port}/list", greeting=[b"\x15\x03\x03\x00\x02\x02\x28"])
    yield Fault("a mail server", greeting=[b"220 mail.example ESMTP\r\n"])
    yield Fault("a shell server", greeting=[b"SSH-2.0-OpenSSH_9.0\r\n"])


def _heads() -> Iterator[Fault]:
    answers: dict[str, Sequence[Step]] = {
        "no answer": [b""],
        "reset for an answer": ["reset"],
        "silence for an answer": ["hang"],
        "half a status line": [b"HTTP/1.1 20"],
        "half the headers": [OK],
        "half the headers and a reset": [OK, "reset"],
        "half the headers and silence": [OK, "hang"],
        "dripping headers": [OK + b"X-Slow: ", "drip"],
        "an endless header": [OK + b"X-Long: ", "pour"],
        "a header of 200 kB": [OK + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n" + LIES],
        "40,000 headers": [OK + b"".join(b"X-%d: y\r\n" % n for n in range(40_000)) + b"\r\n" + LIES],
        "a header without colon": [OK + b"no colon here\r\n\r\n" + LIES],
        "NUL in a header": [OK + b"X: a\0b\r\n\r\n" + LIES],
        "no header at all": [LIES],
        "a status of letters": [b"HTTP/1.1 abc OK\r\n\r\n" + LIES],
        "another version": [b"HTTP/7.3 200 OK\r\n\r\n" + LIES],
        "only interim answers": [b"HTTP/1.1 100 Continue\r\n\r\n" * 20],
        "two lengths": [OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n" + LIES],
        "a negative length": [OK + b"Content-Length: -1\r\n\r\n" + LIES],
        "a length of letters": [OK + b"Content-Length: many\r\n\r\n" + LIES],
        "a length beyond all": [OK + b"Content-Length: 99999999999999999999\r\n\r\n" + LIES],
        "chunks and a length": [OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"],
    }
    yield from (Fault(name, steps) for name, steps in answers.items())


def _bodies() -> Iterator[Fault]:
    length = OK + b"Content-Length: %d\r\n\r\n" % (len(LIES) + 100)
    chunks = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    first = b"%x\r\n%s\r\n" % (len(LIES), LIES)
    answers: dict[str, Sequence[Step]] = {
        "closed before its length": [length + LIES],
        "reset before its length": [length + LIES, "reset"],
        "silent before its length": [length + LIES, "hang"],
        "longer than its length": [OK + b"Content-Length: 30\r\n\r\n" + LIES],
        "a dripping body": [OK + b"Content-Length: 100000\r\n\r\n", "drip"],
        "an endless body": [OK + b"\r\n", "pour"],
        "too large by its length": [OK + b"Content-Length: %d\r\n\r\n" % (LARGEST + 1) + LIES],
        "a cut chunk": [chunks + b"fff\r\n" + LIES[:200]],
        "no last chunk": [chunks + first],
        "no last chunk, and a reset": [chunks + first, "reset"],
        "no last chunk, and silence": [chunks + first, "hang"],
        "a chunk of letters": [chunks + b"zz\r\n" + LIES],
        "a negative chunk": [chunks + b"-5\r\n" + LIES],
        "a chunk beyond all": [chunks + b"FFFFFFFFFFFFFFFFF\r\n" + LIES],
        "endless chunks": [chunks + b"FFFFFF\r\n", "pour"],
    }
    yield from (Fault(name, steps) for name, steps in answers.items())


def _codings() -> Iterator[Fault]:
    packed = {
        b"gzip": gzip.compress(LIES),
        b"deflate": zlib.compress(LIES),
        b"br": brotli.compress(LIES),
        b"zstd": zstandard.compress(LIES),
    }
    zeros = bytes(30_000_000)
    bombs = {
        b"gzip": gzip.compress(zeros),
        b"deflate": zlib.compress(zeros),
        b"br": brotli.compress(zeros, quality=5),
        b"zstd": zstandard.compress(zeros),
    }
    for coding, body in packed.items():
        name = coding.decode()
        yield Fault(f"{name}, cut", [coded(coding, body[:-6])])
        yield Fault(f"{name}, cut at once", [coded(coding, body[:1])])
        yield Fault(f"{name} that is none", [coded(coding, LIES)])
        yield Fault(f"{name}, a bomb", [coded(coding, bombs[coding])])
    wrong = bytearray(packed[b"gzip"])
    wrong[-6] ^= 255
    yield Fault("gzip with a wrong checksum", [coded(b"gzip", bytes(wrong))])
    yield Fault("gzip in gzip, a bomb", [coded(b"gzip, gzip", gzip.compress(bombs[b"gzip"]))])
    yield Fault("an unknown coding", [coded(b"rot13", LIES)])
    yield Fault("five codings", [coded(b"gzip, br, gzip, br, gzip", packed[b"gzip"])])


def _redirects() -> Iterator[Fault]:
    places = {
        "to itself": b"/list",
        "to a file": b"file:///etc/passwd",
        "to a file, in capitals": b"FILE:/etc/passwd",
        "to ftp": b"ftp://example.org/list",
        "to javascript": b"javascript:alert(1)",
        "to data": b"data:text/html,%3Cli%3E",
        "to a private address": b"http://10.0.0.1/",
        "to a link-local address": b"http://169.254.169.254/latest/",
        "behind a backslash": b"http://169.254.169.254\\@example.org/",
        "behind a user name": b"http://example.org@10.0.0.1/",
        "to an address in hexadecimal": b"http://0x0a000001/",
        "to an address as a number": b"http://167772161/",
        "to a mapped address": b"http://[::ffff:10.0.0.1]/",
        "through NAT64": b"http://[64:ff9b::a00:1]/",
        "to port 0": b"http://example.org:0/",
        "to nowhere": b"http://",
        "with a control character": b"http://example.org/\x01",
    }
    yield from (Fault(f"a redirect {name}", [to(place)]) for name, place in places.items())
    yield Fault("a redirect without a place", [b"HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\n\r\n"])
    yield Fault("several choices", [whole(LIES, status=b"300 Multiple Choices")])


def _statuses() -> Iterator[Fault]:
    for status in (
        *("201 Created", "202 Accepted", "206 Partial Content", "226 IM Used", "400 Bad Request", "401 Unauthorized"),
        *("402 Payment Required", "403 Forbidden", "404 Not Found", "405 No", "407 Proxy", "410 Gone", "418 Teapot"),
        *("451 Unavailable", "500 Internal", "501 Not", "502 Bad Gateway", "504 Gateway Timeout", "520 Unknown"),
        *("530 Frozen", "599 Network", "999 Denied"),
    ):
        yield Fault(f"status {status[:3]}", [whole(LIES, status=status.encode())])
    yield Fault("status 204", [b"HTTP/1.1 204 No Content\r\n\r\n"])
    yield Fault("304 for another document", [b'HTTP/1.1 304 Not Modified\r\nETag: "other"\r\n\r\n'])
    date = b"Date: Sun, 10 May 2026 08:00:00 GMT\r\nRetry-After: Sun, 10 May 2026 10:00:00 GMT\r\n"
    for name, header in {
        "in seconds": b"Retry-After: 7200\r\n",
        "as a date": date,
        "negative": b"Retry-After: -5\r\n",
        "beyond all": b"Retry-After: 100000000000000\r\n",
        "in words": b"Retry-After: later\r\n",
        "unsaid": b"",
    }.items():
        for busy in (b"429 Too Many Requests", b"503 Service Unavailable"):
            yield Fault(f"status {busy[:3].decode()}, wait {name}", [whole(LIES, header, busy)])


def _documents() -> Iterator[Fault]:
    def page(title: str, body: str) -> bytes:
        return whole(f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode())

    login = '<h1>Sign in</h1><form method="post"><input name="user"><input type="password" name="password"></form>'
    entities = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (98 + n, *[97 + n] * 8) for n in range(9)
    )
    laughs = entities + b"]><rss><channel><title>x</title><item><title>&j;</title></item></channel></rss>"
    outside = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'
    documents = {
        "an empty document": whole(b""),
        "white space": whole(b" \n" * 500),
        "NULs": whole(bytes(5000)),
        "a byte order mark": whole(b"\xef\xbb\xbf"),
        "the word OK": whole(b"OK", kind=b"text/plain"),
        "an error in JSON": whole(b'{"error": "rate limited"}', kind=b"application/json"),
        "an error page with 200": page("Error", "<h1>503 Service Unavailable</h1><p>Please try again later.</p>"),
        "a login page": page("Sign in", login),
        "a captive portal": page(
            "Welcome", "<h1>Welcome to our guest network</h1><form><button>Accept</button></form>"
        ),
        "a bot wall": page("Just a moment...", "<h1>Checking your browser</h1><p>Enable JavaScript and cookies.</p>"),
        "a list without entries": page("Press releases", "<main><h1>Press releases</h1><ol></ol></main>"),
        "a picture": whole(b"\x89PNG\r\n\x1a\n" + bytes(2000), kind=b"image/png"),
        "a PDF": whole(b"%PDF-1.7\n" + bytes(2000), kind=b"application/pdf"),
        "an archive": whole(b"PK\x03\x04" + bytes(2000), kind=b"application/zip"),
        "XML that is no feed": whole(b"<?xml version='1.0'?><a><b>text</b></a>", kind=b"application/xml"),
        "entities that grow": whole(laughs, kind=b"application/rss+xml"),
        "an entity from outside": whole(outside, kind=b"application/rss+xml"),
        "markup 20,000 deep": whole(b"<div>" * 20_000),
        "a title of 150 kB": page("x" * 150_000, "<p>Nothing.</p>"),
        "150 kB of attributes": whole(b"<p " + b"".join(b"a%d=1 " % n for n in range(18_000)) + b">"),
        "random bytes": whole(bytes((n * 7919 + n // 3) % 256 for n in range(5000)), kind=b"application/octet-stream"),
    }
    yield from (Fault(name, [steps]) for name, steps in documents.items())


def _labels() -> Iterator[Fault]:
    """The list as it is known, under a head that is wrong about it."""
    page = listing(ROWS)
    known = page.encode()
    for name, steps in {
        "a change in the year 2100": whole(known, b"Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n"),
        "a change that is no date": whole(known, b"Last-Modified: yesterday\r\n"),
        "an etag without quotes": whole(known, b"ETag: abc\r\n"),
        "an etag of 7 kB": whole(known, b'ETag: "' + b"x" * 7000 + b'"\r\n'),
        "an unknown charset": whole(known, kind=b"text/html; charset=martian"),
        "an empty charset": whole(known, kind=b"text/html; charset="),
        "a charset of another width": whole(known, kind=b"text/html; charset=utf-16"),
        "a charset of another script": whole(known, kind=b"text/html; charset=windows-1251"),
        "UTF-16 that is said to be UTF-8": whole(page.encode("utf-16")),
        "UTF-16 in the other order, unsaid": whole(b"\xfe\xff" + page.encode("utf-16-be"), kind=b"text/html"),
        "a page that is said to be text": whole(known, kind=b"text/plain"),
        "a page that is said to be a picture": whole(known, kind=b"image/png"),
        "a page of no kind": whole(known, kind=b""),
    }.items():
        yield Fault(name, [steps], tolerated=True)


def _robots() -> Iterator[Fault]:
    yield Fault("robots.txt refuses", robots=[whole(b"User-agent: *\nDisallow: /\n", kind=b"text/plain")])
    yield Fault("robots.txt refuses us", robots=[whole(b"User-agent: Tidings\nDisallow: /list\n", kind=b"text/plain")])
    yield Fault("robots.txt in trouble", robots=[whole(b"", status=b"500 Internal Server Error")])
    yield Fault("robots.txt cut", robots=[OK + b"Content-Length: 500\r\n\r\nUser-agent: *\n"])
    yield Fault("robots.txt silent", robots=["hang"])
    yield Fault("robots.txt missing", robots=[whole(LIES, status=b"404 Not Found")], tolerated=True)
    yield Fault("robots.txt a page", robots=[whole(LIES)], tolerated=True)
    yield Fault("robots.txt endless", robots=[OK + b"\r\n", "pour"], tolerated=True)
    yield Fault("robots.txt round and round", robots=[to(b"/robots.txt")], tolerated=True)


FAULTS: dict[str, tuple[Fault, ...]] = {
    "connections": tuple(_connections()),
    "heads": tuple(_heads()),
    "bodies": tuple(_bodies()),
    "codings": tuple(_codings()),
    "redirects": tuple(_redirects()),
    "statuses": tuple(_statuses()),
    "documents": tuple(_documents()),
    "labels": tuple(_labels()),
    "robots": tuple(_robots()),
}

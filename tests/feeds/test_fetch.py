"""The one fetch function, against a real server that says what real ones say, and worse."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import brotli
import pytest

from feeds.fetch import Failed, Fetched, Fetcher, NotModified, Outcome
from feeds.settings import Polling
from state.errors import Misuse
from state.records import Validators
from tests.fakes.site import LOOPBACK, Page, Site, Step

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SETTINGS = Polling(allow=LOOPBACK, timeout=20, max_bytes=100_000, contact_url="https://news.example/about")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as held:
        yield held


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS, "1.2.3") as held:
        yield held


def failed(outcome: Outcome, kind: str) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert outcome.kind == kind, outcome.reason
    return outcome


def fetched(outcome: Outcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


# ---- documents and validators ----


async def test_a_document_comes_with_its_bytes_type_and_validators(site: Site, fetcher: Fetcher) -> None:
    site.pages["/"] = Page(b"hello", "text/plain", etag='W/"a b"', headers={"Last-Modified": "yesterday, or so"})
    url = site.url("/")
    got = fetched(await fetcher.fetch(url))
    digest = hashlib.sha256(b"hello").hexdigest()
    assert (got.url, got.body, got.content_type) == (url, b"hello", "text/plain")
    assert got.validators == Validators(url, 'W/"a b"', "yesterday, or so", digest)
    assert got.moved_permanently is None


async def test_validators_are_sent_back_verbatim_and_a_304_keeps_them(site: Site, fetcher: Fetcher) -> None:
    site.pages["/"] = Page(b"hello", etag='W/"a b"', headers={"Last-Modified": "yesterday, or so"})
    known = fetched(await fetcher.fetch(site.url("/"))).validators
    assert await fetcher.fetch(site.url("/"), known) == NotModified(known)
    first, second = site.asked("/")
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == 'W/"a b"'
    assert second.headers["if-modified-since"] == "yesterday, or so"


async def test_a_changed_document_comes_whole_although_validators_were_sent(site: Site, fetcher: Fetcher) -> None:
    known = fetched(await fetcher.fetch(site.puts("/", "old"))).validators
    got = fetched(await fetcher.fetch(site.puts("/", "new"), known))
    assert got.body == b"new"
    assert got.validators.body_hash != known.body_hash


async def test_a_304_renews_what_it_says_anew(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/", b"HTTP/1.1 304 Not Modified\r\nLast-Modified: later\r\nCache-Control: max-age=60\r\n\r\n")
    known = Validators(url, '"a"', "earlier", "hash")
    assert await fetcher.fetch(url, known) == NotModified(replace(known, last_modified="later"), retry=60.0)


async def test_a_304_that_nobody_asked_for_is_a_failure(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/", b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert failed(await fetcher.fetch(url), "status").status == 304
    assert failed(await fetcher.fetch(url, Validators(url, body_hash="hash")), "status").status == 304


async def test_a_304_for_another_document_than_ours_is_asked_again_without_conditions(
    site: Site, fetcher: Fetcher
) -> None:
    url = site.says("/", b'HTTP/1.1 304 Not Modified\r\nETag: "new"\r\n\r\n')
    failed(await fetcher.fetch(url, Validators(url, '"old"')), "status")
    assert [request.headers.get("if-none-match") for request in site.asked("/")] == ['"old"', None]


async def test_a_modification_in_the_future_is_not_kept(site: Site, fetcher: Fetcher) -> None:
    """A server that believes it would say "not modified" until then."""
    dated = b"Date: Wed, 20 May 2026 10:00:00 GMT\r\nLast-Modified: %s 10:00:00 GMT\r\n\r\nhello"
    site.says("/", OK + dated % b"Thu, 21 May 2100")
    assert fetched(await fetcher.fetch(site.url("/"))).validators.last_modified == ""
    site.says("/", OK + dated % b"Tue, 19 May 2026")
    assert fetched(await fetcher.fetch(site.url("/"))).validators.last_modified == "Tue, 19 May 2026 10:00:00 GMT"


async def test_a_validator_that_cannot_be_sent_back_is_not_kept(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/", OK + b'ETag: "\xff\xfe"\r\nLast-Modified: \xc3\xa9t\xc3\xa9\r\n\r\nhello')
    got = fetched(await fetcher.fetch(url)).validators
    assert (got.etag, got.last_modified) == ("", "")
    fetched(await fetcher.fetch(url, got))


async def test_the_request_says_who_asks_and_carries_no_cookies(site: Site, fetcher: Fetcher) -> None:
    site.pages["/"] = Page(b"", headers={"Set-Cookie": "seen=1"})
    await fetcher.fetch(site.url("/"))
    await fetcher.fetch(site.url("/"))
    request = site.asked("/")[1]
    assert request.headers["user-agent"] == "tidings/1.2.3 (+https://news.example/about)"
    assert request.headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert "cookie" not in request.headers


async def test_proxies_of_the_environment_are_not_used(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    fetched(await fetcher.fetch(site.puts("/", "hello")))


async def test_through_a_proxy_everything_is_asked_of_the_proxy(site: Site) -> None:
    site.pages["http://office.example/list"] = Page(b"hello")
    async with Fetcher(replace(SETTINGS, proxy=site.url(), allow=()), "1") as proxied:
        assert fetched(await proxied.fetch("http://office.example/list")).body == b"hello"
        for url in ("http://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://a.localhost./"):
            failed(await proxied.fetch(url), "refused")
    assert len(site.requests) == 1


async def test_a_proxy_that_cannot_be_reached_is_named(site: Site) -> None:
    await site.close()
    async with Fetcher(replace(SETTINGS, proxy=site.url()), "1") as proxied:
        assert "poll.proxy" in failed(await proxied.fetch("http://office.example/"), "proxy").reason
    await site.open()


async def test_whether_a_host_takes_connections_is_found_out_without_asking_it_anything(
    site: Site, fetcher: Fetcher
) -> None:
    assert await fetcher.reaches(site.url("/"), 5)
    assert not await fetcher.reaches("http://10.0.0.1/", 5)
    assert not await fetcher.reaches("file:///etc/passwd", 5)
    assert site.requests == []
    await site.close()
    assert not await fetcher.reaches(site.url("/"), 5)
    await site.open()


async def test_how_long_a_document_stands_is_told(site: Site, fetcher: Fetcher) -> None:
    site.pages["/"] = Page(b"hello", headers={"Cache-Control": "public, max-age=600", "Age": "100"})
    assert fetched(await fetcher.fetch(site.url("/"))).retry == 500.0


# ---- bodies ----


@pytest.mark.parametrize(("coding", "coder"), [("gzip", gzip.compress), ("br", brotli.compress)])
async def test_a_compressed_document_is_decoded(
    site: Site, fetcher: Fetcher, coding: str, coder: Callable[[bytes], bytes]
) -> None:
    site.pages["/"] = Page(coder(b"hello " * 1000), headers={"Content-Encoding": coding})
    assert fetched(await fetcher.fetch(site.url("/"))).body == b"hello " * 1000


async def test_a_document_in_chunks_and_one_that_ends_with_the_connection_are_whole(
    site: Site, fetcher: Fetcher
) -> None:
    chunks = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
    assert fetched(await fetcher.fetch(site.says("/chunks", chunks))).body == b"hello"
    assert fetched(await fetcher.fetch(site.says("/close", OK + b"\r\nhello"))).body == b"hello"


HALF_GZIP = gzip.compress(b"hello " * 1000)[:-9]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([OK + b"Content-Length: 10\r\n\r\nhello"], id="shorter than its length"),
        pytest.param([OK + b"Content-Length: 10\r\n\r\nhello", "reset"], id="reset in the body"),
        pytest.param([OK + b"Content-Length: 3\r\n\r\nhello"], id="longer than its length"),
        pytest.param([OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nhello"], id="two lengths"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"], id="no last chunk"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello"], id="cut chunk"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"], id="broken chunk"),
        pytest.param([OK + b"Content-Encoding: gzip\r\n\r\n" + HALF_GZIP], id="cut gzip"),
        pytest.param(
            [OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(HALF_GZIP) + HALF_GZIP],
            id="cut gzip of the right length",
        ),
        pytest.param([OK + b"Content-Encoding: gzip\r\n\r\n"], id="empty gzip"),
        pytest.param([OK], id="cut headers"),
        pytest.param([b""], id="no answer"),
        pytest.param(["reset"], id="reset before the answer"),
        pytest.param([b"220 mail.example.org ESMTP\r\n"], id="another protocol"),
        pytest.param([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\nhello"], id="endless header"),
    ],
)
async def test_what_is_not_whole_is_never_taken_for_a_document(
    site: Site, fetcher: Fetcher, answer: list[Step]
) -> None:
    outcome = failed(await fetcher.fetch(site.says("/", *answer)), "incomplete")
    assert outcome.reason.startswith(site.url("/") + ": ")
    assert "\n" not in outcome.reason


async def test_after_a_broken_answer_the_next_one_is_read_properly(site: Site, fetcher: Fetcher) -> None:
    surplus = OK + b"Content-Length: 3\r\n\r\nhel"
    ready = asyncio.Event()
    ready.set()
    await fetcher.fetch(site.says("/surplus", surplus, ready, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"))
    assert fetched(await fetcher.fetch(site.puts("/", "right"))).body == b"right"


async def test_a_document_that_is_not_in_its_coding_is_an_encoding_failure(site: Site, fetcher: Fetcher) -> None:
    site.pages["/"] = Page(b"plain text", headers={"Content-Encoding": "gzip"})
    assert "not the gzip that its header says" in failed(await fetcher.fetch(site.url("/")), "encoding").reason


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([OK + b"Content-Length: 100001\r\n\r\n", asyncio.Event()], id="by its length"),
        pytest.param([OK + b"\r\n" + b"x" * 100_001, asyncio.Event()], id="by what came"),
        pytest.param([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(9_000_000))], id="once decoded"),
        pytest.param(
            [OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(60_000_000), 1)[:99_999]], id="a bomb, cut"
        ),
    ],
)
async def test_a_document_larger_than_allowed_is_left(site: Site, fetcher: Fetcher, answer: list[Step]) -> None:
    outcome = await fetcher.fetch(site.says("/", *answer))
    assert "poll.max_bytes (100000)" in failed(outcome, "too-large").reason
    _let_go(answer)


def _let_go(answer: list[Step]) -> None:
    for step in answer:
        if isinstance(step, asyncio.Event):
            step.set()


async def test_a_document_of_exactly_the_allowed_size_comes(site: Site, fetcher: Fetcher) -> None:
    assert len(fetched(await fetcher.fetch(site.puts("/", b"x" * 100_000))).body) == 100_000


# ---- time ----


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="no answer"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-"], id="in the headers"),
        pytest.param([OK + b"Content-Length: 10\r\n\r\nhel"], id="in the body"),
    ],
)
async def test_one_deadline_covers_everything(site: Site, before: list[bytes]) -> None:
    never = asyncio.Event()
    hasty = replace(SETTINGS, timeout=0.2)  # type: ignore[arg-type]  # whole seconds would only make the test slow
    async with Fetcher(hasty, "1") as fetcher:
        outcome = await fetcher.fetch(site.says("/", *before, never))
    assert "poll.timeout (0.2 s)" in failed(outcome, "timeout").reason
    never.set()


async def test_a_slow_host_holds_up_nobody_else(site: Site, fetcher: Fetcher) -> None:
    held = asyncio.Event()
    slow = asyncio.create_task(fetcher.fetch(site.says("/slow", held, OK + b"\r\nat last")))
    assert fetched(await fetcher.fetch(site.puts("/", "at once"))).body == b"at once"
    held.set()
    assert fetched(await slow).body == b"at last"


# ---- redirects ----


async def test_redirects_are_followed_and_the_validators_belong_to_what_was_asked(site: Site, fetcher: Fetcher) -> None:
    site.puts("/list?page=1", "hello")
    site.redirects("/a", "/b", "301 Moved Permanently")
    site.redirects("/b", site.url("/list?page=1"), "302 Found")
    got = fetched(await fetcher.fetch(site.url("/a")))
    assert (got.url, got.validators.url) == (site.url("/list?page=1"), site.url("/a"))
    assert got.moved_permanently == site.url("/b")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("301 Moved Permanently", True),
        ("308 Permanent Redirect", True),
        ("302 Found", False),
        ("303 See Other", False),
        ("307 Temporary Redirect", False),
    ],
)
async def test_only_a_permanent_redirect_says_that_it_moved(
    site: Site, fetcher: Fetcher, status: str, permanent: bool
) -> None:
    new = site.puts("/new", "hello")
    got = fetched(await fetcher.fetch(site.redirects("/old", "/new", status)))
    assert got.moved_permanently == (new if permanent else None)


async def test_validators_follow_a_redirect_within_the_site_and_never_to_another(site: Site, fetcher: Fetcher) -> None:
    async with Site() as other:
        known = fetched(await fetcher.fetch(site.puts("/new", "hello"))).validators
        known = replace(known, url=site.redirects("/old", "/new", "301 Moved Permanently"))
        same = await fetcher.fetch(site.url("/old"), known)
        assert same == NotModified(known, moved_permanently=site.url("/new"))

        site.redirects("/old", other.puts("/new", "hello"))
        assert fetched(await fetcher.fetch(site.url("/old"), known)).body == b"hello"
        assert "if-none-match" not in other.asked("/new")[0].headers


async def test_five_redirects_are_followed_and_no_more(site: Site, fetcher: Fetcher) -> None:
    for number in range(6):
        site.redirects(f"/{number}", f"/{number + 1}")
    site.puts("/6", "hello")
    assert fetched(await fetcher.fetch(site.url("/1"))).body == b"hello"
    assert "more than 5 times" in failed(await fetcher.fetch(site.url("/0")), "redirects").reason


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("http://169.254.169.254/", "refused"),
        ("http://[::ffff:10.0.0.1]/", "refused"),
        ("//user:password@127.0.0.1/", "refused"),
        ("http://169.254.169.254\\@good.example/", "refused"),
        ("file:///etc/passwd", "scheme"),
        ("ftp://good.example/", "scheme"),
        ("javascript:alert(1)", "scheme"),
    ],
)
async def test_every_hop_of_a_redirect_is_judged(site: Site, fetcher: Fetcher, location: str, kind: str) -> None:
    failed(await fetcher.fetch(site.redirects("/", location)), kind)


async def test_a_redirect_to_nowhere_is_a_status(site: Site, fetcher: Fetcher) -> None:
    assert failed(await fetcher.fetch(site.says("/", b"HTTP/1.1 302 Found\r\n\r\n")), "status").status == 302


# ---- refusals of the host ----


@pytest.mark.parametrize(
    "status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "451 No", "500 Oops", "299 Odd"]
)
async def test_an_error_page_is_no_document(site: Site, fetcher: Fetcher, status: str) -> None:
    site.pages["/"] = Page(b"<h1>Sorry</h1>", status=status)
    outcome = failed(await fetcher.fetch(site.url("/")), "status")
    assert outcome.status == int(status[:3])
    assert status in outcome.reason


@pytest.mark.parametrize("status", ["202 Accepted", "204 No Content", "206 Partial Content", "300 Multiple Choices"])
async def test_a_success_without_the_whole_document_is_none(site: Site, fetcher: Fetcher, status: str) -> None:
    site.pages["/"] = Page(b"", status=status)
    failed(await fetcher.fetch(site.url("/")), "status")


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120.0), ("-1", 0.0), ("100000000000000", 86400.0), ("x", None)])
async def test_retry_after_is_told_within_a_day(
    site: Site, fetcher: Fetcher, asked: str, seconds: float | None
) -> None:
    site.pages["/"] = Page(b"", status="429 Too Many Requests", headers={"Retry-After": asked})
    assert failed(await fetcher.fetch(site.url("/")), "status").retry_after == seconds


async def test_nobody_listening_is_a_failed_connection(fetcher: Fetcher) -> None:
    async with Site() as gone:
        url = gone.url("/")
    assert "Connection refused" in failed(await fetcher.fetch(url), "connect").reason


async def test_a_host_without_an_address_is_a_name_failure(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    failed(await fetcher.fetch("http://no-such-host.invalid/"), "dns")


async def test_a_certificate_that_nobody_signed_is_explained(fetcher: Fetcher) -> None:
    async with Site(tls=True) as site:
        outcome = await fetcher.fetch(site.puts("/", "hello"))
    assert "signed by itself" in failed(outcome, "tls").reason


async def test_a_host_that_speaks_no_tls_is_explained(site: Site, fetcher: Fetcher) -> None:
    # The greeting of TLS ends in no empty line, so the site answers nothing before it is asked to.
    async def answers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answers, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await fetcher.fetch(f"https://127.0.0.1:{port}/")
    assert "plain HTTP" in failed(outcome, "tls").reason


def test_a_network_that_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(Misuse, match=r"poll\.allow"):
        Fetcher(Polling(allow=("10.0.0.0/99",)), "1")

"""The whole server: headers of every answer, limits, odd requests, health, the style, and where it listens."""

import asyncio
import socket
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from state.errors import UserError
from state.store import Store
from tests.feeds.samples import SITE, entry, keep
from tests.web.conftest import Server
from web.app import serve
from web.throttle import Throttle


@pytest.mark.parametrize("path", ["/", "/nothing", "/feeds/all.atom", "/style.css", "/health", "/confirm/x", "/opml"])
async def test_every_answer_forbids_what_is_active_or_from_elsewhere(store: Store, server: Server, path: str) -> None:
    answer = await (await server.start()).get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == ("no-referrer" if path == "/confirm/x" else "same-origin")
    assert answer.headers["Server"] == "tidings"
    assert "Set-Cookie" not in answer.headers


async def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are; give the status line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    await writer.drain()
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


@pytest.mark.parametrize(
    "path",
    [
        b"/feeds/../../etc/passwd",
        b"/feeds/..%2f..%2fetc%2fpasswd",
        b"/feeds/%2e%2e/all.atom",
        b"/entries/../health/x",
        b"/style.css/../x",
        b"/sink/..%2Ftidings.db",
        b"/topics/%00",
        b"/topics/\xff\xfe",
        b"//evil.example/..",
        b"/topics/all%0d%0aX:y",
    ],
)
async def test_path_tricks_find_nothing(store: Store, server: Server, path: bytes) -> None:
    await server.start(sink=True)
    line = await raw(server, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert line.split()[1] in (b"404", b"400")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["long header", "long address", "smuggling", "nonsense"],
)
async def test_requests_that_are_none_are_refused(store: Store, server: Server, request_bytes: bytes) -> None:
    await server.start()
    line = await raw(server, request_bytes)
    assert line.split()[1] in (b"400", b"414", b"431")
    assert (await server.get("/health")).status == 200


async def test_health_and_readiness(store: Store, server: Server) -> None:
    await server.start()
    assert ((await server.get("/health")).status, (await server.get("/ready")).status) == (200, 200)
    with store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    answer = await server.get("/ready")
    assert (answer.status, answer.text) == (503, "not ready\n")
    assert (await server.get("/health")).status == 200


async def test_a_fault_of_ours_is_a_plain_500(store: Store, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    await server.start()
    with store.write() as db:
        db.execute(text("DROP TABLE feed_files"))
    answer = await server.get("/feeds/all.atom")
    assert answer.status == 500
    assert "Our fault" in answer.text
    assert "feed_files" not in answer.text
    assert "feed_files" in caplog.text


async def test_the_style_may_be_kept_for_a_year(store: Store, server: Server) -> None:
    await server.start()
    page = (await server.get("/")).text
    url = page.split('rel="stylesheet" href="')[1].split('"')[0]
    style = await server.get(url)
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await server.get(url, If_None_Match=style.headers["ETag"])).status == 304
    assert (await server.get("/feed.css")).headers["Cache-Control"] == "public, max-age=86400"
    assert b"url(" not in style.body
    assert b"@import" not in style.body


async def test_pages_work_below_a_path_and_without_any_address(store: Store, server: Server) -> None:
    keep(store, [entry("a1")])
    await server.start(site=replace(SITE, url="https://example.org/tidings"))
    assert 'action="/tidings/subscribe"' in (await server.get("/")).text
    await server.start(site=replace(SITE, url=""))
    assert 'action="/subscribe"' in (await server.get("/")).text
    assert (await server.get("/feeds/all.json")).status == 200


# ---- where it listens ----


async def test_a_port_that_is_taken_is_said_so(store: Store, server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        await server.start()
        assert server.running is not None
        app = server.running.runner.app
        assert app is not None
        with pytest.raises(UserError, match=r"web\.port .*--port"):
            await serve(type(app)(), "127.0.0.1", taken.getsockname()[1])


async def test_a_host_that_is_not_ours_is_said_so() -> None:
    from aiohttp import web

    with pytest.raises(UserError, match=r"192\.0\.2\.1"):
        await serve(web.Application(), "192.0.2.1", 0)


async def test_after_closing_nobody_answers(store: Store, server: Server) -> None:
    await server.start()
    assert server.running is not None
    await server.running.close()
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection("127.0.0.1", server.port)


# ---- caught mail ----


@pytest.fixture
def caught(tmp_path: Path) -> str:
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["Date"] = "sok@example.org", "3 new <entries>", "Sun, 10 May 2026 08:00:00 +0000"
    mail.set_content("Hello\nLeave: https://news.example.org/unsubscribe/x\n<script>\n")
    mail.add_alternative(
        '<!doctype html><html><head lang="en"></head><body><b>Hello</b><script>alert(1)</script></body></html>',
        subtype="html",
    )
    folder = tmp_path / "sink"
    folder.mkdir()
    (folder / "000001-sok-example.org.eml").write_bytes(bytes(mail))
    (tmp_path / "000009-secret.eml").write_bytes(bytes(mail))
    return "000001-sok-example.org.eml"


async def test_caught_mail_can_be_read_as_text_and_html(store: Store, server: Server, caught: str) -> None:
    await server.start(sink=True)
    listed = await server.get("/sink")
    assert "3 new &lt;entries&gt;" in listed.text
    assert f'href="/sink/{caught}"' in listed.text
    shown = await server.get(f"/sink/{caught}")
    assert '<a href="https://news.example.org/unsubscribe/x"' in shown.text
    assert "<script>" not in shown.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown.text
    frame = await server.get(f"/sink/{caught}/html")
    assert frame.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "allow-scripts" not in frame.headers["Content-Security-Policy"]
    assert '<head lang="en"><base target="_blank"></head>' in frame.text


async def test_only_the_sinks_own_mails_are_shown(store: Store, server: Server, caught: str) -> None:
    await server.start(sink=True)
    for name in ("000009-secret.eml", "..%2F000009-secret.eml", "%2e%2e%2ftidings.db"):
        assert (await server.get(f"/sink/{name}")).status == 404


async def test_without_a_sink_there_are_no_such_pages(store: Store, server: Server, caught: str) -> None:
    await server.start()
    for path in ("/sink", f"/sink/{caught}", f"/sink/{caught}/html"):
        assert (await server.get(path)).status == 404
    assert "Caught mail" not in (await server.get("/")).text


# ---- throttle ----


def test_the_throttle_forgets_after_an_hour_and_is_bounded(now: datetime) -> None:
    throttle = Throttle(1)
    assert throttle.allows("a", now)
    assert not throttle.allows("a", now)
    for number in range(10_001):
        assert throttle.allows(f"b{number}", now)
    assert throttle.allows("a", now), "the longest unseen is forgotten first"


def test_no_limit_is_no_limit(now: datetime) -> None:
    throttle = Throttle(0)
    assert all(throttle.allows("a", now) for _ in range(1000))

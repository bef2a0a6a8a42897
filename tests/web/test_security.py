"""Attacks on the pages (requirements: trust, "Attacks"): each is refused plainly, and nothing of ours breaks."""

import asyncio
import gzip
import socket
from datetime import datetime
from itertools import product

import pytest
from aiohttp import FormData

from mail import preferences, subscriptions, tokens
from mail.tokens import Token
from state import keys, outbox, subscribers, topics
from state.records import Topic
from state.store import Store
from tests.feeds.samples import SITE, STORED_HARM
from tests.web.conftest import Server
from web.headers import POLICY

EMAIL = "sok@example.org"
HOSTILE = (
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/secret",
    "a%00b",
    "%0d%0aSet-Cookie:%20a=b",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "' OR 1=1 --",
    "u-1-2-3-4-0-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "x" * 6000,
    "%ff%fe",
    "\u202etxt",
    "-" * 1500,
)


@pytest.fixture
def links(store: Store, now: datetime) -> dict[str, str]:
    """Every address that carries a token, of one subscriber."""
    with store.write() as db:
        topics.put_topic(db, Topic("wages", "Wages", any=("x",)), now)
        made = subscriptions.subscribe(
            db, email=EMAIL, topics=["wages"], confirmed=True, by="admin", site=SITE, now=now
        ).subscriber
        subscriptions.subscribe(db, email="new@example.org", topics=["all"], by="subscriber", site=SITE, now=now)
        asked = next(one.key for one in outbox.messages(db) if one.kind == "confirm")
        signed = keys.ensure(db, "token", now=now)
        leave = tokens.make(signed, Token("unsubscribe", made.id, made.generation))
        move = tokens.make(signed, Token("address", made.id, made.generation, None, "other@example.org"))
        return {
            "confirm": f"/confirm/{asked}",
            "unsubscribe": f"/unsubscribe/{leave}",
            "preferences": f"/preferences/{preferences.link_token(db, made, now=now)}",
            "address": f"/address/{move}",
        }


def everything(store: Store) -> object:
    with store.read() as db:
        people = subscribers.listed(db)
        return people, [subscriptions.show(db, one.email) for one in people], outbox.messages(db)


# ---- what a GET may do, and what stands in the headers ----


@pytest.mark.parametrize("where", ["confirm", "unsubscribe", "preferences", "address"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
async def test_only_a_post_changes_anything(
    store: Store, server: Server, links: dict[str, str], where: str, method: str
) -> None:
    before = everything(store)
    await server.start()
    query = "?do=forget&sure=yes&topic=wages&List-Unsubscribe=One-Click"
    answer = await server.ask(method, links[where] + query, headers={})
    assert answer.status == (200 if method in ("GET", "HEAD") else 405)
    assert everything(store) == before


async def test_subscribing_by_get_is_not_possible(store: Store, server: Server, links: dict[str, str]) -> None:
    before = everything(store)
    await server.start()
    assert (await server.get("/subscribe?email=a@example.org&topic=all")).status in (404, 405)
    assert everything(store) == before


@pytest.mark.parametrize("where", ["confirm", "unsubscribe", "preferences", "address"])
async def test_pages_with_a_token_tell_it_to_nobody(server: Server, links: dict[str, str], where: str) -> None:
    answer = await (await server.start()).get(links[where])
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/topics/all", "/nothing", "/feeds/all.atom", "/style.css", "/subscribe"])
async def test_every_answer_forbids_scripts_frames_and_foreign_things(
    server: Server, links: dict[str, str], path: str
) -> None:
    answer = await (await server.start()).get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "script-src" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY


async def test_pages_hold_no_script_no_style_and_nothing_foreign(server: Server, links: dict[str, str]) -> None:
    await server.start()
    for path in ("/", "/topics/all", "/nothing", *links.values()):
        text = (await server.get(path)).text
        for forbidden in ("<script", " style=", "<style", " onclick", "javascript:", 'src="http', "@import"):
            assert forbidden not in text, (path, forbidden)


# ---- the Host header, tokens, paths ----


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Original-URL", "X-Forwarded-Prefix", "Forwarded"])
async def test_no_link_is_made_from_what_a_client_says(
    store: Store, server: Server, links: dict[str, str], name: str
) -> None:
    await server.start()
    evil = "host=evil.example" if name == "Forwarded" else "evil.example"
    for path in ("/", "/opml", "/feeds/all.atom", *links.values()):
        answer = await server.ask("GET", path, headers={name: evil})
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)
    data = {"email": "b@example.org", "topic": "wages"}
    assert (await server.ask("POST", "/subscribe", headers={name: evil}, data=data)).status == 200
    with store.read() as db:
        newest = outbox.messages(db)[0]
        assert newest.recipient == "b@example.org"
        assert "evil.example" not in outbox.payload(db, newest.id)


@pytest.mark.parametrize("where", ["confirm", "unsubscribe", "preferences", "address", "digests", "topics", "entries"])
async def test_a_hostile_token_is_a_plain_404(store: Store, server: Server, links: dict[str, str], where: str) -> None:
    before = everything(store)
    await server.start()
    for method, token in product(("GET", "POST"), HOSTILE):
        answer = await server.ask(method, f"/{where}/{token}", headers={})
        assert answer.status in (400, 404, 405), token
        assert "<script>alert" not in answer.text
        assert "49" not in answer.text or "{{" not in token
        assert "Traceback" not in answer.text
    assert everything(store) == before


@pytest.mark.parametrize("change", ["cut", "case", "other purpose", "other person", "appended"])
async def test_a_token_that_was_changed_is_none(server: Server, links: dict[str, str], change: str) -> None:
    path = links["preferences"]
    head, _, token = path.rpartition("/")
    parts = token.split("-")
    forged = {
        "cut": token[:-1],
        "case": token.upper(),
        "other purpose": f"u{token[1:]}",
        "other person": "-".join([*parts[:2], "a" * 16, *parts[3:]]),
        "appended": f"{token}-0",
    }[change]
    await server.start()
    assert (await server.get(f"{head}/{forged}")).status == 404
    assert (await server.post(f"{head}/{forged}", {"do": "forget", "sure": "yes"})).status == 404


PATHS = (
    "/../../../etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//evil.example/..",
    "/style.css/../../templates/render.py",
    "/style.css%00.html",
    "/feeds/..%2f..%2ftidings.atom",
    "/feeds/%2e%2e.atom",
    "/topics/..%5c..%5cwin.ini",
    "/sink/../tidings.db",
    "/entries/%00",
    "/digests/..",
    "/web/../cli/keys.py",
)


async def test_no_path_leads_out_of_the_pages(server: Server, links: dict[str, str]) -> None:
    await server.start()
    for path in PATHS:
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = (await raw(server.port, asked.encode())).decode()
        assert answer.split()[1] in ("400", "404"), path
        assert "root:" not in answer
        assert "import" not in answer


# ---- what is too large, too much, too slow ----


async def raw(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("kind", ["one header", "many headers", "long path"])
async def test_a_megabyte_of_headers_is_refused(server: Server, links: dict[str, str], kind: str) -> None:
    await server.start()
    head = {
        "one header": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 1_000_000 + b"\r\n\r\n",
        "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: aaaaaaaaaaaaaaaa\r\n" * 45_000 + b"\r\n",
        "long path": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    }[kind]
    answer = await raw(server.port, head)
    assert answer == b"" or answer.split()[1] in (b"400", b"414", b"431")
    assert b"Traceback" not in answer
    assert (await server.get("/health")).status == 200


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "chunked"])
async def test_two_hundred_thousand_fields_are_refused(
    store: Store, server: Server, links: dict[str, str], form: str
) -> None:
    before = everything(store)
    await server.start()
    line = b'--b\r\nContent-Disposition: form-data; name="topic"\r\n\r\n\r\n'
    many = line * 200_000 + b"--b--\r\n" if form != "urlencoded" else b"topic=a&" * 200_000
    kind = "application/x-www-form-urlencoded" if form == "urlencoded" else "multipart/form-data; boundary=b"
    head = f"POST /subscribe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n"
    if form == "chunked":
        body = b"".join(b"%x\r\n%b\r\n" % (len(line), line) for _ in range(20_000)) + b"0\r\n\r\n"
        data = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + body
    else:
        data = head.encode() + b"Content-Length: %d\r\n\r\n" % len(many) + many
    answer = await raw(server.port, data)
    assert answer == b"" or answer.split()[1] in (b"413", b"400")
    assert everything(store) == before
    assert (await server.get("/health")).status == 200


async def test_more_fields_than_a_form_has_are_refused_though_they_are_short(
    server: Server, links: dict[str, str]
) -> None:
    await server.start()
    answer = await server.post("/subscribe", b"a&" * 20_000, Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 413


async def test_a_client_that_never_ends_its_headers_is_let_go(server: Server, links: dict[str, str]) -> None:
    await server.start(read_timeout=0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    await writer.drain()
    assert await asyncio.wait_for(reader.read(), 10) == b""  # closed without an answer
    writer.close()


async def test_a_client_that_never_ends_its_form_gets_a_408(
    store: Store, server: Server, links: dict[str, str]
) -> None:
    before = everything(store)
    await server.start(read_timeout=0.2)
    head = "POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{head}Content-Length: 1000\r\n\r\nemail=a".encode())
    await writer.drain()
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
    assert b" 408 " in answer
    writer.close()
    assert everything(store) == before


async def test_many_half_open_connections_keep_nobody_out(server: Server, links: dict[str, str]) -> None:
    await server.start()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for each in idle:
        each.send(b"GET / HTTP/1.1\r\n")
    assert (await server.get("/health")).status == 200
    for each in idle:
        each.close()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
        b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\na=b",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n injected: c\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
async def test_requests_that_two_readers_would_cut_differently_are_refused(
    server: Server, links: dict[str, str], data: bytes
) -> None:
    await server.start(read_timeout=0.5)
    answer = await raw(server.port, data)
    assert answer == b"" or answer.split()[1] in (b"400", b"505")
    assert answer.count(b"HTTP/1.1 ") <= 1


# ---- who may post, and what the answer tells ----


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"},
    ],
)
async def test_a_form_on_a_foreign_page_is_refused(
    store: Store, server: Server, links: dict[str, str], headers: dict[str, str]
) -> None:
    before = everything(store)
    await server.start()
    data = {"email": "a@example.org", "topic": "all"}
    assert (await server.ask("POST", "/subscribe", headers=headers, data=data)).status == 403
    assert everything(store) == before


async def test_our_own_form_is_taken_from_a_browser_that_hides_where_it_stands(
    store: Store, server: Server, links: dict[str, str]
) -> None:
    """Browsers say "Origin: null" where a page asks them to send no Referer."""
    await server.start()
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    data = {"email": "a@example.org", "topic": "all"}
    assert (await server.ask("POST", "/subscribe", headers=headers, data=data)).status == 200


async def test_the_answer_takes_its_time_whoever_is_known(server: Server, links: dict[str, str]) -> None:
    await server.start(answer_after=0.25)
    loop, took, said = asyncio.get_running_loop(), [], []
    for email in (EMAIL, "never-seen@example.org"):
        began = loop.time()
        answer = await server.post("/subscribe", {"email": email, "topic": "wages"})
        took.append(loop.time() - began)
        said.append(answer.text.replace(email, ""))
    assert said[0] == said[1]
    assert min(took) >= 0.25


async def test_all_clients_together_have_a_limit_too(store: Store, server: Server, links: dict[str, str]) -> None:
    await server.start(subscribe_total_per_hour=2, trusted_proxies=("127.0.0.0/8",))
    answers = [
        await server.post(
            "/subscribe", {"email": f"a{n}@example.org", "topic": "all"}, X_Forwarded_For=f"203.0.113.{n}"
        )
        for n in range(3)
    ]
    assert [answer.status for answer in answers] == [200, 200, 429]


async def test_one_address_gets_a_bounded_number_of_questions(
    store: Store, server: Server, links: dict[str, str]
) -> None:
    await server.start(subscribe_per_hour=0)
    for every in ("now", "daily", "weekly", "monthly", "now"):
        data = {"email": "victim@example.org", "topic": "all", "every": every}
        assert (await server.post("/subscribe", data)).status == 200
    with store.read() as db:
        assert len([one for one in outbox.messages(db) if one.recipient == "victim@example.org"]) == 3


async def test_a_closed_topic_cannot_be_subscribed_to_by_its_id(
    store: Store, server: Server, links: dict[str, str], now: datetime
) -> None:
    with store.write() as db:
        topics.close_topic(db, "wages", now)
    before = everything(store)
    await server.start()
    answer = await server.post("/subscribe", {"email": "a@example.org", "topic": "wages"})
    assert answer.status == 400
    assert "`" not in answer.text
    assert everything(store) == before


async def test_what_was_typed_stands_escaped_in_every_field(server: Server, links: dict[str, str]) -> None:
    await server.start()
    form = FormData()
    for name in ("email", "topic", "every", "at", "on", "monthday", "timezone", "language", "every:wages"):
        form.add_field(name, STORED_HARM.replace("\x00", "") + '"><script>alert(2)</script>')
    answer = await server.post("/subscribe", form)
    assert answer.status == 400
    assert "<script" not in answer.text


PART = b'--b\r\nContent-Disposition: form-data; name="email"\r\n'
ODD_BODIES = {
    "unknown charset": ("application/x-www-form-urlencoded; charset=nonsense", b"email=a", {}),
    "no utf-8": ("application/x-www-form-urlencoded", b"email=%ff%fe\xff", {}),
    "utf-16": ("application/x-www-form-urlencoded; charset=utf-16", b"email=a", {}),
    "unknown transfer encoding": (
        "multipart/form-data; boundary=b",
        PART + b"Content-Transfer-Encoding: bogus\r\n\r\na\r\n--b--",
        {},
    ),
    "broken base64": (
        "multipart/form-data; boundary=b",
        PART + b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
        {},
    ),
    "packed part": ("multipart/form-data; boundary=b", PART + b"Content-Encoding: gzip\r\n\r\nno gzip\r\n--b--", {}),
    "unknown packing": ("multipart/form-data; boundary=b", PART + b"Content-Encoding: bogus\r\n\r\na\r\n--b--", {}),
    "charset of a part": (
        "multipart/form-data; boundary=b",
        PART + b"Content-Type: text/plain; charset=nonsense\r\n\r\na\r\n--b--",
        {},
    ),
    "nested": (
        "multipart/form-data; boundary=b",
        PART + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\na\r\n--c--\r\n--b--",
        {},
    ),
    "no name": ("multipart/form-data; boundary=b", b"--b\r\n\r\na\r\n--b--", {}),
    "file": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="email"; filename="../../x"\r\n\r\na\r\n--b--',
        {},
    ),
    "long boundary": ("multipart/form-data; boundary=" + "b" * 5000, b"--b", {}),
    "no boundary": ("multipart/form-data", b"--b", {}),
    "packed body": ("application/x-www-form-urlencoded", b"no gzip", {"Content-Encoding": "gzip"}),
    "bomb": (
        "application/x-www-form-urlencoded",
        gzip.compress(b"a=" + b"x" * 50_000_000),
        {"Content-Encoding": "gzip"},
    ),
}


@pytest.mark.parametrize("body", ODD_BODIES)
async def test_an_odd_body_is_refused_plainly_and_still_lets_people_leave(
    store: Store, server: Server, links: dict[str, str], body: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = everything(store)
    kind, data, more = ODD_BODIES[body]
    await server.start()
    headers = {"Content-Type": kind, "Connection": "close", **more}
    for path in ("/subscribe", links["preferences"], links["confirm"] + "x"):
        answer = await server.ask("POST", path, headers=headers, data=data)
        assert answer.status in (400, 404, 413), (path, answer.status)
    assert everything(store) == before
    left = await server.ask("POST", links["unsubscribe"], headers=headers, data=data)
    assert left.status in (200, 400, 413)
    assert "Traceback" not in caplog.text

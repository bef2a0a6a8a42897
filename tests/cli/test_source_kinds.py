"""Kinds of sources, from `source add` to the mail: an API, a news sitemap, a feed, a folder. Each item mails once."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import Cli
from tests.cli.samples import NOTICES, with_one_more

Item = tuple[str, str, int]  # title, number of its link, days ago
Write = Callable[[list[Item], str], tuple[str, str]]  # items and the site's address: a document and its type
OLD: list[Item] = [("Grain prices fall", "3", 5), ("New wheel installed", "2", 20), ("Open day at the mill", "1", 40)]
NEW: Item = ("Night shifts end in June", "4", 0)


def day(ago: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=ago, hours=1)


def api(items: list[Item], site: str) -> tuple[str, str]:
    """What no guess finds by itself: fields with names of their own, below others."""
    rows = [
        {"meta": {"headline": title}, "go": f"{site}/n/{n}", "when": {"day": f"{day(ago):%Y-%m-%d}"}, "type": "a"}
        for title, n, ago in items
    ]
    return json.dumps({"status": {"ok": True, "menu": ["Home", "About"]}, "data": {"rows": rows}}), "application/json"


def sitemap(items: list[Item], site: str) -> tuple[str, str]:
    rows = "".join(
        f"<url><loc>{site}/n/{n}</loc><news:news><news:publication><news:name>Mill</news:name>"
        f"<news:language>en</news:language></news:publication><news:title>{title}</news:title>"
        f"<news:publication_date>{day(ago).isoformat()}</news:publication_date></news:news></url>"
        for title, n, ago in items
    )
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {spaces}>{rows}</urlset>', "application/xml"


def rss(items: list[Item], site: str) -> tuple[str, str]:
    rows = "".join(
        f"<item><title>{title}</title><link>{site}/n/{n}</link><guid>{site}/n/{n}</guid>"
        f"<pubDate>{format_datetime(day(ago))}</pubDate></item>"
        for title, n, ago in items
    )
    return f'<rss version="2.0"><channel><title>Mill</title><link>{site}</link>{rows}</channel></rss>', "text/xml"


class Served:
    """One document on loopback that can be replaced."""

    def __init__(self) -> None:
        self.document = ("", "text/html")
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text, kind = served.document if self.path == "/list" else ("", "text/plain")
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Requests are nobody's business here."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def served() -> Iterator[Served]:
    held = Served()
    yield held
    held.server.shutdown()
    held.server.server_close()


def subjects(folder: Path) -> list[str]:
    """What stands in the mails that the sink caught, each with its text."""
    found = []
    for file in sorted((folder / "tidings.mails").glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        text = mail.get_body(("plain",))
        assert text
        found.append(text.get_content())
    return found


PATHS = ("item=$.data.rows[*]", "title=.meta.headline", "url=.go", "date=.when.day")


@pytest.mark.parametrize(
    ("write", "kind", "select"),
    [(api, "json", PATHS), (sitemap, "sitemap", ()), (rss, "feed", ())],
    ids=["api", "sitemap", "feed"],
)
def test_what_is_new_in_a_document_is_mailed_once(
    tidings: Cli, served: Served, write: Write, kind: str, select: tuple[str, ...]
) -> None:
    served.document = write(OLD, served.url)
    chosen = [word for path in select for word in ("--select", path)]
    tidings("source", "add", f"{served.url}/list", "--id", "mill", "--kind", kind, *chosen, "--yes")
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")
    before = [(entry["title"], entry["url"]) for entry in tidings("entry", "list", "--json").json["entries"]]

    served.document = write([NEW, *OLD], served.url)
    polled = tidings("source", "poll", "mill", "--json").json["polled"][0]
    tidings("run", "--once")
    tidings("source", "poll", "mill")
    tidings("run", "--once")

    assert sorted(before) == sorted((title, f"{served.url}/n/{n}") for title, n, _ in OLD)
    assert (polled["outcome"], len(polled["new"])) == ("changed", 1)
    (text,) = subjects(tidings.folder)
    assert NEW[0] in text
    assert OLD[0][0] not in text
    (entry,) = tidings("entry", "list", "--json", "--limit", "1").json["entries"]
    assert (entry["title"], entry["date"], entry["url"]) == (NEW[0], f"{day(0):%Y-%m-%d}", f"{served.url}/n/4")


def test_a_new_file_in_a_folder_is_mailed_once(tidings: Cli, documents: Callable[[str, str], Path]) -> None:
    folder = documents("may.txt", NOTICES)
    tidings("source", "add", str(folder), "--id", "mill", "--base-url", "https://mill.example.org/", "--yes")
    tidings("subscriber", "add", "reader@example.org", "--topic", "all", "--every", "now", "--confirmed")

    (folder / "june.txt").write_text(with_one_more(NOTICES), encoding="utf-8")
    polled = tidings("source", "poll", "mill", "--json").json["polled"][0]
    tidings("run", "--once")
    tidings("source", "poll", "mill")
    tidings("run", "--once")

    assert len(polled["new"]) == 1
    (text,) = subjects(tidings.folder)
    assert NEW[0] in text
    assert "https://mill.example.org/june.txt" in text
    assert "Safety day" not in text

"""The sample institution of `tidings demo`: a web site in three shapes that changes step by step.

A numbered list of press releases over two overlapping pages, a list of resources
by month with items that have no title, and a publication page with translated
downloads. Served on loopback from data in cli/samples; nothing here is a fixture
of the tests.
"""

import hashlib
import json
import threading
from datetime import date, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

NEWS, OLDER, RESOURCES, REPORT = "/news/", "/news/page-2/", "/resources/", "/publications/annual-report-2026/"


class SampleSite:
    """Serves the site on 127.0.0.1 while open. `change` makes the next change and says what it was."""

    def __init__(self) -> None:
        self._content: dict[str, Any] = json.loads(files("cli").joinpath("samples/releases.json").read_text("utf-8"))
        self._lock = threading.Lock()
        self.steps = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the demo speaks for itself."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "SampleSite":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """One GET, conditional where the client knows the page (RFC 9110 13.1.2)."""
        with self._lock:
            page = self.page(urlsplit(request.path).path)
        body = (page or "<title>Not found</title><p>No such page.").encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        fresh = page is not None and request.headers.get("If-None-Match") == etag
        request.send_response(304 if fresh else 200 if page else 404)
        request.send_header("ETag", etag)
        if not fresh:
            request.send_header("Content-Type", "text/html; charset=utf-8")
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if not fresh:
            request.wfile.write(body)

    def change(self, today: date) -> str:
        """Make the next change: a release, a resource, a corrected typo, a download; later a weekly bulletin."""
        content = self._content
        with self._lock:
            self.steps += 1
            if self.steps == 3:
                content["releases"][-1]["title"] = content["releases"][-1]["title"].replace("pilot", "trial")
                return "a word was corrected in an old press release (nobody is mailed about that)"
            if self.steps == 5 and (download := content["publication"].pop("later_download", None)):
                content["publication"]["downloads"].append(download)
                return f"the annual report can be had in one more language: {download['label']}"
            if self.steps in (2, 6) and content["later_resources"]:
                item = {"month": f"{today:%B %Y}", **content["later_resources"].pop(0)}
                content["resources"].insert(0, item)
                return f"new in the list of resources: {item['title'] or item['summary'][:50] + '…'}"
            release = content["later"].pop(0) if content["later"] else self._bulletin(today)
            content["releases"].insert(0, {**release, "date": today.isoformat()})
            return f"new press release: {release['title']}"

    def _bulletin(self, today: date) -> dict[str, str]:
        week = today + timedelta(weeks=self.steps)
        title = f"Bulletin {self.steps} of the river traffic office"
        return {
            "title": title,
            "place": "",
            "type": "Press release",
            "summary": f"Water levels, closures and night work until the week of {week:%d %B %Y}.",
        }

    # ---- pages ----

    def page(self, path: str) -> str | None:
        """The HTML of a path, None where there is nothing."""
        releases = self._content["releases"]
        match path:
            case "/":
                return self._frame("Institute for Work on Two Rivers", "<p>Welcome.</p>")
            case "/news/":
                return self._frame("Press releases", self._releases(releases[:6], 1) + _pages(1))
            case "/news/page-2/":
                return self._frame("Press releases", self._releases(releases[5:], 6) + _pages(2))
            case "/resources/":
                return self._frame("Resources", self._resources())
            case "/publications/annual-report-2026/":
                return self._publication()
        for number, release in enumerate(reversed(releases)):
            if path == f"/news/release-{number:03}/":
                return self._frame(release["title"], f"<p>{escape(release['summary'])}</p>")
        return None

    def _releases(self, releases: list[dict[str, str]], first: int) -> str:
        total = len(self._content["releases"])
        items = []
        for offset, release in enumerate(releases):
            number = total - (first + offset)
            day = date.fromisoformat(release["date"])
            items.append(
                f'<li><p class="type">{escape(release["type"])}</p>'
                f'<h4><a href="/news/release-{number:03}/">{escape(release["title"])}</a></h4>'
                f'<p class="when">{day:%d %B %Y}, {escape(release["place"])}</p>'
                f"<p>{escape(release['summary'])}</p></li>"
            )
        return f'<ol class="releases" start="{first}">{"".join(items)}</ol>'

    def _resources(self) -> str:
        months: dict[str, list[str]] = {}
        total = len(self._content["resources"])
        for offset, item in enumerate(self._content["resources"]):
            link = f"/resources/item-{total - offset:03}/"
            name = escape(item["title"]) or '<img src="/film.png" alt="">'
            entry = f'<li><h4><a href="{link}">{name}</a></h4><p>{escape(item["summary"])}</p></li>'
            months.setdefault(item["month"], []).append(entry)
        return "".join(f"<h3>{month}</h3><ol>{''.join(items)}</ol>" for month, items in months.items())

    def _publication(self) -> str:
        report = self._content["publication"]
        day = date.fromisoformat(report["date"])
        paragraphs = "".join(f"<p>{escape(text)}</p>" for text in report["paragraphs"])
        downloads = "".join(
            f'<p class="download"><a href="/files/{file["file"]}">{escape(file["label"])}</a></p>'
            for file in report["downloads"]
        )
        when = f'<p class="date"><time datetime="{day}">{day:%d %B %Y}</time></p>'
        return self._frame(report["title"], f"<article>{when}{paragraphs}{downloads}</article>")

    def _frame(self, title: str, main: str) -> str:
        menu = ((NEWS, "News"), (RESOURCES, "Resources"), (REPORT, "Annual report"))
        items = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in menu)
        return (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'
            f'<header><a href="/">Institute for Work on Two Rivers</a><nav><ul>{items}</ul></nav></header>'
            f"<main><h1>{escape(title)}</h1>{main}</main>"
            '<footer><ul><li><a href="/contact/">Contact</a></li><li><a href="/imprint/">Imprint</a></li></ul></footer>'
            "</body></html>"
        )


def _pages(current: int) -> str:
    link = '<a rel="next" href="/news/page-2/">Next</a>' if current == 1 else '<a rel="prev" href="/news/">Previous</a>'
    return f'<p class="pager">Page {current} of 2 {link}</p>'

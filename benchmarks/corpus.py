"""Pages with their truth, and how well entries match it: what the benchmarks of extraction share.

The pages of tests/pages always; with CORPUS=FOLDER in the environment also those of a folder of real ones, each in a
folder of its own with page.html, truth.json (entries with title, url, date) and SOURCE.txt (a line "base_url: …").
"""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from feeds.children import Document
from feeds.extraction import extract
from state.records import Extraction
from state.text import folded

PAGES = Path(__file__).parent.parent / "tests" / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """titles: what it may be called, the first before the others. date: as written in the truth, None for none.
    relative: its date depends on when the page was fetched, and is not judged.
    """

    titles: tuple[str, ...]
    url: str | None
    date: str | None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    base: str
    body: bytes
    truth: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Score:
    """f1: of the entries. dates: share of the true dates that were found, None where the truth has none. titles: share
    of the matched entries whose title is the true one. invented: dates given that are not true.
    """

    f1: float
    dates: float | None
    titles: float
    invented: int


def pages() -> list[Page]:
    """The pages of the tests: those of markup."""
    found = []
    for file in sorted(PAGES.glob("*.html")):
        told = json.loads(file.with_suffix(".json").read_text())
        found.append(Page(file.stem, told["base"], file.read_bytes(), [_entry(one) for one in told["entries"]]))
    return found


def real_pages() -> list[Page]:
    """The pages of the folder that CORPUS names; none without it."""
    folder = os.environ.get("CORPUS")
    found = []
    for file in sorted(Path(folder).glob("*/truth.json")) if folder else ():
        base = re.search(r"^base_url:\s*(\S+)", (file.parent / "SOURCE.txt").read_text(), re.M)
        truth = [_entry(one) for one in json.loads(file.read_text())]
        if base is not None:
            found.append(Page(file.parent.name, base[1], (file.parent / "page.html").read_bytes(), truth))
    return found


def _entry(told: Mapping[str, Any]) -> Entry:
    title = told.get("title") or told.get("display_title") or told.get("summary") or ""
    return Entry(
        (title, *told.get("alt_titles", ())), told.get("url"), told.get("date"), bool(told.get("date_relative"))
    )


def text_of(page: Page) -> str:
    """The markup of a page, for changing it; written anew it is UTF-8 and says so."""
    said = _CHARSET.search(page.body[:4000])
    for name in (said[1].decode() if said else "utf-8", "utf-8", "cp1252"):
        try:
            text = page.body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        return re.sub(r"charset=([\"']?)[\w-]+", r"charset=\1utf-8", text, flags=re.I)
    return page.body.decode("utf-8", "replace")


def found_in(page: Page, markup: str | None = None) -> list[Entry]:
    """The entries we find on a page, or on changed markup of it."""
    body = page.body if markup is None else markup.encode()
    found = extract(Document(page.base, body), NOW)
    if not isinstance(found, Extraction):
        return []
    return [Entry((record.title or record.display_title,), record.url, record.date) for record in found.records]


def score(truth: Sequence[Entry], found: Sequence[Entry]) -> Score:
    """How well entries match the truth: one to one, by address and then by title. A page without entries is right
    where none are found.
    """
    matched = _matched(truth, found)
    dated = [one for one in truth if one.date]
    right = sum(one.date is not None and one.date == other.date for one, other in matched)
    given = sum(other.date is not None for one, other in matched if not one.relative)
    together = len(truth) + len(found)
    return Score(
        2 * len(matched) / together if together else 1.0,
        right / len(dated) if dated else None,
        sum(_alike(one, other) for one, other in matched) / len(matched) if matched else 1.0,
        given - right,
    )


def _matched(truth: Sequence[Entry], found: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    left = list(found)
    pairs: list[tuple[Entry, Entry]] = []
    rest: list[Entry] = []
    for one in truth:
        same = [other for other in left if one.url and _address(one.url) == _address(other.url)]
        best = next((other for other in same if _alike(one, other)), same[0] if same else None)
        if best is None:
            rest.append(one)
            continue
        pairs.append((one, best))
        left.remove(best)
    for one in rest:
        best = next((other for other in left if _alike(one, other)), None)
        if best is not None:
            pairs.append((one, best))
            left.remove(best)
    return pairs


def _address(url: str | None) -> str:
    parts = urlsplit(url or "")
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{unquote(parts.path).rstrip('/')}?{parts.query}"


def _alike(one: Entry, other: Entry) -> bool:
    """Whether one of the titles is the same, or one begins with the other."""
    return any(_same(title, said) for title in one.titles for said in other.titles)


def _same(one: str, other: str) -> bool:
    short, long = sorted((folded(one), folded(other)), key=len)
    return short == long or (len(short) >= 8 and long.startswith(short))


def summary(scores: Iterable[Score]) -> str:
    """The figures over several pages: means over pages."""
    told = list(scores)
    dated = [one.dates for one in told if one.dates is not None]
    return (
        f"F1 {sum(one.f1 for one in told) / len(told):.3f}  dates {sum(dated) / max(1, len(dated)):.3f}"
        f"  titles {sum(one.titles for one in told) / len(told):.3f}  wrong dates {sum(one.invented for one in told)}"
    )

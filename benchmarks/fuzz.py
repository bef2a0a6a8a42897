"""Read mutated documents: whatever bytes come, an answer or a reason, soon, and never an exception.

`python -m benchmarks fuzz` reads for a minute and prints what was slow; tests/feeds/extraction/test_fuzz.py reads a
slice of the same. Every document is made from a seed alone, so that one that fails can be made again.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from feeds.children import Document
from feeds.extraction import extract

PAGES = Path(__file__).parent.parent / "tests" / "pages"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
KINDS = ("auto", "auto", "auto", "page", "feed", "text", "sitemap", "json")
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [{"id": n, "title": f"Notice {n}", "url": f"/n/{n}", "date_published": "2026-05-08"} for n in range(3)],
}
TOKENS = re.compile(rb"<[^<>]{0,200}>|[^<>\s]+|\s+|[<>]")
JUNK = (
    b"\0", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#x110000;",
    b"&amp;lt;", b"<pre>", b"</table>", b"<td>", b"<a href='//[::1'>", b"<base href='http://['>", b"<item>",
    b"<urlset>", b"<script type=application/ld+json>", b"{", b"[[[", b'"@graph":', b"\\ud800", b"31 February 2026",
    b"99/99/99",
    b"0000-00-00", b"<svg>", b"<template>", b"<!DOCTYPE rss [<!ENTITY a '&b;'>]>", b"\xe1\x9e\x80",
    b"\xf0\x9f\x8f\xb3", "٣٠ مايو".encode(),
)  # fmt: skip


def sources(longest: int = 1_000_000) -> list[bytes]:
    """What is mutated: pages, feeds, sitemaps and texts of the tests, and JSON; the beginning of the long ones."""
    bodies = [file.read_bytes()[:longest] for file in sorted(PAGES.iterdir()) if file.suffix != ".json"]
    return [*bodies, json.dumps(JSON).encode(), json.dumps({"data": JSON["items"], "next": "?p=2"}).encode()]


def mutated(seed: int, bodies: Sequence[bytes]) -> Document:
    """The document of a seed: one of the bodies after one to four changes."""
    chance = random.Random(seed)
    body = chance.choice(bodies)
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(CHANGES)(body, chance, bodies)
    select = {"item": chance.choice(("li", "$.items[*]", "//p"))} if chance.random() < 0.05 else {}
    return Document("https://harbour.example/news/", body, kind=chance.choice(KINDS), select=select)


def _cut(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] if chance.random() < 0.7 else body[at:]


def _flipped(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    signs = bytearray(body)
    for _ in range(min(len(signs), chance.randint(1, 30))):
        signs[chance.randrange(len(signs))] = chance.randrange(256)
    return bytes(signs)


def _shuffled(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    tokens = TOKENS.findall(body)
    start = chance.randrange(len(tokens) + 1)
    part = tokens[start : start + chance.randint(2, 60)]
    chance.shuffle(part)
    return b"".join([*tokens[:start], *part, *tokens[start + len(part) :]])


def _dropped(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    share = chance.random() * 0.3
    return b"".join(token for token in TOKENS.findall(body) if chance.random() > share)


def _junk(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    tokens = TOKENS.findall(body)
    for _ in range(chance.randint(1, 10)):
        tokens.insert(chance.randrange(len(tokens) + 1), chance.choice(JUNK) * chance.choice((1, 1, 1, 50)))
    return b"".join(tokens)


def _spliced(body: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    at, there = chance.randrange(len(body) + 1), chance.randrange(len(other) + 1)
    return body[:at] + other[there : there + 3_000]


def _encoded(body: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-16-be", "cp1252", "koi8-r")), "replace")


CHANGES: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _cut, _flipped, _shuffled, _dropped, _junk, _spliced, _encoded,
)  # fmt: skip


def documents(first: int, bodies: Sequence[bytes]) -> Iterator[tuple[int, Document]]:
    """Endless: seeds from `first` on and their documents."""
    seed = first
    while True:
        yield seed, mutated(seed, bodies)
        seed += 1


def run(seconds: float = 60.0) -> None:
    began = time.perf_counter()
    read, slowest, failed = 0, (0.0, 0, 0), 0
    for seed, document in documents(random.SystemRandom().randrange(10**9), sources()):
        start = time.process_time()
        try:
            extract(document, NOW)
        except Exception as error:
            failed += 1
            print(f"  seed {seed}: {type(error).__name__}: {error}")
        took = time.process_time() - start
        slowest = max(slowest, (took, seed, len(document.body)))
        read += 1
        if time.perf_counter() - began > seconds:
            break
    print(f"{read} mutated documents in {seconds:g} s, {failed} raised an exception")
    print(f"  slowest {slowest[0] * 1000:.0f} ms of processor time: seed {slowest[1]}, {slowest[2]} bytes")

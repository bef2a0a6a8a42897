"""Extraction by size of page, against other extractors side by side, and through a child process.

Pages: those of the tests, and with CORPUS=FOLDER real ones (see `benchmarks.corpus`). Seconds are of processor time.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from benchmarks import corpus, peers
from feeds.children import Children, Document
from feeds.extraction import dom, extract
from state.records import Extraction

_SIZES = (10_000, 100_000, 1_000_000, 5_000_000)  # bytes
_CLASSES = ((0, 10_000), (10_000, 50_000), (50_000, 200_000), (200_000, 3_000_000))  # bytes


def run() -> None:
    pages = [*corpus.pages(), *corpus.real_pages()]
    _side_by_side(pages)
    _growth()
    rate = asyncio.run(_through_child([Document(page.base, page.body) for page in corpus.pages()]))
    print(f"through a child process {rate:.0f} pages a second (pages of the tests)")


def _side_by_side(pages: Sequence[corpus.Page]) -> None:
    """Seconds and F1 of ours and of each peer that can be had, by size of page."""
    ours: list[peers.Read] = []
    extract(Document(pages[0].base, pages[0].body), corpus.NOW)  # word lists are read once
    for page in pages:
        began = time.process_time()
        entries = corpus.found_in(page)
        ours.append(peers.Read(time.process_time() - began, entries, ""))
    _table("ours", pages, ours)
    for name in peers.PEERS:
        theirs = peers.entries_of(name, pages)
        if isinstance(theirs, str):
            print(f"{name}: {theirs}")
            continue
        _table(name, pages, theirs)
        mine, their = sum(one.seconds for one in ours), sum(one.seconds for one in theirs)
        print(f"  {their / mine:.1f} times our time over all pages; {sum(bool(one.fault) for one in theirs)} faults")


def _table(name: str, pages: Sequence[corpus.Page], found: Sequence[peers.Read]) -> None:
    print(f"{name} over {len(pages)} pages")
    for low, high in (*_CLASSES, (0, 10**9)):
        some = [(page, one) for page, one in zip(pages, found, strict=True) if low <= len(page.body) < high]
        if not some:
            continue
        spent = 1000 * sum(one.seconds for _, one in some) / len(some)
        label = f"{low // 1000}-{high // 1000} kB" if high < 10**9 else "all"
        told = corpus.summary(corpus.score(page.truth, one.entries) for page, one in some)
        print(f"  {label:13} {len(some):4} pages {spent:9.1f} ms a page  {told}")


def _growth() -> None:
    """Milliseconds by size, for several shapes of list: nearly the same for each megabyte if time is linear."""
    for make in (_links, _cards, _table_rows, _dated_lines, _figures, _text_entries):
        told: list[str] = []
        for size in _SIZES:
            body = _page(make, size).encode()
            began = time.process_time()
            found = extract(Document("https://pages.example/list", body), corpus.NOW)
            spent = 1000 * (time.process_time() - began)
            read = f"{spent:6.0f} ms ({spent / len(body) * 1e6:4.0f} ms/MB)"
            told.append(f"{len(body) / 1e6:.2f} MB {read if isinstance(found, Extraction) else 'refused'}")
        print(f"{make.__name__.strip('_').replace('_', ' '):12} {'   '.join(told)}")
    body = _page(_links, 4_000_000).encode()
    began = time.process_time()
    dom.parse(body.decode())
    print(f"parsing alone {len(body) / 1e6:.1f} MB {time.process_time() - began:.2f} s")


def _page(make: Callable[[int], str], size: int) -> str:
    one = len(make(100))
    items = "".join(make(number) for number in range(max(3, size // one)))
    if make is _text_entries:
        return items
    items = f"<table>{items}</table>" if items.startswith("<tr") else items
    return f"<!DOCTYPE html><html lang=en><head><title>News</title></head><body><h1>News</h1>{items}</body></html>"


def _links(number: int) -> str:
    return f'<li><a href="/n/{number}">Ferry {number} to the islands leaves at {number % 24} from the pier</a></li>'


def _cards(number: int) -> str:
    day = date(2026, 5, 1) - timedelta(days=number // 3)
    return (
        f'<div class="card"><a href="/n/{number}"><img src="/i/{number}.jpg" alt=""></a><h3><a href="/n/{number}">'
        f"Ferry {number} to the islands leaves from another pier</a></h3><p>{day:%d %B %Y}</p><p>Passengers are asked "
        f'to be there {number % 50} minutes before it leaves.</p><a href="/n/{number}">Read more</a></div>'
    )


def _table_rows(number: int) -> str:
    day = date(2026, 5, 1) - timedelta(days=number // 3)
    title = f'<a href="/n/{number}.pdf">Notice {number} to mariners about the islands</a>'
    return f"<tr><td>{number}</td><td>{title}</td><td>{day:%d/%m/%Y}</td></tr>"


def _dated_lines(number: int) -> str:
    day = date(2026, 5, 1) - timedelta(days=number // 3)
    return f'{day:%d.%m.%Y} <a href="/n/{number}">Ferry {number} to the islands leaves from another pier</a><br>'


def _figures(number: int) -> str:
    return f"<tr>{''.join(f'<td>{number * place % 99_991}</td>' for place in range(3, 13))}</tr>"


def _text_entries(number: int) -> str:
    day = date(2026, 5, 1) - timedelta(days=number // 3)
    return (
        f"{number + 1}. Ferry {number} to the islands leaves from another pier\n{day:%d %B %Y}, PORT NORTH\nPassengers "
        f"are asked to be there {number % 50} minutes before it leaves, with all that they need.\n\n"
    )


async def _through_child(pages: list[Document]) -> float:
    async with Children(count=1) as children:
        await children.extract(pages[0], now=corpus.NOW)  # the start of the process is not what is measured
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0
        while loop.time() - began < 1.5:
            for page in pages:
                await children.extract(page, now=corpus.NOW)
            done += len(pages)
        return done / (loop.time() - began)

"""A watch with everything real: a site on loopback, the one fetch function, child processes, a database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from feeds.children import Children
from feeds.fetch import Fetcher
from feeds.poll import Watch
from feeds.settings import Polling
from state import entries, filings
from state.store import Store
from tests.fakes.site import LOOPBACK
from tests.feeds.samples import SITE

Row = tuple[str, str, str]  # title, day in words, number of its link


@asynccontextmanager
async def watching(
    store: Store, children: Children, *, hold: int = 200, max_bytes: int = 1_000_000
) -> AsyncIterator[Watch]:
    """Everything that watching holds open, until the end of the block."""
    settings = Polling(allow=LOOPBACK, new_entries_hold=hold, max_bytes=max_bytes, timeout=20, gap=0)
    async with Fetcher(settings, "1.0") as fetcher:
        yield Watch(store, fetcher, children, SITE, settings)


class Gate(asyncio.Event):
    """A step of a site's script that holds the answer back; `reached` is set when it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.reached.set()
        return await super().wait()


def listing(rows: Sequence[Row], *, following: str = "") -> str:
    """A press list as an institution's site has it."""
    items = "".join(
        f'<li><p class="type">Press release</p><h3><a href="/news/{number}">{title}</a></h3>'
        f'<p class="date">{day}</p><p>What the office has to say about: {title}.</p></li>'
        for title, day, number in rows
    )
    pager = f'<nav><a rel="next" href="{following}">Next page</a></nav>' if following else ""
    return (
        f"<!DOCTYPE html><html lang=en><head><title>Press releases</title></head>"
        f"<body><main><h1>Press releases</h1><ol>{items}</ol>{pager}</main></body></html>"
    )


ROWS: tuple[Row, ...] = (
    ("Brick kilns send all children to school", "08 May 2006", "8"),
    ("Garment workers elect a committee", "04 May 2006", "7"),
    ("Ministry counts accidents on building sites", "28 April 2006", "6"),
    ("Farmers learn to handle pesticides", "17 March 2006", "5"),
    ("Hotels hire the first apprentices", "20 January 2006", "4"),
)
NEW: Row = ("Ten provinces agree on a hotline", "15 May 2006", "9")


def titles(store: Store) -> list[str]:
    """In the order of the feed."""
    with store.read() as db:
        return [entry.title for entry in entries.entries(db)]


def mailable(store: Store) -> list[str]:
    """Titles of the entries that people are told of, newest first."""
    with store.read() as db:
        known = entries.entries(db)
        filed = filings.filed(db, [entry.id for entry in known])
    return [entry.title for entry in known if filed[entry.id, "all"]]

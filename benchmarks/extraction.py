"""Pages a second of extraction, in the child's own code and through a child process, against merely parsing."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import pair
from feeds.children import Children, Document
from feeds.extraction import dom, extract

PAGES = Path(__file__).parent.parent / "tests" / "pages"
NOW = datetime(2026, 5, 10, tzinfo=UTC)


def run() -> None:
    pages = [Document(f"https://pages.example/{file.stem}", file.read_bytes()) for file in sorted(PAGES.glob("*.html"))]
    size = sum(len(page.body) for page in pages)

    def ours() -> None:
        for page in pages:
            extract(page, NOW)

    def parsing() -> None:
        for page in pages:
            dom.parse(page.body.decode("utf-8", "replace"))

    whole, bare, _ = pair(ours, parsing, rounds=3)
    print(f"pages a second over {len(pages)} pages of {size // max(1, len(pages))} bytes on average")
    print(
        f"  extraction {whole * len(pages):7.0f}/s  parsing alone {bare * len(pages):7.0f}/s  ratio {whole / bare:5.2f}"
    )
    print(f"  through a child process {asyncio.run(through_child(pages)):7.0f}/s")


async def through_child(pages: list[Document]) -> float:
    async with Children(count=1) as children:
        await children.extract(pages[0], now=NOW)  # the start of the process is not what is measured
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0
        while loop.time() - began < 1.5:
            for page in pages:
                await children.extract(page, now=NOW)
            done += len(pages)
        return done / (loop.time() - began)

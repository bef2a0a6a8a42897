"""Look at one document; store nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import VERSION, App
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.children import Document
    from state.records import Extraction


@click.command()
@click.argument("where", metavar="URL|FILE")
@click.option("--base-url", default="", help="The address a local file was at; links are resolved against it.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.pass_obj
def extract(app: App, where: str, base_url: str, as_json: bool) -> None:
    """Show the entries of a page, feed or text. Nothing is stored.

    \b
    Examples:
      tidings extract https://example.org/news
      tidings extract saved.html --base-url https://example.org/news --json
    """
    from feeds.extraction.report import as_json as shape

    document, found = asyncio.run(_extract(app, where, base_url))
    if as_json:
        show.emit(shape(found, document.url))
        return
    account(found)
    if not found.records:
        raise UserError(
            f"no entries were found in {where}; expected a list of dated or linked items, a feed, or text. "
            "See what was left out above; give the page that lists the items"
        )


async def _extract(app: App, where: str, base_url: str) -> tuple[Document, Extraction]:
    from feeds.children import Children, Document
    from feeds.fetch import Fetched, Fetcher
    from state.records import Unreadable

    polling = app.settings.polling
    async with Fetcher(polling, VERSION) as fetcher, Children(count=1) as children:
        if where.lower().startswith(("http://", "https://")):
            got = await fetcher.fetch(where)
            if not isinstance(got, Fetched):
                raise UserError(
                    f"{where} could not be read: {getattr(got, 'reason', 'it answered 304 to a first request')}"
                )
            document = Document(base_url or got.url, got.body, got.content_type)
        else:
            document = Document(base_url or file_url(where), local(where, polling.max_bytes))
        found = await children.extract(document, now=app.now())
    if isinstance(found, Unreadable):
        raise UserError(f"{where} could not be read: {found.reason}")
    return document, found


def local(where: str, max_bytes: int) -> bytes:
    """The bytes of a local file. Raises UserError that says why not."""
    file = Path(where)
    if file.is_dir():
        raise UserError(f"{where} is a folder; give one file, or watch the folder with `tidings source add {where}`")
    try:
        size = file.stat().st_size
        if size > max_bytes:
            raise UserError(f"{where} has {size} bytes; at most {max_bytes} are read (poll.max_bytes)")
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{where} could not be read ({error.strerror}); give a URL or the path of a file") from error


def file_url(where: str) -> str:
    return Path(where).absolute().as_uri()


def account(found: Extraction) -> None:
    """What was found and what was left out, for a person."""
    named = f", title {found.title!r}" if found.title else ""
    show.line(f"{found.kind} read by {found.method or 'nothing'}: {len(found.records)} entries{named}")
    rows = [
        (
            record.date or "-",
            record.kind or "-",
            record.place or "-",
            record.title or f"[no title] {record.display_title}",
        )
        for record in found.records
    ]
    if rows:
        show.table(rows, ("date", "kind", "place", "title"))
    for left in found.left_out:
        show.line(f"left out: {left.count} × {left.reason}, e.g. {left.sample!r}")
    for page in found.next:
        show.line(f"next page: {page}")
    for feed in found.feeds:
        show.line(f"announces its own feed: {feed}")

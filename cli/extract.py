"""Look at one document; store nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import explaining, show
from cli.app import VERSION, App
from cli.values import drawing, selecting, selectors
from state.errors import Misuse, UserError

if TYPE_CHECKING:
    from feeds.children import Document
    from feeds.explained import Explanation
    from state.records import Extraction


@click.command()
@click.argument("where", metavar="URL|FILE")
@click.option("--base-url", default="", help="The address a local file was at; links are resolved against it.")
@drawing
@selecting("Where a field stands, where the guess is wrong.")
@click.option("--explain", is_flag=True, help="Say what was weighed, and where each value comes from.")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page with the found entries outlined.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.pass_obj
def extract(
    app: App,
    where: str,
    base_url: str,
    browser: bool,
    select: tuple[str, ...],
    explain: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Show the entries of a page, feed or text. Nothing is stored.

    A guess that is wrong is mended by selectors, one or several: item (the
    elements that are entries), title, url, date, place, kind, summary, author,
    language, id. A selector is CSS, also with @ATTRIBUTE at its end, or XPath 1.0
    where it begins with "/", "./" or "xpath:". `source add` takes the same.

    robots.txt is not asked for this one request of yours; `source add` asks it.

    \b
    Examples:
      tidings extract https://example.org/news
      tidings extract https://example.org/news --explain
      tidings extract https://example.org/news --html outlined.html
      tidings extract saved.html --base-url https://example.org/news --json
      tidings extract https://example.org/app --browser
      tidings extract page.html --select item=.row --select date=time@datetime
    """
    from feeds.extraction.report import as_json as shape

    chosen = selectors(select)
    document, found, explanation = asyncio.run(_extract(app, where, base_url, chosen, bool(explain or page), browser))
    if page is not None:
        _write(page, explanation, where)
    if as_json:
        told = {"explanation": explaining.shape(explanation)} if explain and explanation else {}
        show.emit({**shape(found, document.url), **told})
        return
    account(found)
    if explain:
        explaining.account(found, explanation)
    _refuse(found, where, browser)


def _refuse(found: Extraction, where: str, drawn: bool) -> None:
    """Raise UserError where the document gives nothing, or selectors find nothing."""
    from feeds.obstacles import told

    if found.remarks:
        where_to_look = "; see the page's elements in a browser's inspector, or with --html"
        raise UserError(f"{where}: {'; '.join(found.remarks)}{where_to_look if found.kind == 'page' else ''}")
    if found.obstacle:
        raise UserError(f"{where} shows no list: {told(found.obstacle, drawn=drawn)}")
    if not found.records:
        feeds = f"; it announces a feed of its own: `tidings extract {found.feeds[0]}`" if found.feeds else ""
        raise UserError(
            f"no entries were found in {where}; expected a list of dated or linked items, a feed, or text. "
            f"See what was left out above, and why (--explain); give the page that lists the items, "
            f"or say where they are (--select item=…){feeds}"
        )


async def _extract(
    app: App, where: str, base_url: str, select: dict[str, str], explain: bool, browser: bool
) -> tuple[Document, Extraction, Explanation | None]:
    from feeds.children import Children
    from state.records import Unreadable

    document = await given(app, where, base_url=base_url, select=select, browser=browser)
    async with Children(count=1) as children:
        if explain:
            found, explanation = await children.explain(document, now=app.now())
        else:
            found, explanation = await children.extract(document, now=app.now()), None
    if isinstance(found, Unreadable):
        raise UserError(f"{where} could not be read: {found.reason}")
    return document, found, explanation


async def given(
    app: App, where: str, *, base_url: str = "", select: Mapping[str, str] | None = None, browser: bool = False
) -> Document:
    """What stands at a URL or in a file, once. Raises UserError that says why it cannot be read.

    robots.txt is not asked: somebody asks for this one page, as with a browser; it binds what comes again by itself.
    """
    from feeds.browser import Browser
    from feeds.children import Document
    from feeds.documents import content_type
    from feeds.fetch import Fetched, Fetcher

    polling = app.settings.polling
    if not where.lower().startswith(("http://", "https://")):
        if not where.strip() or "://" in where:
            raise Misuse(f"{where!r} is no address that can be read; give an http or https URL, or the path of a file")
        body = _local(where, polling.max_bytes)
        return Document(base_url or _file_url(where), body, content_type(Path(where)), select=select or {})
    async with Fetcher(polling, VERSION) as fetcher, Browser(polling, VERSION) as chromium:
        got = await (chromium.read(where, fetcher) if browser else fetcher.fetch(where))
    if not isinstance(got, Fetched):
        reason = getattr(got, "reason", "it answered 304 to a first request")
        raise UserError(f"{where} could not be read: {reason.removeprefix(f'{where}: ')}")
    return Document(base_url or got.url, got.body, got.content_type, select=select or {})


def _write(page: Path, explanation: Explanation | None, where: str) -> None:
    """The outlined page as a file. Raises UserError that says why not."""
    if explanation is None:
        raise UserError(f"{where} is no page of markup, so there is nothing to outline; leave --html out")
    try:
        page.write_text(explanation.outline, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{page} cannot be written ({error.strerror}); give a file in a folder of yours") from error
    show.progress(f"{page}: the page with its entries outlined; open it in a browser, it loads nothing")


def _local(where: str, max_bytes: int) -> bytes:
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


def _file_url(where: str) -> str:
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
    if found.method == "publication":
        show.line("it is one document, not a list: to watch for new ones, give the page that lists them")
    for number, rival in enumerate(found.rivals[1:], 2):
        first = rival.records[0]
        said = f"list {number} is about as likely: {len(rival.records)} entries"
        show.line(f"{said}, e.g. {first.title or first.display_title!r}; --select item={rival.selector!r} takes it")

"""Read what stands at a source's address: a web page and those that follow it, a file, a folder of files, a Maildir.

A document that did not change since it was read last (304, or the same bytes) is not parsed. Nothing is stored and
nothing decided here, except what a document's permanent address is. One unreadable file does not keep the others of its
folder from being read. A file is read only for a source that is a path, never because a document names it. A Maildir is
only looked into: no message is marked or moved. Called by `feeds.poll` and `feeds.sources`.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from errno import ENOENT
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, urljoin

from feeds.canonical import host
from feeds.children import Children, Document
from feeds.fetch import Failed, Fetched, Fetching, NotModified
from state.records import Extraction, Hub, Source, Unreadable, Validators

PAGES = 10  # of one list, at most, in an ordinary poll
MESSAGE = "message/rfc822"  # the content type of a mail
_MAILDIR = ("new", "cur")
_BODIES = 20_000_000  # bytes of the documents of a folder that are held together; of more, the text is not kept


@dataclass(frozen=True, slots=True)
class Page:
    """A document with its records. url: what it is known by; address: where it was in the end.

    body, content_type: as it came, for those who keep it or read it otherwise. elsewhere: how many known entries stand
    in another list of the page than the one that was read. hub: as the headers of the response announce it.
    """

    url: str
    address: str
    extraction: Extraction
    validators: Validators
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    elsewhere: int = 0
    hub: Hub = field(default_factory=Hub)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one visit brought.

    pages: documents that changed, in order. unchanged: how many did not.
    walked: the pages are one list. unreadable: (name, reason) of files that gave nothing.
    failure: why nothing could be read, or "". broken: why a later page could not be, or "".
    bound: the list goes on, but the limit of pages was reached.
    wait: seconds the host asks us to wait, or says that nothing will change in.
    moved: where the document says it lives from now on, or "".
    """

    pages: tuple[Page, ...] = ()
    unchanged: tuple[Validators, ...] = ()
    walked: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()
    failure: str = ""
    broken: str = ""
    bound: bool = False
    wait: float | None = None
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs, held open by the caller. max_bytes: of one file.

    kind: how documents are to be taken ("auto" or a source's kind); "" = as the source's kind says.
    mend: looks at each document once it was read, and may read it otherwise (`feeds.repair`).
    known: (title, address) of entries that lead the reading, as in `feeds.children.Document`.
    """

    fetcher: Fetching
    children: Children
    max_bytes: int
    kind: str = ""
    mend: Callable[[Document, Page], Awaitable[Page]] | None = None
    known: tuple[tuple[str, str], ...] = ()


GoesOn: TypeAlias = Callable[[Sequence[Page]], Awaitable[bool]]


async def read(
    reader: Reader, source: Source, known: Mapping[str, Validators], *, goes_on: GoesOn, limit: int, now: datetime
) -> Reading:
    """Read a source.

    known: validators by document URL; a document without them is read whatever it was.
    goes_on: whether the next page of the list is wanted after these. limit: of pages.
    """
    if is_path(source.where):
        return await _read_files(reader, source, known, now)
    return await _read_list(reader, source, known, goes_on, limit, now)


def is_path(where: str) -> bool:
    """Whether a source's address is a file or folder of this machine."""
    return where.startswith("/")


# ---- the web ----


async def _read_list(
    reader: Reader, source: Source, known: Mapping[str, Validators], goes_on: GoesOn, limit: int, now: datetime
) -> Reading:
    pages: list[Page] = []
    unchanged: tuple[Validators, ...] = ()
    url, wait, moved, broken, bound = source.where, None, "", "", False
    while True:
        got = await reader.fetcher.fetch(url, known.get(url))
        if isinstance(got, Failed):
            if not pages:
                return Reading(failure=got.reason, wait=got.retry_after)
            broken = got.reason
            break
        if not pages:
            wait, moved = got.retry, got.moved_permanently or ""
        if isinstance(got, NotModified) or _same(got.validators, known.get(url)):
            unchanged = (got.validators,)
            break
        page = await _extract(reader, source, _address(source, got, url), got, now)
        if isinstance(page, Unreadable):
            if not pages:
                return Reading(failure=page.reason, wait=wait)
            broken = page.reason
            break
        pages.append(page)
        following = next_page(pages)
        if following is None or not await goes_on(pages):
            break
        if len(pages) >= limit:
            bound = True
            break
        url = following
    return Reading(
        pages=tuple(pages),
        unchanged=unchanged,
        walked=True,
        broken=broken,
        bound=bound,
        wait=wait,
        moved=moved,
    )


def next_page(pages: Sequence[Page]) -> str | None:
    """The page that follows these in their list: on the same host, and not read yet."""
    read = {page.url for page in pages} | {page.address for page in pages}
    here = {host(pages[-1].url), host(pages[-1].address)}
    return next((url for url in pages[-1].extraction.next if url not in read and host(url) in here), None)


def _address(source: Source, got: Fetched, url: str) -> str:
    """What links are resolved against: what the admin says, for the first page only."""
    return source.base_url if source.base_url and url == source.where else got.url


def _same(validators: Validators, known: Validators | None) -> bool:
    return known is not None and bool(known.body_hash) and known.body_hash == validators.body_hash


async def _extract(reader: Reader, source: Source, address: str, got: Fetched, now: datetime) -> Page | Unreadable:
    document = _document(reader, source, address, got)
    extraction = await reader.children.extract(document, now=now)
    if isinstance(extraction, Unreadable):
        return extraction
    page = Page(got.validators.url, address, extraction, got.validators, got.body, got.content_type, hub=got.hub)
    return await reader.mend(document, page) if reader.mend else page


def _document(reader: Reader, source: Source, address: str, got: Fetched) -> Document:
    formed = source.kind != "folder" and not is_path(source.where)
    certain = source.kind if formed else "auto"
    return Document(
        url=address,
        body=got.body,
        content_type=got.content_type,
        kind=reader.kind or certain,
        language=source.language,
        timezone=source.timezone,
        select=source.select,
        known=reader.known,
    )


# ---- files ----


async def _read_files(reader: Reader, source: Source, known: Mapping[str, Validators], now: datetime) -> Reading:
    root = Path(source.where)
    try:
        files = await asyncio.to_thread(_listed, root)
    except OSError as error:
        return Reading(failure=f"{root} cannot be read: {error.strerror or error}")
    pages: list[Page] = []
    unreadable: list[tuple[str, str]] = []
    unchanged: list[Validators] = []
    held = 0
    for file in files:
        url = file_url(file, root, source.base_url)
        got = await asyncio.to_thread(_read_file, file, root, url, known.get(url), reader.max_bytes)
        if isinstance(got, NotModified):
            unchanged.append(got.validators)
            continue
        page = got if isinstance(got, Unreadable) else await _extract(reader, source, url, got, now)
        if isinstance(page, Unreadable) and not file.exists() and is_maildir(root):
            continue  # somebody read it meanwhile, which moves it: it is there under another name at the next poll
        if isinstance(page, Unreadable):
            unreadable.append((file.name, page.reason))
        else:
            held += len(page.body)
            pages.append(page if held <= _BODIES else replace(page, body=b""))
    empty = source.kind == "mail" and is_maildir(root) and not unreadable  # before the first message
    failure = "" if pages or unchanged or empty else _nothing(root, unreadable)
    return Reading(pages=tuple(pages), unchanged=tuple(unchanged), unreadable=tuple(unreadable), failure=failure)


def _nothing(root: Path, unreadable: Sequence[tuple[str, str]]) -> str:
    if unreadable:
        return f"nothing in {root} can be read: {'; '.join(f'{name}: {reason}' for name, reason in unreadable[:3])}"
    return f"{root} holds no documents"


def _listed(root: Path) -> list[Path]:
    """The file itself, or the visible files of the folder, or of both parts of a Maildir, by name. Raises OSError."""
    if not root.is_dir():
        if not root.is_file():
            raise FileNotFoundError(ENOENT, "there is no such file or folder")
        return [root]
    folders = [root / part for part in _MAILDIR] if is_maildir(root) else [root]
    found = [file for folder in folders for file in folder.iterdir() if file.is_file()]
    return sorted((file for file in found if not file.name.startswith(".")), key=lambda file: file.name)


def is_maildir(folder: Path) -> bool:
    """Whether messages lie in a folder, one file each, as mail servers deliver them (maildir(5))."""
    return all((folder / part).is_dir() for part in _MAILDIR)


def _read_file(
    file: Path, root: Path, url: str, known: Validators | None, max_bytes: int
) -> Fetched | NotModified | Unreadable:
    """Read a file unless size and time say that it is the known one; the same bytes are no change either."""
    try:
        if root.is_dir() and not file.resolve().is_relative_to(root.resolve()):
            return Unreadable(f"{file.name} is a link that leads out of the folder")
        stat = file.stat()
        stamp = f"{stat.st_mtime_ns}-{stat.st_size}"
        if known is not None and known.last_modified == stamp:
            return NotModified(known)
        if stat.st_size > max_bytes:
            return Unreadable(f"{file.name} has {stat.st_size} bytes; poll.max_bytes allows {max_bytes}")
        body = file.read_bytes()
    except OSError as error:
        return Unreadable(f"{file.name} cannot be read: {error.strerror or error}")
    validators = Validators(url, last_modified=stamp, body_hash=hashlib.sha256(body).hexdigest())
    if _same(validators, known):
        return NotModified(validators)
    return Fetched(url, body, MESSAGE if is_maildir(root) else content_type(file), validators)


def content_type(file: Path) -> str:
    """What a file says by its name that its bytes do not show; "" for most."""
    return MESSAGE if file.suffix.lower() == ".eml" else ""


def file_url(file: Path, root: Path, base_url: str) -> str:
    """The permanent address of a local document.

    A folder's file lies below base_url; a single file is at base_url itself, unless that ends
    in a slash. Without base_url it is the file: URL. A message of a Maildir is known by the part
    of its name that stays.
    """
    if file.parent != root and file.parent.parent == root:
        file = root / file.name.partition(":")[0]
    if not base_url:
        return file.as_uri()
    if file != root:
        return urljoin(base_url if base_url.endswith("/") else f"{base_url}/", quote(file.name))
    return urljoin(base_url, quote(file.name)) if base_url.endswith("/") else base_url

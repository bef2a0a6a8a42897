"""Read lists of what is to be watched: OPML, CSV, or an address on each line.

Pure. A row that cannot be read is a fault with its place, and does not keep the
others out; of an OPML file that breaks off, what stands before the break is good.
Called by `tidings source import` and `tidings opml import`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from state.text import clean

COLUMNS = ("where", "title", "id", "every", "kind", "language", "timezone", "country", "base_url")
_ADDRESS = ("where", "url", "address", "link", "xmlurl", "htmlurl")  # names of the column that says where
_DEEPEST = 50  # outlines in outlines


@dataclass(frozen=True, slots=True)
class Listed:
    """Something to watch. line: where it stands. given: the other columns that are not empty, by name, as written."""

    line: int
    where: str
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be read. column: 0 where only the line is known."""

    line: int
    column: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceList:
    """A file in its order; an address that comes twice counts once."""

    rows: tuple[Listed, ...]
    faults: tuple[Fault, ...]


def read(body: bytes, *, opml: bool = False) -> SourceList:
    """Rows and faults of a file. opml: it must be OPML; else the form is found out from its beginning."""
    if opml or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        rows, faults = _of_opml(body)
    else:
        rows, faults = _of_text(body)
    return SourceList(tuple(_once(rows)), tuple(faults))


def _once(rows: Iterable[Listed]) -> Iterator[Listed]:
    met: set[str] = set()
    for row in rows:
        if row.where not in met:
            met.add(row.where)
            yield row


# ---- OPML ----


def _of_opml(body: bytes) -> tuple[list[Listed], list[Fault]]:
    """Outlines with an address: of a feed, else of a page (OPML 2.0). Folders give nothing but their depth."""
    parser = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True, huge_tree=False)
    rows: list[Listed] = []
    faults: list[Fault] = []
    seen = _Seen()
    try:
        parser.feed(body)
        _take(parser, seen, rows, faults)
        parser.close()
    except etree.XMLSyntaxError as error:
        _take(parser, seen, rows, faults)
        line, column = error.position
        faults.append(Fault(line, column, f"the XML breaks off: {error.msg}; what stands below is not read"))
    if seen.root and seen.root != "opml":
        faults.append(Fault(1, 0, f"this is <{seen.root}>, not OPML; give the file that a reader exports"))
        return [], faults
    return rows, faults


@dataclass
class _Seen:
    root: str = ""
    depth: int = 0


def _take(parser: etree.XMLPullParser, seen: _Seen, rows: list[Listed], faults: list[Fault]) -> None:
    for event, element in parser.read_events():
        if event == "end":
            seen.depth -= 1
            continue
        seen.depth += 1
        seen.root = seen.root or etree.QName(element).localname.lower()
        if etree.QName(element).localname.lower() != "outline":
            continue
        values = {name.lower(): clean(value) for name, value in element.attrib.items()}
        where = values.get("xmlurl") or values.get("url") or values.get("htmlurl") or ""
        title = values.get("title") or values.get("text") or ""
        if seen.depth > _DEEPEST:
            faults.append(Fault(element.sourceline, 0, f"{title!r} stands in over {_DEEPEST} folders; it is left out"))
        elif where:
            given = {"title": title, "language": values.get("language", "")}
            rows.append(Listed(element.sourceline, where, {name: value for name, value in given.items() if value}))
        elif values.get("type", "").lower() in ("rss", "atom", "link"):
            faults.append(
                Fault(element.sourceline, 0, f"{title!r} has no xmlUrl; give the address of its feed or page")
            )


# ---- text ----


def _of_text(body: bytes) -> tuple[list[Listed], list[Fault]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        return [], [Fault(line, 0, "the file is not UTF-8; save it as UTF-8")]
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    separator = max(",;\t", key=first.count)
    head = [cell.strip().lower() for cell in first.split(separator)]
    if any(name in _ADDRESS for name in head):
        return _of_csv(text, separator, lines.index(first))
    return _of_lines(lines), []


def _of_lines(lines: Sequence[str]) -> list[Listed]:
    """An address on each line, a title after it where there is one; # begins a comment."""
    rows = []
    for number, line in enumerate(lines, start=1):
        where, _, title = clean(line).partition(" ")
        if where and not where.startswith("#"):
            rows.append(Listed(number, where, {"title": title.strip()} if title.strip() else {}))
    return rows


def _of_csv(text: str, separator: str, above: int) -> tuple[list[Listed], list[Fault]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Listed] = []
    faults: list[Fault] = []
    head: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [clean(cell) for cell in next(reader)]
        except StopIteration:
            return rows, faults
        except csv.Error as error:
            faults.append(Fault(line, 0, f"the row cannot be read: {error}"))
            continue
        if line <= above or not any(cells):
            continue
        if not head:
            head = ["where" if cell.lower() in _ADDRESS else cell.lower() for cell in cells]
            odd = [name for name in head if name and name not in COLUMNS]
            faults += [
                Fault(line, 0, f"column {name!r} is not known and left out; there are {', '.join(COLUMNS)}")
                for name in odd
            ]
            continue
        values = {name: cell for name, cell in zip(head, cells, strict=False) if cell and name in COLUMNS}
        where = values.pop("where", "")
        if not where:
            faults.append(Fault(line, 0, "the row has no address"))
        elif len(cells) > len(head):
            faults.append(Fault(line, 0, f"the row has {len(cells)} cells, the head {len(head)}"))
        else:
            rows.append(Listed(line, where, values))

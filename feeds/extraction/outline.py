"""Draw a page with what was found on it: a numbered box around each entry, a colour for each field, the rest grey.

Pure. The page is written anew from our own tree, element by element from a list of those that are harmless: no script,
no handler, no form, no frame, no image is in it. A policy in its head (CSP) forbids every request besides, so that
opening it tells nobody. What is nothing to look at (styles) is left out: the boxes show what was read, not how the page
looks. Links stay, made absolute, and lead where they led.
"""

from collections.abc import Iterator, Sequence
from html import escape

from feeds.extraction import kinds
from feeds.extraction.candidates import Item
from feeds.extraction.dom import TEXT, Node
from feeds.extraction.headings import heading_date
from feeds.extraction.page import Line, Page
from feeds.extraction.wordlist import listed
from state.records import Record
from state.text import clean, folded

FIELDS = ("title", "date", "place", "kind", "summary", "download")
_KEPT = frozenset(
    listed(
        "a abbr address article aside b blockquote br caption center cite code dd del details dfn div dl dt em "
        "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins li main mark menu nav ol p pre q s samp section "
        "small span strong sub summary sup table tbody td tfoot th thead time tr u ul"
    )
)
_GONE = frozenset(listed("head title meta link base iframe frame frameset noframes input button option area map"))
_VOID = frozenset(("br", "hr"))
_HOLDERS = frozenset(listed("table tbody thead tfoot tr ul ol dl menu"))
_SPANS = ("colspan", "rowspan")
_MOST = 5_000_000  # characters: a browser opens no more than that with pleasure

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 0 1rem 3rem; color: #5f6368 }
.key { position: sticky; top: 0; background: #fff; border-bottom: 1px solid #999; padding: .6rem 0; color: #000;
  z-index: 2 }
.key span { padding: .1rem .35rem; margin-right: .3rem; white-space: nowrap }
a { color: inherit } .out { color: #80868b }
.entry { outline: 2px solid #1a56b0; outline-offset: 3px; margin-block: 12px; color: #202124 }
tr.entry { outline-offset: -2px }
.number { display: inline-block; background: #1a56b0; color: #fff; font: bold 13px/1.4 system-ui, sans-serif;
  scroll-margin-top: 9rem;
  padding: 0 .45em; margin-inline-end: .4em; border-radius: 2px }
.title { background: #ffe58a; color: #000 } .date { background: #b7e4c7; color: #000 }
.place { background: #ffd6c9; color: #000 } .kind { background: #e3d0f5; color: #000 }
.summary { background: #d6e8fb; color: #000 } .download { background: #d0f0ee; color: #000 }
.own { text-decoration: underline double #1a56b0 }
table { border-collapse: collapse } td, th { border: 1px solid #ddd; padding: .2rem .4rem; vertical-align: top }
.image { border: 1px dashed #aaa; padding: 0 .3em; font-size: 85% }
"""


def of(page: Page, items: Sequence[Item], records: Sequence[Record]) -> str:
    """The page as HTML. items, records: one for each entry, in any order. Cost: linear."""
    pairs = sorted(zip(items, records, strict=False), key=lambda pair: pair[0].start)
    marks = _marks(page, pairs)
    places = _places(page, pairs)
    boxed = {order: number for number, (item, _) in enumerate(pairs, 1) for order in _tops(page, item)}
    firsts = {_front(page, item): number for number, (item, _) in enumerate(pairs, 1)}
    body: list[str] = []
    size = 0
    for piece in _written(page, marks, places, boxed, firsts, {r.url for _, r in pairs if r.url}):
        body.append(piece)
        size += len(piece)
        if size > _MOST:
            body.append("<p>… the page goes on; it is too long to be shown whole</p>")
            break
    return _whole(page, len(pairs), "".join(body))


def _whole(page: Page, count: int, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    first = ' (<a href="#entry-1">go to the first</a>)' if count else ""
    colours = "".join(f'<span class="{name}">{name}</span>' for name in FIELDS)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(page.language or "en")}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{count} entries: {escape(page.title or page.url)}</title><style>{_STYLE}</style></head><body>"
        f'<div class="key" lang="en" dir="ltr"><p><b>{count} entries</b> found in {escape(page.url)}{first}. {colours}'
        f'<span class="own">its address</span><span class="out">left out</span></p>'
        f"<p>Scripts, styles and images of the page are not here; nothing is loaded from anywhere.</p></div>\n"
        f"{body}</body></html>\n"
    )


# ---- what is what ----


def _marks(page: Page, pairs: Sequence[tuple[Item, Record]]) -> dict[int, str]:
    """The field each text node tells, by its order."""
    marks: dict[int, str] = {}
    for item, record in pairs:
        told = {folded(text): name for text, name in _texts(record) if text}
        for line in page.within(item.start, item.end):
            for start, end, text in _parts(line):
                if name := told.get(folded(text)) or _field(page, record, line, text):
                    marks.update((order, name) for order in range(start, end) if order not in marks)
    for line in page.lines:
        if line.start not in marks and not page.regions[line.start] and _dates_entries(page, line, pairs):
            marks.update((order, "date") for order in range(line.start, line.end))
    return marks


def _places(page: Page, pairs: Sequence[tuple[Item, Record]]) -> dict[int, str]:
    """The entry's place, by the order of each text node of it that says it (often behind the date)."""
    return {
        order: record.place
        for item, record in pairs
        if record.place
        for order in range(item.start, item.end)
        if record.place in page.tree.nodes[order].text
    }


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    yield from ((file.title, "download") for file in record.enclosures)
    yield record.summary, "summary"
    yield record.place, "place"
    yield record.title, "title"


def _parts(line: Line) -> Iterator[tuple[int, int, str]]:
    """A line as a whole, then its pieces: start, end, text."""
    yield line.start, line.end, line.text
    if len(line.pieces) > 1:
        yield from ((piece.start, piece.end, piece.text) for piece in line.pieces)


def _field(page: Page, record: Record, line: Line, text: str) -> str:
    if kinds.of_type_line(text) is not None and record.kind == kinds.of_type_line(text):
        return "kind"
    if record.date and len(text) <= 200 and any(day.date == record.date for day in page.dates(text)):
        rest = folded(text)
        return "" if record.title and folded(record.title) in rest and text == line.text else "date"
    return ""


def _dates_entries(page: Page, line: Line, pairs: Sequence[tuple[Item, Record]]) -> bool:
    """Whether a line between the entries is a heading that gives them their dates."""
    headed = any(record.origin.get("date") == "heading above" for _, record in pairs)
    return headed and heading_date(page, line) is not None


def _tops(page: Page, item: Item) -> list[int]:
    """The orders of the outermost nodes of a stretch of the page."""
    tops: list[int] = []
    order = item.start
    while order < item.end:
        tops.append(order)
        order = page.tree.nodes[order].end
    return tops


def _front(page: Page, item: Item) -> int:
    """Where the number of an entry goes: its first node, or the first cell or point in it that may hold text."""
    node = page.tree.nodes[item.start]
    while node.tag in _HOLDERS and (inner := next((one for one in node.children if one.tag != TEXT), None)):
        node = inner
    return node.order


# ---- writing ----


def _written(
    page: Page,
    marks: dict[int, str],
    places: dict[int, str],
    boxed: dict[int, int],
    firsts: dict[int, int],
    own: set[str],
) -> Iterator[str]:
    open_nodes: list[tuple[int, str]] = []  # where an element ends, and its end tag
    order, nodes = 0, page.tree.nodes
    while order < len(nodes):
        node = nodes[order]
        while open_nodes and open_nodes[-1][0] <= order:
            yield open_nodes.pop()[1]
        if node.tag in _GONE:
            order = node.end
            continue
        number = f'<span class="number" id="entry-{firsts[order]}">{firsts[order]}</span>' if order in firsts else ""
        if node.tag == TEXT:
            yield number + _text(page, node, marks.get(order, ""), places.get(order, ""), order in boxed)
        elif node.tag == "img":
            yield number + _image(node)
        else:
            tag = node.tag if node.tag in _KEPT else "div" if node.order == node.block else "span"
            tag = "div" if node.tag in ("html", "body") else tag
            yield f"<{tag}{_attributes(page, node, tag, order in boxed, own)}>{number}"
            if tag not in _VOID:
                open_nodes.append((node.end, f"</{tag}>"))
        order += 1
    while open_nodes:
        yield open_nodes.pop()[1]


def _attributes(page: Page, node: Node, tag: str, boxed: bool, own: set[str]) -> str:
    classes = ["entry"] if boxed else []
    said: list[str] = []
    if tag == "a" and (url := page.link(node)) and url.startswith(("http://", "https://")):
        said.append(f' href="{escape(url)}" rel="noreferrer noopener" target="_blank"')
        classes += ["own"] if url in own else []
    said += [f' {name}="{node.get(name)}"' for name in _SPANS if node.get(name).isdecimal() and tag in ("td", "th")]
    said += [' dir="rtl"'] if node.get("dir").lower() == "rtl" else []
    said += [" open"] if tag == "details" else []
    return (f' class="{" ".join(classes)}"' if classes else "") + "".join(said)


def _text(page: Page, node: Node, field: str, place: str, boxed: bool) -> str:
    """A piece of text with its colour. place: what of it is the entry's place, "" for nothing."""
    if not node.text.strip():
        return node.text
    region = page.regions[node.order]
    said = field or f"left out{f': {region}' if region else ''}"
    classes = " ".join(filter(None, (field or "out", "entry" if boxed else "")))
    text = escape(node.text)
    if place and field != "place":
        text = text.replace(escape(place), f'<span class="place" title="place">{escape(place)}</span>', 1)
    return f'<span class="{classes}" title="{escape(said)}">{text}</span>'


def _image(node: Node) -> str:
    said = clean(node.get("alt"))
    return f'<span class="image">image{": " if said else ""}{escape(said)}</span>'

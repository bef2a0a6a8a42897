"""Find the further pages of a list, however a page leads to them.

Pure. The next page is, in this order: what rel=next names; a link that says next; among numbered links or ranges the
one after the current; a link one step on in path or query (`/page/2/`, `?start=10`, `nextRow--10`); a button that loads
more from an address. The numbered pages after it follow in their order. Only addresses of the page's own host. Links of
a calendar, a facet (years, sizes of a page) or a sort order are none of these, whatever they are called: what counts up
from page to page must be a number of pages or entries.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from feeds.extraction import links, pagewords
from feeds.extraction.dom import TEXT, Node, Sums, Tree
from feeds.extraction.page import Page
from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare
from state.text import clean

_LONGEST = 40  # characters of a link that says next
_ARROW = re.compile(r"[»›→>⟩❯▶⏵➔➜→▸►↓⇒]+|&raquo;|-->?")
_BACK = re.compile(r"[«‹←<⟨❮◀◂◄]")
_TRIM = " \t.…:,;|()[]{}»›→>⟩❯▶⏵➔➜▸►«‹←<⟨❮◀◂◄↓⇒-–—"
_NUMBER = re.compile(
    r"(?:(?:page|seite|página|pagina|p\.|стр\.?|หน้า|trang|halaman|صفحة)\s*)?(\d{1,5})(?:\s*[.)])?", re.I
)
_RANGE = re.compile(r"(\d{1,6})\s*(?:[-–—]|to|bis|à|a)\s*(\d{1,6})")
_YEAR = range(1900, 2101)
_CURRENT = frozenset(("current", "active", "on", "selected", "is-active", "is-current", "currentpage", "current-page"))
_NEXT_NAMES = frozenset(
    listed("next next-page nextpage pagination-next pager-next page-next pager__item--next nav-next next_page btn-next")
)
_MORE_NAME = re.compile(r"(?:load|show|view|see)[-_]?more|more[-_]?(?:button|link|results|posts|news)", re.I)
_SOURCES = listed(
    "href data-url data-href data-next data-next-url data-nexturl data-ajax-url data-load-url data-src hx-get"
)
_PAGE_NAMES = frozenset(
    listed(
        "page p pg paged pagenum page_number pagenumber pageno page_no pageid_no pn curpage currentpage cur_page cpage "
        "seite pagina página pag halaman trang strana strona sayfa sivu sida page_num pagenr pageindex pageindexnum "
        "start offset from skip begin first startrow start_row nextrow startat limitstart startindex start_index "
        "startfrom record rows_from b_start b_start:int cp ps index pageidx _page"
    )
)
_OTHER_NAMES = re.compile(
    r"sort|order|dir|year|month|day|date|jahr|monat|annee|año|anio|mois|mes|ano|lang|locale|view|format|print|per_?page|"
    r"size|limit|tag|cat|categor|type|filter|facet|topic|q|query|search|author",
    re.I,
)
_IN_PATH = re.compile(
    r"(?:(?<=/)(?:page|p|pg|seite|pagina|página|page-|pag|strana|strona|sayfa|sivu|sida|halaman|trang|offset|start)[/_-]?"
    r"(?P<page>\d{1,6})(?=[/.]|$)|(?:next-?row|start-?row|offset|start|skip)-{1,2}(?P<row>\d{1,6}))",
    re.I,
)
_CALENDAR = re.compile(r"calendar|datepicker|kalender|calendrier|calendario", re.I)
_DAYS = 20  # cells with a day in them make a calendar
_CELLS = frozenset(("td", "th", "li", "span", "a"))


def next_pages(page: Page) -> tuple[str, ...]:
    """The addresses of the pages that follow in the list, the next one first; often only that one is known."""
    here, calendars = page.url.split("#")[0], _Calendars(page)
    numbered = _numbered(page, calendars)
    for nodes in (_declared(page), _saying_next(page, calendars)):
        for node in nodes:
            if url := _other(page.link(node), here):
                return tuple(dict.fromkeys((url, *_after(numbered, url))))
    if numbered:
        return tuple(dict.fromkeys(numbered))
    found = _one_step_on(page, here, calendars) or _loading_more(page, here)
    return (found,) if found else ()


def _after(numbered: Sequence[str], url: str) -> Sequence[str]:
    """The numbered pages after one of them; none where it is not among them."""
    return numbered[numbered.index(url) + 1 :] if url in numbered else ()


def _other(url: str | None, here: str) -> str:
    """An address of the page's host that is neither the page nor one before it, or ""."""
    if url is None or url.split("#")[0] == here or links.host(url) != links.host(here):
        return ""
    return "" if _only_reorders(here, url) or _before(here, url) else url


def _before(here: str, url: str) -> bool:
    """Whether an address is that of an earlier page: older entries may be "previous" or "next", as a site likes."""
    own, there = _place(here), _place(url)
    return own is not None and there is not None and own[0] == there[0] and there[1] < own[1]


def _text(page: Page, node: Node) -> str:
    return clean("".join(part.text for part in page.tree.within(node) if part.tag == TEXT))


class _Calendars:
    """Tells whether a link stands in a calendar: by its name, or because days fill the table around it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def hold(self, node: Node) -> bool:
        for above in node.ancestors():
            if _CALENDAR.search(f"{above.get('class')} {above.get('id')}") and above.tag not in (
                "body",
                "html",
                "main",
            ):
                return self._days.of(above) >= _DAYS or above.end - above.order < 40
            if above.tag == "table":
                return self._days.of(above) >= _DAYS
        return False

    @cached_property
    def _days(self) -> Sums:
        """The cells that hold the number of a day; counted only for the pages whose links could be some."""
        tree = self._page.tree
        return Sums(tree, ((node.order, 1) for node in tree.nodes if node.tag in _CELLS and _is_day(tree, node)))


def _is_day(tree: Tree, node: Node) -> bool:
    said = ""
    for part in tree.within(node):
        said += part.text
        if len(said.strip()) > 2:
            return False
    return said.strip().isdecimal() and 1 <= int(said) <= 31


# ---- links that say so ----


def _declared(page: Page) -> Iterator[Node]:
    for node in page.tree.nodes:
        if node.tag in ("a", "link") and "next" in node.get("rel").lower().split():
            yield node


def _saying_next(page: Page, calendars: _Calendars) -> Iterator[Node]:
    for node in page.tree.nodes:
        if node.tag != "a" or not node.get("href") or node.end - node.order > 20:
            continue
        text = _text(page, node)
        if len(text) > _LONGEST:
            continue
        named = any(name.lower() in _NEXT_NAMES for one in (node, node.parent) if one for name in one.classes)
        strict = page.regions[node.order] == "pagination" or named
        if _says_next(page, node, text, strict=strict, named=named) and not calendars.hold(node):
            yield node


def _says_next(page: Page, node: Node, text: str, *, strict: bool, named: bool) -> bool:
    said = {_bared(text), _bared(node.get("aria-label")), _bared(node.get("title"))}
    said |= {_bared(one.get("alt")) for one in page.tree.within(node) if one.tag == "img"}
    if said & pagewords.NEXT:
        return strict or _in_pager(node)
    if not strict or _leads_back(node):
        return False
    return (bool(text) and _ARROW.fullmatch(text.replace(" ", "")) is not None) or (named and not text)


def _bared(text: str) -> str:
    """A text as the word lists have it: without arrows and numbers ("Next 10 »")."""
    return bare(re.sub(r"\(?\b\d{1,5}\b\)?", " ", _BACK.sub(" ", text)).strip(_TRIM)) if text else ""


def _in_pager(node: Node) -> bool:
    """Whether a "next" link looks like one of a list: not one of very many in its element."""
    return node.parent is None or len(node.parent.children) <= 40


def _leads_back(node: Node) -> bool:
    around = (node, *([node.parent] if node.parent is not None else []))
    names = [name.lower() for one in around for name in one.classes]
    return any(word in name for name in names for word in ("prev", "first", "last"))


# ---- numbers ----


@dataclass(frozen=True, slots=True)
class _Step:
    """A number of a pager. first, last: pages or, of a range, entries. url: "" for the page one is on."""

    first: int
    last: int
    url: str
    current: bool


def _numbered(page: Page, calendars: _Calendars) -> list[str]:
    """The numbered pages after the current one, in order."""
    best: list[str] = []
    for steps in _pagers(page, calendars):
        found = _later(page, steps)
        if found and (not best or len(found) > len(best)):
            best = found
    return best


def _pagers(page: Page, calendars: _Calendars) -> Iterator[list[_Step]]:
    """Runs of numbers that stand side by side, each a link or the mark of the current page."""
    done = -1
    for node in page.tree.nodes:
        if node.tag != "a" or node.order < done or _read(_text(page, node), page, node) is None:
            continue
        around = _around(page, node)
        if around is None or calendars.hold(node):
            continue
        done = around.end
        steps = [step for step in _steps(page, around) if step is not None]
        if len(steps) >= 2:
            yield steps


def _around(page: Page, node: Node) -> Node | None:
    """The smallest element that holds a number and another one."""
    for above in node.ancestors():
        if above is node or above.tag in ("li", "span", "b", "strong"):
            continue
        if above.tag in ("body", "html", "main") or above.end - above.order > 400:
            return None
        if sum(step is not None for step in _steps(page, above)) >= 2:
            return above
    return None


def _steps(page: Page, around: Node) -> Iterator[_Step | None]:
    """What the texts of an element are as numbers of a pager, in order; None for other words."""
    order = around.order
    while order < around.end:
        node = page.tree.nodes[order]
        order += 1
        if node.tag == "a":
            yield _read(_text(page, node), page, node)
            order = node.end
        elif node.tag == TEXT and node.link is None:
            for word in re.split(r"[\s|·•]+", node.text):
                if _NUMBER.fullmatch(word):
                    yield _read(word, page, None)
            whole = clean(node.text).strip("[]()| ")
            if _RANGE.fullmatch(whole):
                yield _read(whole, page, None)


def _read(text: str, page: Page, link: Node | None) -> _Step | None:
    said = text.strip("[]()| ")
    url = (page.link(link) or "") if link is not None else ""
    if link is not None and not url and link.get("href").strip()[:1] not in ("#", ""):
        return None
    current = link is None or not url or _is_current(page, link, url)
    if (number := _NUMBER.fullmatch(said)) is not None:
        value = int(number[1])
        return None if value in _YEAR else _Step(value, value, url, current)
    if (span := _RANGE.fullmatch(said)) is not None and int(span[1]) < int(span[2]):
        return _Step(int(span[1]), int(span[2]), url, current)
    return None


def _is_current(page: Page, link: Node, url: str) -> bool:
    if url.split("#")[0] == page.url.split("#")[0] or link.get("aria-current") in ("page", "true"):
        return True
    around = [link, *([link.parent] if link.parent is not None and link.parent.tag in ("li", "span", "b") else [])]
    return any(name.lower() in _CURRENT for one in around for name in one.classes)


def _later(page: Page, steps: Sequence[_Step]) -> list[str]:
    """The pages after the current one, if these numbers are pages: they count up, and lead to like addresses."""
    here = page.url.split("#")[0]
    linked = [step for step in steps if step.url]
    ordered = sorted({step.first: step for step in steps}.values(), key=lambda step: step.first)
    follows = [after.first == before.last + 1 for before, after in pairwise(ordered)]
    if not linked or not any(follows) or any(links.host(step.url) != links.host(here) for step in linked):
        return []
    shapes = {_shape(step.url) for step in linked}
    if len(shapes) > 2:
        return []
    at = _current(page, ordered)
    after = [step for step in ordered if step.first > at and step.url and not step.current]
    if not after or (after[0].first != at + 1 and ordered[0].first == ordered[0].last):
        return []
    unbroken = next((place for place, (a, b) in enumerate(pairwise(after), 1) if b.first != a.last + 1), len(after))
    return [url for step in after[:unbroken] if (url := _other(step.url, here))]


def _current(page: Page, ordered: Sequence[_Step]) -> int:
    """The last number of the page one is on: marked or without a link; else by its address; else before the first."""
    marked = [step for step in ordered if step.current]
    if marked:
        return marked[0].last
    own = _place(page.url)
    if own is not None and any(step.first == own[1] for step in ordered):
        return own[1]
    return ordered[0].first - 1 if ordered[0].first > 1 else 1


def _shape(url: str) -> str:
    return re.sub(r"\d+", "0", unquote(url))


# ---- steps in addresses ----


def _place(url: str) -> tuple[str, int] | None:
    """What of an address stays from page to page, and the number that counts; None where no number does."""
    parts = urlsplit(url)
    match = _IN_PATH.search(parts.path)
    if match is not None:
        kind = "page" if match["page"] else "row"
        rest = parts.path[: match.start()].rstrip("/") + parts.path[match.end() :].rstrip("/")
        return f"{rest}?{sorted(parse_qsl(parts.query, keep_blank_values=True))}", int(match[kind])
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    counting = [(name, value) for name, value in pairs if _counts(name) and value.isdecimal() and len(value) <= 6]
    if len(counting) != 1:
        return None
    others = sorted(pair for pair in pairs if pair != counting[0])
    return f"{parts.path.rstrip('/')}?{others}", int(counting[0][1])


def _counts(name: str) -> bool:
    plain = name.lower().rsplit("[", 1)[-1].rstrip("]")
    return plain in _PAGE_NAMES or re.split(r"[_.-]", plain)[-1] in ("page", "start", "offset", "pagenumber", "cur")


def _one_step_on(page: Page, here: str, calendars: _Calendars) -> str:
    """The link of a pager with the smallest number above this page's own, in an address that is otherwise its own."""
    own = _place(here)
    stem, at = own if own is not None else (_stem(here), 1)
    found: list[tuple[int, str]] = []
    for node in page.tree.all("a"):
        if page.regions[node.order] != "pagination" and len(_text(page, node)) > 3:
            continue
        url = _other(page.link(node), here)
        place = _place(url) if url else None
        if place is not None and place[0] == stem and place[1] > at and not calendars.hold(node):
            found.append((place[1], url))
    return min(found)[1] if found else ""


def _stem(url: str) -> str:
    """The address of a first page, as `_place` gives what stays."""
    parts = urlsplit(url)
    return f"{parts.path.rstrip('/')}?{sorted(parse_qsl(parts.query, keep_blank_values=True))}"


def _only_reorders(here: str, url: str) -> bool:
    """Whether an address is this page's in another order or selection: only parameters that say so differ."""
    one, other = urlsplit(here), urlsplit(url)
    if one.path.rstrip("/") != other.path.rstrip("/"):
        return False
    mine, theirs = parse_qsl(one.query, keep_blank_values=True), parse_qsl(other.query, keep_blank_values=True)
    differing = {name for name, _ in set(mine) ^ set(theirs)}
    return bool(differing) and all(_OTHER_NAMES.fullmatch(name) for name in differing)


# ---- buttons ----


def _loading_more(page: Page, here: str) -> str:
    """The address a "load more" button loads from."""
    for node in page.tree.nodes:
        if node.tag not in ("a", "button", "div", "span") or node.end - node.order > 20:
            continue
        if node.attributes.keys().isdisjoint(_SOURCES):
            continue
        text = _text(page, node)
        named = _MORE_NAME.search(f"{node.get('class')} {node.get('id')}") is not None
        if len(text) > _LONGEST or not (named or _bared(text) in pagewords.MORE):
            continue
        for name in _SOURCES:
            url = _other(links.absolute(node.get(name), page.base) if node.get(name) else None, here)
            if url and (_place(url) is not None or name != "href"):
                return url
    return ""


def announced(page: Page) -> tuple[str, ...]:
    """The feeds a page names in its head."""
    kinds = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json+feed")
    found: dict[str, None] = {}
    for node in page.tree.all("link"):
        if (
            "alternate" in node.get("rel").lower().split()
            and node.get("type").lower().split(";")[0] in kinds
            and (url := page.link(node))
        ):
            found[url] = None
    return tuple(found)

"""Find the further pages of a list: the link to the next page, however it is made.

Pure. In this order: rel=next; a link that says next; the number after the current one among numbered links; an offset
in path or query one step beyond this page's (`nextRow--10`, `?start=20`). Only addresses on the page's own host.
"""

import re
from collections.abc import Iterator

from feeds.extraction import links
from feeds.extraction.dom import Node
from feeds.extraction.page import Page
from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare
from state.text import clean

_NEXT = frozenset(
    bare(word)
    for word in listed(
        """
        next | next page | older | older posts | older entries | older news | load more | weiter |
        nachste | nachste seite | altere beitrage | suivant | suivante | page suivante | articles plus
        anciens | siguiente | pagina siguiente | entradas anteriores | proxima | proximo | pagina
        seguinte | seguinte | successivo | successiva | avanti | pagina successiva | volgende | volgende
        pagina | nasta | nasta sida | neste | neste side | naeste | seuraava | nastepna | nastepne |
        dalsi | nasledujici | следующая | следующая страница | следующие | вперед | далее | наступна |
        далі | επομενη | επομενο | sonraki | ileri | selanjutnya | berikutnya | lanjut | tiep | tiep
        theo | trang sau | 下一页 | 下一頁 | 下页 | 次へ | 次のページ | 다음 | 다음 페이지 | ถัดไป | หน้าถัดไป | បន្ទាប់ |
        ຕໍ່ໄປ | التالي | التالية | بعدی | הבא | seguent | kovetkezo | urmatoarea | следваща | sljedeca
        """,
        "|",
    )
)
_ARROWS = frozenset(("»", "›", "→", ">", ">>", "⟩", "❯", "▶", "&raquo;", "»»"))
_NUMBER = re.compile(r"\d{1,5}")


def next_pages(page: Page) -> tuple[str, ...]:
    """The address of the next page of the list, as a tuple of one or none."""
    here = page.url.split("#")[0]
    host = links.host(here)
    for node in (*_declared(page), *_saying_next(page), *_next_number(page)):
        url = page.link(node)
        if url is None or url.split("#")[0] == here:
            continue
        if links.host(url) == host:
            return (url,)
    return ()


def _declared(page: Page) -> Iterator[Node]:
    for node in page.tree.nodes:
        if node.tag in ("a", "link") and "next" in node.get("rel").lower().split():
            yield node


def _saying_next(page: Page) -> Iterator[Node]:
    for node in page.tree.nodes:
        if node.tag != "a" or not node.get("href"):
            continue
        text = clean("".join(part.text for part in page.tree.within(node)))
        if len(text) > 40:
            continue
        said = {bare(text), bare(node.get("aria-label")), bare(node.get("title"))}
        named = any(name.lower() in ("next", "next-page", "pagination-next", "pager-next") for name in node.classes)
        strict = page.regions[node.order] == "pagination" or named
        if (
            (said & _NEXT and (strict or _in_pager(node)))
            or (text.strip() in _ARROWS and strict and not _first_of_two(node))
            or (named and strict and not text)
        ):
            yield node


def _in_pager(node: Node) -> bool:
    """Whether a "next" link looks like one of a list: near numbers, or alone in a short block."""
    return node.parent is None or len(node.parent.children) <= 40


def _first_of_two(node: Node) -> bool:
    return any("prev" in name.lower() or "first" in name.lower() or "last" in name.lower() for name in node.classes)


def _next_number(page: Page) -> Iterator[Node]:
    """Among numbered links with the current page unlinked or marked, the link after it."""
    for node in page.tree.nodes:
        if page.regions[node.order] != "pagination" or node.tag not in ("span", "strong", "b", "em", "li", "a"):
            continue
        text = clean("".join(part.text for part in page.tree.within(node)))
        marked = any(
            name.lower() in ("current", "active", "on", "selected", "is-active") for name in node.classes
        ) or node.get("aria-current") in ("page", "true")
        if not marked or _NUMBER.fullmatch(text) is None:
            continue
        wanted = str(int(text) + 1)
        for other in page.tree.nodes[node.end : node.end + 60]:
            if other.tag == "a" and clean("".join(part.text for part in page.tree.within(other))) == wanted:
                yield other
                break


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

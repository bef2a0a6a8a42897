"""Lint the HTML of a mail: what screen readers, blockers and careful mail programs ask of it.

Pure. Read with the standard library's parser, not with what made it. Sources:
requirements/digests.md "Body"; WCAG 2.2 (1.1.1, 1.3.1, 2.4.2, 2.4.4, 3.1.1, 3.1.2).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ACTIVE = ("script", "iframe", "object", "embed", "form", "input", "button", "video", "audio", "link", "base", "svg")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_READ = {*_HEADINGS, "a", "title", "style"}  # whose text is looked at
_VAGUE = {
    "here", "click", "clickhere", "link", "thislink", "more", "readmore", "details", "continue", "ici", "cliquezici",
    "lien", "plus", "lireplus", "lirelasuite", "ensavoirplus", "suite",
}  # fmt: skip
_REMOTE = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
_LAYOUT = ("presentation", "none")


@dataclass(slots=True)
class Element:
    """One element. text: what stands in it, of those whose text is looked at."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    within: tuple[str, ...] = ()  # tags around it


@dataclass(slots=True)
class Page:
    """What a parser saw, in order."""

    elements: list[Element] = field(default_factory=list)
    unclosed: tuple[str, ...] = ()

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    @property
    def hrefs(self) -> list[str]:
        return [link.attributes.get("href", "") for link in self.all("a")]

    @property
    def headlines(self) -> list[str]:
        """What entries and chapters are called."""
        listed = [link.text for link in self.all("a") if "li" in link.within]
        return [*(heading.text for heading in self.all("h2", "h3")), *listed]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        within = tuple(element.tag for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, within=within)
        self.page.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag not in _VOID:
            if self.open.pop().tag == tag:
                return
        if tag not in _VOID:
            self.page.unclosed += (tag,)

    def handle_data(self, text: str) -> None:
        for element in self.open:
            if element.tag in _READ:
                element.text += text


def read(html: str) -> Page:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    parser.page.unclosed += tuple(element.tag for element in parser.open)
    return parser.page


def faults(page: Page, *, language: str, site: str, urls: Collection[str]) -> Iterator[str]:
    """What is wrong. language: of the header. site, urls: what links may lead to, beside mailto and anchors."""
    yield from _language(page, language)
    yield from _shape(page)
    yield from _headings(page)
    yield from _foreign(page)
    allowed = set(urls)
    names = {element.attributes["id"] for element in page.elements if element.attributes.get("id")}
    for link in page.all("a"):
        yield from _link(link, site, allowed, names)


def _language(page: Page, language: str) -> Iterator[str]:
    first = next((element for element in page.elements if element.within == ("html", "body")), None)
    for name, element in (("<html>", next(iter(page.all("html")), None)), ("the first child of <body>", first)):
        given = element.attributes if element else {}
        if not given.get("lang") or given.get("dir") not in ("ltr", "rtl"):
            yield f"{name} must have lang and dir"
        elif language and given["lang"] != language:
            yield f"{name} says lang={given['lang']!r}, the header Content-Language {language!r}"
    for element in page.elements:
        if "lang" in element.attributes and not element.attributes["lang"].strip():
            yield f"<{element.tag}> has an empty lang"


def _shape(page: Page) -> Iterator[str]:
    if page.unclosed:
        yield f"elements are not closed as they were opened: {', '.join(dict.fromkeys(page.unclosed))}"
    if not any(title.text.strip() for title in page.all("title")):
        yield "there is no title"
    for table in page.all("table"):
        if table.attributes.get("role") not in _LAYOUT:
            yield 'a table for the layout lacks role="presentation"'
    if not any(element.attributes.get("role") == "article" for element in page.elements):
        yield 'no element has role="article"'
    for image in page.all("img"):
        if "alt" not in image.attributes:
            yield f"image {image.attributes.get('src', '')!r} has no alt"
    ids = [element.attributes["id"] for element in page.elements if element.attributes.get("id")]
    for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
        yield f"id {name!r} stands more than once"


def _headings(page: Page) -> Iterator[str]:
    levels = [(int(heading.tag[1]), heading) for heading in page.all(*_HEADINGS)]
    if [level for level, _ in levels].count(1) != 1:
        yield "there must be one h1"
    before = 0
    for level, heading in levels:
        if level > before + 1:
            yield f"heading {heading.text.strip()[:60]!r} is h{level} after h{before}"
        if not heading.text.strip():
            yield f"an h{level} is empty"
        before = level


def _foreign(page: Page) -> Iterator[str]:
    """Nothing that runs, nothing that is fetched."""
    for element in page.elements:
        if element.tag in _ACTIVE:
            yield f"<{element.tag}> has no place in a mail"
        for name, value in element.attributes.items():
            if name.startswith("on"):
                yield f"<{element.tag}> has a script in {name}"
            if name in ("src", "srcset", "background", "poster") and not value.startswith(("cid:", "data:")):
                yield f"<{element.tag}> would fetch {value[:80]!r}"
            if name == "style" and _REMOTE.search(value):
                yield f"<{element.tag}> has a style that fetches"
        if element.tag == "style" and _REMOTE.search(element.text):
            yield "a style sheet fetches"


def _link(link: Element, site: str, urls: set[str], names: set[str]) -> Iterator[str]:
    target, text = link.attributes.get("href", ""), " ".join(link.text.split())
    if not text:
        yield f"the link to {target[:80]!r} has no text"
    if target.startswith("#"):
        if target[1:] not in names:
            yield f"the link to {target[:80]!r} leads nowhere in the mail"
        return
    if target.startswith("mailto:") or target in urls:
        return
    if not target.startswith(("https://", "http://")):
        yield f"the link to {target[:80]!r} is no absolute address of https, http or mailto"
    elif not (target == site or target.startswith((f"{site}/", f"{site}?"))):
        yield f"the link to {target[:80]!r} leads neither to {site} nor to an entry"
    if "".join(char for char in text.casefold() if char.isalpha()) in _VAGUE:
        yield f"the link text {text!r} does not say where it leads"

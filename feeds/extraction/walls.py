"""Tell what stands between us and a list: a login page, a check for robots, an error page that says 200 …

Pure. By the page's shape first (a password field, next to no text, scripts around an empty element), then by what its
title and headings say in the languages we meet. Every rule wants a page that shows no list: a news page with a login
box, a consent banner or a protected form is none of these. Called by `feeds.extraction.webpage`; what an admin is told
stands in `feeds.obstacles`.
"""

import re
from collections.abc import Iterator, Sequence

from feeds.extraction import links, wallwords, words
from feeds.extraction.dom import Node
from feeds.extraction.page import Page
from state.records import Record

LIST = 3  # dated entries that make a list, whatever else is on the page
_LONG = 8  # entries without dates that do
_BARE = 250  # characters of text that a shell or a check shows at most
_SHORT = 1500  # the same for a page that asks for something: a name, a consent
_NOTHING = 3
_PARTS = re.compile(r"\s+[|–—:»·•-]+\s+|\s*[|»]\s*|:\s")
_STATUS = re.compile(r"(?:http\s*)?(?:error|fehler|erreur|erro|errore|код)?\s*\b(40[0-9]|410|50[0-4])\b", re.I)
_STATUS_AT_END = re.compile(r"[(\s](?:40[0-9]|410|50[0-4])\)?\s*[.!]?$")
_SCRIPT = re.compile(r"<script\b", re.I)
_NOSCRIPT = re.compile(r"<noscript\b[^>]*>(.{0,2000}?)</noscript", re.I | re.S)
_CHECK = re.compile(
    r"captcha|turnstile|challenge-(?:platform|form|running|error)|browser-verification|managed[_-]challenge|bot-?(?:detection"
    r"|manager|check)|human-?verification|ddos-(?:guard|protection)",
    re.I,
)
_GATEWAY = re.compile(r"<WISPAccessGatewayParam|captive[-_ ]?portal|hotspot-?login|guest-?wi-?fi", re.I)
_MOUNT = frozenset(
    ("root", "app", "__next", "__nuxt", "main-app", "app-root", "react-root", "application", "___gatsby")
)
_REFRESH = re.compile(r"\s*(\d+)\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\">]+)", re.I)
_LOGIN = re.compile(r"/(?:log-?in|sign-?in|signon|sso|auth|oauth2?|saml2?|cas)(?:[/?.]|$)", re.I)


def of(page: Page, markup: str, records: Sequence[Record]) -> str:
    """The obstacle a page is, or "". markup: the page as it came. records: what was read from it. Cost: linear."""
    dated = sum(record.date is not None for record in records)
    if dated >= LIST or len(records) >= _LONG:
        return "error-page" if _says(page, _is_missing, both=True) else ""
    size = sum(line.width for line in page.lines)
    if _says(page, _is_error, both=False) and (size <= _SHORT or _says(page, _is_error, both=True)):
        return "error-page"
    if size <= _SHORT:
        for obstacle, holds in (
            ("bot-wall", _is_check),
            ("portal", _is_portal),
            ("login", _is_login),
            ("consent", _is_consent),
        ):
            if holds(page, markup, size):
                return obstacle
    if records or size > _BARE:
        return ""
    return _hollow(page, markup, size)


def _hollow(page: Page, markup: str, size: int) -> str:
    """What a page with next to no text is: a shell for scripts, or empty."""
    asks = any(wallwords.SCRIPTS.search(found) for found in _NOSCRIPT.findall(markup))
    scripts = len(_SCRIPT.findall(markup))
    mounted = any(node.get("id") in _MOUNT or node.tag == "app-root" for node in page.tree.nodes)
    if scripts and (asks or mounted or (scripts >= 2 and size <= _NOTHING) or _asks_for_scripts(page)):
        return "app-shell"
    pictures = page.tree.all("img", "iframe", "frame")
    return "empty" if size <= _NOTHING and not pictures else ""


def _asks_for_scripts(page: Page) -> bool:
    return any(wallwords.SCRIPTS.search(line.text) for line in page.lines)


# ---- what its words say ----


def _headlines(page: Page) -> Iterator[str]:
    yield from (line.text for line in page.lines if line.heading in (1, 2))


def _says(page: Page, is_it: "_Test", *, both: bool) -> bool:
    """Whether a page's title or its main headings say something. both: the one and the other."""
    titled = any(is_it(part) for part in (page.title, *_PARTS.split(page.title)))
    headed = any(is_it(text) for text in _headlines(page))
    return (titled and headed) if both else (titled or headed)


class _Test:
    """Whether a text is one of the phrases of a list, or begins with one that stands for itself."""

    def __init__(self, phrases: frozenset[str]) -> None:
        self._phrases = phrases

    def __call__(self, text: str) -> bool:
        said = words.bare(text).strip(" .!…?:-–—|\"'“”«»()[]")
        return 0 < len(said) <= 80 and said in self._phrases


class _ErrorTest(_Test):
    """The same for errors, with their numbers: "404", "Error 404: page not found", "Not found (404)"."""

    def __call__(self, text: str) -> bool:
        said = text.strip()
        if (number := _STATUS.match(said)) is not None:
            rest = said[number.end() :].strip(" .!…:-–—|()\"'")
            return not rest or number[0][0].isalpha() or super().__call__(rest)
        if (number := _STATUS_AT_END.search(said)) is not None:
            return super().__call__(said[: number.start()])
        return super().__call__(said)


_is_error = _ErrorTest(wallwords.ERRORS)
_is_missing = _ErrorTest(wallwords.ERRORS - wallwords.TOPICS)
_names_login = _Test(wallwords.LOGIN)
_names_check = _Test(wallwords.CHECKS)


def _mentions(page: Page, phrases: frozenset[str]) -> bool:
    """Whether a text of the page holds one of some phrases."""
    texts = [words.bare(line.text) for line in page.lines] + [words.bare(page.title)]
    return any(phrase in text for text in texts for phrase in phrases)


# ---- what its shape says ----


def _fields(page: Page) -> list[Node]:
    return [
        node
        for node in page.tree.all("input")
        if node.get("type").lower() not in ("hidden", "submit", "button", "image", "checkbox", "radio", "reset")
    ]


def _is_check(page: Page, markup: str, size: int) -> bool:
    """A check for robots: it says so, or little else than its script is there."""
    if _says(page, _names_check, both=False) and not page.tree.all("article"):
        return True
    small = size <= 2 * _BARE
    if small and _mentions(page, wallwords.CHECKS):
        return True
    return small and not _fields(page) and size <= _BARE and _CHECK.search(markup) is not None


def _is_portal(page: Page, markup: str, _size: int) -> bool:
    """The sign-in page of a network: it says so to machines, or speaks of the network it lets people into."""
    if "WISPAccessGatewayParam" in markup:
        return True
    asks = bool(page.tree.all("form", "input", "button")) or _refreshed(page)[0] != ""
    named = _GATEWAY.search(markup) is not None
    return asks and (_mentions(page, wallwords.NETWORKS) and (named or _mentions(page, wallwords.CONNECT)))


def _is_login(page: Page, _markup: str, _size: int) -> bool:
    """A page that asks who one is: a password field and no list, or a form under a heading that says so."""
    fields = _fields(page)
    if any(node.get("type").lower() == "password" for node in fields):
        return True
    named = _says(page, _names_login, both=False)
    there = _LOGIN.search(page.url) is not None
    onward = _LOGIN.search(_refreshed(page)[1]) is not None
    return (named and (bool(fields) or there)) or (there and bool(fields)) or (onward and not page.tree.all("article"))


def _is_consent(page: Page, _markup: str, size: int) -> bool:
    """A page that is a question for consent and nothing else: it speaks of it, and has something to agree with."""
    agrees = any(words.bare(text) in wallwords.AGREE for text in _labels(page))
    about = [line for line in page.lines if _about_consent(line.text)]
    share = sum(line.width for line in about) / (size or 1)
    return agrees and share >= 0.4


def _labels(page: Page) -> Iterator[str]:
    for node in page.tree.all("input"):
        if node.get("type").lower() in ("submit", "button"):
            yield node.get("value")
    yield from (line.text for line in page.lines)
    yield from (piece.text for line in page.lines for piece in line.pieces if len(line.pieces) > 1)


def _about_consent(text: str) -> bool:
    said = words.bare(text)
    return any(phrase in said for phrase in wallwords.CONSENT)


def _refreshed(page: Page) -> tuple[str, str]:
    """Where a page sends its visitors at once: another host's name if it is one, and the address; "" for neither."""
    for node in page.tree.all("meta"):
        found = _REFRESH.match(node.get("content")) if node.get("http-equiv").lower() == "refresh" else None
        if found is not None and int(found[1][:4]) <= 10:
            url = links.absolute(found[2], page.base) or ""
            return (links.host(url) if links.host(url) != links.host(page.url) else ""), url
    return "", ""

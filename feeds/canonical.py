"""The canonical key of a link: equal for addresses that name the same thing.

Pure. Only for comparing: what is fetched and shown stays as it was written. Folded
are http/https, "www.", case of the host, default ports, index documents, the slash
at the end, fragments (but not the "#!" and "#/" routes of scripts), the order of
parameters and those that only track where a reader comes from. An unknown
parameter stays, because it may name the thing itself. Called by `feeds.identity`.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|_ga|_gl|_hs\w+|"
    r"mkt_tok|wt\.mc_id|s_cid|ito|oly_\w+|vero_\w+|pk_\w+|mtm_\w+|matomo_\w+|phpsessid|jsessionid|sessionid",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|xhtml|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=8192)  # a visit asks for each of its links several times
def url_key(url: str) -> str:
    """The key of an address, "" for none. Never fails: what is no web address is its own key."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        return url.strip()
    host = parts.hostname.lower().rstrip(".").removeprefix("www.")
    if port and port != _PORTS[parts.scheme.lower()]:
        host = f"{host}:{port}"
    return host + _path(parts.path) + _query(parts) + _route(parts.fragment)


def host(url: str) -> str:
    """Host and port of a web address in lower case, "" for anything else. Never fails."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme.lower() in _PORTS else ""


def extends(one: str, other: str) -> bool:
    """Whether two keys differ only in that one has more parameters than the other."""
    bare, _, more = one.partition("?")
    also_bare, _, less = other.partition("?")
    if bare != also_bare:
        return False
    these, those = set(more.split("&")) - {""}, set(less.split("&")) - {""}
    return these <= those or those <= these


def _path(path: str) -> str:
    plain = quote(unquote(_SESSION.sub("", path), errors="replace"), safe="/:@!$&'()*+,;=~-._")
    return _INDEX.sub("/", plain).rstrip("/")


def _query(parts: SplitResult) -> str:
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(name)]
    return f"?{urlencode(sorted(kept))}" if kept else ""


def _route(fragment: str) -> str:
    return f"#{fragment}" if fragment.startswith(("!", "/")) else ""

"""Decide which URLs and which network addresses may be fetched.

Pure: no look-ups. `feeds.fetch` asks `checked` before each request and each
redirect, and `refusal` for the address of every socket before it connects: what is
judged is the address we connect to, never a name, so that a name cannot change its
meaning in between (requirements: trust, "Attacks").
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from state.errors import Misuse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 8000  # characters

# IANA special-purpose registries. Our own list: what `ipaddress` calls private changes with its release.
_SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("2001::/32", "Teredo"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "reserved"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # the rest of IPv6 is not in use
_NAT64 = tuple(network for network, name in _SPECIAL if name == "NAT64")

_URL_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_HOST = re.compile(r"(?=.{1,253}$)(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|[0-9A-Fa-f:.]+(?:%[\w.-]+)?")
# Resolvers take 127.1, 0177.0.0.1, 2130706433 and 0x7f000001 for addresses: no public name ends so.
_NUMERIC_END = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$")
_BREAKING = re.compile("[\x00-\x1f\x7f-\xa0\\\\\u2028\u2029\ud800-\udfff]")


class RefusedUrl(ValueError):
    """A URL that is not fetched. scheme: whether that is because it is not http or https."""

    def __init__(self, reason: str, *, scheme: bool = False) -> None:
        super().__init__(reason)
        self.scheme = scheme


def networks(allow: Sequence[str]) -> tuple[Network, ...]:
    """Read poll.allow. Raises Misuse for what is no network."""
    found: list[Network] = []
    for text in allow:
        try:
            found.append(ip_network(text.strip(), strict=False))
        except ValueError as error:
            raise Misuse(f"poll.allow has {text!r}; give networks like 192.168.1.0/24 or fd00::/8") from error
    return tuple(found)


def refusal(address: str, allow: Sequence[Network]) -> str | None:
    """Why a numeric address (of getaddrinfo) is not connected to: "10.1.2.3 is private"; None if it may be.

    An IPv4 address inside an IPv6 one is judged too: a mapped one for itself, one in a
    tunnel (6to4, Teredo, NAT64) only after the tunnel, so both must be allowed.
    """
    try:
        given = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is no network address"
    if isinstance(given, IPv6Address) and given.ipv4_mapped:
        inner = _kind(given.ipv4_mapped, allow)
        return inner and f"{address} is {inner}"
    kind = _kind(given, allow)
    if kind is None and isinstance(given, IPv6Address):
        inner = next((found for within in _tunnelled(given) if (found := _kind(within, allow))), None)
        kind = inner and f"a tunnel to a {inner} address"
    return kind and f"{address} is {kind}"


def _kind(address: Address, allow: Sequence[Network]) -> str | None:
    """What is special about an address, None for an ordinary or an allowed one."""
    if any(address in network for network in allow):
        return None
    for network, name in _SPECIAL:
        if address in network:
            return name
    return "reserved" if isinstance(address, IPv6Address) and address not in _GLOBAL_V6 else None


def _tunnelled(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that packets to an IPv6 address end at."""
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if any(address in network for network in _NAT64):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


@lru_cache(4096)
def checked(text: str) -> URL:
    """The URL to be requested, its path and query as they are written. Raises RefusedUrl.

    Refused: other schemes than http and https, user names, control characters and
    backslashes (libraries disagree on which host they mean), no host, a port that is none.
    """
    return _judged(_read(text.strip(" ")))


def followed(base: URL, location: str) -> URL:
    """Where a redirect of `base` leads, judged as `checked` does. Raises RefusedUrl."""
    return _judged(base.join(_read(location.strip(" "))))


def by_proxy(url: URL, allow: Sequence[Network]) -> None:
    """Judge a URL that a proxy will look up: its host as far as it can be seen here. Raises RefusedUrl."""
    host = url.raw_host or ""
    if _is_address(host):
        why = refusal(host, allow)
        if why is not None:
            raise RefusedUrl(f"{why}; sources live in the public network, unless poll.allow names theirs")
    elif host.rstrip(".").rpartition(".")[2] == "localhost":
        raise RefusedUrl(f"{host} is this machine, or the proxy's")


def _read(text: str) -> URL:
    if len(text) > LONGEST_URL:
        raise RefusedUrl(f"it is {len(text)} characters long; {LONGEST_URL} are read")
    if broken := _BREAKING.search(text):
        raise RefusedUrl(f"it contains {broken[0]!r}")
    try:
        return URL(text, encoded=_URL_CHARACTERS.fullmatch(text) is not None)
    except ValueError as error:
        raise RefusedUrl(f"it cannot be read ({error})") from error


def _judged(url: URL) -> URL:
    if url.scheme not in ("http", "https"):
        raise RefusedUrl("only http:// and https:// are fetched", scheme=True)
    try:
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise RefusedUrl(f"it cannot be read ({error})") from error
    if "@" in url.raw_authority:
        raise RefusedUrl("it contains a user name or password")
    if not host or not _HOST.fullmatch(host):
        raise RefusedUrl(f"{host!r} is no host" if host else "it names no host")
    if _NUMERIC_END.search(host) and not _is_address(host):
        raise RefusedUrl(f"{host!r} is a disguised address; write it like 192.0.2.1")
    if not port:
        raise RefusedUrl("its port is none")
    path, query = url.raw_path or "/", url.raw_query_string
    return URL.build(
        scheme=url.scheme, authority=url.raw_authority.lower(), path=path, query_string=query, encoded=True
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

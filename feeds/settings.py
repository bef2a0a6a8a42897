"""How politely and how much we read: [poll] and the part of [limits] that watching needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Polling:
    """every, timeout: seconds (timeout: of one fetch, connect to last byte). max_bytes: of a body, decompressed.

    min_every, max_every: seconds, between which a source's own rhythm moves around `every`.
    gap: seconds between two requests to one host. proxy: URL of the proxy that all requests take, or "".

    allow: networks in CIDR form that sources may live in although they are private.
    downloads: whether files of entries are looked at: "off", "show", or "announce" what was replaced to readers.
    new_entries_hold: more new entries than this in one poll are published, but their mail waits for the admin.
    """

    contact_url: str = ""
    every: int = 3600
    allow: tuple[str, ...] = ()
    max_bytes: int = 10_000_000
    timeout: int = 60
    respect_robots: bool = True
    new_entries_hold: int = 200
    keep_raw: int = 30 * 86400
    min_every: int = 600
    max_every: int = 86400
    gap: float = 2
    proxy: str = ""
    downloads: str = "show"


@dataclass(frozen=True, slots=True)
class Publishing:
    """size: entries in a feed's head document. static_dir: folder that feeds are also written to, or ""."""

    size: int = 50
    static_dir: str = ""

"""Where things are on the public site. Links are made only here, and only from the configured base URL."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from state.records import Site

FORMS = ("atom", "rss", "json")
ARCHIVED = ("atom", "json")  # forms in which archive documents are served
MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


def home(site: Site) -> str:
    return f"{site.url}/"


def topic(site: Site, name: str) -> str:
    return f"{site.url}/topics/{quote(name, safe='')}"


def entry(site: Site, entry_id: str) -> str:
    return f"{site.url}/entries/{quote(entry_id, safe='')}"


def feed(site: Site, name: str, form: str, facets: Mapping[str, Sequence[str]] | None = None) -> str:
    query = f"?{urlencode(facets, doseq=True)}" if facets else ""
    return f"{site.url}/feeds/{quote(name, safe='')}.{form}{query}"


def archive(site: Site, name: str, number: int, form: str) -> str:
    """An archive document of a feed (RFC 5005 section 4); 1 is the oldest."""
    return f"{site.url}/feeds/{quote(name, safe='')}/archive/{number}.{form}"


def opml(site: Site) -> str:
    return f"{site.url}/opml"


def edition(site: Site, edition_id: str) -> str:
    return f"{site.url}/digests/{edition_id}"


def confirm(site: Site, token: str) -> str:
    return f"{site.url}/confirm/{token}"


def preferences(site: Site, token: str) -> str:
    return f"{site.url}/preferences/{token}"


def unsubscribe(site: Site, token: str) -> str:
    return f"{site.url}/unsubscribe/{token}"


def address(site: Site, token: str) -> str:
    return f"{site.url}/address/{token}"


def contact(site: Site) -> str:
    """site.contact as a URL: it may be an address or one already; "" where there is none."""
    said = site.contact.strip()
    if not said or "://" in said or said.startswith("mailto:"):
        return said
    return f"mailto:{quote(said, safe='@+')}" if "@" in said else ""

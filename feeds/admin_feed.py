"""The alarms that stand, as an Atom feed for the admin, at an address that cannot be guessed.

Reads only, but for the secret of the address, which is minted when it is first
asked for. An alarm is one entry for as long as it stands. Called by the web and by
`tidings feed admin`.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from html import escape
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from feeds import syndication
from feeds.build import program
from feeds.items import Head, Item
from state import alarms, keys, sources
from state.alarms import Alarm
from state.errors import NotFound
from state.keys import Key
from state.records import Site
from state.text import clean
from templates import links

_PURPOSE = "admin"
_LETTERS = 32  # of the token: 128 bits


def address(db: Connection, *, site: Site, now: datetime, renew: bool = False) -> str:
    """Where the feed is. renew: another address; the old one is gone at once. Wants a write transaction."""
    known = keys.rotate(db, _PURPOSE, now=now) if renew else keys.ensure(db, _PURPOSE, now=now)
    return links.feed(site, f"admin-{_token(known.current)}", "atom")


def render(db: Connection, token: str, *, site: Site) -> bytes:
    """The feed. Raises NotFound unless the token is the one in use."""
    known = keys.known(db, _PURPOSE).known
    key = next((one for one in known if one.retired_at is None), None)
    if key is None or not hmac.compare_digest(_token(key).encode(), token.encode()):
        raise NotFound("no such feed here; `tidings feed admin` prints the address of the one for the admin")
    standing = alarms.alarms(db)
    titles = {source.id: source.title or source.id for source in sources.sources(db)}
    told = [_item(alarm, titles, site) for alarm in reversed(standing)]
    served = links.feed(site, f"admin-{token}", "atom")
    head = Head(
        urn=uuid5(NAMESPACE_URL, f"tidings admin {key.id}").urn,
        title=f"{site.title}: what the admin should know",
        subtitle="Alarms that stand, the newest first; an alarm that ends leaves this list",
        language="en",
        updated=max((alarm.since for alarm in standing), default=key.created_at).replace(microsecond=0),
        served={"atom": served},
        page=links.home(site),
        style="",
        author=site.title,
        version=program(),
    )
    return syndication.document("atom", head, [syndication.fragment("atom", item) for item in told])


def _token(key: Key) -> str:
    return hmac.new(key.secret, b"feed of alarms", sha256).hexdigest()[:_LETTERS]


def _item(alarm: Alarm, titles: dict[str, str], site: Site) -> Item:
    """An alarm as an entry: what, where, and the command that answers."""
    where = titles.get(alarm.source, alarm.source) if alarm.source else site.title
    answer = f"Answer: {alarm.asks}" if alarm.asks else "Nothing needs to be done while it resolves itself."
    paragraphs = (clean(alarm.message), answer)
    return Item(
        urn=uuid5(NAMESPACE_URL, f"tidings alarm {alarm.source} {alarm.kind} {alarm.since.isoformat()}").urn,
        title=clean(f"{alarm.kind}: {where}"),
        updated=alarm.since.replace(microsecond=0),
        published=alarm.since.replace(microsecond=0),
        link=links.topic(site, f"source-{alarm.source}") if alarm.source in titles else links.home(site),
        page="",
        via="",
        source_title=site.title,
        source_feed="",
        author=site.title,
        lead="",
        summary="\n".join(paragraphs),
        content="".join(f"<p>{escape(words)}</p>" for words in paragraphs),
        language="en",
        categories=(),
        enclosures=(),
    )

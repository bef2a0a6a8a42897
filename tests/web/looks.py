"""A furnished service and every page of it, to be looked at by a browser: for tests and for people."""

from datetime import timedelta

from mail import address_change, latest, preferences, subscriptions, tokens
from mail.tokens import Token
from state import editions, keys, outbox, topics
from state.codec import decode
from state.records import Record, Site, Topic
from state.store import Store
from tests.feeds.samples import FULL, NOW, entry, keep

SITE = Site(
    title="Mekong labour news",
    url="https://news.example.org",
    timezone="Asia/Phnom_Penh",
    contact="desk@example.org",
    postal_address="Institute for Work, Pier 1\nExample Town",
)
TITLES = {
    "wages": "Wages & working time",
    "child-labour": "Child labour",
    "safety": "Occupational safety and health",
    "women": "Women at work",
    "migration": "Labour migration across the borders of the region",
}


def furnish(store: Store, site: Site = SITE) -> dict[str, str]:
    """Fill a store; paths by the name of the page. site: its language is that of the people."""
    with store.write() as db:
        for name, title in TITLES.items():
            topics.put_topic(db, Topic(name, title, any=("x",)), NOW)
    for number in range(30):
        came = NOW - timedelta(days=2 * number)
        told = Record(
            title=f"Notice {number}: workers and owners of brick kilns agree", summary="Owners sign a pledge."
        )
        made = entry(f"n{number}", told, first_seen_at=came, updated_at=came)
        keep(store, [made], under=("all", list(TITLES)[number % 3]), now=came)
    keep(store, [FULL], under=("all", "wages"))
    ask, change = _people(store, site)
    return {
        "front": "/",
        "topic": "/topics/wages",
        "entry": "/entries/full",
        "nothing": "/nothing",
        "confirm": f"/confirm/{ask}",
        "expired": f"/confirm/{ask[:-1]}",
        **change,
    }


def _people(store: Store, site: Site) -> tuple[str, dict[str, str]]:
    """Somebody who asked and somebody who reads; the token of the question, and pages of the other."""
    with store.write() as db:
        for email in ("dara@example.org", "sample@example.org"):
            subscriptions.subscribe(
                db,
                email=email,
                topics=("wages", "child-labour?country=KH"),
                rhythms={"wages": "daily"},
                by="subscriber",
                site=site,
                now=NOW,
            )
        first, second = (one.key for one in outbox.messages(db) if one.kind == "confirm")
        made = latest.foresee(db, second, site=site, now=NOW, mint=lambda: "0123456789abcdef0123456789abcdef")
        assert made is not None
        done = subscriptions.confirm(db, second, now=NOW)
        assert isinstance(done, subscriptions.Done)
        latest.queue(db, done.subscriber, made, site=site, now=NOW)
        name = editions.issues(db)[0].edition.id
        person = done.subscriber
        own = preferences.link_token(db, person, now=NOW)
        leave = tokens.make(keys.known(db, "token"), Token("unsubscribe", person.id, person.generation))
        address_change.ask(db, own, "new@example.org", site=site, now=NOW)
        letter = next(one for one in outbox.messages(db) if one.kind == "address")
        moved = decode(outbox.payload(db, letter.id), dict[str, object])["text"]
        change = str(moved).partition("/address/")[2].split()[0]
    return first, {
        "preferences": f"/preferences/{own}",
        "unsubscribe": f"/unsubscribe/{leave}",
        "address": f"/address/{change}",
        "digest": f"/digests/{name}",
    }

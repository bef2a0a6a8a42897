"""Mail the admin what is new about alarms: at most once a day, and only if something changed.

`news` compares what stands with what stood when the last mail was written: each alarm is told once until it says
something else, and once when it is over. `tell` writes the mail into the outbox, in the lane of single mails, under
the local date of the site, so that no day brings two. The recipient is `admin.email` and no subscriber: the re-check
before MAIL FROM (state/subscribers.py) lets it pass. Called by the scheduler's tick.

The surprising rule: a day's mail is written with the first change after AT. What changes later on that day comes with
the mail of the next one; `tidings status` and the admin's feed say it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from mail.message import Letter, message_id
from state import alarms, alarms_told, outbox, sources
from state.alarms import Alarm
from state.codec import encode
from state.records import Site
from state.store import Store
from state.subscribers import ADMIN
from state.text import clean
from templates import dates, links
from templates.inline import inlined
from templates.render import render
from templates.wording import words

KIND = "alarms"
AT = time(8)  # of the site's zone: no mail before
MOST = 40  # alarms of each chapter that are told in full
_LANGUAGE = "en"  # what is said to the admin is said in English everywhere


@dataclass(frozen=True, slots=True)
class News:
    """fresh: what stands and was not told, or says something else now. over: what was told and stands no more.

    standing: how many stand as they were told.
    """

    fresh: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    standing: int


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm as the mail tells it. where: the source's title, or the service. page: of the source, or ""."""

    where: str
    kind: str
    since: str
    message: str
    asks: str
    page: str


def news(standing: Sequence[Alarm], told: Sequence[Alarm]) -> News | None:
    """What the admin has not been told yet; None where that is nothing."""
    before = {(alarm.source, alarm.kind): alarm for alarm in told}
    here = {(alarm.source, alarm.kind) for alarm in standing}
    fresh = tuple(alarm for alarm in standing if before.get((alarm.source, alarm.kind)) != alarm)
    over = tuple(alarm for alarm in told if (alarm.source, alarm.kind) not in here)
    return News(fresh, over, len(standing) - len(fresh)) if fresh or over else None


def tell(store: Store, admin: str, *, site: Site, now: datetime, after: time = AT) -> bool:
    """Write the day's mail to the admin, if there is something to say. admin: a mailbox, "" = nobody is told.

    after: the hour of the site before which none is written.
    """
    email = parseaddr(admin)[1]
    local = now.astimezone(ZoneInfo(site.timezone))
    key = f"{local:%Y-%m-%d}"
    if not email or local.time() < after:
        return False
    with store.read() as db:
        if news(alarms.alarms(db), alarms_told.told(db)) is None or alarms_told.is_written(db, KIND, key):
            return False
    with store.write() as db:
        standing = alarms.alarms(db)
        found = news(standing, alarms_told.told(db))
        if found is None:
            return False
        titles = {source.id: source.title or source.id for source in sources.sources(db)}
        letter = compose(found, titles, site=site, now=now)
        queued = outbox.enqueue(
            db,
            subscriber=ADMIN,
            recipient=email,
            generation=0,
            kind=KIND,
            key=key,
            edition=None,
            message_id=message_id(site, ADMIN, KIND, key),
            lane=0,
            payload=encode(letter),
            now=now,
        )
        if queued is None:  # another worker was first
            return False
        alarms_told.put(db, standing)
    return True


def compose(found: News, titles: Mapping[str, str], *, site: Site, now: datetime) -> Letter:
    """The mail. titles: of sources, by id."""
    values = {
        "say": words(_LANGUAGE),
        "site": site,
        "day": dates.day(now, site.timezone, _LANGUAGE),
        "fresh": [_told(alarm, titles, site) for alarm in found.fresh[:MOST]],
        "more_fresh": max(0, len(found.fresh) - MOST),
        "over": [_told(alarm, titles, site) for alarm in found.over[:MOST]],
        "more_over": max(0, len(found.over) - MOST),
        "standing": found.standing,
    }
    subject = f"{site.title}: {_heading(found)}"
    heading = _heading(found)
    html = inlined(render("mail/alarms.html", subject=subject, heading=heading[0].upper() + heading[1:], **values))
    text = render("mail/alarms.txt", heading=heading, **values)
    return Letter(subject, text, html, _LANGUAGE)


def _heading(found: News) -> str:
    """ "2 new alarms, 1 is over"."""
    fresh, over = len(found.fresh), len(found.over)
    parts = [f"{fresh} new alarm{'s' * (fresh > 1)}"] if fresh else []
    if over:
        verb = "is" if over == 1 else "are"
        parts.append(f"{over} {verb} over" if fresh else f"{over} alarm{'s' * (over > 1)} {verb} over")
    return ", ".join(parts)


def _told(alarm: Alarm, titles: Mapping[str, str], site: Site) -> Told:
    known = alarm.source in titles
    where = clean(titles[alarm.source]) if known else f"the service, {alarm.source}" if alarm.source else "the service"
    return Told(
        where,
        alarm.kind,
        dates.instant(alarm.since, site.timezone, _LANGUAGE),
        clean(alarm.message),
        alarm.asks or "",
        links.topic(site, f"source-{alarm.source}") if known and site.url else "",
    )

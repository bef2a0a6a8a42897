"""Decide what becomes of a doubt at this poll: whether it is told, goes on, or is given up.

Pure. A doubt that some polls in a row and a day confirm is no longer one, where the content can be taken without harm:
then only what is surely new is mailed. Never given up by itself: a page without entries, a wall, a page on which
nothing is known, titles with the links of others; there the admin must say. A document whose doubts went away by
themselves before is given a poll or two before the admin hears of the next. What the admin refused stays held and is
not told again. Called by `feeds.visit`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from feeds.documents import Page
from feeds.suspicion import Doubt
from state.doubts import Held, History

POLLS = 3  # in a row that confirm a doubtful content
WAIT = timedelta(hours=24)
FLAPS = 2  # polls a document that flaps is given, at most
GIVEN_UP = frozenset(("dates", "vanished", "relaunching", "fields", "older", "future"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """held: the row of the doubt as it stands now. believed: it is given up. told: the admin is to know."""

    held: Held
    believed: bool
    told: bool


def verdict(
    page: Page, doubt: Doubt, before: Held | None, rejected: frozenset[tuple[str, str]], history: History, now: datetime
) -> Verdict:
    """What becomes of a doubt about a document. before: the doubt that stands, if any."""
    said = content_print(page)
    if before is None or before.reason != doubt.reason:
        held = Held(page.url, doubt.reason, doubt.message, said, now, now, 1, page.validators.body_hash)
    else:  # the first words stay: what is told once is told once
        held = replace(before, print=said, last_at=now, polls=before.polls + 1, hash=page.validators.body_hash)
    if (page.url, said) in rejected:
        return Verdict(held, believed=False, told=False)
    believed = doubt.reason in GIVEN_UP and held.polls >= POLLS and now - held.since >= WAIT
    return Verdict(held, believed, told=held.polls > min(history.flaps, FLAPS))


def content_print(page: Page) -> str:
    """Equal for pages that show the same; of a page without records, for the same bytes."""
    records = page.extraction.records
    if not records:
        return page.validators.body_hash
    told = sorted(f"{record.title}\x1f{record.url or ''}\x1f{record.date or ''}" for record in records)
    return sha256("\x1e".join(told).encode(errors="surrogatepass")).hexdigest()[:32]

"""Ask which of several things is meant: a page or the feed it announces, one list of a page or another.

Questions go to a person at a terminal. Without one the page and its likeliest list are taken, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from cli import show
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.ownfeed import Offer
    from feeds.poll import Watch
    from feeds.sources import Look
    from state.records import Rival

SAMPLES = 3  # titles of each list


def preferring(command: Callable[..., object]) -> Callable[..., object]:
    """The option for a page that announces a feed of its own."""
    return click.option(
        "--prefer-feed/--page",
        "feed",
        default=None,
        help="Where a page announces a feed of its own: watch that, or the page (default: ask).",
    )(command)


# ---- a page or its feed ----


async def instead(watch: Watch, look: Look, feed: bool | None, *, asks: bool, now: datetime) -> Look | None:
    """The page's own feed, where it is to be watched instead; None for the page.

    feed: what the admin wants already; None = asked where somebody can answer. Raises UserError where a feed is
    wanted and there is none that can be read.
    """
    if feed is False or (not look.feeds and feed is None):
        return None
    if feed is None and not asks:
        show.progress(
            f"it announces a feed of its own, which is surer to watch: {look.feeds[0]} (--prefer-feed takes it)"
        )
        return None
    offer = await offered(watch, look, now=now)
    if feed:
        if offer is None:
            raise UserError(
                f"{look.where} announces no feed that can be read; leave --prefer-feed out to watch the page"
            )
        return offer.look
    if offer is None:
        show.progress(f"it announces a feed of its own that cannot be read: {look.feeds[0]}")
        return None
    show.progress(said(offer, look))
    return offer.look if click.confirm("Watch the feed instead?", default=likely(offer, look), err=True) else None


async def offered(watch: Watch, look: Look, *, now: datetime) -> Offer | None:
    """The feed a page announces that tells most of its entries, or None."""
    from feeds.ownfeed import offered as best

    return await best(watch, look, now=now)


def said(offer: Offer, look: Look) -> str:
    """What a page's own feed has, in words."""
    count = sum(len(page.extraction.records) for page in look.documents)
    return (
        f"it announces a feed of its own with {offer.entries} entries, {offer.shared} of the page's {count} among "
        f"them: {offer.look.where}"
    )


def likely(offer: Offer, look: Look) -> bool:
    """Whether the feed tells what the page tells: most of the entries, or there are none on the page."""
    count = sum(len(page.extraction.records) for page in look.documents)
    return offer.shared >= count / 2


# ---- one list or another ----


def one_list(look: Look, number: int | None, *, asks: bool) -> Look:
    """What was looked at with the list that is meant. number: what the admin says already, from 1.

    Raises Misuse for a number that no list has.
    """
    from feeds.sources import choose

    if number is None and not look.rivals:
        return look
    if number is None and not asks:
        others = ", ".join(f"{place}: {_told(rival)}" for place, rival in enumerate(look.rivals[1:], 2))
        show.progress(f"other lists on the page are about as likely ({others}); --candidate N takes one of them")
        return look
    if number is None:
        show.progress("the page shows lists that are about as likely:")
        for place, rival in enumerate(look.rivals, 1):
            show.progress(f"  {place}. {len(rival.records)} entries{f' ({rival.selector})' if rival.selector else ''}")
            for record in rival.records[:SAMPLES]:
                show.progress(f"     {record.date or 'no date':<10}  {record.title or record.display_title}")
        number = click.prompt("Which one?", type=click.IntRange(1, len(look.rivals)), default=1, err=True)
    return choose(look, number)


def _told(rival: Rival) -> str:
    first = rival.records[0]
    return f"{len(rival.records)} entries, e.g. {(first.title or first.display_title)[:60]!r}"

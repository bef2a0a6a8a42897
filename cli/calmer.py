"""Say how much mail "now" would be, and what would be calmer; to stderr, after what was asked for is done."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from cli import show
from cli.app import App

if TYPE_CHECKING:
    from state.records import Every


def offer(app: App, email: str, added: Collection[str], every: str) -> None:
    """Offer a day's digest where what EMAIL reads would be too many mails. added: topics that just came, with every."""
    if every != "now" or not added:
        return
    from mail import subscriptions
    from mail.estimates import Estimates
    from templates import amounts
    from templates.wording import words

    estimates = Estimates()
    with app.store() as store, store.read() as db:
        account = subscriptions.show(db, email)
        wanted: dict[str, Every] = {row.topic: row.every for row in account.subscriptions} | dict.fromkeys(added, "now")
        estimates.refresh(db, app.now())
        mine, timezone = list(wanted.items()), account.subscriber.timezone
        calm = estimates.calmer(db, mine, timezone)
        much = estimates.together(db, mine, timezone)
    if calm is None:
        return
    say = words("en")
    now, daily = amounts.mails(say, much), amounts.mails(say, calm)
    show.progress(f"going by the last weeks that is {now}; once a day it would be {daily}:")
    for topic in added:
        show.progress(f'  tidings subscription change {email} "{topic}" --every daily')

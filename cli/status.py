"""How the service is: alarms, sources, queue, what comes next."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

import click

from cli import show
from cli.app import App


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(app: App, as_json: bool) -> None:
    """Show alarms, the state of sources and of the queue, and what happens next.

    What is wrong with the configuration or around it: `tidings doctor`.

    \b
    Example:
      tidings status
    """
    from cli import upcoming
    from cli.digest import counted
    from state import agenda, alarms, bounces, outbox, sources, statistics, subscribers

    week = app.now() - timedelta(days=7)
    with app.store() as store, store.read() as db:
        standing = alarms.alarms(db)
        kinds = Counter("failing" if one.error else one.state for one in sources.sources(db))
        people, queue = subscribers.counts(db), outbox.counts(db)
        coming = agenda.coming(db)
        mailed, empty = statistics.since(db, week), statistics.empty(db, f"{week:%Y-%m-%d}")
        back, stopped = bounces.counts(db, week), bounces.causes(db)
    every = {"active": 0, "failing": 0, "paused": 0} | dict(kinds)
    if as_json:
        show.emit(
            {
                "alarms": [asdict(one) for one in standing],
                "sources": every,
                "subscribers": people,
                "outbox": queue,
                "digests": asdict(mailed),
                "empty": [asdict(one) for one in empty],
                "reports": back,
                "suppressed": stopped,
                "next": [upcoming.shape(one) for one in coming],
            }
        )
        return
    for one in standing:
        answer = f"; answer with `{one.asks}`" if one.asks else ""
        show.line(
            f"alarm: {one.source or 'service'} {one.kind} since {one.since:%Y-%m-%d %H:%M}: {one.message}{answer}"
        )
    show.line(f"sources: {_counts(kinds) or 'none; add one with `tidings source add URL`'}")
    show.line(f"subscribers: {_counts(people) or 'none; add one with `tidings subscriber add EMAIL --topic all`'}")
    show.line(f"outbox: {_counts(queue) or 'empty'}")
    show.line(f"digests of 7 days: {counted(mailed) or 'none'}")
    for passed in empty[:3]:
        slots = f"{passed.every} slot" if passed.count == 1 else f"{passed.every} slots"
        show.line(f"no mail: {passed.count} {slots} on {passed.day}: {passed.reason}")
    if back or stopped:
        stops = ", ".join(f"{number} get no mail because they {cause}" for cause, number in sorted(stopped.items()))
        show.line(f"came back in 7 days: {'; '.join(part for part in (_counts(back) or 'nothing', stops) if part)}")
    for thing in coming:
        show.line(f"next: {upcoming.sentence(thing, app.now(), app.site.timezone)}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count)

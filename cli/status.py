"""How the service is: alarms, sources, queue, what comes next."""

from collections import Counter
from dataclasses import asdict

import click

from cli import show
from cli.app import App
from cli.run import upcoming


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(app: App, as_json: bool) -> None:
    """Show alarms, the state of sources and of the queue, and what happens next.

    \b
    Example:
      tidings status
    """
    from state import alarms, outbox, sources

    with app.store() as store:
        with store.read() as db:
            standing = alarms.alarms(db)
            kinds = Counter("failing" if one.error else one.state for one in sources.sources(db))
            queue = outbox.counts(db)
        coming = upcoming(store)
    if as_json:
        show.emit(
            {
                "alarms": [asdict(one) for one in standing],
                "sources": dict(kinds),
                "outbox": queue,
                "next": [{"what": what, "at": at} for what, at in coming],
            }
        )
        return
    for one in standing:
        answer = f"; answer with `{one.asks}`" if one.asks else ""
        show.line(
            f"alarm: {one.source or 'service'} {one.kind} since {one.since:%Y-%m-%d %H:%M}: {one.message}{answer}"
        )
    show.line(
        "sources: "
        + (
            ", ".join(f"{count} {name}" for name, count in sorted(kinds.items()))
            or "none; add one with `tidings source add URL`"
        )
    )
    show.line("outbox: " + (", ".join(f"{count} {name}" for name, count in sorted(queue.items())) or "empty"))
    for what, at in coming:
        show.line(f"next: {what} at {at}")

"""Look at the stop-list: who left is remembered there, as keyed hashes and never as addresses."""

from dataclasses import asdict

import click

from cli import show
from cli.app import App


@click.group()
def stoplist() -> None:
    """Look at the list of those who left. It lies beside the database and holds no addresses."""


@stoplist.command("list")
@click.option("--limit", type=click.IntRange(1), help="Only the newest.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(app: App, limit: int | None, as_json: bool) -> None:
    """List events, newest first: when somebody left, came back by confirming, or was forgotten.

    Whose event it is cannot be told from the list; ask for one address with `tidings stoplist check EMAIL`.

    \b
    Example:
      tidings stoplist list --limit 20
    """
    from state import stoplist as stop

    with app.store() as store, store.read() as db:
        listed = stop.beside(db)
    events = list(listed.lines())
    newest = events[::-1][:limit]
    if as_json:
        shown = [{**asdict(one), "hash": one.digest} for one in newest]
        for one in shown:
            del one["digest"]
        show.emit({"events": shown, "count": len(events), "file": str(listed.path)})
        return
    show.line(f"{len(events)} events in {listed.path}")
    if newest:
        show.table(
            [(f"{one.at:%Y-%m-%d %H:%M}", one.event, f"{one.digest[:12]}…") for one in newest],
            ("at (UTC)", "event", "hash"),
        )


@stoplist.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check(app: App, email: str, as_json: bool) -> None:
    """Say whether EMAIL left, and when. Nothing is stored by asking.

    \b
    Example:
      tidings stoplist check sok@example.org
    """
    from mail import addresses
    from state import keys
    from state import stoplist as stop

    address = addresses.parse(email)
    with app.store() as store, store.read() as db:
        last = stop.beside(db).last(address.key, keys=keys.known(db, "stoplist"))
    stopped = bool(last and last[0] in stop.GONE)
    if as_json:
        event = {"event": last[0], "at": last[1]} if last else None
        show.emit({"stoplist": {"email": address.email, "stopped": stopped, "last": event}})
        return
    if last is None:
        show.line(f"{address.email} is not on the stop-list")
        return
    words = {"left": "left", "confirmed": "came back by confirming", "forgotten": "was forgotten"}
    more = "; only the person can come back, by confirming" if stopped else ""
    show.line(f"{address.email} {words[last[0]]} on {last[1]:%Y-%m-%d %H:%M} UTC{more}")

"""Answer what a source asks: `source diff`, `accept`, `reject`, `replay`, `rules`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App, agreed
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.poll import Polled
    from feeds.replay import Diff, Difference

ALL = -1  # --as-new without a number
_SHOWN = 10  # lines of one list


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def diff(app: App, source_id: str, as_json: bool) -> None:
    """Show what is strange about a page that is held: what it says beside what stood there.

    Nothing of it was stored or mailed. Believe it with `tidings source accept ID`,
    or drop it with `tidings source reject ID`.

    \b
    Example:
      tidings source diff ministry-news
    """

    async def go() -> tuple[Diff, ...]:
        from feeds import replay

        with app.store() as store:
            async with app.watch(store) as watch:
                return await replay.diff(watch, source_id, now=app.now())

    found = asyncio.run(go())
    if as_json:
        show.emit({"held": [{**asdict(one.held), "difference": _shape(one.difference)} for one in found]})
        return
    for one in found:
        polls = f"{one.held.polls} poll{'s' * (one.held.polls > 1)}"
        show.line(f"held since {one.held.since:%Y-%m-%d %H:%M} UTC, at {polls}: {one.held.message}")
        if one.difference is None:
            show.line("  its bytes are no longer there; `tidings source poll` reads it again")
        else:
            _describe(one.difference)
    show.line(f"next: `tidings source accept {source_id}`, or `tidings source reject {source_id}`")


@click.command()
@click.argument("source_id", metavar="ID")
@click.option(
    "--as-new",
    type=int,
    is_flag=False,
    flag_value=ALL,
    help="Mail the newest N of its unknown entries (all, without N) instead of taking them as a baseline.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def accept(app: App, source_id: str, as_new: int | None, as_json: bool) -> None:
    """Answer a source's alarm: mail what a flood held back, follow a move, or believe a page that is held.

    A page that is held is taken as it was shown by `tidings source diff`: what is
    unknown on it is a baseline that mails nobody, unless --as-new says otherwise.

    \b
    Examples:
      tidings source accept ministry-news
      tidings source accept ministry-news --as-new 3
    """

    async def go() -> Polled:
        from feeds import answers

        with app.store() as store:
            async with app.watch(store) as watch:
                done = await answers.accept(watch, source_id, now=app.now(), owner=app.owner, as_new=as_new)
            app.publish(store)
        return done

    done = asyncio.run(go())
    if done.outcome == "failed":
        raise UserError(f"{source_id} could not be read: {done.reason}; try again later")
    if as_json:
        show.emit(
            {"source": done.source, "outcome": done.outcome, "new": done.new, "seen": done.seen, "reason": done.reason}
        )
        return
    taken = f", {len(done.new)} of its {done.seen} entries were unknown" if done.seen else ""
    show.line(f"{done.source}: accepted{taken}{f'; {done.reason}' if done.reason else ''}")


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def reject(app: App, source_id: str, yes: bool, as_json: bool) -> None:
    """Drop a page that is held. The same content does not alarm again; the page is read on.

    \b
    Example:
      tidings source reject ministry-news --yes
    """
    from feeds import answers

    if not agreed(f"Drop what is held of {source_id}? What is known stays.", yes):
        raise UserError(f"what is held of {source_id} is still held")
    with app.store() as store:
        done = answers.reject(store, source_id, now=app.now())
    if as_json:
        show.emit({"source": done.source, "rejected": done.documents})
        return
    for url in done.documents:
        show.line(f"{source_id}: dropped what {url} showed; it does not alarm again")


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--pages", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many responses.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def replay(app: App, source_id: str, pages: int, as_json: bool) -> None:
    """Read kept responses again with today's rules and show what would differ. Stores nothing.

    Responses are kept for `limits.keep_raw`.

    \b
    Example:
      tidings source replay ministry-news --pages 20
    """

    async def go() -> tuple[Difference, ...]:
        from feeds import replay as replaying

        with app.store() as store:
            async with app.watch(store) as watch:
                return await replaying.replay(watch, source_id, pages=pages, now=app.now())

    found = asyncio.run(go())
    if as_json:
        show.emit({"replayed": [_shape(one) for one in found]})
        return
    for one in found:
        _describe(one)
    same = sum(one.same for one in found)
    show.line(
        f"{len(found)} responses read again: {same} give what is known, {len(found) - same} differ; nothing was stored"
    )


@click.command()
@click.argument("source_id", metavar="ID")
@click.option("--use", "number", type=click.IntRange(1), help="Read it by this rule from the next poll on.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def rules(app: App, source_id: str, number: int | None, as_json: bool) -> None:
    """Show how a source is read and was read before; bring an older way back.

    A rule is learnt when a page was redesigned and the known entries showed the new list.

    \b
    Examples:
      tidings source rules ministry-news
      tidings source rules ministry-news --use 1
    """
    from feeds import answers
    from state import rules as kept
    from state import sources

    with app.store() as store:
        if number is not None:
            answers.bring_back(store, source_id, number, now=app.now())
        with store.read() as db:
            source = sources.source(db, source_id)
            found, holds = kept.rules(db, source_id), kept.present(db, source)
    if as_json:
        show.emit({"rules": [{**asdict(one), "holds": one == holds} for one in found]})
        return
    if not found:
        show.line(f"{source_id} is read as it was declared; no other way was learnt")
    for one in found:
        how = ", ".join(f"{name}={selector}" for name, selector in one.select.items())
        how = how or ("by its known entries" if one.guided else "without selectors")
        show.line(f"{'holds: ' if one == holds else '  '}{one.number} of {one.since:%Y-%m-%d}: {how} ({one.why})")
    if found and holds is None:
        show.line("none of them holds: it is read as it was declared")


def _shape(one: Difference | None) -> dict[str, object] | None:
    """A difference as JSON; records by title, link and date."""
    if one is None:
        return None
    fresh = [{"title": r.title or r.display_title, "url": r.url, "date": r.date} for r in one.fresh]
    gone = [{"id": id, "title": title} for id, title in one.gone]
    return {**asdict(one), "fresh": fresh, "gone": gone, "same": one.same}


def _describe(one: Difference) -> None:
    """A difference, for people."""
    show.line(f"{one.document}, fetched {one.fetched_at:%Y-%m-%d %H:%M} UTC")
    if one.unreadable:
        show.line(f"  cannot be read: {one.unreadable}")
        return
    how = (
        one.method
        if one.method == one.method_before or not one.method_before
        else f"{one.method} (was {one.method_before})"
    )
    show.line(f"  {one.records} entries by {how}; {one.known} known, {len(one.fresh)} not, {len(one.gone)} gone")
    if one.obstacle:
        show.line(f"  it looks like something else than a list: {one.obstacle}")
    _some([f"+ {r.date or 'no date'} {r.title or r.display_title}" for r in one.fresh])
    _some([f"- {id} {title}" for id, title in one.gone])
    _some([f"~ {c.entry} {c.field}: {_cut(c.before) or 'nothing'} → {_cut(c.after)}" for c in one.changed])


def _some(lines: list[str]) -> None:
    for text in lines[:_SHOWN]:
        show.line(f"  {text}")
    if len(lines) > _SHOWN:
        show.line(f"    … and {len(lines) - _SHOWN} more")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"

"""Put declared sources and topics in force, and write down those that are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import show
from cli.app import App, agreed
from state.errors import UserError

if TYPE_CHECKING:
    from feeds.adopt import Adopted
    from feeds.declared import Declaration, Differences, Kept
    from state.store import Store


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only show the difference.")
@click.option("--remove", is_flag=True, help="Also remove sources and close topics that FILE does not name.")
@click.option("--yes", is_flag=True, help="Do not ask before something is removed.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def apply(app: App, file: Path, dry_run: bool, remove: bool, yes: bool, as_json: bool) -> None:
    """Put the sources, topics and countries of FILE in force.

    Shows first what would be added and changed. What FILE does not name is left
    alone, unless --remove says otherwise. A source that is new is looked at, and
    its present entries are a baseline that mails nobody; one that cannot be read
    does not keep the others out. Doing it again does nothing.

    \b
    FILE is TOML:
      [[source]]  id, where, every, title, language, timezone, country, kind, base_url, select,
                  browser
      [[topic]]   id, title, titles, any, all, none
      [[country]] code, names, places, none
    \b
    Examples:
      tidings apply service.toml --dry-run
      tidings apply service.toml
    """
    from cli.declaration import read
    from feeds.declared import differences

    declared = read(file)
    with app.store() as store:
        found = differences(declared, kept(store))
        gone = found.undeclared if remove else ()
        if not as_json:
            _describe(found, remove)
        adopted: Sequence[Adopted] = ()
        if not dry_run:
            if gone and not agreed(f"Remove what {file} does not name ({len(gone)})?", yes):
                raise UserError(f"nothing of {file} was put in force, because --remove wants --yes")
            adopted = _put_in_force(app, store, declared, found)
            _remove(app, store, [id for what, id in gone if what == "source"], [i for w, i in gone if w == "topic"])
            app.publish(store)
    if as_json:
        show.emit({**shape(found), "removed": [{"what": w, "id": i} for w, i in gone], "watched": _watched(adopted)})
    else:
        _account(adopted)
    failed = [*found.faults, *(f"source {one.id}: {one.reason}" for one in adopted if one.reason)]
    for fault in failed:
        show.progress(f"tidings: {fault}")
    if failed:
        raise UserError(f"{len(failed)} of the sources of {file} are not as declared, see above; mend them and repeat")


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace FILE where it exists.")
@click.pass_obj
def export(app: App, file: Path, yes: bool) -> None:
    """Write the sources, topics and countries to FILE, for `tidings apply`.

    \b
    Example:
      tidings export service.toml
    """
    from feeds.declared import render

    if file.exists() and not agreed(f"Replace {file}?", yes):
        raise UserError(f"{file} exists and stays as it is; give another name, or --yes")
    with app.store() as store:
        there = kept(store)
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        unfinished.write_text(render(there), encoding="utf-8")
        os.replace(unfinished, file)
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}); give a file in a folder of yours") from error
    counts = f"{len(there.sources)} sources, {len(there.topics)} topics, {len(there.countries)} countries"
    show.line(f"{file}: {counts}; put them in force elsewhere with `tidings apply {file}`")


def kept(store: Store) -> Kept:
    """What a declaration is compared with."""
    from feeds.declared import Kept
    from state import sources, topics

    with store.read() as db:
        return Kept(sources.sources(db), topics.topics(db), topics.countries(db))


# ---- doing ----


def _put_in_force(app: App, store: Store, declared: Declaration, found: Differences) -> Sequence[Adopted]:
    """Topics and countries first, so that new sources are filed under them from the start."""
    from feeds import sources as watching

    changed = {what: {one.id for one in found.changes if one.what == what} for what in ("topic", "country")}
    fresh = {topic.id for topic in found.topics} | changed["topic"]
    _put_vocabulary(app, store, declared, fresh, {one.code for one in found.countries} | changed["country"])
    for one in found.changes:
        if one.what == "source":
            values = {name: value for name, _, value in one.fields}
            watching.edit(store, one.id, values, site=app.site, now=app.now())
    if fresh:
        app.refile(store, fresh)
    return asyncio.run(_adopt(app, store, found)) if found.sources else ()


def _put_vocabulary(app: App, store: Store, declared: Declaration, fresh: set[str], countries: set[str]) -> None:
    from state import topics

    now = app.now()
    with store.write() as db:
        for number, topic in enumerate(declared.topics):
            if topic.id in fresh:  # a moment apart: topics are listed in the order of their creation
                topics.put_topic(db, replace(topic, created_at=now + timedelta(microseconds=number)), now)
        for country in declared.countries:
            if country.code in countries:
                topics.put_country(db, country)


async def _adopt(app: App, store: Store, found: Differences) -> Sequence[Adopted]:
    from feeds.adopt import adopt

    async with app.watch(store) as watch:
        return await adopt(watch, found.sources, now=app.now())


def _remove(app: App, store: Store, source_ids: Sequence[str], topic_ids: Sequence[str]) -> None:
    from feeds import raw
    from feeds import sources as watching
    from mail.closing import close_topic

    for id in source_ids:
        with store.write() as db:
            watching.remove(db, id, app.now())
        raw.forget(store, id)
    for id in topic_ids:
        with store.write() as db:
            close_topic(db, id, by="admin", now=app.now())
    if topic_ids:
        app.refile(store, topic_ids)


# ---- showing ----


def _describe(found: Differences, remove: bool) -> None:
    """The difference, a line for each thing."""
    for source in found.sources:
        show.line(f"+ source {source.id}: {source.where}")
    for topic in found.topics:
        show.line(f"+ topic {topic.id}: {topic.title}")
    for country in found.countries:
        show.line(f"+ country {country.code}: {', '.join(country.names)}")
    for change in found.changes:
        for name, before, after in change.fields:
            show.line(f"~ {change.what} {change.id}: {name} {_told(before, after)}")
    for what, id in found.undeclared:
        show.line(f"- {what} {id}" if remove else f"  {what} {id} is not in the file and stays")
    if found.nothing and not (remove and found.undeclared):
        show.line(f"nothing to do: all {found.same} are as declared" if not found.faults else "nothing else to do")
    else:
        show.line(f"{found.same} are as declared already")


def _told(before: object, after: object) -> str:
    """A change in words; of lists only what comes and goes."""
    if isinstance(before, tuple) and isinstance(after, tuple):
        come = [f"+{one!r}" for one in after if one not in before]
        gone = [f"-{one!r}" for one in before if one not in after]
        return " ".join([*come, *gone]) or "in another order"
    return f"{before!r} becomes {after!r}"


def _account(adopted: Sequence[Adopted]) -> None:
    for one in adopted:
        if not one.reason:
            show.line(f"watching {one.id}: {one.entries} entries as a baseline that mails nobody")


def _watched(adopted: Sequence[Adopted]) -> list[dict[str, object]]:
    return [{"id": one.id, "entries": one.entries, "failed": one.reason or None} for one in adopted]


def shape(found: Differences) -> dict[str, Any]:
    """The difference for machines."""
    return {
        "added": {
            "sources": [one.id for one in found.sources],
            "topics": [one.id for one in found.topics],
            "countries": [one.code for one in found.countries],
        },
        "changed": [
            {"what": one.what, "id": one.id, "fields": [{"name": n, "from": a, "to": b} for n, a, b in one.fields]}
            for one in found.changes
        ],
        "same": found.same,
        "undeclared": [{"what": what, "id": id} for what, id in found.undeclared],
        "faults": list(found.faults),
    }

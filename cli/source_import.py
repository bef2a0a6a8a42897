"""Begin to watch many things at once, from a list: `source import`, `opml import`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import show
from cli.app import App
from cli.keys import Wrong, duration
from state.errors import Misuse, UserError

if TYPE_CHECKING:
    from feeds.adopt import Adopted
    from feeds.declared import DeclaredSource
    from feeds.source_lists import Fault, Listed, SourceList
    from state.store import Store

_LARGEST = 50_000_000  # bytes of a list
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Rows by what is to be done with them. there: (line, id) of what is watched already."""

    fresh: tuple[DeclaredSource, ...]
    there: tuple[tuple[int, str], ...]
    faults: tuple[Fault, ...]


@click.command("import")
@_FILE
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_(app: App, file: Path, dry_run: bool, as_json: bool) -> None:
    """Watch everything that FILE lists.

    FILE is OPML, a CSV with a column "where" (and title, id, every, kind, language,
    timezone, country, base_url if you like), or an address on each line. Each is
    looked at; its present entries are a baseline that mails nobody. What cannot be
    watched is reported with its line, and the others are. What is watched already
    is left alone, so that an import that was broken off is completed by repeating it.

    \b
    Examples:
      tidings source import ministries.csv
      tidings source import subscriptions.opml --dry-run
    """
    _run(app, file, dry_run=dry_run, as_json=as_json, opml=False)


@click.command("import")
@_FILE
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def opml_import(app: App, file: Path, dry_run: bool, as_json: bool) -> None:
    """Watch every feed and page that an OPML file lists; see `tidings source import --help`.

    \b
    Example:
      tidings opml import subscriptions.opml
    """
    _run(app, file, dry_run=dry_run, as_json=as_json, opml=True)


def _run(app: App, file: Path, *, dry_run: bool, as_json: bool, opml: bool) -> None:
    from feeds.source_lists import read

    if file.stat().st_size > _LARGEST:
        raise Misuse(f"{file} has {file.stat().st_size} bytes; a list of sources has at most {_LARGEST}")
    with app.store() as store:
        wanted = _sorted(store, read(file.read_bytes(), opml=opml))
        adopted: Sequence[Adopted] = ()
        if wanted.fresh and not dry_run:
            adopted = asyncio.run(_adopt(app, store, wanted.fresh, quiet=as_json))
            app.publish(store)
    lines = {one.where: one.line for one in wanted.fresh}
    refused = [(one.line, one.column, one.reason) for one in wanted.faults]
    refused += [(lines[one.where], 0, one.reason) for one in adopted if one.reason]
    _report(file, wanted, adopted, sorted(refused), dry_run=dry_run, as_json=as_json)


def _sorted(store: Store, listed: SourceList) -> _Sorted:
    """What is new, what is watched already, what cannot be taken as it is written."""
    from feeds.canonical import url_key
    from feeds.documents import is_path
    from feeds.source_lists import Fault
    from feeds.sources import address
    from state import sources

    with store.read() as db:
        known = {one.where if is_path(one.where) else url_key(one.where): one.id for one in sources.sources(db)}
    fresh: list[DeclaredSource] = []
    there: list[tuple[int, str]] = []
    faults = list(listed.faults)
    for row in listed.rows:
        try:
            where = address(row.where)
            key = where if is_path(where) else url_key(where)
            if key in known:
                there.append((row.line, known[key]))
                continue
            fresh.append(_declared(row, where))
        except (UserError, Wrong, ValueError) as error:
            faults.append(Fault(row.line, 0, str(error)))
    return _Sorted(tuple(fresh), tuple(there), tuple(faults))


def _declared(row: Listed, where: str) -> DeclaredSource:
    from feeds.declared import DeclaredSource

    given: dict[str, object] = dict(row.given)
    id, kind = str(given.pop("id", "")), str(given.pop("kind", "auto"))
    if "every" in given:
        given["every"] = int(duration(str(given["every"])))
    return DeclaredSource(id, where, kind, given, row.line)


async def _adopt(app: App, store: Store, fresh: Sequence[DeclaredSource], *, quiet: bool) -> Sequence[Adopted]:
    from feeds.adopt import adopt

    done = 0

    def told(one: Adopted) -> None:
        nonlocal done
        done += 1
        became = "refused" if one.reason else f"{one.entries} entries"
        if not quiet:
            show.progress(f"{done} of {len(fresh)}  {one.id or '-'}  {became}  {one.where}")

    async with app.watch(store) as watch:
        return await adopt(watch, fresh, now=app.now(), told=told)


def _report(
    file: Path,
    wanted: _Sorted,
    adopted: Sequence[Adopted],
    refused: Sequence[tuple[int, int, str]],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    added = [one for one in adopted if not one.reason]
    if as_json:
        show.emit(
            {
                "added": [{"id": one.id, "where": one.where, "entries": one.entries} for one in added],
                "would_add": [one.where for one in wanted.fresh] if dry_run else [],
                "there": [{"line": line, "id": id} for line, id in wanted.there],
                "refused": [{"line": line, "column": column, "reason": why} for line, column, why in refused],
            }
        )
    else:
        for line, column, why in refused:
            show.line(f"{file}:{line}{f':{column}' if column else ''}: {why}")
        count = f"{len(wanted.fresh)} would be added" if dry_run else f"{len(added)} added"
        entries = sum(one.entries for one in added)
        baseline = f" ({entries} entries as a baseline that mails nobody)" if added else ""
        show.line(f"{count}{baseline}, {len(wanted.there)} watched already, {len(refused)} refused")
    if refused:
        raise UserError(f"{len(refused)} rows of {file} are not watched, see above; mend them and repeat the import")

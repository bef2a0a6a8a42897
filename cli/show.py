"""Print results: tables for people, JSON for machines. No colour, no control characters."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from state.dates import precision
from state.errors import UserError
from state.records import Entry, Filing, Message, Revision, Sighting, Source, Subscriber, Subscription, Topic
from state.text import clean

if TYPE_CHECKING:
    from state.websub import Subscription as HubSubscription


def emit(value: object) -> None:
    """JSON on stdout, as it is read by people too."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def stream(name: str, items: Iterable[object]) -> None:
    """As `emit` of one list under a name, an item at a time: for lists that may be long."""
    click.echo(f'{{"{name}": [', nl=False)
    before = "\n"
    for item in items:
        click.echo(before + json.dumps(item, ensure_ascii=False, default=_plain), nl=False)
        before = ",\n"
    click.echo("\n]}")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def line(text: str) -> None:
    """One line of result; an indent stays."""
    click.echo(_indented(text))


def progress(text: str) -> None:
    """One line of progress, on stderr; an indent stays."""
    click.echo(_indented(text), err=True)


def _indented(text: str) -> str:
    return " " * (len(text) - len(text.lstrip(" "))) + clean(text)


def deliver(body: bytes, file: Path | None) -> None:
    """Write a document to a file and say so, or to stdout as it is. Raises UserError that says why not."""
    if file is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    try:
        file.write_bytes(body)
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}); give a file in a folder of yours") from error
    line(f"wrote {file}")


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> None:
    """Aligned columns; on a terminal the last one is cut to what is left of the line."""
    cells = [[_told(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(head), *cells]) for column in range(len(head))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in [list(head), *cells]:
        written = "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        ).rstrip()
        click.echo(written if room is None or len(written) <= room else written[: room - 1] + "…")


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """A record as "name: value" lines; what is empty or does not hold is left out."""
    for name, value in pairs:
        if value not in ("", None, False, (), [], {}):
            click.echo(f"{name + ':':<17} {_told(value)}")


def _told(value: object) -> str:
    """A value for people: instants to the minute, lists with commas."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M %Z}"
    if isinstance(value, tuple | list):
        return ", ".join(_told(one) for one in value)
    return "yes" if value is True else clean(str(value))


# ---- JSON shapes: ids are what the CLI takes ----


def entry(one: Entry) -> dict[str, object]:
    record = one.record
    return {
        "id": one.id,
        "urn": one.urn,
        "title": record.title,
        "display_title": one.title,
        "url": one.url,
        "date": record.date,
        "precision": precision(record.date) if record.date else None,
        "published": one.published_at,
        "place": record.place,
        "kind": record.kind,
        "summary": record.summary,
        "language": record.language,
        "enclosures": [asdict(file) for file in record.enclosures],
        "countries": asdict(one.countries),
        "topics": one.topics,
        "source": one.source,
        "first_seen": one.first_seen_at,
        "updated": one.updated_at,
        "baseline": one.baseline,
        "revision": one.revision,
        "withdrawn": one.withdrawn_at,
        "hidden": one.hidden_at,
        "merged_into": one.merged_into,
    }


def sighting(one: Sighting) -> dict[str, object]:
    return {**asdict(one)}


def revision(one: Revision) -> dict[str, object]:
    return {
        "number": one.number,
        "seen": one.seen_at,
        "significant": one.significant,
        "title": one.record.title,
        "summary": one.record.summary,
        "date": one.record.date,
    }


def filing(one: Filing) -> dict[str, object]:
    return asdict(one)


def source(one: Source) -> dict[str, object]:
    return {**asdict(one), "select": dict(one.select)}


def hub(one: HubSubscription) -> dict[str, object]:
    """Without what only the hub may know."""
    return {
        "url": one.hub,
        "topic": one.topic,
        "state": one.state if one.announced else f"{one.state}, no longer announced",
        "lease_until": one.lease_until,
        "notices": one.notices,
        "last_notice": one.notified_at,
        "unanswered": one.attempts,
        "next_request": one.next_at,
        "note": one.note,
    }


def topic(one: Topic, count: int | None = None) -> dict[str, object]:
    return {**asdict(one), "titles": dict(one.titles), **({} if count is None else {"entries": count})}


def subscriber(
    one: Subscriber, subscriptions: Sequence[Subscription], log: Sequence[Mapping[str, object]] | None = None
) -> dict[str, object]:
    shape: dict[str, object] = {**asdict(one), "topics": [{"topic": s.topic, "every": s.every} for s in subscriptions]}
    return shape if log is None else {**shape, "log": list(log)}


def message(one: Message) -> dict[str, object]:
    return asdict(one)

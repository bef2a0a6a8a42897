"""Sources, their documents, and who is polling which source now.

A claim is a lease with a fence: the fence rises with every claim, and only the
holder of the newest one may settle a poll, so that a worker that slept through
its lease changes nothing. A removed source keeps its row (entries name it) and
may be added again. Called by `feeds.poll` and `feeds.sources`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from state.chunks import chunks
from state.codec import decode, encode
from state.errors import NotFound
from state.locks import hold_name
from state.records import Source, Validators
from state.schema import documents as document_table
from state.schema import sources as table
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that is ours to poll until the lease ends."""

    source: Source
    fence: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a page or file of a source was like when it was read last. records: how many it held."""

    validators: Validators
    fetched_at: datetime | None
    method: str
    records: int


# ---- sources ----


def source(db: Connection, id: str) -> Source:
    """One source by its id, removed ones too. Raises NotFound."""
    row = db.execute(select(table).where(table.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"no source {id!r} here; `tidings source list` shows the ids there are")
    return _source(row)


def sources(db: Connection, state: str | None = None) -> tuple[Source, ...]:
    """Sources in a state ("active", "paused", "removed"); all but the removed ones for None. In order of id."""
    fits = table.c.state == state if state else table.c.state != "removed"
    return tuple(_source(row) for row in db.execute(select(table).where(fits).order_by(table.c.id)))


def watching(db: Connection, where: str) -> Source | None:
    """The source with this address, removed ones too."""
    row = db.execute(select(table).where(table.c["where"] == where)).one_or_none()
    return _source(row) if row else None


def taken_ids(db: Connection) -> frozenset[str]:
    """Ids of all sources there ever were."""
    return frozenset(db.scalars(select(table.c.id)))


def hold_all(db: Connection) -> None:
    """Let others who would add a source wait until this transaction ends."""
    hold_name(db, "new source")


def put(db: Connection, kept: Source) -> None:
    """Insert a source, or give the one with its id these values (a removed one comes back)."""
    values = _columns(kept)
    row = insert(db, table).values(id=kept.id, **values)
    db.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def pause(db: Connection, id: str) -> None:
    """Do not poll it any more. Raises NotFound."""
    _change(db, id, {"state": "paused"})


def resume(db: Connection, id: str, *, now: datetime) -> None:
    """Poll it again, first at once. Raises NotFound."""
    again = {"state": "active", "next_poll_at": now, "next_poll_reason": "resumed", "failures": 0, "error": ""}
    _change(db, id, again)


def edit(db: Connection, id: str, values: Mapping[str, object]) -> Source:
    """Change title, language, timezone, country, every, base_url or select. Raises NotFound."""
    known = {"title", "language", "timezone", "country", "every", "base_url", "select"}
    assert values.keys() <= known, f"not to be edited: {sorted(values.keys() - known)}"
    kept = {name: encode(value) if name == "select" else value for name, value in values.items()}
    if kept:
        _change(db, id, kept)
    return source(db, id)


def forget_first_sight(db: Connection, ids: Collection[str]) -> None:
    """Take what stands in these sources at their next poll for a baseline, that mails nobody."""
    for some in chunks(ids):
        db.execute(update(table).where(table.c.id.in_(some)).values(first_seen_at=None))


def reschedule(db: Connection, id: str, at: datetime, reason: str) -> None:
    """Poll an active source at another time, unless it is being polled: then its own end says when."""
    here = (table.c.id == id) & (table.c.state == "active") & table.c.lease_until.is_(None)
    db.execute(update(table).where(here).values(next_poll_at=at, next_poll_reason=reason))


def forget_documents(db: Connection, id: str) -> None:
    """Read everything anew at the next poll: validators and hashes are dropped."""
    db.execute(delete(document_table).where(document_table.c.source == id))


def _change(db: Connection, id: str, values: Mapping[str, object]) -> None:
    if not db.execute(update(table).where(table.c.id == id).values(values)).rowcount:
        source(db, id)


def remove(db: Connection, id: str) -> None:
    """Watch it no more; its entries stay. Raises NotFound."""
    gone = {"state": "removed", "next_poll_at": None, "next_poll_reason": "", "owner": "", "lease_until": None}
    _change(db, id, {**gone, "fence": table.c.fence + 1})
    forget_documents(db, id)


# ---- claims ----


def claim(db: Connection, id: str, *, owner: str, now: datetime, lease: float) -> Claim | None:
    """Take one source for `lease` seconds, due or not; None while another holds it. Raises NotFound."""
    taken = _claim(db, [id], owner=owner, now=now, lease=lease)
    if not taken:
        source(db, id)
    return taken[0] if taken else None


def claim_due(db: Connection, *, owner: str, now: datetime, lease: float, limit: int) -> tuple[Claim, ...]:
    """Take at most `limit` active sources whose time has come, longest waiting first."""
    due = select(table.c.id).where(table.c.state == "active", table.c.next_poll_at <= now, _free(now))
    due = due.order_by(table.c.next_poll_at, table.c.id).limit(limit).with_for_update(skip_locked=True)
    ids = db.scalars(due).all()
    return _claim(db, ids, owner=owner, now=now, lease=lease)


def claim_some(db: Connection, ids: Sequence[str], *, owner: str, now: datetime, lease: float) -> tuple[Claim, ...]:
    """Take those of the sources that nobody holds, due or not, in the order given."""
    return _claim(db, ids, owner=owner, now=now, lease=lease)


def settle(db: Connection, claimed: Claim, values: Mapping[str, object]) -> bool:
    """Write what became of a poll and end the lease.

    values: columns of the source that change. Returns False, and writes nothing, if
    the source was claimed by another since, or removed.
    """
    ours = (table.c.id == claimed.source.id) & (table.c.fence == claimed.fence)
    done = db.execute(update(table).where(ours).values({**values, "owner": "", "lease_until": None}))
    return bool(done.rowcount)


def next_due(db: Connection) -> datetime | None:
    """When the next poll of any active source is due."""
    first: datetime | None = db.scalar(select(func.min(table.c.next_poll_at)).where(table.c.state == "active"))
    return first


def _free(now: datetime) -> Any:
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def _claim(db: Connection, ids: Sequence[str], *, owner: str, now: datetime, lease: float) -> tuple[Claim, ...]:
    order = {id: place for place, id in enumerate(ids)}
    free = table.c.id.in_(ids) & _free(now)
    # what another one is claiming or settling at this moment is not waited for
    ids = db.scalars(select(table.c.id).where(free).order_by(table.c.id).with_for_update(skip_locked=True)).all()
    held = {"owner": owner, "lease_until": now + timedelta(seconds=lease), "fence": table.c.fence + 1}
    rows = db.execute(update(table).where(table.c.id.in_(ids)).values(held).returning(table)).all()
    return tuple(Claim(_source(row), row.fence) for row in sorted(rows, key=lambda row: order[row.id]))


# ---- documents ----


def documents(db: Connection, id: str) -> dict[str, Document]:
    """The documents of a source by URL."""
    rows = db.execute(select(document_table).where(document_table.c.source == id))
    return {
        row.url: Document(
            Validators(row.url, row.etag, row.last_modified, row.body_hash), row.fetched_at, row.method, row.records
        )
        for row in rows
    }


def put_documents(db: Connection, id: str, read: Collection[Document]) -> None:
    """Store what was read."""
    if not read:
        return
    rows = [
        {
            "source": id,
            "url": one.validators.url,
            "etag": one.validators.etag,
            "last_modified": one.validators.last_modified,
            "body_hash": one.validators.body_hash,
            "fetched_at": one.fetched_at,
            "method": one.method,
            "records": one.records,
        }
        for one in read
    ]
    wanted = insert(db, document_table)
    news = {name: wanted.excluded[name] for name in rows[0] if name not in ("source", "url")}
    db.execute(wanted.on_conflict_do_update(index_elements=["source", "url"], set_=news), rows)


def renew(db: Connection, id: str, fresh: Collection[Validators]) -> None:
    """Store validators of documents that did not change."""
    t = document_table
    for one in fresh:
        same = update(t).where(t.c.source == id, t.c.url == one.url)
        db.execute(same.values(etag=one.etag, last_modified=one.last_modified))


# ---- rows ----


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        where=row.where,
        kind=row.kind,
        title=row.title,
        language=row.language,
        timezone=row.timezone,
        country=row.country,
        base_url=row.base_url,
        every=row.every,
        state=row.state,
        created_at=row.created_at,
        select=decode(row.select, dict[str, str]),
        first_seen_at=row.first_seen_at,
        last_polled_at=row.last_polled_at,
        last_changed_at=row.last_changed_at,
        next_poll_at=row.next_poll_at,
        next_poll_reason=row.next_poll_reason,
        failures=row.failures,
        error=row.error,
    )


def _columns(kept: Source) -> dict[str, object]:
    return {
        "where": kept.where,
        "kind": kept.kind,
        "title": kept.title,
        "language": kept.language,
        "timezone": kept.timezone,
        "country": kept.country,
        "base_url": kept.base_url,
        "every": kept.every,
        "select": encode(kept.select),
        "state": kept.state,
        "created_at": kept.created_at,
        "first_seen_at": kept.first_seen_at,
        "last_polled_at": kept.last_polled_at,
        "last_changed_at": kept.last_changed_at,
        "next_poll_at": kept.next_poll_at,
        "next_poll_reason": kept.next_poll_reason,
        "failures": kept.failures,
        "error": kept.error,
    }

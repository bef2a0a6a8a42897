"""Sources, their documents, and who is polling which source now.

A claim is a lease with a fence: the fence rises with every claim, and only the
holder of the newest one may settle a poll, so that a worker that slept through
its lease changes nothing. With a source its host is claimed (state/hosts.py): two
sources of one host are never read at once. A removed source keeps its row (entries
name it) and may be added again. Called by `feeds.poll` and `feeds.sources`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from state import hosts
from state.chunks import chunks
from state.codec import decode, encode
from state.errors import NotFound
from state.habits import Pacing
from state.hosts import host_of
from state.locks import hold_name, shared
from state.records import Source, Validators
from state.schema_watching import documents as document_table
from state.schema_watching import hosts as host_table
from state.schema_watching import sightings
from state.schema_watching import sources as table
from state.upsert import insert

_WINDOW = 4  # due sources that are looked at for each one wanted: some are of one host. On a server each is held: one


@dataclass(frozen=True, slots=True)
class Claim:
    """A source, and its host, that are ours until the lease ends. host: "" for files."""

    source: Source
    fence: int
    host: str = ""
    pacing: Pacing = field(default_factory=Pacing)

    @property
    def holder(self) -> str:
        """The name under which the host is held."""
        return f"{self.source.id} {self.fence}"


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
    found = by_ids(db, [id])
    if id not in found:
        raise NotFound(f"no source {id!r} here; `tidings source list` shows the ids there are")
    return found[id]


def by_ids(db: Connection, ids: Iterable[str]) -> dict[str, Source]:
    """Sources by id, removed ones too; an unknown id is left out."""
    found: dict[str, Source] = {}
    for some in chunks(ids):
        found |= {row.id: _source(row) for row in db.execute(select(table).where(table.c.id.in_(some)))}
    return found


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
    """Change what an admin may say of a source. Raises NotFound."""
    known = {"title", "language", "timezone", "country", "every", "fixed", "base_url", "select"}
    known |= {"ignore_robots", "browser"}
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


def move(db: Connection, id: str, to: str) -> None:
    """Watch a source at another address; what is known of its first page is known of the new one. Raises NotFound."""
    before = source(db, id).where
    _change(db, id, {"where": to, "host": host_of(to), "pacing": None})
    d = document_table.c
    db.execute(delete(document_table).where(d.source == id, d.url == to))
    db.execute(update(document_table).where(d.source == id, d.url == before).values(url=to))
    s = sightings.c
    there = select(s.entry).where(s.source == id, s.document == to)
    db.execute(delete(sightings).where(s.source == id, s.document == before, s.entry.in_(there)))
    db.execute(update(sightings).where(s.source == id, s.document == before).values(document=to))


# ---- claims ----


def claim(db: Connection, id: str, *, owner: str, now: datetime, lease: float) -> Claim | None:
    """Take one source for `lease` seconds, due or not; None while another holds it, or its host. Raises NotFound."""
    taken = claim_some(db, [id], owner=owner, now=now, lease=lease)
    if not taken:
        source(db, id)
    return taken[0] if taken else None


def claim_due(db: Connection, *, owner: str, now: datetime, lease: float, limit: int) -> tuple[Claim, ...]:
    """Take at most `limit` active sources whose time has come and whose host is free, longest waiting first.

    Of one host at most one is taken. Cost: one look at each due source of a host that is busy.
    """
    _name_hosts(db)
    due = select(table.c.id, table.c.host).outerjoin(host_table, host_table.c.host == table.c.host)
    due = due.where(table.c.state == "active", table.c.next_poll_at <= now, free(now), hosts.free(now))
    due = due.order_by(table.c.next_poll_at, table.c.id).limit(limit if shared(db) else _WINDOW * limit)
    found = db.execute(due.with_for_update(skip_locked=True, of=table)).all()
    ids: list[str] = []
    met: set[str] = set()
    for row in found:
        if row.host not in met and len(ids) < limit:
            ids.append(row.id)
            met |= {row.host} - {""}
    return _claim(db, ids, owner=owner, now=now, lease=lease)


def claim_some(
    db: Connection, ids: Sequence[str], *, owner: str, now: datetime, lease: float, limit: int | None = None
) -> tuple[Claim, ...]:
    """Take those of the sources that nobody holds and whose host is free, due or not, in the order given.

    Of one host at most one is taken, of all at most `limit`.
    """
    _name_hosts(db)
    found: dict[str, str] = {}
    for some in chunks(ids):
        hosted = select(table.c.id, table.c.host).outerjoin(host_table, host_table.c.host == table.c.host)
        rows = db.execute(hosted.where(table.c.id.in_(some), free(now), hosts.free(now)))
        found |= {row.id: row.host or f" {row.id}" for row in rows}
    single: dict[str, str] = {}
    for id in ids:
        if id in found:
            single.setdefault(found[id], id)
    return _claim(db, list(single.values())[:limit], owner=owner, now=now, lease=lease)


def settle(db: Connection, claimed: Claim, values: Mapping[str, object]) -> bool:
    """Write what became of a poll and end the lease of the source; that of its host ends by `hosts.release`.

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


def free(now: datetime) -> ColumnElement[bool]:
    """The condition under which nobody is polling a source."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def _name_hosts(db: Connection) -> None:
    """Name the hosts of sources that an older release has kept."""
    unnamed = db.execute(select(table.c.id, table.c["where"]).where(table.c.host.is_(None)).limit(1000)).all()
    if unnamed:
        rows = [{"the_id": row.id, "its": host_of(row.where)} for row in unnamed]
        db.execute(update(table).where(table.c.id == bindparam("the_id")).values(host=bindparam("its")), rows)


def _claim(db: Connection, ids: Sequence[str], *, owner: str, now: datetime, lease: float) -> tuple[Claim, ...]:
    order = {id: place for place, id in enumerate(ids)}
    unclaimed = table.c.id.in_(ids) & free(now)
    # what another one is claiming or settling at this moment is not waited for
    columns = (table.c.id, table.c.host, table.c.fence)
    rows = db.execute(select(*columns).where(unclaimed).order_by(table.c.id).with_for_update(skip_locked=True)).all()
    wanted = {row.host: f"{row.id} {row.fence + 1}" for row in rows if row.host}
    ours = hosts.hold(db, wanted, now=now, lease=lease) if wanted else set()
    ids = [row.id for row in rows if not row.host or row.host in ours]
    held = {"owner": owner, "lease_until": now + timedelta(seconds=lease), "fence": table.c.fence + 1}
    done = db.execute(update(table).where(table.c.id.in_(ids)).values(held).returning(table)).all() if ids else []
    found = sorted(done, key=lambda row: order[row.id])
    return tuple(
        Claim(_source(row), row.fence, row.host, decode(row.pacing, Pacing) if row.pacing else Pacing())
        for row in found
    )


# ---- documents ----


def documents(db: Connection, id: str) -> dict[str, Document]:
    """The documents of a source by URL."""
    return all_documents(db, [id])[id]


def all_documents(db: Connection, ids: Collection[str]) -> dict[str, dict[str, Document]]:
    """The documents of sources by source and URL."""
    found: dict[str, dict[str, Document]] = {id: {} for id in ids}
    for some in chunks(found):
        for row in db.execute(select(document_table).where(document_table.c.source.in_(some))):
            validators = Validators(row.url, row.etag, row.last_modified, row.body_hash)
            found[row.source][row.url] = Document(validators, row.fetched_at, row.method, row.records)
    return found


def put_documents(db: Connection, read: Mapping[str, Collection[Document]]) -> None:
    """Store what was read, by id of its source."""
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
        for id, some in sorted(read.items())
        for one in some
    ]
    if not rows:
        return
    wanted = insert(db, document_table)
    news = {name: wanted.excluded[name] for name in rows[0] if name not in ("source", "url")}
    db.execute(wanted.on_conflict_do_update(index_elements=["source", "url"], set_=news), rows)


def renew(db: Connection, id: str, fresh: Collection[Validators], *, fetched_at: datetime | None = None) -> None:
    """Store validators of documents that did not change. fetched_at: when they were fetched as a whole, or None."""
    t = document_table
    whole = {} if fetched_at is None else {"fetched_at": fetched_at}
    for one in fresh:
        same = update(t).where(t.c.source == id, t.c.url == one.url)
        db.execute(same.values(etag=one.etag, last_modified=one.last_modified, **whole))


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
        fixed=bool(row.fixed),
        ignore_robots=bool(row.ignore_robots),
        browser=bool(row.browser),
    )


def _columns(kept: Source) -> dict[str, object]:
    return {
        "where": kept.where,
        "host": host_of(kept.where),
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
        "fixed": kept.fixed,
        "ignore_robots": kept.ignore_robots,
        "browser": kept.browser,
    }

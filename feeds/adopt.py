"""Begin to watch sources that were declared: one that cannot be read does not keep the others out.

Hosts are looked at side by side, the sources of one host in turn; each is stored
with its first sight, which is a baseline. Called by `tidings apply` and `tidings source import`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feeds import sources
from feeds.canonical import host
from feeds.declared import DeclaredSource
from feeds.documents import is_path
from feeds.poll import Watch
from state.errors import UserError

_HOSTS = 8  # looked at together


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of one declared source. entries: at its first sight. reason: why it is not watched, or ""."""

    id: str
    where: str
    entries: int = 0
    reason: str = ""


def _silent(_one: Adopted) -> None:
    """Nobody wants to know."""


async def adopt(
    watch: Watch, declared: Sequence[DeclaredSource], *, now: datetime, told: Callable[[Adopted], None] = _silent
) -> tuple[Adopted, ...]:
    """Watch them; what became of each, in the order given. told: hears of each when it is done.

    A source without an id gets one from its address. No address comes twice.
    """
    rows: dict[str, list[DeclaredSource]] = {}
    for one in declared:
        rows.setdefault(one.where if is_path(one.where) else host(one.where), []).append(one)
    turn = asyncio.Semaphore(_HOSTS)

    async def serve(row: Sequence[DeclaredSource]) -> list[Adopted]:
        async with turn:
            return [await settle(one) for one in row]

    async def settle(one: DeclaredSource) -> Adopted:
        became = await _adopt(watch, one, now)
        told(became)
        return became

    found = {one.where: one for some in await asyncio.gather(*map(serve, rows.values())) for one in some}
    return tuple(found[one.where] for one in declared)


async def _adopt(watch: Watch, one: DeclaredSource, now: datetime) -> Adopted:
    given: dict[str, Any] = dict(one.given)
    reading = {name: given.pop(name) for name in ("base_url", "select", "browser") if name in given}
    try:
        look = await sources.look(watch, one.where, kind=one.kind, now=now, **reading)
        added = await sources.add(watch, look, id=one.id or None, now=now, **given)
    except UserError as error:
        return Adopted(one.id, one.where, reason=str(error))
    return Adopted(added.source.id, one.where, len(added.new))

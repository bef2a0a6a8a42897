"""How fast the servers of each domain take our mail: a row for each domain that asked us to slow down.

What an answer makes of it is decided in mail/pacing.py. A domain without a row gets mail as fast as it goes.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from state.schema import pacing
from state.upsert import insert


@dataclass(frozen=True, slots=True)
class Pace:
    """gap: seconds between two mails to the domain. strikes: requests to slow down since the last mail it took.

    next_at: when the next mail may go there.
    """

    domain: str
    gap: float = 0.0
    strikes: int = 0
    next_at: datetime | None = None

    @property
    def free(self) -> bool:
        """Whether there is nothing to remember."""
        return not self.gap and not self.strikes


def paces(db: Connection) -> dict[str, Pace]:
    """By domain."""
    fields = (pacing.c.domain, pacing.c.gap, pacing.c.strikes, pacing.c.next_at)
    return {row.domain: Pace(*row) for row in db.execute(select(*fields))}


def keep(db: Connection, changed: Collection[Pace], now: datetime) -> None:
    """Store what became of these domains; those that are free again go."""
    for pace in sorted(changed, key=lambda pace: pace.domain):  # one order, so that two writers do not block in a ring
        if pace.free:
            db.execute(delete(pacing).where(pacing.c.domain == pace.domain))
            continue
        row = insert(db, pacing).values(**asdict(pace), updated_at=now)
        new = {name: row.excluded[name] for name in ("gap", "strikes", "next_at", "updated_at")}
        db.execute(row.on_conflict_do_update(index_elements=["domain"], set_=new))

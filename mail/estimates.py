"""How much mail topics will bring, by what the archive brought.

Loads what mail/forecast.py decides by. For the forms and pages (`web`) and `tidings subscriber add`. What was looked
up is kept for ten minutes, because anybody may ask for the front page as often as they like.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mail import forecast
from state import arrivals
from state.arrivals import Arrival
from state.filters import parse_expression
from state.records import RHYTHMS, Every

_KEPT = timedelta(minutes=10)
_MOST_KEPT = 2_000  # estimates


class Estimates:
    """How much the archive says that topics will bring. One for an application; refreshed by whoever finds it old."""

    def __init__(self) -> None:
        self._by_topic: dict[str, list[Arrival]] = {}
        self._over = forecast.WEEK
        self._looked_at: datetime | None = None
        self._kept: dict[tuple[str, str], dict[Every, float]] = {}

    def refresh(self, db: Connection, now: datetime) -> None:
        """Look at the archive again where the last look is too long ago."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < _KEPT:
            return
        found = arrivals.arrivals(db, since=now - forecast.SPAN, until=now)
        by_topic: dict[str, list[Arrival]] = {}
        for one in found:
            by_topic.setdefault(one.topic, []).append(one)
        self._by_topic, self._over, self._kept = by_topic, forecast.span(found, now), {}
        self._looked_at = now

    def of_topic(self, db: Connection, topic: str, timezone: str) -> dict[Every, float]:
        """Mails a week of one topic expression, by rhythm."""
        key = (topic, timezone)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {}
            found = self._under(db, topic)
            self._kept[key] = {
                every: forecast.a_week(found, every, over=self._over, timezone=timezone) for every in RHYTHMS
            }
        return self._kept[key]

    def entries(self, db: Connection, topic: str) -> float:
        """New entries a week under a topic."""
        return len(self._under(db, topic)) * forecast.WEEK / self._over

    def together(self, db: Connection, wanted: Sequence[tuple[str, Every]], timezone: str) -> float:
        """Mails a week of all these subscriptions: (topic expression, rhythm)."""
        by_rhythm: dict[Every, list[Arrival]] = {}
        for topic, every in wanted:
            by_rhythm.setdefault(every, []).extend(self._under(db, topic))
        return forecast.together(by_rhythm, over=self._over, timezone=timezone)

    def calmer(self, db: Connection, wanted: Sequence[tuple[str, Every]], timezone: str) -> float | None:
        """Mails a week if what comes at once came daily; None where all these subscriptions are calm enough."""
        if self.together(db, wanted, timezone) < forecast.FIREHOSE:
            return None
        calm: list[tuple[str, Every]] = [(topic, "daily" if every == "now" else every) for topic, every in wanted]
        return self.together(db, calm, timezone)

    def _under(self, db: Connection, topic: str) -> Sequence[Arrival]:
        return arrivals.under(db, self._by_topic.get(parse_expression(topic).topic, ()), topic)

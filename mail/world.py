"""Load what a digest needs to know of entries, topics and sources.

Reads only. Called by mail/digest.py and mail/preview.py.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from mail.cohort import Cohort
from mail.coverage import Coverage, cover
from mail.edition import Known
from state import alarms, corrections, entries, sources, topics
from state.records import Every


def known(db: Connection, cohorts: Iterable[Cohort]) -> Known:
    """Everything that these cohorts' editions name."""
    cohorts = list(cohorts)
    names = {name for cohort in cohorts for name, _ in cohort.entries}
    return Known(
        entries.by_ids(db, names),
        {topic.id: topic for topic in topics.topics(db, closed=True)},
        {source.id: source for source in sources.sources(db)},
        corrections.wordings(db, {(item.entry, item.told) for cohort in cohorts for item in cohort.changed}),
    )


def coverage(db: Connection, rhythms: Iterable[Every], now: datetime) -> Coverage:
    """How much was looked at in the time of these rhythms."""
    broken: dict[str, datetime] = {}
    for alarm in alarms.alarms(db):
        broken.setdefault(alarm.source, alarm.since)
    return cover(sources.sources(db), broken, rhythms, now)

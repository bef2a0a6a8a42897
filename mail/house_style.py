"""Compose editions with the templates of the admin, and with ours once those fail.

For planning (mail/digest.py), where nobody's digest may be lost over a template: the first failure is remembered and
told as one alarm, the rest of the run goes with ours. The alarm ends with the next edition that could be made as the
admin wanted, or with the key. Previews and edits call mail/edition.py themselves, so that the admin sees the line.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mail.cohort import Cohort
from mail.edition import Known, compose
from state import alarms
from state.errors import UserError
from state.records import Edition
from state.store import Store
from templates import own

SOURCE, KIND = "digests", "templates"  # of the alarm; "delivery" of digests is mail/editing.py's
ASKS = "tidings digest preview --topic all"


@dataclass(slots=True)
class HouseStyle:
    """One run of planning. folder: of the admin's templates, "" = ours. failure: why ours are used instead."""

    folder: str
    failure: str = ""
    done: bool = False

    def compose(self, cohort: Cohort, known: Known, **more: Any) -> Edition:
        """As mail/edition.py's; never raises for a template of the admin."""
        if self.folder and not self.failure:
            try:
                made = compose(cohort, known, own=own.read(self.folder), **more)
            except UserError as error:
                self.failure = str(error)
            else:
                self.done = True
                return made
        return compose(cohort, known, **more)

    def tell(self, store: Store, now: datetime) -> None:
        """Let the alarm stand, or end it where there is no reason any more."""
        with store.read() as db:
            stands = any(alarm.kind == KIND for alarm in alarms.alarms(db, source=SOURCE))
        if self.failure:
            message = f"{self.failure}. Until then digests go with the template of tidings"
            with store.write() as db:
                alarms.raise_alarm(db, source=SOURCE, kind=KIND, message=message, now=now, asks=ASKS)
        elif stands and (self.done or not self.folder):
            with store.write() as db:
                alarms.clear_alarm(db, source=SOURCE, kind=KIND)

"""A date found in a text, and what the reading of dates depends on. Values only; used by the date modules."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias

from state.dates import PartialDate

Order: TypeAlias = Literal["", "dmy", "mdy"]


@dataclass(frozen=True, slots=True)
class Setting:
    """How the dates of one document are read. languages: its own, most likely first. zone: of times without offset.

    order: of day and month in 03/04/2006, "" while it is not known. known: what was found in its texts, remembered
    for as long as the document is read (`feeds.extraction.dates.find`): several parts ask for the dates of each text.
    """

    now: datetime
    languages: tuple[str, ...] = ("en",)
    order: Order = ""
    zone: tzinfo = UTC
    known: "dict[str, tuple[Found, ...]]" = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text. year: None where only day and month are written. day, month: None where coarser.

    start, end: where it stands, its weekday and time included. form: the name of the rule that read it. ambiguous:
    03/04/2006 of which the order is not known: `date` is then its year, which is sure, and None where the year has two
    digits. short: a two-digit year, a bare year or a number
    without separators: believed only where nothing else is in the text.
    """

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    form: str
    published: datetime | None = None
    ambiguous: bool = False
    short: bool = False

    @property
    def date(self) -> PartialDate | None:
        if self.year is None or (self.ambiguous and self.short):
            return None
        if self.month is None or self.ambiguous:
            return f"{self.year:04}"
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day is not None else "")

    def completed(self, year: int) -> "Found":
        """With the year of the heading it stands under, where it has none; unchanged where that is no day."""
        if self.year is not None or self.month is None or self.day is None or not is_day(year, self.month, self.day):
            return self
        return replace(self, year=year)


def is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

"""People as rows of CSV: what a row asks for, or why it cannot be had; and rows written so that they do no harm.

Pure. The columns are email, topics (; between), every, at, on, timezone,
language, state, and as you like empty_note. A person with two rhythms is two rows of the same address. The
surprising rule: a cell that a spreadsheet would take for a formula is written
with a ' before it, and such a ' is taken off again when it is read.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mail import addresses, people, rhythm
from mail.csv_files import Line
from mail.steps import Wish
from state.errors import Misuse, UserError
from state.filings import ALL
from state.filters import parse_expression
from state.records import RHYTHMS, Site, Subscriber, Subscription
from state.text import clean

COLUMNS = ("email", "topics", "every", "at", "on", "timezone", "language", "state")
OPTIONAL = ("empty_note",)  # yes, no, or nothing: whether they hear that nothing was new
STATES = ("confirmed", "paused", "pending", "suppressed", "left")
FORMULA = "=+-@\t\r"
_READ = (*COLUMNS, *OPTIONAL)
_STATE = COLUMNS.index("state") - 1  # among the cells after the address
_KEPT = 2000  # different settings that are remembered at once


@dataclass(frozen=True, slots=True)
class Row:
    """What one row asks for. model: the person it makes, still without id and address.

    state: as the file says, "" where it does not.
    """

    line: int
    address: addresses.Address
    wishes: tuple[Wish, ...]
    model: Subscriber
    state: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in. email: as it stands there."""

    line: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand. unused: columns that mean nothing to us."""

    places: Mapping[str, int]
    width: int
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a row says nothing. topics: expressions."""

    topics: tuple[str, ...] = ()
    every: str = "weekly"


def header(line: Line, name: str, usual: Usual) -> Header:
    """Read the first row. Raises UserError where addresses or topics could not be told from it."""
    cells = [clean(cell).lower() for cell in line.cells]
    wants = f"the first row names the columns: {', '.join(COLUMNS)}; only email is needed"
    if "email" not in cells:
        found = ", ".join(cells)[:200] or line.wrong
        raise UserError(f"{name}:{line.first} is {found!r}, without a column email; {wants}")
    twice = sorted({cell for cell in cells if cell in _READ and cells.count(cell) > 1})
    if twice:
        raise UserError(f"{name}:{line.first} names the column {twice[0]} twice; {wants}")
    if "topics" not in cells and not usual.topics:
        raise UserError(f"{name}:{line.first} has no column topics; add one, or say for all rows: --topic T")
    places = {cell: at for at, cell in enumerate(cells) if cell in _READ}
    return Header(places, len(cells), tuple(cell for cell in cells if cell and cell not in _READ))


class Reader:
    """Reads rows; what many rows share is checked once. open_topics: ids that can be subscribed to."""

    def __init__(self, head: Header, usual: Usual, *, open_topics: Collection[str], site: Site, now: datetime) -> None:
        self._head = head
        self._usual = usual
        self._open = frozenset(open_topics) | {ALL}
        self._site = site
        self._now = now
        self._met: dict[tuple[str, ...], tuple[tuple[Wish, ...], Subscriber] | str] = {}

    def read(self, line: Line) -> Row | Refused:
        """What a row asks for, or why it cannot be had."""
        if line.wrong:
            return Refused(line.first, "", line.wrong)
        cells = line.cells
        email, *rest = (unguarded(cells[at]) if (at := self._place(name)) < len(cells) else "" for name in _READ)
        if len(cells) > self._head.width:
            return Refused(line.first, email, f"{len(cells)} cells, but the first row names {self._head.width} columns")
        if line.last > line.first and any("\n" in cell or "\r" in cell for cell in (email, *rest)):
            lines = f"lines {line.first} to {line.last} are one row"
            return Refused(line.first, email, f"{lines}, with a line break in a cell: is a quotation mark not closed?")
        try:
            address = addresses.parse(email)
        except Misuse as error:
            return Refused(line.first, email, str(error))
        settings = self._settings(tuple(rest))
        if isinstance(settings, str):
            return Refused(line.first, email, settings)
        return Row(line.first, address, *settings, rest[_STATE].strip().lower())

    def _place(self, name: str) -> int:
        return self._head.places.get(name, self._head.width)

    def _settings(self, cells: tuple[str, ...]) -> tuple[tuple[Wish, ...], Subscriber] | str:
        """Everything but the address; a str is why not."""
        if cells not in self._met:
            if len(self._met) >= _KEPT:
                self._met.clear()
            try:
                self._met[cells] = self._checked(*(cell.strip() for cell in cells))
            except UserError as error:
                self._met[cells] = str(error)
        return self._met[cells]

    def _checked(
        self, topics: str, every: str, at: str, on: str, timezone: str, language: str, state: str, empty_note: str
    ) -> tuple[tuple[Wish, ...], Subscriber]:
        if state.lower() not in ("", *STATES):
            raise Misuse(f"state {state!r} is not known; give {', '.join(STATES)}, or nothing")
        often = rhythm.rhythm(every.lower() or self._usual.every)
        names = [name for name in topics.split(";") if name.strip()] or list(self._usual.topics)
        expressions = [parse_expression(name) for name in names if state.lower() != "left"]
        wanted = {str(one): one for one in expressions}
        if not wanted and state.lower() != "left":
            raise Misuse("no topic is named; fill the column topics, or say for all rows: --topic T")
        for expression in wanted.values():
            if expression.topic not in self._open:
                raise Misuse(f"topic {expression.topic!r} is not here or closed; see `tidings topic list`")
        weekday, monthday = days(on)
        given = {"at": at, "weekday": weekday, "monthday": monthday, "timezone": timezone, "language": language}
        given["note"] = empty_note.lower()
        nobody = addresses.Address("", "")
        model = people.new(nobody, given, confirmed=False, site=self._site, now=self._now, mint=str)
        return tuple(Wish(name, often) for name in wanted), model


def days(text: str) -> tuple[int | None, int | None]:
    """Weekday from 0 (Monday) and day of the month, of "fri", "15" or "fri;15"; None where nothing is said."""
    weekday: int | None = None
    monthday: int | None = None
    for word in text.lower().replace(";", " ").replace(",", " ").split():
        if word[:3] in rhythm.WEEKDAYS:
            weekday = rhythm.WEEKDAYS.index(word[:3])
        elif word.isascii() and word.isdecimal() and 1 <= int(word) <= 31:
            monthday = int(word)
        else:
            raise Misuse(f"day {text!r} does not exist; give a weekday like mon, a day of the month, or both (mon;1)")
    return weekday, monthday


# ---- writing ----


def rows(person: Subscriber, subscriptions: Sequence[Subscription]) -> list[tuple[str, ...]]:
    """A person as rows, one for each of their rhythms; read again they make the same person. With OPTIONAL cells."""
    used = {row.every for row in subscriptions}
    on = [rhythm.WEEKDAYS[person.weekday]] if "weekly" in used or person.weekday != rhythm.WEEKLY_ON else []
    if "monthly" in used or person.monthday != rhythm.MONTHLY_ON:
        on.append(str(person.monthday))
    settings = (person.at, ";".join(on), person.timezone, person.language, person.state, person.note)
    written = []
    rhythms: list[str] = [every for every in RHYTHMS if every in used]
    for every in rhythms or [""]:
        topics = ";".join(row.topic for row in subscriptions if row.every == every)
        written.append(tuple(guarded(cell) for cell in (person.email, topics, every, *settings)))
    return written


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip("'")[:1] in tuple(FORMULA) else cell


def unguarded(cell: str) -> str:
    """What was meant by a cell that may have been guarded."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'")[:1] in tuple(FORMULA) else cell


def person_of(row: Row, name: str, state: str, now: datetime) -> Subscriber:
    """The new person of a row."""
    confirmed_at = now if state in ("confirmed", "paused") else None
    return replace(row.model, id=name, email=row.address.email, state=state, confirmed_at=confirmed_at)

"""Take people in from CSV files, and write them as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

import click

from cli import show
from cli.app import App
from mail.consent import STATES
from state.errors import UserError
from state.records import RHYTHMS
from state.text import clean

if TYPE_CHECKING:
    from mail.csv_files import Line
    from mail.people_csv import Reader, Refused, Usual
    from mail.people_import import Counts, Order
    from state.store import Store

SHOWN = 10  # refused rows that stderr shows; the report has them all
STEP = 50_000  # rows between two lines of progress


@click.command("import")
@click.argument("file", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--topic", "topics", multiple=True, metavar="T", help="For rows that name no topics.")
@click.option("--every", type=click.Choice(RHYTHMS), default="weekly", show_default=True, help="For rows without one.")
@click.option("--confirmed", is_flag=True, help="They all agreed elsewhere; the column state still holds.")
@click.option("--send-confirmations", is_flag=True, help="Ask everybody who is new or pending by mail.")
@click.option("--encoding", metavar="NAME", help="Of the file (default: by its mark, else utf-8).")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Default: FILE.csv.report.csv.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def import_(
    app: App,
    file: Path,
    topics: tuple[str, ...],
    every: str,
    confirmed: bool,
    send_confirmations: bool,
    encoding: str | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Subscribe the people of a CSV file; who is known gets what the file has more.

    The first row names the columns: email, and as you like topics (with ; between), every, at, on (fri, 15 or
    fri;15), timezone, language, state, empty_note (yes, no: a mail when a week brings nothing). Without --confirmed
    everybody is pending, and is asked only with --send-confirmations; who is not asked or does not answer is
    deleted after limits.keep_unconfirmed. Who left stays away. Rows that cannot be taken in are listed with their
    lines in a report.
    An import that was stopped (Ctrl-C) is run again: what is in is passed over.

    \b
    Examples:
      tidings subscriber import people.csv --topic all --every weekly --send-confirmations
      tidings subscriber import moved.csv --confirmed
    """
    from mail import csv_files
    from mail.people_csv import Usual
    from mail.people_import import Counts, Order, take_in

    if confirmed and send_confirmations:
        raise click.UsageError("--confirmed says that nobody need be asked; leave one of the two out")
    site = app.mail_site if send_confirmations else app.site
    order = Order(file.name, confirmed, send_confirmations, site, app.now())
    lines = csv_files.lines(file, csv_files.encoding_of(file, encoding))
    counts = Counts()
    with app.store() as store, Report(report or file.with_name(f"{file.name}.report.csv")) as refusals:
        reader = _reader(store, lines, order, Usual(topics, every))
        try:
            for counts in take_in(store, map(reader.read, lines), order, refuse=refusals.add):
                _progress(counts)
        except KeyboardInterrupt:
            told = _told(file.name, counts, refusals)
            raise UserError(f"stopped: {told}. Run the same command again: what is in is passed over") from None
    if as_json:
        show.emit({"import": {"file": str(file), **asdict(counts), "report": refusals.where}})
    else:
        show.line(_told(file.name, counts, refusals))
    if counts.rows and counts.refused == counts.rows:
        raise UserError(f"no row of {file} could be taken in; see {refusals.where or 'above'} for each line")


def _reader(store: Store, lines: Iterator[Line], order: Order, usual: Usual) -> Reader:
    """What reads the rows after the first one, which names the columns."""
    from mail.people_csv import Reader, header
    from state import topics

    first = next(lines, None)
    if first is None:
        raise UserError(
            f"{order.file} is empty; its first row names the columns, see `tidings subscriber import --help`"
        )
    head = header(first, order.file, usual)
    if head.unused:
        show.progress(f"{order.file}: columns that are not used: {', '.join(head.unused)}")
    with store.read() as db:
        there = [topic.id for topic in topics.topics(db)]
    return Reader(head, usual, open_topics=there, site=order.site, now=order.now)


class Report:
    """What was refused, with lines and reasons: the first ones on stderr, all in a file that appears with the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        with suppress(OSError):  # what an earlier run refused is not what this one refuses
            self.path.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, refused: Refused) -> None:
        from mail.people_csv import guarded

        if self.count == 0:
            self._open()
        self.count += 1
        if self._file:
            cells = (guarded(clean(refused.email)), guarded(clean(refused.reason)))
            csv.writer(self._file, lineterminator="\n").writerow((refused.line, *cells))
        if self.count <= SHOWN or self._file is None:
            show.progress(f"line {refused.line}: {refused.reason}")
        elif self.count == SHOWN + 1:
            show.progress(f"… all of them: {self.path}")

    @property
    def where(self) -> str | None:
        """Where the whole list is; None where it is on stderr, or empty."""
        return str(self.path) if self._file else None

    def _open(self) -> None:
        try:
            self._file = self.path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            show.progress(f"{self.path} cannot be written ({error.strerror}); refused rows are listed here instead")
        else:
            self._file.write("line,email,reason\n")


def _progress(counts: Counts) -> None:
    if counts.rows % STEP == 0:
        show.progress(f"line {counts.line}: {counts.added} added, {counts.changed} changed, {counts.refused} refused")


def _told(name: str, counts: Counts, refusals: Report) -> str:
    parts = [f"{counts.added} added", f"{counts.changed} changed", f"{counts.unchanged} were so already"]
    parts += [f"{counts.mailed} are asked by mail"] if counts.mailed else []
    parts += [f"{refusals.count} refused (see {refusals.where or 'stderr'})"] if refusals.count else []
    return f"{name}: {counts.rows} rows: {', '.join(parts)}"


@click.command()
@click.option("--topic", metavar="T", help="Only those who read T.")
@click.option("--state", type=click.Choice(STATES))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@click.pass_obj
def export(app: App, topic: str | None, state: str | None, output: Path | None) -> None:
    """Write subscribers as CSV, as `subscriber import` reads it; those who left only with --state left.

    Somebody with two rhythms is two rows. A cell that a spreadsheet would run as a formula has a ' before it. The
    column empty_note is there where anybody chose whether a mail comes when nothing is new.

    \b
    Example:
      tidings subscriber export --topic child-labour > people.csv
    """
    from mail.people_csv import COLUMNS, OPTIONAL, rows
    from state import people

    with app.store() as store, store.read() as db, _writer(output) as write:
        columns = (*COLUMNS, *OPTIONAL) if people.notes(db) else COLUMNS
        write(columns)
        for page in people.pages(db, topic=topic, state=state):
            for person, subscriptions in page:
                if state or person.state != "left":
                    for row in rows(person, subscriptions):
                        write(row[: len(columns)])


@contextmanager
def _writer(path: Path | None) -> Iterator[Callable[[Sequence[str]], object]]:
    """Writes rows of CSV, to stdout where no file is named."""
    if path is None:
        yield csv.writer(sys.stdout, lineterminator="\n").writerow
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}); name another file") from error
    with file:
        yield csv.writer(file, lineterminator="\n").writerow

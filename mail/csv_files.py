"""Read CSV files as admins have them: any of the usual encodings, separators and line ends, one row at a time.

The whole file is decoded once before the first row is given, so that a wrong
encoding is said with its line before anything is stored. Memory does not grow
with the file. A row that cannot be read is a value with its lines, never the end
of the file. Called by mail/people_import.py.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, TextIO

from state.errors import Misuse, UserError

BLOCK = 1024 * 1024  # bytes that are decoded at once
SEPARATORS = ",;\t"
LONGEST_ROW = 20  # lines; a row over more is a quotation mark that was not closed
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file. first, last: its lines, from 1. wrong: why it cannot be read, else empty."""

    first: int
    last: int
    cells: tuple[str, ...]
    wrong: str = ""

    @property
    def empty(self) -> bool:
        return not self.wrong and not any(cell.strip() for cell in self.cells)


def encoding_of(path: Path, named: str | None = None) -> str:
    """The encoding of a file that is wholly readable in it: by its mark, else UTF-8, unless it is named.

    Raises UserError with the line that cannot be decoded, Misuse for a name of no encoding. Cost: reads the file once.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if named is None and marked is None and 5 * head.count(0) > len(head):  # a single one is a matter of its row
            raise UserError(
                f"{path} is full of NUL bytes: it is no text, or UTF-16 without its mark; "
                "save it as UTF-8, or name its encoding, e.g. --encoding utf-16-le"
            )
        found = named or marked or "utf-8"
        try:
            decoder = codecs.getincrementaldecoder(found)()
        except LookupError as error:
            raise Misuse(f"encoding {found!r} is not known; give one like utf-8, cp1252 or latin-1") from error
        file.seek(0)
        _decode(file, decoder, path, found)
    return found


def _decode(file: BinaryIO, decoder: codecs.IncrementalDecoder, path: Path, name: str) -> None:
    line = 1
    while True:
        block = file.read(BLOCK)
        try:
            line += decoder.decode(block, final=not block).count("\n")
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            line += block[:start].count(b"\n")
            raise UserError(
                f"{path}:{line} is not {name} ({error}); save the file as UTF-8, "
                "or name its encoding, e.g. --encoding cp1252 or --encoding latin-1"
            ) from error
        if not block:
            return


def lines(path: Path, encoding: str) -> Iterator[Line]:
    """Every row that is not empty, with the header as the first one. The separator is found from the header."""
    with path.open(encoding=encoding, newline="") as file:
        yield from _rows(file)


def _rows(file: TextIO) -> Iterator[Line]:
    fed = _Fed(file)
    head = ""
    while not head.strip():
        head = next(fed, "")
        if not head:
            return
        if head.lower().startswith("sep=") and len(head.strip()) == 5:  # a line that spreadsheets put on top
            yield from _read(fed, head[4])
            return
    fed.back(0)
    yield from _read(fed, max(SEPARATORS, key=head.count))


def _read(fed: "_Fed", separator: str) -> Iterator[Line]:
    reader = csv.reader(fed, delimiter=separator, strict=True)
    while True:
        fed.begin()
        first, wrong = fed.at + 1, ""
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            cells, wrong = (), f"it cannot be read as CSV: {error}"
        if fed.at - first >= LONGEST_ROW:
            wrong = "a row over many lines"
        if wrong and fed.at > first:  # the next rows are none of its: they are read by themselves
            wrong = f"a quotation mark is opened and not closed ({wrong})"
            fed.back(1)
        line = Line(first, fed.at, cells, wrong)
        if not line.empty:
            yield line


class _Fed:
    """The lines of a file, counted. at: number of the last one. Those of the row being read can be given back."""

    def __init__(self, file: TextIO) -> None:
        self.at = 0
        self._file = file
        self._taken: list[str] = []
        self._waiting: list[str] = []  # the last one comes first

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else next(self._file)
        self._taken.append(line)
        self.at += 1
        return line

    def begin(self) -> None:
        """A row begins here."""
        self._taken.clear()

    def back(self, kept: int) -> None:
        """Give back all lines of the row but the first ones."""
        again = self._taken[kept:]
        self._waiting += reversed(again)
        self.at -= len(again)

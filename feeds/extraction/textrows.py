"""Find the parts of a text document that name their fields: tables, label blocks, headers of messages.

Pure. Called by `feeds.extraction.textblocks`. A table is a run of lines parted into as many cells each, by tabs or
upright bars; its columns are named by its head, else by what stands in them. A label block is a run of lines of
which one is labelled as a title and another as something else. Each row becomes blocks that carry their field, the
title first and marked as an item; cells and labels that name none of our fields are kept as "other", so that they are
counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from feeds.extraction import datelines, dates, kinds, textmarks, words
from feeds.extraction.datevalues import Setting
from feeds.extraction.textlabels import FIELDS
from feeds.extraction.textmarks import Block, Field

_LABEL = re.compile(r"\s*(?:\*\*|__)?([^\W\d_][^:：\n]{0,24}?)\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*(.*)")
_HEADER = re.compile(r"[A-Z][A-Za-z]*(?:-[A-Za-z]+)*: \S")
_RULE_CELL = re.compile(r":?-{2,}:?|:?={2,}:?")
_FEWEST_ROWS = 2
_MOST_CELLS = 12
_MOST_LINES = 60  # of one label block
_MOST = 0.6  # of a column's cells


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines `start` to `end` (exclusive) of a text, as blocks."""

    start: int
    end: int
    blocks: tuple[Block, ...]


def find(lines: Sequence[str], setting: Setting) -> list[Rows]:
    """The parts of a text whose fields are named, in order; they do not overlap."""
    found: list[Rows] = []
    number, tried = 0, 0  # tried: lines before it are known to be in no table
    while number < len(lines):
        end = _end_of_table(lines, number) if number >= tried else number
        rows = _table(lines, number, end, setting) or _labelled(lines, number)
        tried = max(tried, end)
        if rows is not None:
            found.append(rows)
        number = rows.end if rows is not None else number + 1
    return found


# ---- tables ----


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a line of a table; () for any other line."""
    if "\t" in line.lstrip():
        parts = line.strip("\r\n ").split("\t")
    elif line.count("|") >= 2 or " | " in line:
        parts = re.sub(r"^\s*\||\|\s*$", "", line.strip()).split("|")
    else:
        return ()
    return tuple(part.strip() for part in parts) if 2 <= len(parts) <= _MOST_CELLS else ()


def _end_of_table(lines: Sequence[str], start: int) -> int:
    """Where the lines end that have as many cells as the first one; `start` where that has none."""
    cells, end = len(_cells(lines[start])), start
    while cells and end < len(lines) and len(_cells(lines[end])) == cells:
        end += 1
    return end


def _table(lines: Sequence[str], start: int, end: int, setting: Setting) -> Rows | None:
    rows = (_cells(line) for line in lines[start:end])
    table = [row for row in rows if not all(_RULE_CELL.fullmatch(cell) for cell in row if cell)]
    if not table:
        return None
    head = [FIELDS.get(words.bare(cell), "") for cell in table[0]]
    named = "title" in head or sum(1 for field in head if field) >= 2
    body = table[1:] if named else table
    columns = _columns(body, head if named else [""] * len(table[0]), setting)
    if len(body) < (1 if named else _FEWEST_ROWS) or not {"title", "date"} <= set(columns):
        return None
    made = [Block(" | ".join(table[0]))] if named else []
    for row in body:
        made += _row(list(zip(columns, row, strict=True)))
    return Rows(start, end, tuple(made))


def _columns(body: Sequence[Sequence[str]], head: Sequence[Field], setting: Setting) -> list[Field]:
    """What each column holds: as its head says, else as most of its cells do; the widest of the others is the title."""
    columns: list[Field] = list(head)
    for number, column in enumerate(zip(*body, strict=True)):
        said = [cell for cell in column if cell]
        if columns[number] or not said:
            continue
        for field, is_one in _sorts(setting).items():
            if field not in columns and sum(map(is_one, said)) >= _MOST * len(body):
                columns[number] = field
                break
    if "title" not in columns:
        free = [number for number, field in enumerate(columns) if not field]
        widest = max(free, key=lambda number: sum(words.width(row[number]) for row in body), default=None)
        if widest is not None:
            columns[widest] = "title"
    return [field or "other" for field in columns]


def _sorts(setting: Setting) -> Mapping[Field, Callable[[str], bool]]:
    return {
        "date": lambda cell: dates.whole(cell, setting) is not None,
        "link": lambda cell: bool(textmarks.lead_on(cell)),
        "kind": lambda cell: kinds.of_type_line(cell) is not None,
        "place": lambda cell: cell.isupper() and datelines.is_place(cell),
    }


def _row(told: Sequence[tuple[Field, str]]) -> Iterator[Block]:
    """The blocks of one row, its title first; where it has no title, all its cells are kept as "other"."""
    title = next((text for field, text in told if field == "title" and text), "")
    blocks = list(textmarks.block([title], bool(title), field="title"))
    yield from (replace(block, field=block.field or "summary") for block in blocks)
    for field, text in told:
        if not text or text is title:
            continue
        address = textmarks.lead_on(text) or text if field == "link" else ""
        for block in textmarks.block([text], field=field if blocks and field != "title" else "other"):
            yield replace(block, address=block.address or address)


# ---- labels ----


def _labelled(lines: Sequence[str], start: int) -> Rows | None:
    first = _label(lines[start])
    begins = not start or not lines[start - 1].strip()
    if first is None or not (first[0] or (begins and _is_header(lines[start]))):
        return None
    told: list[tuple[Field, list[str]]] = []
    end = start
    while end < len(lines) and end - start < _MOST_LINES:
        label = _label(lines[end])
        known = {field for field, _ in told}
        if not lines[end].strip():
            if end + 1 < len(lines) and (following := _label(lines[end + 1])) and {following[0]} - known - {""}:
                end += 1
                continue
            break
        if label is not None and label[0] in known - {"other"}:
            break
        if label is not None and (label[0] or _is_header(lines[end])):
            told.append((label[0] or "other", [label[1]]))
        else:
            told[-1][1].append(lines[end].strip())
        end += 1
    fields = {field for field, _ in told}
    if "title" not in fields or fields.isdisjoint(("date", "summary", "place", "link", "kind")):
        return None
    return Rows(start, end, tuple(_row([(field, " ".join(texts).strip()) for field, texts in told])))


def _label(line: str) -> tuple[Field, str] | None:
    """The field a line's label names ("" for another label), and what follows it; None for a line without a label."""
    found = _LABEL.fullmatch(line)
    if found is None or found[2].startswith("//"):
        return None
    return FIELDS.get(words.bare(found[1]), ""), found[2]


def _is_header(line: str) -> bool:
    """Whether a line is a header of a message (RFC 5322): one word with a capital, hyphens, a colon and a space."""
    return _HEADER.match(line) is not None

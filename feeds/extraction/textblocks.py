"""Cut a plain-text document into its paragraphs, with list marks and Markdown taken off.

Pure. Called by `feeds.extraction.plaintext`. A log, in which each line begins with its date, is opened into titles
with date lines first, so that one grammar reads both. Lines that no blank line parts are cut too: a line that is
wholly a date (with its place perhaps), a type line at the beginning, a link that leads on, and the title, which ends
where a line ends before the width of the text and the next one begins anew. What is left is wrapped prose, and joined.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from feeds.extraction import datelines, dates, kinds, textmarks, textrows, words
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.textmarks import Block

_LINES = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_ORDINAL = re.compile(
    r"\s*(?:\(?\d{1,4}[.)]|[០-៩]{1,3}[.)។]|[๐-๙]{1,3}[.)])\s+(?=\S)"
    r"|\s*(?:\d{1,4}[、．]|[（(]\d{1,4}[）)]|[一二三四五六七八九十]{1,3}、)\s*(?=\S)"
)
_BULLET = re.compile(r"\s*(?:--|[-*•–—+·▪►])\s+(?=\S)")
_MARK_HEADING = re.compile(r"\s*(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,}|~{3,}|(?:[-=*_] ?){5,}|# ?# ?#)\s*")
_REFERENCE = re.compile(r"\[(\d{1,3})\]:?\s+<?(https?://[^\s<>]+)>?")
_REFERENCES = re.compile(rf"(?:{_REFERENCE.pattern}\s*)+")
_REFERRING = re.compile(r"\s*\[(\d{1,3})\]$")
_FEWEST_DATED = 3
_FEWEST_TITLES = 2
_DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s+[^\W\d_]+\.?\s+\d{4}\b")
_YEAR = re.compile(r"\s*(?:[^\d\n]{0,30}\b((?:19|20)\d\d)|((?:19|20)\d\d)\b[^\d\n]{0,30})\s*")
_OPENS = "[(*_+•–—·▪►- \t"
_PARTS = " \t:;,|–—-"  # between a date and the title behind it
_CLOSES = _PARTS + ")]*_"
_WIDEST = 100  # columns of a text with lines of one width; a text with longer lines is not wrapped by hand
_NARROWEST = 56  # columns: no text is wrapped more narrowly; its lines end where they should
_LONGEST_WORD = 15  # columns: of scripts without spaces a line breaks anywhere


@dataclass(slots=True)
class _Run:
    """Lines between blank lines, before they are cut."""

    lines: list[str]
    marked: bool = False


def blocks(text: str, setting: Setting) -> list[Block]:
    """The paragraphs of a text, in its order."""
    lines = _LINES.split(text)
    width = max((words.width(line.rstrip()) for line in lines), default=0)
    width = max(width, _NARROWEST) if width <= _WIDEST else 10 * _WIDEST
    made: list[Block] = []
    start = 0
    for rows in [*textrows.find(lines, setting), textrows.Rows(len(lines), len(lines), ())]:
        made += _paragraphs(_opened(lines[start : rows.start], setting, width), setting, width)
        made += rows.blocks
        start = rows.end
    return _without_dates(_under_headings(_referred(made), setting), setting)


def _paragraphs(lines: Sequence[str], setting: Setting, width: int) -> Iterator[Block]:
    run = _Run([])
    for line in [*lines, ""]:
        heading = _MARK_HEADING.fullmatch(line)
        ordinal = _ORDINAL.match(line) or _BULLET.match(line)
        starts = heading is not None or (ordinal is not None and not _is_day(line, ordinal))
        ends = not line.strip() or _UNDERLINE.fullmatch(line) is not None
        if run.lines and (ends or starts):
            yield from _cut(run, setting, width)
            run = _Run([])
        if ends:
            continue
        if heading is not None:
            yield from textmarks.block([heading[2]], level=len(heading[1]))
        elif starts and ordinal is not None:
            run = _Run(
                [line[: ordinal.start()] + " " * (ordinal.end() - ordinal.start()) + line[ordinal.end() :]], True
            )
        else:
            run.lines.append(line)


# ---- lines of one paragraph ----


def _cut(run: _Run, setting: Setting, width: int) -> Iterator[Block]:
    """The paragraphs that lines without a blank line between them are."""
    pieces: list[tuple[str, list[str]]] = []
    for number, line in enumerate(run.lines):
        sort = _sort(line, number, run, setting)
        if sort == "text" and pieces and pieces[-1][0] == "text":
            pieces[-1][1].append(line)
        else:
            pieces.append((sort, [line]))
    marked = run.marked
    days = [number for number, (sort, _) in enumerate(pieces) if sort == "date"]
    for number, (sort, lines) in enumerate(pieces):
        parts = [lines]
        if sort == "text" and (run.marked or days) and (at := _break(pieces, days, number, width)):
            parts = [lines[:at], lines[at:]]
        for part in parts:
            for block in textmarks.block(part, marked):
                yield replace(block, field="link", address=textmarks.lead_on(part[0])) if sort == "link" else block
                marked = False


def _sort(line: str, number: int, run: _Run, setting: Setting) -> str:
    """What a line of a paragraph is by itself: "date", "type", "link" or "text"."""
    if textmarks.lead_on(line):
        return "link"
    said = line.strip()
    if (number or not run.marked) and _is_date(said, setting):
        return "date"
    more = len(run.lines) > number + 1
    return "type" if not number and more and kinds.of_type_line(said.strip("*_ ")) is not None else "text"


def _is_date(line: str, setting: Setting) -> bool:
    """Whether a line is a day, with a place perhaps, and nothing else."""
    found = datelines.line(line, setting) if len(line) >= 6 else None
    return found is not None and found[0].day is not None and found[0].date is not None


def _break(pieces: Sequence[tuple[str, list[str]]], days: Sequence[int], number: int, width: int) -> int:
    """Where the lines of a piece end one thing and begin the next (title and text, text and next title); 0: nowhere."""
    lines = pieces[number][1]
    ends = [at for at in range(1, len(lines)) if _stops(lines[at - 1], lines[at], width)]
    titled = any(sort == "text" for sort, _ in pieces[: days[0]]) if days else False
    if titled and number > days[-1]:
        return 0
    if titled and number > days[0]:
        return ends[-1] if ends else len(lines) - 1
    return ends[0] if ends else 0


def _stops(line: str, following: str, width: int) -> bool:
    """Whether a line ends before it had to: the next word had found room on it, and begins a sentence."""
    start = following.strip()
    if start[:1].islower():
        return False
    word = min(words.width(start.split()[0]), _LONGEST_WORD)
    return words.width(line.rstrip()) + 1 + word <= width


# ---- dates in the lines of titles ----


def _opened(lines: Sequence[str], setting: Setting, width: int) -> list[str]:
    """A log, in which each entry is a line that begins with its date, as a list of titles with date lines.

    A line that stands deeper, below a title that had no room for it, belongs to the title.
    """
    begun, years = _begun(lines, setting)
    if len(begun) < _FEWEST_DATED:
        return list(lines)
    opened: list[str] = []
    number = 0
    while number < len(lines):
        found, line = begun.get(number), lines[number]
        number += 1
        if found is None:
            opened.append(f"# {line.strip()}" if number - 1 in years else line)
            continue
        title = [_after(line, found)]
        while (
            number < len(lines)
            and number not in begun
            and _indent(lines[number]) > _indent(line)
            and not _stops(lines[number - 1], lines[number], width)
        ):
            title.append(lines[number].strip())
            number += 1
        opened += ["", f"- {' '.join(title)}", "", _said(line, found, setting), ""]
    return opened


def _begun(lines: Sequence[str], setting: Setting) -> tuple[dict[int, Found], set[int]]:
    """The dates that lines begin with, by the number of the line, and the headings whose years they need."""
    begun: dict[int, Found] = {}
    years: set[int] = set()
    year, at = 0, 0
    for number, line in enumerate(lines):
        found = _begins_with_date(line, setting)
        if found is None and year and (bare := _begins_with_day(line, setting)) is not None:
            found = bare.completed(year)
            years.add(at)
        if found is not None and found.date is not None:
            begun[number] = found
        elif number + 1 < len(lines) and not lines[number + 1].strip() and (said := _YEAR.fullmatch(line)):
            year, at = int(said[1] or said[2]), number
    return begun, years


def _said(line: str, found: Found, setting: Setting) -> str:
    """The date of a line as it is written, or, where its year stands above, in figures (ISO 8601)."""
    written = line[found.start : found.end]
    whole = dates.whole(written, setting)
    return written if whole is not None and whole.date is not None else found.date or written


def _begins_with_day(line: str, setting: Setting) -> Found | None:
    """The day and month a line begins with, set off by a sign from the title that follows."""
    found = next(iter(dates.at_edges(line, setting)), None)
    if found is None or line[: found.start].strip(_OPENS):
        return None
    return found if words.width(_after(line, found)) >= 8 else None


def _after(line: str, found: Found) -> str:
    """What a line says after the date it begins with."""
    return line[found.end :].lstrip(_CLOSES).rstrip(_PARTS + "*_")


def _indent(line: str) -> int:
    """The columns before a line's words; -1 for a blank line."""
    return len(line) - len(line.lstrip()) if line.strip() else -1


def _begins_with_date(line: str, setting: Setting) -> Found | None:
    """The date a line begins with, where a title follows it."""
    if len(line) > 300:
        return None
    found = next(iter(dates.find(line, setting)), None)
    if found is None or line[: found.start].strip(_OPENS) or found.day is None or found.date is None:
        return None
    rest = _after(line, found)
    return found if words.width(rest) >= 8 and not datelines.is_place(rest) else None


def _referred(made: list[Block]) -> list[Block]:
    """The blocks, with the addresses of a list of numbered references at those that end in "[1]"."""
    lists = {block for block in made if _REFERENCES.fullmatch(block.text)}
    known = {number: address for block in lists for number, address in _REFERENCE.findall(block.text)}
    used: set[str] = set()
    linked: list[Block] = []
    for block in made:
        end = _REFERRING.search(block.text) if known and block not in lists else None
        if end is not None and end[1] in known and not block.address:
            used.add(end[1])
            block = replace(block, text=block.text[: end.start()], address=known[end[1]])
        linked.append(block)
    return [block for block in linked if block not in lists] if used == set(known) else linked


def _under_headings(made: list[Block], setting: Setting) -> list[Block]:
    """The blocks, with the Markdown headings that are titles as items: those of a level of which a date stands under
    several.
    """
    dated = [
        block.level
        for block, following in pairwise(made)
        if block.level and _is_date(following.text, setting) and not _is_date(block.text, setting)
    ]
    titles = {level for level in dated if dated.count(level) >= _FEWEST_TITLES}
    return [replace(block, marked=True, level=0) if block.level in titles else block for block in made]


def _without_dates(made: list[Block], setting: Setting) -> list[Block]:
    """The blocks, with the dates that titles of list items end or begin with set apart: "The title (12 May 2020)".

    Only where most of the items are written so: a title may end in a date of its own.
    """
    items = [block for block in made if block.marked and not block.field]
    edges = {id(block): cut for block in items if (cut := _edge(block.text, setting)) is not None}
    if not edges or len(edges) * 2 <= len(items):
        return made
    parted: list[Block] = []
    for block, following in zip(made, [*made[1:], None], strict=True):
        cut = edges.get(id(block))
        if cut is None or (following is not None and _is_date(following.text, setting)):
            parted.append(block)
        else:
            parted += [replace(block, text=cut[0]), Block(cut[1], field="date")]
    return parted


def _edge(title: str, setting: Setting) -> tuple[str, str] | None:
    """A title without the date that is set off at its end or beginning, and that date."""
    for found in dates.find(title, setting):
        before, after = title[: found.start].rstrip(), title[found.end :].lstrip()
        said = title[found.start : found.end]
        if found.date is None or found.short or found.form == "relative":
            continue
        if not after.strip(")]. ") and before.endswith(("(", "[", ",", "–", "—", "-", "|", ":", "·")):
            rest = before.rstrip(" ([,–—-|:·")
        elif not before.strip("([") and after.startswith((")", "]", ",", "–", "—", "-", "|", ":", "·")):
            rest = after.lstrip(" )],–—-|:·")
        else:
            continue
        if words.width(rest) >= 8:
            return rest, said
    return None


def _is_day(line: str, ordinal: re.Match[str]) -> bool:
    """Whether "8. Mai 2006" was taken for an ordinal."""
    return "." in ordinal[0] and _DAY_FIRST.match(line) is not None

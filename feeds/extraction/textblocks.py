"""Cut a plain-text document into its paragraphs, with list marks and Markdown taken off.

Pure. Called by `feeds.extraction.plaintext`. A log, in which each line begins with its date, is opened into titles
with date lines first, so that one grammar reads both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feeds.extraction import dates, fields, words
from feeds.extraction.datevalues import Found, Setting
from state.text import clean

_ORDINAL = re.compile(r"\s*(?:\(?\d{1,4}[.)]|[០-៩]{1,3}[.)។]|[๐-๙]{1,3}[.)])\s+(?=\S)")
_BULLET = re.compile(r"\s*[-*•–+·▪►]\s+(?=\S)")
_MARK_HEADING = re.compile(r"\s*(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*")
_LINK = re.compile(r"!?\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_BARE_LINK = re.compile(r"<?(https?://[^\s<>]+)>?")
_STRONG = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_QUOTED = re.compile(r"\s*[“\"«„‘「『>]")
_FEWEST_DATED = 3
_LONGEST_DATE = 40  # characters of a line that is a date
_DAY_FIRST = re.compile(r"\s*\d{1,2}\.\s+[^\W\d_]+\.?\s+\d{4}\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of the document. marked: it begins a list item. level: of a Markdown heading, else 0.
    address: of its link.
    """

    text: str
    marked: bool = False
    level: int = 0
    address: str = ""
    quoted: bool = False


def blocks(text: str, setting: Setting) -> list[Block]:
    """The paragraphs of a text, in its order."""
    return list(_paragraphs(_opened(text, setting), setting))


def _paragraphs(text: str, setting: Setting) -> Iterator[Block]:
    run: list[str] = []
    marked, level = False, 0
    for line in [*re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text), ""]:
        heading = _MARK_HEADING.fullmatch(line)
        ordinal = _ORDINAL.match(line) or _BULLET.match(line)
        starts = heading is not None or (ordinal is not None and not _is_day(line, ordinal))
        alone = not starts and _is_date(line.strip(), setting)
        if run and (not line.strip() or starts or alone or _UNDERLINE.fullmatch(line)):
            yield from _block(run, marked, level)
            run, marked, level = [], False, 0
        if not line.strip() or _UNDERLINE.fullmatch(line):
            continue
        if heading is not None:
            yield from _block([heading[2]], False, len(heading[1]))
        elif starts and ordinal is not None:
            run, marked = [line[ordinal.end() :]], True
        elif alone:
            yield from _block([line], False, 0)
        else:
            run.append(line)


def _opened(text: str, setting: Setting) -> str:
    """A log, in which each entry is a line that begins with its date, as a list of titles with date lines."""
    lines = text.splitlines()
    begun = {
        number: found
        for number, line in enumerate(lines)
        if (found := _begins_with_date(line.strip(), setting)) is not None
    }
    if len(begun) < _FEWEST_DATED:
        return text
    opened: list[str] = []
    for number, line in enumerate(lines):
        found = begun.get(number)
        if found is None:
            opened.append(line)
        else:
            stripped = line.strip()
            rest = stripped[found.end :].strip(" \t:;,|–—-")
            opened += ["", f"- {rest}", "", stripped[: found.end], ""]
    return "\n".join(opened)


def _begins_with_date(line: str, setting: Setting) -> Found | None:
    """The date a line begins with, where a title follows it."""
    if len(line) > 300:
        return None
    found = next(iter(dates.find(line, setting)), None)
    if found is None or found.start or found.day is None or found.date is None:
        return None
    rest = line[found.end :].strip(" \t:;,|–—-")
    return found if words.width(rest) >= 8 and not fields.is_place(rest) else None


def _is_date(line: str, setting: Setting) -> bool:
    """Whether a line is a day and nothing else: then it is a paragraph, whatever lines stand around it."""
    if not 6 <= len(line) <= _LONGEST_DATE:
        return False
    found = dates.whole(line, setting)
    return found is not None and found.day is not None and found.date is not None


def _is_day(line: str, ordinal: re.Match[str]) -> bool:
    """Whether "8. Mai 2006" was taken for an ordinal."""
    return "." in ordinal[0] and _DAY_FIRST.match(line) is not None


def _block(run: list[str], marked: bool, level: int) -> Iterator[Block]:
    joined = clean(" ".join(run))
    link = _LINK.search(joined) or _BARE_LINK.fullmatch(joined)
    address = (link[2] if link.re is _LINK else link[1]) if link is not None else ""
    quoted = _QUOTED.match(joined) is not None
    text = clean(_STRONG.sub(lambda m: m[1] or m[2], _LINK.sub(lambda m: m[1], joined)).lstrip("> "))
    if text:
        yield Block(text, marked, level, address, quoted)

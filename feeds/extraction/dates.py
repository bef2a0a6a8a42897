"""Read dates as honest as they are written: strict grammar, explicit precision, many languages.

Pure: the time of reading is part of the `Setting`. Each word of a text becomes one symbol
(`feeds.extraction.datesymbols`), and a form of date is a pattern over symbols (`feeds.extraction.dateforms`): "8th of
May, 2006" is "do c M, y". A month is a month, and what lacks a year has none until a heading gives it
(`Found.completed`). The order of day and month in 03/04/2006 is not guessed here: without `Setting.order` such a date
is found but not known (`feeds.extraction.dateorder` infers the order from all texts of a source). Called for every
text of a page, so the common case, no date in it, must cost next to nothing.
"""

import re
from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from feeds.extraction import dateclock, datesymbols, datewords
from feeds.extraction.dateforms import FORMS, Form, Match
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.relativedates import relative
from feeds.extraction.wordlist import listed

LONGEST_WHOLE = 90  # characters of a text that is nothing but a date and its label
_YEARLESS = ("day month", "month day")
LONGEST = 300  # characters of a text that are searched: a publication date stands at its beginning

_FIGURE = re.compile(r"[\d〇○零元一二三四五六七八九]")
# What every date has: a number next to a letter, or three numbers with separators, or a year.
_MAYBE = re.compile(r"\d{4}|[〇○零元一二三四五六七八九]年|\d\W{0,3}[^\W\d_]|[^\W\d_]\W{0,3}\d|\d\s?[./-]\s?\d")
# Numbers and nothing else, as tables have them by the thousand, and those of them that can be a date.
_BARE = re.compile(r"[\d ]+")
_BARE_DATE = re.compile(r"\d{4}|\d{8}|\d{1,2} +\d{1,2} +\d{4}|\d{4} +\d{1,2} +\d{1,2}")
_ASCII_WORD = re.compile(r"[a-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[0-9]\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?[0-9]|^[^a-z]*$|^[0-9]{8}t[0-9]")
# Scripts whose words are looked for inside longer runs, or whose marks part them.
_FULL_LOOK = re.compile("[\u0590-\u10ff\u1780-\u17ff\u3040-\ud7af]")
_LABELS = listed(
    "published|posted|updated|last updated|released|issued|date|dated|filed|created|veröffentlicht|erstellt|"
    "aktualisiert|stand|publié|mis en ligne|mis à jour|publicado|actualizado|atualizado|postado|publicada|pubblicato|"
    "aggiornato|publikované|publikováno|zveřejněno|vydáno|gepubliceerd|geplaatst|publicerad|uppdaterad|publisert|"
    "oppdatert|publiceret|opdateret|offentliggjort|julkaistu|päivitetty|opublikowano|data publikacji|data|dodano|"
    "megjelent|közzétéve|publicat|publicat la|yayınlanma|yayın tarihi|опубликовано|обновлено|размещено|дата|"
    "опубліковано|оновлено|публикувано|δημοσιεύτηκε|δημοσιεύθηκε|ενημερώθηκε|diterbitkan|dipublikasikan|diperbarui|"
    "đăng|ngày đăng|cập nhật|등록일|작성일|게시일|掲載日|更新日|公開日|発行日|"
    "发布|发布时间|发布日期|發布日期|发表于|更新|"
    "תאריך|פורסם|פורסם בתאריך|עודכן|نشر|نشرت|نشر في|بتاريخ|تاريخ النشر|في|تاریخ انتشار|منتشر شده|ថ្ងៃចេញផ្សាយ|ចេញផ្សាយ|"
    "เผยแพร่|เผยแพร่เมื่อ|เมื่อ|โพสต์เมื่อ|ປະກາດ",
    "|",
)
_ARTICLES = "on|le|am|el|il|op|em|den|d\\.|de|at|från|from|du|del|dal|vom|von|от|с|с|з|від|od|z|dnia|dne|la|ze dne|את"
_LABEL = re.compile(
    r"\W*(?:(?:[^\W\d_]+[\s'’./]+){0,3}[^\W\d_]{2,}\s*[:：|]"
    rf"|(?:{'|'.join(map(re.escape, sorted(_LABELS, key=len, reverse=True)))})\s*(?:{_ARTICLES})?|(?:{_ARTICLES}))?\W*"
)
_JOINT = re.compile(r"\s*(?:-|[^\W\d_]{1,7}|[~～〜])\s*")
_SAYS = re.compile(r"[^\W_]")


def find(text: str, setting: Setting) -> tuple[Found, ...]:
    """The dates of a text, in its order."""
    text = text[:LONGEST]
    known = setting.known.get(text)
    if known is None:
        known = setting.known[text] = _find(text, setting)
    return known


def _find(text: str, setting: Setting) -> tuple[Found, ...]:
    if not _FIGURE.search(text) or not _MAYBE.search(text):
        day = relative(datesymbols.folded(text), setting) if 0 < len(text) < 30 else None
        return (day,) if day is not None else ()
    if _BARE.fullmatch(text) and not _BARE_DATE.fullmatch(text):
        return ()
    line = datesymbols.folded(text)
    if not _may_hold_a_date(line, setting.languages):
        day = relative(line, setting)
        return (day,) if day is not None else ()
    symbols, values, places = datesymbols.symbols(line, setting.languages)
    found: list[Found] = []
    for form in _forms(frozenset(symbols)):
        for match in form.pattern.finditer(symbols):
            one = form.build(Match(match, values, places, setting, line))
            if one is None or any(one.start < other.end and other.start < one.end for other in found):
                continue
            if one.form in _NUMERIC and _is_numbered(line, one.start, setting):
                continue
            if (stretched := _stretched(one, line, symbols, places, setting)) is not None:
                found.append(stretched)
        if found and _are_used_up(found, symbols, places):
            break
    if not found and (day := relative(line, setting)) is not None:
        return (day,)
    return _joined(sorted(found, key=lambda one: one.start), line)


def _may_hold_a_date(line: str, languages: tuple[str, ...]) -> bool:
    """Whether a folded line with a number has what a date needs besides: a month, or numbers parted alike."""
    if _NUMBERS.search(line) is not None:
        return True
    if line.isascii():
        return not datewords.signals(languages).isdisjoint(_ASCII_WORD.findall(line))
    if _FULL_LOOK.search(line) is not None:
        return True
    return not datewords.signals(languages).isdisjoint(_LETTERS.findall(datewords.folded(line)))


@lru_cache(maxsize=1024)
def _forms(present: frozenset[str]) -> tuple[Form, ...]:
    """The forms that symbols of these sorts can make."""
    return tuple(form for form in FORMS if form.needs <= present)


def _are_used_up(found: list[Found], symbols: str, places: list[int]) -> bool:
    """Whether no number is left from which another date could be made."""
    return all(
        any(one.start <= place < one.end for one in found)
        for symbol, place in zip(symbols, places, strict=False)
        if symbol in "dye"
    )


def _is_numbered(line: str, start: int, setting: Setting) -> bool:
    """Whether a word before three numbers makes them a number of something, not a day."""
    if "pt" not in setting.languages and line.endswith("no ", 0, start):
        return True  # in Portuguese "no" is "on the"
    return _NUMBERED.search(line, 0, start) is not None


def _joined(found: list[Found], line: str) -> tuple[Found, ...]:
    """With "30 May 2006 - 2 June 2006" as one date, its first day."""
    kept: list[Found] = []
    for one in found:
        before = kept[-1] if kept else None
        if before is not None and before.day is not None and one.day is not None and before.form == one.form:
            between = line[before.end : one.start]
            joint = _JOINT.fullmatch(between)
            if joint is not None and (not (word := between.strip()).isalpha() or datewords.joins_days(word)):
                kept[-1] = replace(before, end=one.end)
                continue
        kept.append(one)
    return tuple(kept)


def whole(text: str, setting: Setting) -> Found | None:
    """The date a text consists of, but for a label such as "Posted on" before it; None where it says more."""
    return whole_of(text, find(text, setting)) if len(text) <= LONGEST_WHOLE else None


def whole_of(text: str, dates: tuple[Found, ...]) -> Found | None:
    """As `whole`, of the dates that were found in the text."""
    for found in dates:
        before, after = text[: found.start], text[found.end :]
        if not _SAYS.search(after) and _LABEL.fullmatch(before.casefold()):
            return found
    return None


_PARTED = re.compile(r"[,;|–—()\[\]:·•،、]|\s[-/]\s|(?<=\d\.)\s")
_NUMBER = re.compile(r"\d+")
_LONGEST_DAY = 24  # characters of a day and month


def at_edges(text: str, setting: Setting) -> tuple[Found, ...]:
    """A day and month without a year, set off by a sign at the end or the beginning of a line: "The ferry, 4 May";
    or all of it, but for a colon or dash.

    For lines under the heading of a year; nothing in the line itself proves that this is its date.
    """
    if len(text) > LONGEST or not any(len(number) <= 2 for number in _NUMBER.findall(text)):
        return ()
    if (labels := text.rstrip(" :–—-")) != text and (day := whole(labels, setting)) and day.form in _YEARLESS:
        return (day,)
    cuts = [(0, 0), *((cut.start(), cut.end()) for cut in _PARTED.finditer(text)), (len(text), len(text))]
    spans = [(before[1], after[0]) for before, after in pairwise(cuts) if text[before[1] : after[0]].strip()]
    for start, end in (spans[-1], spans[0]) if spans and len(cuts) > 2 else ():
        if end - start <= _LONGEST_DAY and (day := whole(text[start:end].strip(), setting)) and day.form in _YEARLESS:
            return (replace(day, start=start, end=end),)
    return ()


_YEAR_AFTER = re.compile(r"\.? ?(?:г|года|р|році|року|r|roku|م|میلادی|d(?=\.))(?![^\W\d_])\.?")
_CJK_WEEKDAY = re.compile(
    r"\s*(?:[(（](?:週|星期|周)?[日月火水木金土一二三四五六월화수목금토일](?:요일|曜日)?[)）]"
    r"|(?:星期|週|周|礼拜)[一二三四五六日天]|[日月火水木金土]曜日?|[월화수목금토일]요일)"
)
_VIETNAMESE_WEEKDAY = re.compile(r"(?:thứ (?:[^\W\d_]+|[2-7])|chủ nhật)[,.]?\s*$")
# What makes three numbers the number of something.
_NUMBERED = re.compile(
    r"(?:^|[\s(])(?:no\.|nr\.?|num\.?|nº|n°|№|§+|art(?:\.|icle|icolo|ículo|igo|ikel)|section|sect?\.|chapter|version|ver\."
    r"|tel\.?|tél\.?|telephone|phone|fax|mobile|room|pages?|pp?\.|isbn|issn|doi|ip|ref\.?)[.:]? ?$"
)
_NUMERIC = frozenset(("numeric", "iso", "month year"))


def _stretched(found: Found, line: str, symbols: str, places: list[int], setting: Setting) -> Found | None:
    """With the weekday before it and the time of day beside it; None for the zero of computers' clocks."""
    start, end, published = found.start, found.end, found.published
    start = _from_weekday(start, line, symbols, places)
    if (year_word := _YEAR_AFTER.match(line, end)) is not None:
        end = year_word.end()
    end = _to_weekday(end, line, symbols, places)
    if published is None and found.year and found.month and found.day:
        clock = dateclock.after(line, end) or dateclock.before(line, start)
        if clock is not None:
            start, end = min(start, clock.start), max(end, clock.end)
            if not found.ambiguous:
                published = clock.on(found.year, found.month, found.day, setting.zone)
    if published is not None and found.date == "1970-01-01":
        return None
    return replace(found, start=start, end=end, published=published)


def _from_weekday(start: int, line: str, symbols: str, places: list[int]) -> int:
    """Where the weekday before a date begins; `start` where there is none."""
    if (two_words := _VIETNAMESE_WEEKDAY.search(line, max(0, start - 20), start)) is not None:
        return two_words.start()
    token = bisect_left(places, start)
    while token > 0 and symbols[token - 1] in "WDc ,.-'":
        token -= 1
        weekday = symbols[token] == "W" and (token == 0 or symbols[token - 1] not in "wz")
        if weekday or symbols[token : token + 2] == "DW":
            start = places[token]
    return start


def _to_weekday(end: int, line: str, symbols: str, places: list[int]) -> int:
    """Where the weekday after a date ends; `end` where there is none."""
    if (in_brackets := _CJK_WEEKDAY.match(line, end)) is not None:
        return in_brackets.end()
    token = bisect_left(places, end)
    while token < len(symbols) and symbols[token] in " .,":
        token += 1
    alone = token < len(symbols) and symbols[token] == "W" and symbols[token + 1 : token + 2] not in ("w", "z")
    return places[token + 1] if alone and places[token + 1] - places[token] > 1 else end

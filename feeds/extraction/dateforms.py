"""The forms a date is written in, as patterns over symbols (`feeds.extraction.datesymbols`), strictest first.

Pure. Called by `feeds.extraction.dates`, which searches them in this order and keeps what does not overlap. A form
that holds only where a text says nothing else is anchored with ^ and $. Symbols: d one or two digits, y a year, e
eight digits, n other digits, M month, W weekday, o ordinal ending, c connector ("of", "de"), D T Y the words for day,
month and year, j k l the CJK ones, E an era, w a word, z a letter of a script without spaces, x anything else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from feeds.extraction import calendars, datewords
from feeds.extraction.datevalues import Found, Setting, is_day


@dataclass(frozen=True, slots=True)
class Match:
    """One match of a form, with the values behind its symbols."""

    match: re.Match[str]
    values: list[str]
    places: list[int]
    setting: Setting
    line: str

    def number(self, group: str) -> int:
        return int(self.values[self.match.start(group)])

    def text(self, group: str) -> str:
        start = self.match.start(group)
        return self.values[start] if start >= 0 else ""

    def month(self, group: str = "M") -> int:
        word = self.text(group)
        found = datewords.unspaced_symbol(word)[1] if not word.isascii() else None
        return found or datewords.month(word, self.setting.languages) or 0

    def year(self, group: str = "y") -> int:
        """The year in full: Buddhist years brought over, two digits read as the near past."""
        digits = self.text(group)
        if len(digits) == 4:
            return calendars.western(int(digits))
        this = self.setting.now.year
        if "th" in self.setting.languages and int(digits) > (this - 2000) + 5:
            return 2500 + int(digits) - 543
        year = 2000 + int(digits)
        return year if year <= this + 2 else year - 100

    def found(
        self,
        year: int | None,
        month: int | None,
        day: int | None,
        form: str,
        ambiguous: bool = False,
        short: bool = False,
    ) -> Found | None:
        if month is not None and month > 20:
            return self._persian(year, month - 20, day, form)
        if year is not None and not 1900 <= year <= self.setting.now.year + 5:
            return None
        if month is not None and not 1 <= month <= 12:
            return None
        if day is not None and not is_day(year or 2000, month or 1, day):
            return None
        start, end = self.places[self.match.start()], self.places[self.match.end()]
        while end > start and self.line[end - 1] == " ":
            end -= 1
        return Found(year, month, day, start, end, form, ambiguous=ambiguous, short=short)

    def _persian(self, year: int | None, month: int, day: int | None, form: str) -> Found | None:
        if year is None or day is None:
            return None
        gregorian = calendars.persian(year, month, day)
        if gregorian is None:
            return None
        start, end = self.places[self.match.start()], self.places[self.match.end()]
        return Found(gregorian.year, gregorian.month, gregorian.day, start, end, form)


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    pattern: re.Pattern[str]
    needs: frozenset[str]
    build: Callable[[Match], Found | None]


def _iso(m: Match) -> Found | None:
    return m.found(m.year(), m.number("m"), m.number("d"), "iso")


def _era(m: Match) -> Found | None:
    year = datewords.ERAS[m.text("E")] + m.number("n")
    return m.found(year, m.number("m"), m.number("d"), "era")


def _named(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), m.number("d"), "day month year")


def _named_short(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), m.number("d"), "day month year", short=True)


def _label(m: Match) -> Found | None:
    return m.found(m.year(), m.number("m"), m.number("d"), "labelled")


def _numeric(m: Match) -> Found | None:
    first, second = m.number("a"), m.number("b")
    year, short = m.year(), len(m.text("y")) == 2
    if len(m.text("y")) == 1:
        return None
    if short and (len(m.text("a")) < 2 or len(m.text("b")) < 2) and m.text("s") == ".":
        return None  # 3.1.12 is a version before it is a date
    order = m.setting.order
    if first > 12 >= second:
        order = "dmy"
    elif second > 12 >= first:
        order = "mdy"
    day, month = (second, first) if order == "mdy" else (first, second)
    unclear = not order and first != second
    return m.found(year, month, day, "numeric", unclear, short)


def _month_year(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), None, "month year")


def _padded_month_year(m: Match) -> Found | None:
    return _month_number_year(m) if len(m.text("m")) == 2 else None  # 5/2006 is rather the fifth issue


def _month_number_year(m: Match) -> Found | None:
    return m.found(m.year(), m.number("m"), None, "month year")


def _day_month(m: Match) -> Found | None:
    return m.found(None, m.month(), m.number("d"), "day month", short=True)


def _year(m: Match) -> Found | None:
    return m.found(m.year(), None, None, "year", short=True)


def _compact(m: Match) -> Found | None:
    digits = m.text("e")
    return m.found(int(digits[:4]), int(digits[4:6]), int(digits[6:]), "compact", short=True)


# Before a date stands no digit, letter or separator that would make it part of something longer; nor after it.
_OPEN = r"(?<![A-Ydenwco/.+y-])(?<!d:)"
_SHUT = r"(?![dyneMw])(?!['/-][dyneM])(?!\.[dyne])"
_FILL = r"(?: ?c'?)*"


def _form(name: str, pattern: str, build: Callable[[Match], Found | None], needs: str) -> Form:
    return Form(name, re.compile(pattern), frozenset(needs), build)


FORMS: tuple[Form, ...] = (
    _form("era", r"(?P<E>E) ?(?P<n>d) ?j ?(?P<m>d) ?k ?(?P<d>d) ?l", _era, "E"),
    _form("cjk", r"(?<![dyn])(?P<y>y) ?j ?(?P<m>d) ?k ?(?P<d>d) ?l?(?!d)", _iso, "yjk"),
    _form("cjk month", r"(?<![dyn])(?P<y>y) ?j ?(?P<m>d) ?k", _month_number_year, "yjk"),
    _form(
        "iso",
        _OPEN + r"(?P<y>y)(?: ?(?P<s>[./-]) ?)(?P<m>d)(?: ?(?P=s) ?)(?P<d>d)(?![dyneM])(?![/.-][dyne])",
        _iso,
        "yd",
    ),
    _form("labelled", _OPEN + rf"(?:D ?)?(?P<d>d) ?[,/-]? ?T ?(?P<m>d),? ?(?:Y ?)?(?P<y>y){_SHUT}", _label, "Ty"),
    _form(
        "range", _OPEN + rf"(?P<d>d)o?\.? ?- ?do?\.? ?{_FILL} ?(?P<M>M)[.,]? ?{_FILL} ?(?P<y>y){_SHUT}", _named, "d-My"
    ),
    _form(
        "range",
        _OPEN + rf"(?P<d>d)o?\.? ?{_FILL} ?(?P<M>M)\.? ?- ?do?\.? ?{_FILL} ?M[.,]? ?{_FILL} ?(?P<y>y){_SHUT}",
        _named,
        "d-My",
    ),
    _form("range", _OPEN + rf"(?P<M>M)\.? ?(?P<d>d)o? ?- ?(?:M\.? ?)?do?,? ?(?P<y>y){_SHUT}", _named, "d-My"),
    _form(
        "named",
        _OPEN + rf"(?:D ?|c )?(?P<d>d)o?[.,]?[ /-]?{_FILL} ?(?:T ?)?(?P<M>M)[.,]?[ /-]?,?{_FILL} ?(?:Y[.]? "
        rf"?)?'?(?P<y>y)(?![dyneMw])(?!-d-)(?: ?Y\.?)?",
        _named,
        "dMy",
    ),
    _form("named back", _OPEN + rf"(?P<M>M)[. ]? ?(?P<d>d)o?[,.]?{_FILL} ?[,/]? ?(?P<y>y)(?![dyneMw])", _named, "Mdy"),
    _form(
        "named year first",
        _OPEN + rf"(?P<y>y)[.,]?[ /-]?(?:Y[.]? ?)?(?P<M>M)[. /-]? ?(?P<d>d)(?![dyne]){_SHUT}",
        _named,
        "yMd",
    ),
    _form(
        "numeric",
        _OPEN
        + r"(?P<a>d)(?: ?)(?P<s>[./-])(?: ?)(?P<b>d)(?: ?)(?P=s)(?: ?)(?P<y>y)(?![dyneMwc])(?![/-][dyne])(?!\.[dyne])",
        _numeric,
        "dy",
    ),
    _form(
        "month label",
        r"(?<![dynM])(?<!d )(?P<T>T) ?(?P<m>d) ?[,/-]? ?(?:Y ?)?(?P<y>y)" + _SHUT,
        _month_number_year,
        "Tdy",
    ),
    _form(
        "month year",
        r"(?<![dynM/-])(?<!d )(?<!do )(?<!d\. )(?<!d c )(?:T ?)?(?P<M>M)[.,]?[ /-]?,?"
        + _FILL
        + r" ?(?:Y[.]? ?)?'?(?P<y>y)(?![dyneM])(?![/-][dyneM])(?: ?Y\.?)?",
        _month_year,
        "My",
    ),
    _form("year month", r"^(?P<y>y)[., ]+ ?(?P<M>M)\.?$", _month_year, "yM"),
    _form(
        "named short",
        _OPEN + r"(?P<d>d)(?P<s>[ /-])(?P<M>M)\.?(?:(?P=s)|, )'?(?P<y>d)(?![dyneMo:])(?![:/-][dyne])",
        _named_short,
        "dM",
    ),
    _form("named back short", _OPEN + r"(?P<M>M)\.? ?(?P<d>d),? '(?P<y>d)(?![dyneMo:])", _named_short, "dM'"),
    _form(
        "numeric short", _OPEN + r"(?P<a>d)(?P<s>[./-])(?P<b>d)(?P=s)(?P<y>d)(?![dynew])(?![./:-][dyne])", _numeric, "d"
    ),
    _form(
        "day month", r"^(?:W[.,]? ?)?(?:D ?)?(?P<d>d)o?\.?[ /-]?" + _FILL + r" ?(?:T ?)?(?P<M>M)\.?$", _day_month, "dM"
    ),
    _form("month day", r"^(?:W[.,]? ?)?(?P<M>M)\.?[ /-]?(?P<d>d)o?\.?$", _day_month, "dM"),
    _form("spaced", r"^(?P<a>d)(?P<s> )(?P<b>d) (?P<y>y)$", _numeric, "dy"),
    _form("spaced year first", r"^(?P<y>y) (?P<m>d) (?P<d>d)$", _iso, "dy"),
    _form("month number year", r"^(?P<m>d)[/.](?P<y>y)$", _padded_month_year, "dy"),
    _form("year month number", r"^(?P<y>y)[/.-](?P<m>d)$", _padded_month_year, "dy"),
    _form("compact", r"^(?P<e>e)$", _compact, "e"),
    _form("year", r"^\(?(?:Y ?)?(?P<y>y)(?: ?[jY])?[:.,)]?$", _year, "y"),
)

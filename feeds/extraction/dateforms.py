"""The forms a date is written in, as patterns over symbols (`feeds.extraction.datesymbols`), strictest first.

Pure. Called by `feeds.extraction.dates`, which searches them in this order and keeps what does not overlap. A form
that holds only where a text says nothing else is anchored with ^ and $. Symbols: d one or two digits, y a year, e
eight digits, n other digits, M month, W weekday, o ordinal ending, c connector ("of", "de"), D T Y the words for day,
month and year, j k l the CJK ones, E an era, w a word, z a letter of a script without spaces, q a quotation mark, r
what joins the days of a range, x anything else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from feeds.extraction import calendars, dateclock, datewords
from feeds.extraction.datevalues import Found, Setting, is_day

_LUNAR = re.compile(r"\s*(?:ه\.?\s?)?ق")  # the year of the moon, which only the sky knows


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
        if len(digits) != 2:
            return calendars.western(int(digits))
        this = self.setting.now.year
        if "th" in self.setting.languages and int(digits) > (this - 2000) + 5:
            return 2500 + int(digits) - 543
        year = 2000 + int(digits)
        return year if year <= this + 2 else year - 100

    def is_range(self) -> bool:
        """Whether what stands between the first and the last day joins them."""
        joint = self.text("r")
        return joint in ("-", "&", "~", "～", "〜") or datewords.joins_days(joint)

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
        if year is not None and year in calendars.PERSIAN and "fa" in self.setting.languages[:1] and month is not None:
            return self._persian(year, month, day, form)
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
        start, end = self.places[self.match.start()], self.places[self.match.end()]
        if year is None or day is None or _LUNAR.match(self.line, end):
            return None
        gregorian = calendars.persian(year, month, day)
        if gregorian is None:
            return None
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
    return m.found(datewords.ERAS[m.text("E")] + m.number("n"), m.number("m"), m.number("d"), "era")


def _era_bare(m: Match) -> Found | None:
    """115-10-30: how offices of Taiwan write 2026, the year of their era without its name."""
    era = m.number("n")
    this = "zh" in m.setting.languages[:1] and 80 <= era <= m.setting.now.year + 1 - datewords.ERAS["民國"]
    return m.found(datewords.ERAS["民國"] + era, m.number("m"), m.number("d"), "era", short=True) if this else None


def _era_month(m: Match) -> Found | None:
    return m.found(datewords.ERAS[m.text("E")] + m.number("n"), m.number("m"), None, "month year")


def _era_year(m: Match) -> Found | None:
    return m.found(datewords.ERAS[m.text("E")] + m.number("n"), None, None, "year", short=True)


def _named(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), m.number("d"), "day month year")


def _named_range(m: Match) -> Found | None:
    """The first day of a range within one year."""
    return _named(m) if m.is_range() else None


def _named_short(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), m.number("d"), "day month year", short=True)


def _with_time(m: Match) -> Found | None:
    """A day with its time between month and year, as the C library prints it."""
    found = _named(m)
    clock = dateclock.after(m.line, m.places[m.match.end("d")])
    if found is None or clock is None or found.year is None or found.month is None or found.day is None:
        return None
    return replace(found, published=clock.on(found.year, found.month, found.day, m.setting.zone))


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


def _short_dots(m: Match) -> Found | None:
    """8.5.06: a date on pages that are known to write days first, else rather the number of a version."""
    if m.setting.order != "dmy" or "en" in m.setting.languages[:1]:
        return None
    return m.found(m.year(), m.number("b"), m.number("a"), "numeric", short=True)


def _numeric_range(m: Match) -> Found | None:
    """The first of the days in 13.-15.05.2006; only who writes the day first can write this."""
    if m.number("a") >= m.number("e"):
        return None
    return m.found(m.year(), m.number("b"), m.number("a"), "range")


def _months_range(m: Match) -> Found | None:
    """The first of the days in 28.04. - 03.05.2006."""
    if (m.number("b"), m.number("a")) >= (m.number("f"), m.number("e")):
        return None
    return m.found(m.year(), m.number("b"), m.number("a"), "range")


def _month_year(m: Match) -> Found | None:
    return m.found(m.year(), m.month(), None, "month year")


def _padded_month_year(m: Match) -> Found | None:
    return _month_number_year(m) if len(m.text("m")) == 2 else None  # 5/2006 is rather the fifth issue


def _month_number_year(m: Match) -> Found | None:
    return m.found(m.year(), m.number("m"), None, "month year")


def _day_month(m: Match) -> Found | None:
    """Without a year only in a language of the page: elsewhere "mai" and "set" are words like any other."""
    if not datewords.is_own_month(m.text("M"), m.setting.languages):
        return None
    return m.found(None, m.month(), m.number("d"), "day month", short=True)


def _day_month_number(m: Match) -> Found | None:
    return m.found(None, m.number("m"), m.number("d"), "day month", short=True)


def _year(m: Match) -> Found | None:
    return m.found(m.year(), None, None, "year", short=True)


def _compact(m: Match) -> Found | None:
    digits = m.text("e")
    found = m.found(int(digits[:4]), int(digits[4:6]), int(digits[6:]), "compact", short=True)
    return replace(found, end=m.places[m.match.end("e")]) if found is not None else None


# Before a date stands no digit, letter or separator that would make it part of something longer; nor after it.
_OPEN = r"(?<![A-Ydenwcor/.+y-])(?<!d:)"
_SHUT = r"(?![dyneMw])(?!['/-][dyneM])(?!\.[dyne])"
_FILL = r"(?: ?c'?)*"
_DAY = r"(?P<d>d)\.?o?q?"
_MONTH = r"(?P<M>M)(?: ?/ ?M)?(?: ?T)?"  # Arabic gives a month in two tongues; Burmese puts "month" after it
_JOINT = r" ?(?P<r>[-rc]) ?"
_LAST = r"(?:W[.,]? ?)?(?:D ?|c )?do?"
_YEARS = rf"[.,]? ?{_FILL} ?(?:Y[.]? ?)?(?P<y>y)"


def _form(name: str, pattern: str, build: Callable[[Match], Found | None], needs: str) -> Form:
    return Form(name, re.compile(pattern), frozenset(needs), build)


FORMS: tuple[Form, ...] = (
    _form("era", r"(?P<E>E) ?(?P<n>[dn]) ?j ?(?P<m>d) ?k ?(?P<d>d) ?l", _era, "Ejkl"),
    _form("era month", r"(?P<E>E) ?(?P<n>[dn]) ?j ?(?P<m>d) ?k", _era_month, "Ejk"),
    _form("era year", r"^(?P<E>E) ?(?P<n>[dn]) ?j$", _era_year, "Ej"),
    _form("era bare", r"^(?P<n>n)(?P<s>[./-])(?P<m>d)(?P=s)(?P<d>d)$", _era_bare, "nd"),
    _form("cjk", r"(?<![dyn])(?P<y>y) ?j ?(?P<m>d) ?k ?(?P<d>d)(?: ?l|(?!d))(?: ?[-r] ?(?:d ?k ?)?d ?l)?", _iso, "yjk"),
    _form("cjk month", r"(?<![dyn])(?P<y>y) ?j ?(?P<m>d) ?k", _month_number_year, "yjk"),
    _form(
        "iso range",
        _OPEN + r"(?P<y>y)(?P<s>[./-])(?P<m>d)(?P=s)(?P<d>d)[/-]y(?P=s)d(?P=s)d(?![dyneM])(?![/.-][dyne])",
        _iso,
        "yd",
    ),
    _form(
        "iso",
        _OPEN + r"(?P<y>y)(?: ?(?P<s>[./-]) ?)(?P<m>d)(?: ?(?P=s) ?)(?P<d>d)(?![dyneM])(?![/.-][dyne])",
        _iso,
        "yd",
    ),
    _form("labelled", _OPEN + rf"(?:D ?)?(?P<d>d) ?[,/-]? ?T ?(?P<m>d),? ?(?:Y ?)?(?P<y>y){_SHUT}", _label, "Ty"),
    _form("labelled back", _OPEN + rf"T ?(?P<m>d) (?P<d>d),? (?P<y>y){_SHUT}", _label, "Ty"),
    _form(
        "range", _OPEN + rf"(?:W[.,]? )?{_DAY}{_JOINT}{_LAST}\.? ?{_FILL} ?{_MONTH}{_YEARS}{_SHUT}", _named_range, "My"
    ),
    _form(
        "range",
        _OPEN + rf"{_DAY} ?{_FILL} ?(?P<M>M)\.?{_JOINT}{_LAST}\.? ?{_FILL} ?M{_YEARS}{_SHUT}",
        _named_range,
        "My",
    ),
    _form("range", _OPEN + rf"(?P<M>M)\.? ?(?P<d>d)o?{_JOINT}(?:M\.? ?)?do?,? ?(?P<y>y){_SHUT}", _named_range, "My"),
    _form(
        "named",
        _OPEN + rf"(?:D ?|c )?{_DAY}[.,]?[ /-]?{_FILL} ?(?:T ?)?{_MONTH}[.,]?[ /-]?,?{_FILL} ?(?:Y[.]? "
        rf"?)?'?(?P<y>y)(?![dyneMw])(?!-d-)(?: ?Y\.?)?",
        _named,
        "dMy",
    ),
    _form("named with time", _OPEN + r"(?P<M>M) +(?P<d>d) d:d(?::d)?(?: w)? (?P<y>y)(?![dyneMw])", _with_time, "Mdy:"),
    _form(
        "named back",
        _OPEN + rf"(?P<M>M)T?[., /-]? ?(?P<d>d)o?(?: ?D)?[,.-]?{_FILL} ?[,/]? ?(?P<y>y)(?![dyneMw])",
        _named,
        "Mdy",
    ),
    _form(
        "named year first",
        _OPEN
        + rf"(?P<y>y)[.,]?[ /-]?(?:Y[.,]? ?)?(?P<M>M)T?[., /-]? ?(?P<d>d)(?: ?- ?do?\.?)?(?: ?D)?(?![dyne]){_SHUT}",
        _named,
        "yMd",
    ),
    _form("labelled year first", _OPEN + rf"(?P<y>y)\.? ?Y\.? ?(?P<m>d) ?T ?(?P<d>d){_SHUT}", _iso, "yYT"),
    _form("named year first", _OPEN + rf"(?P<y>y)\.? ?Y\.? ?(?P<d>d)\.? ?(?P<M>M){_SHUT}", _named, "yYM"),
    _form(
        "numeric range",
        _OPEN + r"(?P<a>d)\.? ?- ?(?P<e>d) ?(?P<s>[./]) ?(?P<b>d) ?(?P=s) ?(?P<y>y)(?![dyneMw])(?![/.-][dyne])",
        _numeric_range,
        "-dy",
    ),
    _form(
        "numeric range",
        _OPEN + r"(?P<a>d)\. ?(?P<b>d)\.? ?- ?(?P<e>d)\. ?(?P<f>d)\. ?(?P<y>y)(?![dyneMw])(?![/.-][dyne])",
        _months_range,
        "-.dy",
    ),
    _form(
        "numeric",
        _OPEN + r"(?P<a>d) ?(?P<s>[./-]) ?(?P<b>d) ?(?P=s) ?(?P<y>y)(?![dyneMwc])(?![/-][A-Ydenwcor])(?!\.[dyne])",
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
        r"(?<![dynM/-])(?<!d )(?<!do )(?<!d\. )(?<!d c )(?<!dq )(?:T ?)?(?P<M>M)T?[.,]?[ /-]?,?"
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
    _form("run together", r"^(?P<d>d)(?P<M>M)(?P<y>d)$", _named_short, "dM"),
    _form("named back short", r"^(?:W[.,]? ?)?(?P<M>M)\.? (?P<d>d), (?P<y>d)$", _named_short, "dM,"),
    _form(
        "numeric short", _OPEN + r"(?P<a>d)(?P<s>[./-])(?P<b>d)(?P=s)(?P<y>d)(?![dynew])(?![./:-][dyne])", _numeric, "d"
    ),
    _form("short dots", r"^(?:W[.,]? ?)?(?P<a>d)\.(?P<b>d)\.(?P<y>d)$", _short_dots, "d."),
    _form(
        "day month",
        rf"^(?:W[.,]? ?)?(?:D ?|c )?{_DAY}[ /-]?{_FILL} ?(?:T ?)?(?P<M>M)T?\.?(?:,? d:d)?$",
        _day_month,
        "dM",
    ),
    _form("month day", r"^(?:W[.,]? ?)?(?P<M>M)T?\.? ?(?P<d>d)o?\.?$", _day_month, "dM"),
    _form("day month label", r"^(?:W[.,]? ?)?(?:D ?)?(?P<d>d) T ?(?P<m>d)$", _day_month_number, "dT"),
    _form("cjk day", r"^(?P<m>d) ?k ?(?P<d>d) ?l(?: ?\(.{1,3}\))?$", _day_month_number, "kl"),
    _form("cjk month year", r"^(?P<m>d) ?k,? (?P<y>y)$", _month_number_year, "ky"),
    _form("spaced", r"^(?P<a>d)(?P<s> )(?P<b>d) (?P<y>y)$", _numeric, "dy"),
    _form("spaced year first", r"^(?P<y>y) (?P<m>d)[ ./-](?P<d>d)$", _iso, "dy"),
    _form("spaced year last", r"^(?P<a>d)(?P<s>[./])(?P<b>d) (?P<y>y)$", _numeric, "dy"),
    _form("spaced day first", r"^(?P<d>d) (?P<y>y)[./-](?P<m>d)$", _iso, "dy"),
    _form("spaced day first", r"^(?P<d>d) (?P<m>d)[./-](?P<y>y)$", _iso, "dy"),
    _form("spaced day last", r"^(?P<y>y)[./-](?P<m>d) (?P<d>d)$", _iso, "dy"),
    _form("month number year", r"^(?P<m>d)[/.](?P<y>y)$", _padded_month_year, "dy"),
    _form("year month number", r"^(?P<y>y)[/.-](?P<m>d)$", _padded_month_year, "dy"),
    _form("compact", r"^(?P<e>e)(?:[wW]n[wW]?)?$", _compact, "e"),
    _form("year", r"^\(?(?:Y ?)?(?P<y>y)(?: ?[jY])?[:.,)]?$", _year, "y"),
)

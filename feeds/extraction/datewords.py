"""The words dates are written with, in many languages: months and weekdays from CLDR, the rest listed here.

Pure; Babel's tables are read once per language and kept. Called by `feeds.extraction.dates` only. A word that means
different months in two languages (listopad: October in Croatian, November in Polish) counts only where the
page's own language decides.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from feeds.extraction.wordlist import listed

LANGUAGES: tuple[str, ...] = tuple(
    listed(
        "en fr de es pt it nl ru uk pl cs sv tr id vi km th lo my ar fa he el ja zh ko"
        " hu ro bg hr da nb fi ca sk sl sr bn hi ms et lv lt gl eu is sq mk be az"
    )
)
_MARKS = re.compile("[\u0300-\u036f]")
_LAST_WORD = re.compile(r"[^\s'’]+$")

# Written without spaces around them, so they are looked for inside longer runs of letters.
_UNSPACED = ("km", "th", "lo", "my")
_MORE_MONTHS: Mapping[str, int] = {
    "sept": 9,
    "mrz": 3,
    "jänner": 1,
    "jaenner": 1,
    "maerz": 3,
    "janv": 1,
    "fevr": 2,
    "juil": 7,
    "agst": 8,
    "octobre": 10,
    "gennaio": 1,
    "set": 9,
    "setiembre": 9,
    "setembre": 9,
    "peb": 2,
    "agt": 8,
    "agu": 8,
    "agust": 8,
    "nop": 11,
    "des": 12,
    "сент": 9,
    "нояб": 11,
    "янв": 1,
    "февр": 2,
    "авг": 8,
    "окт": 10,
    "дек": 12,
    "bře": 3,
    "جانفي": 1,
    "فيفري": 2,
    "أفريل": 4,
    "افريل": 4,
    "ماي": 5,
    "جوان": 6,
    "جويلية": 7,
    "أوت": 8,
    "ابريل": 4,
    "اغسطس": 8,
    "اكتوبر": 10,
    "شباط": 2,
    "آذار": 3,
    "اذار": 3,
    "نيسان": 4,
    "أيار": 5,
    "ايار": 5,
    "حزيران": 6,
    "تموز": 7,
    "آب": 8,
    "أيلول": 9,
    "ايلول": 9,
    "מרס": 3,
    "בינואר": 1,
    "בפברואר": 2,
    "במרץ": 3,
    "באפריל": 4,
    "במאי": 5,
    "ביוני": 6,
    "ביולי": 7,
    "באוגוסט": 8,
    "בספטמבר": 9,
    "באוקטובר": 10,
    "בנובמבר": 11,
    "בדצמבר": 12,
    "במרס": 3,
}
_PHRASES: Mapping[str, int] = {
    "كانون الثاني": 1,
    "كانون الأول": 12,
    "كانون الاول": 12,
    "تشرين الأول": 10,
    "تشرين الاول": 10,
    "تشرين الثاني": 11,
    "កុម្ភៈ": 2,
    "កុម្ភះ": 2,
    "កុម្ភ": 2,
    "មិនា": 3,
}
# Months of the Persian solar calendar, numbered 21 to 32 so that they cannot be mistaken for Gregorian ones.
PERSIAN: Mapping[str, int] = {
    "فروردین": 21,
    "اردیبهشت": 22,
    "خرداد": 23,
    "تیر": 24,
    "مرداد": 25,
    "شهریور": 26,
    "مهر": 27,
    "آبان": 28,
    "آذر": 29,
    "دی": 30,
    "بهمن": 31,
    "اسفند": 32,
}
ERAS: Mapping[str, int] = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}

# One symbol per word of a date; the grammar in dates.py is written in these symbols.
_CONNECTORS = listed(
    "of the de del dei den der du d di da do a az dne dnia l le la el al il am vom des tanggal e da' ta"
)
_DAY_LABELS = listed("ngày ថ្ងៃទី ថ្ងៃ ទី วันที่ วัน ວັນທີ ວັນທີ່ tgl día dia dan")
_MONTH_LABELS = listed("tháng thg ខែ เดือน ເດືອນ mes mês bulan")
_YEAR_LABELS = listed(
    "năm ឆ្នាំ ปี พ.ศ. พ.ศ ค.ศ. ค.ศ ព.ស. គ.ស. ປີ год года г році року р рік r roku rok r année año ano jaar tahun"
    " anul god år"
)
_ORDINALS = listed("st nd rd th er re e eme ème ère º ª ° ος η ου го й я е та ви ri")

UNITS: Mapping[str, str] = {
    **dict.fromkeys(
        listed("second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondi секунд секунды"),
        "second",
    ),
    **dict.fromkeys(
        listed("minute minutes min mins minuten minuto minutos minuti минут минуты минуту dakika menit phút นาที នាទី"),
        "minute",
    ),
    **dict.fromkeys(
        listed(
            "hour hours hr hrs h stunde stunden std heure heures hora horas ora ore uur час часа часов saat jam "
            "giờ ชั่วโมง ម៉ោង"
        ),
        "hour",
    ),
    **dict.fromkeys(
        listed(
            "day days tag tagen tage jour jours día días dia dias giorno giorni dag dagen день дня дней gün hari "
            "ngày วัน ថ្ងៃ"
        ),
        "day",
    ),
    **dict.fromkeys(
        listed(
            "week weeks woche wochen semaine semaines semana semanas settimana settimane weken неделю недели "
            "недель hafta minggu tuần"
        ),
        "week",
    ),
    **dict.fromkeys(
        listed(
            "month months monat monaten monate mois mes meses mese mesi maand maanden месяц месяца месяцев ay bulan"
        ),
        "month",
    ),
    **dict.fromkeys(
        listed(
            "year years jahr jahren jahre an ans année années año años ano anos anno anni jaar год года лет yıl tahun"
        ),
        "year",
    ),
}
DAYS_AGO: Mapping[str, int] = {
    **dict.fromkeys(
        listed(
            "today heute aujourd'hui aujourd’hui hoy hoje oggi vandaag сегодня сьогодні dziś dzisiaj dnes idag "
            "bugün avui"
        ),
        0,
    ),
    **dict.fromkeys(listed("σήμερα сегодня วันนี้ ថ្ងៃនេះ 今天 今日 오늘 اليوم היום امروز "), 0),
    **dict.fromkeys(
        listed("yesterday gestern hier ayer ontem ieri gisteren вчера вчора wczoraj včera igår dün kemarin ahir"), 1
    ),
    **dict.fromkeys(listed("χθες χτες เมื่อวาน ម្សិលមិញ 昨天 昨日 어제 أمس אתמול دیروز"), 1),
    **dict.fromkeys(
        listed("vorgestern avant-hier anteayer anteontem eergisteren позавчера przedwczoraj předevčírem"), 2
    ),
}


def folded(word: str) -> str:
    """A word for comparing: small letters, no Latin, Greek or Cyrillic accents, no dots at its ends."""
    if not word.isascii():
        word = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", word)))
    return word.lower().strip(".")


def _names(language: str, table: str) -> Iterator[tuple[str, int]]:
    try:
        kept = getattr(Locale.parse(language), table)
    except (UnknownLocaleError, ValueError):
        return
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in kept.get(context, {}).get(width, {}).items():
                yield name, int(number)


@lru_cache(maxsize=128)
def months(language: str) -> Mapping[str, int]:
    """Month by folded word, as one language writes it; empty for a language CLDR does not have."""
    words: dict[str, int] = {}
    for name, number in _names(language, "months"):
        last = _LAST_WORD.search(name)
        if last is not None and not any(letter.isdigit() for letter in name):
            words[folded(last[0])] = number
    if language == "fa":
        words |= PERSIAN
    return words


@lru_cache(maxsize=128)
def weekdays(language: str) -> frozenset[str]:
    return frozenset(folded(part) for name, _ in _names(language, "days") for part in name.split())


@lru_cache(maxsize=1)
def _anywhere() -> Mapping[str, int]:
    """Months by word, for words that mean the same month in every language that has them."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for word, number in months(language).items():
            found.setdefault(word, set()).add(number)
    words = {word: min(numbers) for word, numbers in found.items() if len(numbers) == 1 and len(word) > 1}
    return {**{folded(word): number for word, number in _MORE_MONTHS.items()}, **PERSIAN, **words}


@lru_cache(maxsize=1)
def _weekday_anywhere() -> frozenset[str]:
    return frozenset().union(*(weekdays(language) for language in LANGUAGES))


_FIXED: Mapping[str, str] = {
    **{folded(word): "c" for word in _CONNECTORS},
    **{folded(word): "D" for word in _DAY_LABELS},
    **{folded(word): "T" for word in _MONTH_LABELS},
    **{folded(word): "Y" for word in _YEAR_LABELS},
    **dict.fromkeys("年년", "j"),
    **dict.fromkeys("月월", "k"),
    **dict.fromkeys("日号號일", "l"),
    **dict.fromkeys(ERAS, "E"),
}
_ORDINAL_ENDINGS = frozenset(folded(word) for word in _ORDINALS)


@lru_cache(maxsize=4096)
def month(word: str, languages: tuple[str, ...]) -> int | None:
    """The month a word names: in one of these languages, else in any; 21 to 32 for the Persian calendar, None
    for no month.
    """
    key = folded(word)
    for language in languages:
        if (number := months(language).get(key)) is not None:
            return number
    return _anywhere().get(key)


@lru_cache(maxsize=8192)
def symbol(word: str, languages: tuple[str, ...]) -> str:
    """The symbol of one word of a date: M month, W weekday, o ordinal ending, c connector, D T Y labels, j k l
    E CJK, w other.
    """
    key = folded(word)
    if (fixed := _FIXED.get(key)) is not None:
        return fixed
    if month(word, languages) is not None:
        return "M"
    if key in _ORDINAL_ENDINGS or word in ("º", "ª", "°"):
        return "o"
    if any(key in weekdays(language) for language in (*languages, "en")) or key in _weekday_anywhere():
        return "W"
    return "w"


@lru_cache(maxsize=1)
def unspaced() -> re.Pattern[str]:
    """What to look for inside letters that run on without spaces, and the phrases of several words."""
    words: set[str] = set(_PHRASES)
    for language in _UNSPACED:
        for table in ("months", "days"):
            words |= {name.lower() for name, _ in _names(language, table)}
    words |= {
        word
        for word in (*_DAY_LABELS, *_MONTH_LABELS, *_YEAR_LABELS)
        if not word.isascii() and ord(word[0]) > 0xE00 and word[0] != "ă"
    }
    return re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word) > 1 or word in "ปี")
    )


@lru_cache(maxsize=512)
def unspaced_symbol(word: str) -> tuple[str, int | None]:
    """The symbol of what `unspaced` found, and its month if it is one."""
    if word in _PHRASES:
        return "M", _PHRASES[word]
    for language in _UNSPACED:
        for name, number in _names(language, "months"):
            if name.lower() == word:
                return "M", number
    return _FIXED.get(folded(word), "W"), None

"""The words dates are written with, in many languages: months and weekdays from CLDR, the rest listed here.

Pure; Babel's tables are read once per language and kept. Called by `feeds.extraction.dates` only. A word that means
different months in two languages (listopad: October in Croatian, November in Polish) counts only where the
page's own language decides.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError, localedata

from feeds.extraction.wordlist import listed

LANGUAGES: tuple[str, ...] = tuple(
    listed(
        "en fr de es pt it nl ru uk pl cs sv tr id vi km th lo my ar fa he el ja zh ko"
        " hu ro bg hr da nb fi ca sk sl sr bn hi ms et lv lt gl eu is sq mk be az"
    )
)
# Accents, hamza and harakat, the kashida, the nukta of Hindi and Bengali: written by some and left out by others.
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u0655\u093c\u09bc]")
_LAST_WORD = re.compile(r"[^\s'’]+$")

# Written without spaces around them, so they are looked for inside longer runs of letters.
_UNSPACED = ("km", "th", "lo", "my")
_SINGLE = ("လ", "ဧ", "ဩ")  # words of one letter: month, April, August
_MORE_UNSPACED_DAYS = listed("ចន្ទ អង្គារ៍ ពុធ ព្រហស្បតិ៍ សុក្រ សៅរ៍ អាទិត្យ")
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
    "pebruari": 2,
    "nopember": 11,
    "fev": 2,
    "feber": 2,
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
    "يوليوز": 7,
    "أوت": 8,
    "غشت": 8,
    "شتنبر": 9,
    "نونبر": 11,
    "دجنبر": 12,
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
}
_PHRASES: Mapping[str, int] = {
    "كانون ثاني": 1,
    "كانون أول": 12,
    "تشرين أول": 10,
    "تشرين ثاني": 11,
    "tháng giêng": 1,
    "tháng một": 1,
    "tháng hai": 2,
    "tháng ba": 3,
    "tháng tư": 4,
    "tháng năm": 5,
    "tháng sáu": 6,
    "tháng bảy": 7,
    "tháng tám": 8,
    "tháng chín": 9,
    "tháng mười": 10,
    "tháng mười một": 11,
    "tháng mười hai": 12,
    "tháng chạp": 12,
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
# Spellings that CLDR lacks, in languages where the word means nothing of the kind elsewhere.
_MORE_BY_LANGUAGE: Mapping[str, Mapping[str, int]] = {
    "fa": {"می": 5, "ژانویه": 1, "ژوئن": 6, "ژوئیه": 7, "جولای": 7, "آگوست": 8},
    "hi": {"नवम्बर": 11, "दिसम्बर": 12, "सितम्बर": 9, "अक्तूबर": 10, "अक्टूबर": 10},
    "bn": {"ফেব্রুয়ারি": 2, "জানুয়ারী": 1, "ফেব্রুয়ারী": 2, "অগাস্ট": 8, "আগষ্ট": 8, "সেপ্টেম্বর": 9},
    "ms": {"ogo": 8, "dis": 12},
    "el": {"μαη": 5, "μαι": 5},
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
ERAS: Mapping[str, int] = {
    "中華民國": 1911,
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "民國": 1911,
    "民国": 1911,
}

# One symbol per word of a date; the grammar in dates.py is written in these symbols.
_CONNECTORS = listed(
    "of the day de del dei den der du d di da do a az dne dnia l le la el al il am vom des tanggal e da' ta"
)
# Between the first and the last day of a range; those that are also connectors ("3 a 5 de mayo") count as both.
_RANGES = listed(
    "to and bis au tot til till until through thru und et og och ja i y e u ve по и до та й do až ile đến tới sampai "
    "hingga dan ถึง ដល់ ຫາ إلى الى حتى و تا עד 至 到 から"
)
_BOTH = frozenset(listed("a al do"))
_DAY_LABELS = listed("ngày ថ្ងៃទី ថ្ងៃ ទី วันที่ วัน ที่ ວັນທີ ວັນທີ່ ທີ ရက် ရက်နေ့ ရက်နေ့စွဲ tgl día dia")
_MONTH_LABELS = listed("tháng thg ខែ เดือน ເດືອນ လ mes mês bulan сарын")
_YEAR_LABELS = listed(
    "năm ឆ្នាំ ခုနှစ် ခု ปี พ.ศ. พ.ศ ค.ศ. ค.ศ ព.ស. គ.ស. ປີ год года г році року р рік r roku rok r année año ano jaar tahun م"
    " anul god år gada оны m"
)
_ORDINALS = listed("st nd rd th er re e eme ème ère º ª ° ος η ου го й я е та ви ri")


def folded(word: str) -> str:
    """A word for comparing: small letters, no Latin, Greek or Cyrillic accents, no dots at its ends."""
    if not word.isascii():
        word = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", word)))
    return word.lower().replace("ı", "i").strip(".॰")


def names(language: str, table: str) -> Mapping[str, Any]:
    """CLDR's "months" or "days" of a language, by context, width and number; empty where it has none.

    Of a copy: Babel lets languages share what they inherit, and to read it in one changes it for others (2.18).
    """
    try:
        kept = localedata.load(str(Locale.parse(language)))
    except (UnknownLocaleError, ValueError):
        return {}
    return localedata.LocaleDataDict({table: deepcopy(kept[table])})[table]  # type: ignore[no-any-return]


def _names(language: str, table: str) -> Iterator[tuple[str, int]]:
    kept = names(language, table)
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
    words |= {folded(word): number for word, number in _MORE_BY_LANGUAGE.get(language, {}).items()}
    if language == "fa":
        words |= {folded(word): number for word, number in PERSIAN.items()}
    return words


@lru_cache(maxsize=128)
def weekdays(language: str) -> frozenset[str]:
    return frozenset(folded(part) for name, _ in _names(language, "days") for part in re.split(r"[\s'’ʼ-]+", name))


@lru_cache(maxsize=1)
def _anywhere() -> Mapping[str, int]:
    """Months by word, for words that mean the same month in every language that has them."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for word, number in months(language).items():
            found.setdefault(word, set()).add(number)
    words = {word: min(numbers) for word, numbers in found.items() if len(numbers) == 1 and len(word) > 1}
    return {
        **{folded(word): number for word, number in _MORE_MONTHS.items()},
        **{folded(word): number for word, number in PERSIAN.items()},
        **words,
    }


@lru_cache(maxsize=1)
def _weekday_anywhere() -> frozenset[str]:
    return frozenset().union(*(weekdays(language) for language in LANGUAGES))


_FIXED: Mapping[str, str] = {
    **{folded(word): "r" for word in _RANGES},
    **{folded(word): "c" for word in _CONNECTORS},
    **{folded(word): "D" for word in _DAY_LABELS},
    **{folded(word): "T" for word in _MONTH_LABELS},
    **{folded(word): "Y" for word in _YEAR_LABELS},
    **dict.fromkeys("年년", "j"),
    **dict.fromkeys("月월", "k"),
    **dict.fromkeys("日号號일", "l"),
    **dict.fromkeys(ERAS, "E"),
}
_VIETNAMESE = frozenset(listed("th thg"))  # "8 Th5 2006"
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
    if key.startswith("ב"):  # Hebrew writes "in" as a letter of the word
        return month(key[1:], languages)
    return _anywhere().get(key)


@lru_cache(maxsize=128)
def signals(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words one of which every date written in words has, in scripts that part words with spaces."""
    named = {key for language in languages for key in months(language)} | set(_anywhere())
    named |= {f"ב{key}" for key in named if "\u05d0" <= key[0] <= "\u05ea"}
    return frozenset(named | _VIETNAMESE | {key for key, sign in _FIXED.items() if sign in "TY"})


def is_own_month(word: str, languages: tuple[str, ...]) -> bool:
    """Whether a word is a month in one of these languages, not only in some other."""
    key = folded(word)
    return any(key in months(language) for language in languages) or unspaced_symbol(word)[1] is not None


def joins_days(word: str) -> bool:
    """Whether a word may stand between the first and the last day of a range: "3 to 5 May", "3 a 5 de mayo"."""
    key = folded(word)
    return key in _BOTH or _FIXED.get(key) == "r"


@lru_cache(maxsize=8192)
def symbol(word: str, languages: tuple[str, ...]) -> str:
    """The symbol of one word of a date: M month, W weekday, o ordinal ending, c connector, r between two days of
    a range, D T Y labels, j k l E CJK, w other.
    """
    key = folded(word)
    if key in months(languages[0] if languages else "en"):
        return "M"  # "des" is a month in Indonesian, and "of the" in French
    if languages and _FIXED.get(key) == "c" and key in weekdays(languages[0]):
        return "W"  # "do" is a Thursday in German, and "of" in Portuguese
    if (fixed := _FIXED.get(key)) is not None:
        return fixed
    if month(word, languages) is not None:
        return "M"
    if key in _VIETNAMESE and "vi" in languages:
        return "T"
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
            words |= {name.lower().strip(".") for name, _ in _names(language, table) if name.count(".") > 1}
    words |= {
        word
        for word in (*_DAY_LABELS, *_MONTH_LABELS, *_YEAR_LABELS, *_RANGES, *_MORE_UNSPACED_DAYS)
        if 0xE00 < ord(word[0]) < 0x1E00
    }
    return re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word) > 1 or word in _SINGLE)
    )


@lru_cache(maxsize=512)
def unspaced_symbol(word: str) -> tuple[str, int | None]:
    """The symbol of what `unspaced` found, and its month if it is one."""
    if word in _PHRASES:
        return "M", _PHRASES[word]
    for language in _UNSPACED:
        for name, number in _names(language, "months"):
            if name.lower().strip(".") == word.strip("."):
                return "M", number
    return _FIXED.get(folded(word), "W"), None

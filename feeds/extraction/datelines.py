"""Tell the place of a dateline from the people, offices and headings that stand in the same spot.

Pure. "08 May 2006, PHNOM PENH", "GENEVA (Port News) –", "Hanoi, 3 March 2020 -", "(Bangkok) …": a place is a few words
beginning with capitals, without figures, and without a word that makes a person or an office of it. It is given as it
is written; which country it lies in is not asked here (`feeds.classify`). When in doubt it is no place: a wrong place
is worse than none. So a text that only begins with "WORDS –" has a dateline where a date or a news agency in brackets
stands beside the place, or where `feeds.extraction.places` knows it: a heading looks the same.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from feeds.extraction import dates, datewords, kinds, places
from feeds.extraction.datevalues import Found, Setting
from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare

LONGEST = 50  # characters
_SHAPE = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\s.'’()/,\u0300-\u036f\u0900-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff-])*"
)
_MOST_WORDS = 6
# Words no place has: titles of people, what offices call themselves, and what pages write beside a date.
_NOT_IN_PLACES = frozenset(
    bare(word)
    for word in listed(
        """
        mr mrs ms miss dr prof professor sir dame minister president director secretary ambassador editor author admin
        administrator webmaster staff spokesperson commissioner herr frau monsieur madame mme señor señora senhor
        ministry department agency office bureau committee commission council board division unit section authority
        association federation foundation institute university company corporation group network team desk service
        services fund programme program project union league court parliament government ltd inc llc gmbh
        ministère département agence commission conseil comité université fondation ministerio departamento agencia
        consejo comisión universidad fundación ministério agência conselho comissão universidade ministerium behörde
        amt verband stiftung universität ausschuss министерство департамент комитет университет фонд агентство комиссия
        министр директор редактор kementerian badan dinas komisi bakanlığı kurulu bộ cục
        by von par por per door av od από от oleh bởi
        read more share print download comments comment views tags filed under category source photo updated published
        news press release media report video article statement notice home back next
        meeting meetings conference workshop seminar webinar event events session assembly summit training deadline
        update updates breaking urgent exclusive opinion analysis summary results findings highlights background
        correction corrigendum interview vacancy vacancies tender tenders bids date dates issue edition volume
        réunion atelier séminaire conférence colloque délai résumé reunión taller seminario conferencia plazo resumen
        tagung sitzung konferenz frist zusammenfassung reunião prazo совещание заседание конференция срок
        """
    )
)
_RUNS_ON_NOT = re.compile(
    "กระทรวง|กรม|สำนักงาน|นาย|นาง|ក្រសួង|លោក|អគ្គនាយកដ្ឋាន|ກະຊວງ|ທ່ານ|ဝန်ကြီးဌာန|ဦး|部长|記者|记者|委员会|公司|기자|위원회"
)
_NOT_BEGIN = re.compile(r"(?:وزارة|الوزارة|هيئة|لجنة|السيد|الدكتور|وزير|משרד|שר|ועדת|ד\"ר|مر)(?![^\W\d_])|وزارت|آقای")


def is_place(text: str) -> bool:
    """Whether a text can be the place of a dateline."""
    if not 2 <= len(text) <= LONGEST or _SHAPE.fullmatch(text) is None or kinds.of_type_line(text) is not None:
        return False
    words = text.split()
    if len(words) > _MOST_WORDS or _RUNS_ON_NOT.search(text) or _NOT_BEGIN.match(text):
        return False
    if any(bare(word.strip("(),.'’")) in _NOT_IN_PLACES for word in words) or _is_of_the_calendar(text):
        return False
    return all(word[:1].isupper() or not word[:1].isalpha() or len(word) <= 3 or not word.isascii() for word in words)


# ---- a line of its own ----

_LONGEST_LINE = 90  # characters of a line that is a date and a place
_ARTICLE = re.compile(r"(?:^|[\s,–—-])(?:le|den|am|el|the|on|il|em|a)$", re.I)


def line(text: str, setting: Setting) -> tuple[Found, str] | None:
    """The date a line consists of, with the place that stands behind it, or before it in capitals; None for others.

    The place is as written, "" where there is none. A date without a year is none.
    """
    if len(text) > _LONGEST_LINE:
        return None
    for found in dates.find(text, setting):
        before, after = text[: found.start].strip(" ,;|–—-("), text[found.end :].strip(" ,;|–—-.)")
        if found.year is None:
            continue
        if not before and (not after or is_place(after)):
            return found, after
        before = _ARTICLE.sub("", before).strip(" ,;|–—-")
        if before and not after and _is_leading(before, setting):
            return found, before
    whole = dates.whole(text, setting)
    return (whole, "") if whole is not None and whole.year is not None else None


def letterhead(text: str, setting: Setting) -> tuple[Found, str] | None:
    """As `line`, of the line under the title of a single publication: there any place before the date is believed."""
    found = line(text, setting)
    if found is not None or len(text) > _LONGEST_LINE:
        return found
    place, day = _dated(text.rstrip(" ."), setting)
    return (day, place) if day is not None and day.year is not None and is_place(place) else None


def _is_leading(text: str, setting: Setting) -> bool:
    """Whether a text before a date is its place: in capitals, or known as one."""
    return is_place(text) and (text.split(",")[0].isupper() or _is_known(text, setting))


# ---- at the beginning of prose ----

_LONGEST_OPENING = 110  # characters
_DASH = re.compile(
    r"\s+(?:-|--|[–—―])\s+|(?<=[\w.)])(?:--|[–—―])\s*(?=[^\W\d])|(?<=[)\d])\s*[:.]\s+"
    r"|(?<=\w)\s?៖\s*|(?<=[\w)])\.[-–—]\s*"
)
_ASIDE = re.compile(r"\s*[(/\[]\s*([^()\[\]]{2,40}?)\s*[)/\]]\s*$")
_SENDER = re.compile(
    r"news|press|agency|wire|agencia|agence|noticias|prensa|presse|nachrichten|reuters|xinhua|kyodo|bernama|antara"
    r"|\b(?:ap|afp|dpa|epa|efe|ansa|upi|tass|ips|irin)\b",
    re.I,
)
_SIGN = re.compile(r"[-–—―៖(]|[\d)]\s*[.:]")  # without one there is no dateline: so begin most texts
_BRACKETED = re.compile(r"\(([^()]{2,60})\)\s*(?:--|[-–—―:,])?\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Opening:
    """What prose begins with. place: as written. day: a date beside it, perhaps without a year, or None."""

    place: str
    day: Found | None = None


def opening(text: str, setting: Setting) -> Opening | None:
    """The dateline a text begins with: "GENEVA (Port News) –", "(Bangkok) ", "PARIS, le 3 mars –"; None for none."""
    head = text[:_LONGEST_OPENING]
    if not _SIGN.search(head):
        return None
    if (bracketed := _BRACKETED.match(head)) is not None:
        found = _read(bracketed[1], setting) if _begins(text[bracketed.end() :]) else None
        return found if found is not None and not bracketed[1].isupper() else None
    for dash in _DASH.finditer(head):
        if _begins(text[dash.end() :]) and (found := _read(head[: dash.start()], setting)) is not None:
            return found
    return None


def _begins(text: str) -> bool:
    """Whether a text begins a sentence: not in the middle, with a small letter."""
    first = text.lstrip("\"'“”„«‘([ ")[:1]
    return bool(first) and not first.islower()


def _read(said: str, setting: Setting) -> Opening | None:
    """The place and date that stand before a sign, where something proves that they are that."""
    aside = _ASIDE.search(said)
    sent = aside is not None and _SENDER.search(aside[1]) is not None
    if aside is not None and not sent and dates.whole(aside[1], setting) is None:
        return None
    place, day = _dated(said[: aside.start()] if aside is not None else said, setting)
    if aside is not None and day is None and not sent:
        day = dates.whole(aside[1], setting)
    if not place or not is_place(place) or _NOT_A_CITY.search(place):
        return None
    return Opening(place, day) if sent or (day is not None and day.day) or _is_known(place, setting) else None


_NOT_A_CITY = re.compile(r"[()/]")


def _dated(said: str, setting: Setting) -> tuple[str, Found | None]:
    """The place before the first comma behind which only a date stands, and that date; else all of it, and None."""
    for comma in re.finditer(r",\s*|\s+(?=\d)", said):
        if comma.start() and (day := dates.whole(said[comma.end() :], setting)) is not None and day.form != "relative":
            return said[: comma.start()].strip(), day
    return said.strip(), None


def _is_known(place: str, setting: Setting) -> bool:
    """Whether a place is a known city, or a name with a known country behind a comma."""
    city, _, region = (part.strip() for part in place.partition(","))
    languages = setting.languages
    if region:
        return places.is_city(city, languages) or (city.isupper() and places.is_region(region, languages))
    return places.is_city(city, languages) and (city.isupper() or not places.is_region(city, languages))


@lru_cache(maxsize=2048)
def _is_of_the_calendar(text: str) -> bool:
    """Whether a text is a month or a weekday: "Monday" stands beside a date as a place does."""
    return len(text.split()) == 1 and datewords.symbol(text.strip(".,()").lower(), ("en",)) in "MW"

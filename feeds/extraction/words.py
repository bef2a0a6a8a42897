"""Words that are no titles: "read more", "download", counters, file names; and how wide a text is.

Pure. Width counts characters, a Chinese, Japanese, Korean, Khmer or Thai one as two: scripts without spaces say more
in fewer characters, and words cannot be counted in them.
"""

import re
import unicodedata
from functools import lru_cache

from feeds.extraction.filelabels import is_file_label
from feeds.extraction.wordlist import listed
from state.text import folded

_REMEMBERED = 65536  # texts: each is looked at by several parts
_MARKS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=_REMEMBERED)
def bare(text: str) -> str:
    """A text for looking it up: as `folded`, and without accents."""
    small = folded(text)
    return (
        small if small.isascii() else unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", small)))
    )


# What leads on to the entry itself.
_MORE = frozenset(
    bare(word)
    for word in listed(
        """
        mp3 | mp4 | doc | docx | xls | xlsx | zip | csv | word | excel | audio | more | read more | read
        on | learn more | continue reading | continue | details | detail | view | view details |
        download | view download | view download document | open | here | click here | full story | full
        text | see more | show more | permalink | pdf | html | watch | watch video | listen | view all |
        see all | more news | more info | more information | find out more | read article | read the
        article | read full article | read full story | full article | get the report | read report |
        weiterlesen | mehr | mehr lesen | mehr erfahren | weiter | lesen sie mehr | en savoir plus |
        lire la suite | lire plus | suite | plus | voir | voir plus | telecharger | leer mas | ver mas |
        mas | seguir leyendo | continuar leyendo | descargar | ler mais | leia mais | saiba mais | mais
        | continua a leggere | leggi tutto | leggi | continua | di piu | scopri di piu | scarica | lees
        meer | meer | meer lezen | lees verder | las mer | les mer | laes mere | lue lisaa | wiecej |
        czytaj wiecej | czytaj dalej | vice | cist vice | cela zprava | подробнее | читать далее |
        читать | далее | детальніше | читати далі | devami | devamini oku | selengkapnya | baca
        selengkapnya | baca | unduh | chi tiet | xem them | xem tiep | tai ve | llegir ne mes | llegir
        mes | mes | διαβαστε περισσοτερα | περισσοτερα | 详细 | 更多 | 查看 | 查看更多 | 下载 | 下載 | 詳細 |
        続きを読む |
        もっと見る | 더보기 | 자세히 | อ่านต่อ | อ่านเพิ่มเติม | ดาวน์โหลด | អានបន្ត | ទាញយក | المزيد | اقرأ المزيد
        | تحميل | ادامه مطلب | بیشتر | קרא עוד | עוד | להמשך קריאה | bovebb | tovabb | citeste mai mult
        | още | прочети още | opsirnije | saznaj vise | vairak | daugiau | rohkem | read more about |
        view document | view report | view publication | open document | open report | full report |
        read the report | to the article | zum artikel | zur meldung | ver documento | voir le document
        | go to page | visit page | download pdf | download document | download report
        """,
        "|",
    )
)
_LONGEST_MORE = 40  # characters
# What stands beside entries and leads to nothing of theirs.
_IDLE = frozenset(
    bare(word)
    for word in listed(
        """
        all | atom | audios | back | comment | comments | edit | email | english | gallery | home |
        image | imagenes | images | leave a comment | link | links | new | next | no comments | photo |
        photos | play | previous | print | reply | rss | rss feed | share | top | tweet | video | videos
        | xml
        """,
        "|",
    )
)
_MORE_START = re.compile(
    r"^(?:read more|continue reading|lire la suite|weiterlesen|leer más|leggi tutto|more about|permalink to"
    r"|download (?:pdf|file|the file)|view/download)\b",
    re.I,
)
_FILE_NAME = re.compile(r"\S+\.(?:pdf|docx?|xlsx?|pptx?|zip|html?|aspx?|jpe?g|png)", re.I)
_COUNTER = re.compile(r"[^\W\d][^\d:：]{0,24}[:：]\s*\d[\d., ]*\s?[^\W\d]{0,5}")
_LETTER = re.compile(r"[^\W\d_]")
_WIDE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]"
)
_SENTENCE = re.compile(r".+?[.!?。!?։។](?=\s|$)|.+?[。!?។]", re.S)


def is_more(text: str) -> bool:
    """Whether a text only leads on ("read more", "Download »")."""
    return (len(text) <= _LONGEST_MORE and bare(text) in _MORE) or (
        len(text) < 200 and _MORE_START.match(text) is not None
    )


def is_idle(text: str) -> bool:
    """Whether a text is one of those that stand beside every entry ("print", "share", "photos")."""
    return len(text) < 40 and bare(text) in _IDLE


def is_file_name(text: str) -> bool:
    return _FILE_NAME.fullmatch(text) is not None


@lru_cache(maxsize=_REMEMBERED)
def may_be_title(text: str) -> bool:
    """Whether a text could name an entry: it has letters, and is no file name, lead-on or counter ("Views: 97")."""
    return (
        len(text) <= 500
        and _LETTER.search(text) is not None
        and not is_more(text)
        and not is_idle(text)
        and not is_file_name(text)
        and not is_file_label(text)
        and _COUNTER.fullmatch(text) is None
    )


def width(text: str) -> int:
    return len(text) + (0 if text.isascii() else len(_WIDE.findall(text)))


def first_sentence(text: str, longest: int = 80) -> str:
    """The first sentence of a text, cut at a word to `longest` characters with "…" where it is longer."""
    match = _SENTENCE.match(text)
    sentence = match[0].strip() if match and len(match[0]) >= 15 else text
    if len(sentence) <= longest:
        return sentence
    cut = sentence[: longest - 1]
    if " " in cut[longest // 3 :]:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–-") + "…"


def is_paragraph(text: str) -> bool:
    """Whether a text is running prose rather than a title: long, or of several sentences."""
    if len(text) <= 55:
        return False  # however wide its signs are, as nearly all texts of a page
    wide = width(text)
    if wide > 260:
        return True
    return wide > 110 and (
        text.rstrip("”\"')»").endswith((".", "…", ":", "。", "។")) or len(re.findall(r"[.!?]\s+[A-ZÀ-ÞА-Я]", text)) >= 1
    )


def is_sentence(text: str) -> bool:
    """Whether a text is a sentence of prose, however short: it ends as one and has more words than a name."""
    return text.rstrip("”\"')»").endswith((".", "。", "។", "۔")) and width(text) >= 45

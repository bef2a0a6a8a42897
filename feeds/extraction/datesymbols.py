"""Turn a text into symbols, one for each word, so that the forms of dates are short patterns over symbols.

Pure. Digits of every script become 0-9, dashes "-", and so on, always one character for one, so that offsets in the
folded line are offsets in the text. Called by `feeds.extraction.dates`.
"""

import re
from functools import lru_cache

from feeds.extraction import datewords

_ZEROS = (
    0x660,
    0x6F0,
    0x7C0,
    0x966,
    0x9E6,
    0xA66,
    0xAE6,
    0xB66,
    0xBE6,
    0xC66,
    0xCE6,
    0xD66,
    0xE50,
    0xED0,
    0xF20,
    0x1040,
    0x17E0,
    0xFF10,
)
_FOLD = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_FOLD |= (
    dict.fromkeys(map(ord, "‐‑‒–—−－"), "-")
    | dict.fromkeys(map(ord, "’‘ʼ´`′"), "'")
    | dict.fromkeys(map(ord, "\xa0\u2009\u202f\u3000\u200e\u200f"), " ")
)
_FOLD |= dict(zip(map(ord, "ᵉʳᵗʰˢⁿᵈᵐ"), "erthsndm", strict=True))
_FOLD |= {ord("॰"): ".", ord("၊"): ",", ord("、"): ","}
_FOLD |= {ord("／"): "/", ord("．"): ".", ord("。"): ".", ord("，"): ",", ord("،"): ",", ord("："): ":", ord("İ"): "i"}

MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0980-\u0983\u09bc-\u09cd\u0e31"
    "\u0e34-\u0e3a\u0e47-\u0e4e"
)
# The vowel signs of the other scripts of India, of Sinhala and of Ethiopic.
MARKS += "".join(
    f"{chr(block)}-{chr(block + 3)}{chr(block + 0x3C)}-{chr(block + 0x57)}" for block in range(0xA00, 0xE00, 0x80)
)
MARKS += "\u0dd8-\u0ddf\u135d-\u135f"
MARKS += "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u200c\u200d׳"
_CJK = "中華民國|令和|平成|昭和|大正|民國|民国|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CJK_NUMBER = "[〇○零元一二三四五六七八九十]+(?=[年月日号號])"
_CJK_DIGITS = {**{sign: digit for digit, sign in enumerate("〇一二三四五六七八九")}, "○": 0, "零": 0, "元": 1}
_WORDS = (
    rf"(?P<n>[0-9]+)|(?P<h>{_CJK_NUMBER})|(?P<c>{_CJK})|(?P<w>[^\W\d_](?:[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    rf"|[{MARKS}])*)|(?P<s>\s+)|(?P<o>.)"
)
_TOKEN = re.compile(_WORDS, re.S)
_NEEDS_UNSPACED = re.compile("[\u0600-\u06ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_KEPT = frozenset(".,/-:'|+()")
_SIGNS = {sign: sign for sign in _KEPT} | dict.fromkeys("º°ª", "o") | dict.fromkeys("&~～〜", "r")
_SIGNS |= dict.fromkeys('«»“”„"', "q") | {"（": "(", "）": ")"}


@lru_cache(maxsize=1)
def _token_unspaced() -> re.Pattern[str]:
    words = datewords.unspaced().pattern
    runs_on = r"(?P<z>[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
    return re.compile(rf"(?P<u>{words})|{runs_on}|{_WORDS}", re.S)


def symbols(line: str, languages: tuple[str, ...]) -> tuple[str, list[str], list[int]]:
    """A line as symbols, one a token, with the text and the offset of each token."""
    signs: list[str] = []
    values: list[str] = []
    places: list[int] = []
    token = _token_unspaced() if _NEEDS_UNSPACED.search(line) or "tháng " in line else _TOKEN
    for match in token.finditer(line):
        value = match[0]
        kind = match.lastgroup
        if kind == "n":
            sign = _number(value)
        elif kind == "w":
            sign = datewords.symbol(value, languages)
        elif kind == "s":
            sign = " "
        elif kind == "u":
            sign = datewords.unspaced_symbol(value)[0]
        elif kind == "h":
            value = _cjk_number(value)
            sign = _number(value)
        elif kind == "c":
            sign = datewords.symbol(value, languages)
            sign = sign if sign in "jklEr" else "z"
        elif kind == "z":
            sign = "z"
        else:
            sign = _SIGNS.get(value, "x")
        signs.append(sign)
        values.append(value)
        places.append(match.start())
    places.append(len(line))
    return "".join(signs), values, places


def _cjk_number(written: str) -> str:
    """The digits of a number in Chinese signs: 二〇〇六 is 2006, 二十一 is 21."""
    tens, ten, ones = written.partition("十")
    if not ten:
        return "".join(str(_CJK_DIGITS[sign]) for sign in written)
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return "0"
    return str((_CJK_DIGITS[tens] if tens else 1) * 10 + (_CJK_DIGITS[ones] if ones else 0))


def _number(digits: str) -> str:
    match len(digits):
        case 1 | 2:
            return "d"
        case 4:
            return "y" if digits[0] in "12" else "n"
        case 8:
            return "e" if digits[:2] in ("19", "20") else "n"
        case _:
            return "n"


def folded(text: str) -> str:
    """The text with digits, dashes and spaces of one kind, in small letters; as long as it was."""
    return text.translate(_FOLD).lower()

"""Languages: what a text's script says, and languages by their names and codes in labels and file names.

Pure. Only scripts that belong to one language decide (Khmer, Thai, Lao, Burmese, Hebrew, Greek, Korean …); Latin,
Arabic and Cyrillic letters say nothing here: the page's own language stands.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from feeds.extraction.wordlist import listed

_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("km", "\u1780-\u17ff"),
    ("th", "\u0e00-\u0e7f"),
    ("lo", "\u0e80-\u0eff"),
    ("my", "\u1000-\u109f"),
    ("he", "\u0590-\u05ff"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("ko", "\uac00-\ud7af"),
    ("ja", "\u3040-\u30ff"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("ka", "\u10a0-\u10ff"),
    ("hy", "\u0530-\u058f"),
    ("am", "\u1200-\u137f"),
    ("si", "\u0d80-\u0dff"),
    ("bo", "\u0f00-\u0fff"),
    ("gu", "\u0a80-\u0aff"),
    ("pa", "\u0a00-\u0a7f"),
)
_ONE_OF = tuple((language, re.compile(f"[{letters}]")) for language, letters in _SCRIPTS)
_HAN = re.compile("[\u3400-\u9fff]")
_TELLING = re.compile(f"[{''.join(letters for _, letters in _SCRIPTS)}\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_COUNTRY_AS_LANGUAGE: Mapping[str, str] = {
    "kh": "km",
    "vn": "vi",
    "cn": "zh",
    "jp": "ja",
    "kr": "ko",
    "mm": "my",
    "la": "lo",
    "eng": "en",
    "khm": "km",
    "khmer": "km",
}
_SUFFIX = re.compile(r"[_.-]([A-Za-z]{2,3})(?:[_-]?(?:web|final|print|v?\d{1,2}))?\.[A-Za-z0-9]{2,5}$")
_NAMED: tuple[str, ...] = tuple(
    listed(
        "en fr de es pt it nl ru uk pl cs sv tr id vi km th lo my ar fa he el ja zh ko hu ro bg hr da nb fi ca sk "
        "sl sr bn hi ms ta te ur ne si tl sw am"
    )
)
_CODES = frozenset(_NAMED)


def language(text: str) -> str:
    """The language of a text by its script, or "" where the script does not tell."""
    if text.isascii() or not _TELLING.search(text):
        return ""
    letters = len(_LETTER.findall(text)) or 1
    for code, pattern in _ONE_OF:
        if len(pattern.findall(text)) > (0.1 if code == "ja" else 0.3) * letters:
            return code
    return "zh" if len(_HAN.findall(text)) > 0.3 * letters else ""


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, str]:
    """Language codes by their English and their own names, in small letters."""
    english = Locale.parse("en").languages
    names = {str(english[code]).lower(): code for code in _NAMED if code in english}
    for code in _NAMED:
        own = Locale.parse(code).languages.get(code)
        if own:
            names.setdefault(str(own).lower(), code)
    return {
        **names,
        "burmese": "my",
        "mandarin": "zh",
        "farsi": "fa",
        "tagalog": "tl",
        "khmer": "km",
        "bahasa indonesia": "id",
        "norsk": "nb",
    }


def named_in(label: str) -> str:
    """The language a label names ("Download report in Khmer", "ខ្មែរ"), or ""."""
    small = label.lower()
    words = re.findall(r"[^\W\d_]+", small)
    names = _by_name()
    for word in words:
        if word in names:
            return names[word]
    return next((code for name, code in names.items() if not name.isascii() and name in small), "")


def is_language(word: str) -> bool:
    """Whether a word, in small letters, is the name or the code of a language."""
    return word in _CODES or word in _by_name()


def in_file_name(url: str) -> str:
    """The language a file's name ends in ("…_KH.pdf" is Khmer), or ""."""
    ending = _SUFFIX.search(url.split("?")[0])
    if ending is None:
        return ""
    code = ending[1].lower()
    code = _COUNTRY_AS_LANGUAGE.get(code, code)
    return code if code in _CODES else ""

"""Text made safe once, where it comes in, so that no feed, page, mail or terminal is harmed later.

What XML 1.0 forbids, lone surrogates, bidi controls and zero-width marks that
hide or reorder text are dropped; every kind of line break becomes an ordinary
one; the rest is NFC (requirements: feeds 22, trust "Attacks").
"""

import re
import unicodedata

# Joiners (U+200C, U+200D) stay: Khmer, Persian and Indic spelling needs them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_SEPARATORS = re.compile("[\x1c-\x1f]")  # Python takes them for spaces
_ASCII_FOLDED = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
_MOST_SIGNS = 20_000  # remembered
_MARKS = ("Mn", "Mc")  # vowels and tones of Khmer, Thai, Hindi … stand here; without them other words look equal


class _Folded(dict[int, int]):
    """By sign, for `str.translate`: letters, digits and marks are kept, the rest is a space. Filled as signs occur."""

    def __missing__(self, code: int) -> int:
        sign = chr(code)
        kept = code if sign.isalnum() or unicodedata.category(sign) in _MARKS else 0x20
        if len(self) < _MOST_SIGNS:
            self[code] = kept
        return kept


_FOLDED = _Folded()


def clean(text: str | None) -> str:
    """One line: control characters dropped, all white space folded to single spaces, NFC."""
    if not text:
        return ""
    words = " ".join(text.split())
    usual = words.isprintable() and (words.isascii() or unicodedata.is_normalized("NFC", words))
    if usual and not _SEPARATORS.search(text):
        return words  # what is printable holds nothing to drop
    return _SPACES.sub(" ", clean_block(text)).strip()


def clean_block(text: str | None) -> str:
    r"""Several lines: as `clean`, but line breaks stay, as "\n"."""
    lines = _BREAKS.sub("\n", text or "")
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", lines)).strip()


def folded(text: str | None) -> str:
    """Text for comparing: letters and digits only, case and width folded, words joined by one space."""
    if text and text.isascii() and text.isprintable():
        return " ".join(text.translate(_ASCII_FOLDED).split())
    wide = unicodedata.normalize("NFKC", clean(text)).casefold()
    if wide.isascii():
        return " ".join(wide.translate(_ASCII_FOLDED).split())
    return " ".join(wide.translate(_FOLDED).split())

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
_WORD_GAPS = re.compile(r"[\W_]+")
_MARKS = ("Mn", "Mc")  # vowels and tones of Khmer, Thai, Hindi … stand here; without them other words look equal


def clean(text: str | None) -> str:
    """One line: control characters dropped, all white space folded to single spaces, NFC."""
    return _SPACES.sub(" ", clean_block(text)).strip()


def clean_block(text: str | None) -> str:
    r"""Several lines: as `clean`, but line breaks stay, as "\n"."""
    lines = _BREAKS.sub("\n", text or "")
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", lines)).strip()


def folded(text: str | None) -> str:
    """Text for comparing: letters and digits only, case and width folded, words joined by one space."""
    wide = unicodedata.normalize("NFKC", clean(text)).casefold()
    if wide.isascii():
        return _WORD_GAPS.sub(" ", wide).strip()
    kept = (char if char.isalnum() or unicodedata.category(char) in _MARKS else " " for char in wide)
    return " ".join("".join(kept).split())

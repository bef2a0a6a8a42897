"""Encode one part of a mail for SMTP, once, with holes for what is personal.

Pure. The static text around the holes is encoded once per edition; filling a
hole encodes a few octets. Quoted-printable or base64 is chosen by size: Khmer
takes 9 octets a character in one and 4 in the other (RFC 2045 6.7, 6.8).

How the holes survive: in quoted-printable a hole stands on lines of its own
between soft line breaks. In base64, which works in groups of three octets, the
octets between the last whole group before a hole and the first whole group
after it are encoded with the filler, as a line of their own; so a part is
encoded for one length of filler, and all fillers of that part have that length.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Method: TypeAlias = Literal["quoted-printable", "base64"]
_LINE = 76  # characters of an encoded line (RFC 2045)
_PLAIN = frozenset(
    b"!\"#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ \t"
)
_OCTETS = tuple(bytes([octet]) if octet in _PLAIN else b"=%02X" % octet for octet in range(256))


@dataclass(frozen=True, slots=True)
class Part:
    """An encoded body part: pieces[0], a filler, pieces[1], a filler …, each ready to be joined.

    order: which filler each hole takes. heads, tails: base64 only; the raw octets beside each
    hole that are encoded with the filler.
    """

    method: Method
    pieces: tuple[bytes, ...]
    order: tuple[int, ...] = ()
    heads: tuple[bytes, ...] = ()
    tails: tuple[bytes, ...] = ()

    def fill(self, *fillers: bytes) -> list[bytes]:
        """The pieces of one person's part. fillers: ASCII, for each kind of hole, of the length it was encoded for."""
        filled = [self.pieces[0]]
        if self.method == "quoted-printable":
            lines = [_on_own_lines(filler) for filler in fillers]
            for which, piece in zip(self.order, self.pieces[1:], strict=True):
                filled += [lines[which], piece]
            return filled
        for which, head, tail, piece in zip(self.order, self.heads, self.tails, self.pieces[1:], strict=True):
            filled += [_base64_lines(head + fillers[which] + tail), piece]
        return filled


def encode(text: str, holes: Sequence[str], length: int) -> Part:
    """Encode a part whichever way is shorter. holes: the markers in the text; length: of what will fill each."""
    cut = re.split(f"({'|'.join(re.escape(hole) for hole in holes)})", _crlf(text))
    static = [piece.encode() for piece in cut[::2]]
    order = tuple(holes.index(marker) for marker in cut[1::2])
    printable, packed = _quoted_printable(static, order), _base64(static, order, length)
    fillers = [b"x" * length] * len(holes)
    return min(printable, packed, key=lambda part: sum(map(len, part.fill(*fillers))))


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _quoted_printable(static: Sequence[bytes], order: tuple[int, ...]) -> Part:
    last = len(static) - 1
    return Part(
        "quoted-printable",
        tuple(_printable(piece, open_end=at < last) for at, piece in enumerate(static)),
        order,
    )


def _printable(octets: bytes, *, open_end: bool) -> bytes:
    """Lines of at most 76 characters. open_end: a hole follows, so the last line is not at its end yet."""
    lines = octets.split(b"\r\n")
    return b"\r\n".join(_line(line, ends=not open_end or at < len(lines) - 1) for at, line in enumerate(lines))


def _line(line: bytes, *, ends: bool) -> bytes:
    """One line, cut by soft breaks; no encoded line begins with a dot or "From ", none ends in white space."""
    words = [_OCTETS[octet] for octet in line]
    if words and ends and words[-1] in (b" ", b"\t"):
        words[-1] = b"=%02X" % line[-1]
    rows: list[bytes] = []
    row: list[bytes] = []
    width = 0
    for at, word in enumerate(words):
        if width + len(word) > _LINE - 1:
            rows.append(b"".join(row))
            row, width = [], 0
        if width == 0 and (word == b"." or (word == b"F" and line[at : at + 5] == b"From ")):
            word = b"=%02X" % word[0]
        row.append(word)
        width += len(word)
    rows.append(b"".join(row))
    return b"=\r\n".join(rows)


def _on_own_lines(filler: bytes) -> bytes:
    size = _LINE - 4
    cut = [filler[at : at + size] for at in range(0, len(filler), size)]
    return b"=\r\n" + b"=\r\n".join(cut) + b"=\r\n"


def _base64(static: Sequence[bytes], order: tuple[int, ...], length: int) -> Part:
    pieces, heads, tails = [], [], []
    rest = static[0]
    for following in static[1:]:
        whole = len(rest) - len(rest) % 3
        pieces.append(_base64_lines(rest[:whole]))
        heads.append(rest[whole:])
        need = -(len(rest) - whole + length) % 3
        assert len(following) >= need or following is static[-1], "holes stand apart"
        tails.append(following[:need])
        rest = following[need:]
    pieces.append(_base64_lines(rest))
    return Part("base64", tuple(pieces), order, tuple(heads), tuple(tails))


def _base64_lines(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")

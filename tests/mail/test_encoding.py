"""A part comes back as it was written, whatever is in it and wherever the holes are."""

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.encoding import Part, encode

HOLE, FILLER = "<<hole>>", "u-k1-" + "x" * 60


def decoded(part: Part, filler: str = FILLER) -> str:
    octets = b"".join(part.fill(filler.encode()))
    plain = (
        quopri.decodestring(octets) if part.method == "quoted-printable" else base64.b64decode(octets, validate=False)
    )
    return plain.decode()


TEXTS = st.lists(st.text(alphabet=st.sampled_from("ab .=\nF\tខé😀From"), max_size=120), min_size=1, max_size=4)


@given(TEXTS, st.integers(1, 200))
def test_any_text_with_any_holes_comes_back(pieces: list[str], length: int) -> None:
    joined = f"abc{HOLE}def".join(pieces)
    filler = "y" * length
    part = encode(joined, [HOLE], length)

    assert decoded(part, filler) == joined.replace(HOLE, filler).replace("\n", "\r\n")
    for line in b"".join(part.fill(filler.encode())).split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert b"\n" not in line
        assert line == line.rstrip()


@pytest.mark.parametrize(
    ("text", "method"),
    [("plain words " * 50, "quoted-printable"), ("ដំណឹង" * 50, "base64"), (f"ដំណឹង{HOLE}ដំណឹង" * 9, "base64")],
)
def test_the_shorter_way_is_taken(text: str, method: str) -> None:
    part = encode(text, [HOLE], len(FILLER))
    assert part.method == method
    assert decoded(part) == text.replace(HOLE, FILLER)


def test_all_line_breaks_become_crlf() -> None:
    assert decoded(encode("a\nb\r\nc\rd", [HOLE], 5)) == "a\r\nb\r\nc\r\nd"


@given(TEXTS, st.integers(1, 60))
def test_holes_of_several_kinds_take_what_is_theirs(pieces: list[str], length: int) -> None:
    joined = "".join(f"{piece} abc{(HOLE, '[[other]]')[at % 2]}def" for at, piece in enumerate(pieces))
    part = encode(joined, [HOLE, "[[other]]"], length)
    octets = b"".join(part.fill(b"y" * length, b"z" * length))
    plain = quopri.decodestring(octets) if part.method == "quoted-printable" else base64.b64decode(octets)
    expected = joined.replace(HOLE, "y" * length).replace("[[other]]", "z" * length).replace("\n", "\r\n")
    assert plain.decode() == expected

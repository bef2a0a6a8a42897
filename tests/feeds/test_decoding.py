"""Content codings, whole and bounded."""

import gzip
import zlib
from collections.abc import Callable
from functools import partial

import brotli
import pytest
import zstandard

from feeds.decoding import Incomplete, TooLarge, Undecodable, decoded

TEXT = b"".join(b"line %d of a page\n" % number for number in range(2_000))
MOST = 1_000_000


def _bare_deflate(text: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(text) + deflater.flush()


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "DEFLATE": _bare_deflate,
    "br": partial(brotli.compress, quality=5),
    "zstd": zstandard.ZstdCompressor().compress,
}
codings = pytest.mark.parametrize("coding", CODERS)


@codings
@pytest.mark.parametrize("text", [b"", b"a", TEXT])
def test_a_whole_body_is_decoded(coding: str, text: bytes) -> None:
    assert decoded(CODERS[coding](text), coding, MOST) == text


@codings
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_body_is_never_taken_for_a_whole_one(coding: str, kept: float) -> None:
    whole = CODERS[coding](TEXT)
    with pytest.raises(Incomplete):
        decoded(whole[: int(len(whole) * kept)], coding, MOST)


@codings
def test_a_body_that_lacks_its_last_byte_is_incomplete(coding: str) -> None:
    with pytest.raises(Incomplete):
        decoded(CODERS[coding](TEXT)[:-1], coding, MOST)


@codings
def test_a_body_may_be_exactly_as_large_as_allowed(coding: str) -> None:
    assert len(decoded(CODERS[coding](TEXT), coding, len(TEXT))) == len(TEXT)
    with pytest.raises(TooLarge):
        decoded(CODERS[coding](TEXT), coding, len(TEXT) - 1)


@codings
def test_a_bomb_is_defused_before_it_has_grown(coding: str) -> None:
    with pytest.raises(TooLarge):
        decoded(CODERS[coding](bytes(50_000_000)), coding, MOST)


@codings
def test_a_body_that_is_not_what_its_coding_says_is_undecodable(coding: str) -> None:
    with pytest.raises(Undecodable):
        decoded(b"<!doctype html><p>plain text, whatever the header says</p>" * 20, coding, MOST)


def test_a_flipped_byte_is_noticed() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[-6] ^= 1  # in the checksum
    with pytest.raises(Undecodable):
        decoded(bytes(body), "gzip", MOST)


def test_members_and_frames_follow_each_other_and_padding_is_ignored() -> None:
    assert decoded(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8), "gzip", MOST) == b"one two"
    frame = zstandard.ZstdCompressor().compress
    assert decoded(frame(b"one ") + frame(b"two"), "zstd", MOST) == b"one two"


def test_a_second_member_that_is_cut_makes_the_body_incomplete() -> None:
    with pytest.raises(Incomplete):
        decoded(gzip.compress(b"one ") + gzip.compress(TEXT)[:-5], "gzip", MOST)


def test_codings_are_undone_from_the_last_one_back() -> None:
    assert decoded(brotli.compress(gzip.compress(TEXT)), "gzip, br", MOST) == TEXT
    assert decoded(TEXT, "", MOST) == decoded(TEXT, "identity", MOST) == TEXT


def test_a_body_without_a_coding_is_bounded_too() -> None:
    with pytest.raises(TooLarge):
        decoded(TEXT, "identity", 10)


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip, gzip, gzip", "aes128gcm"])
def test_unknown_codings_and_towers_of_them_are_refused(coding: str) -> None:
    with pytest.raises(Undecodable):
        decoded(TEXT, coding, MOST)

"""Undo the content codings of a body, whole and bounded, or say why not.

Pure. The HTTP client is told not to decode, because it takes a cut stream for a
whole one (STACK: "own the read loop"): here the end of the stream must have been
seen, and no more than `max_bytes` are ever made from what came. Called by
`feeds.fetch`.
"""

import zlib
from collections.abc import Callable

import brotli
import zstandard

ACCEPTED = "gzip, deflate, br, zstd"
_CHAIN = 3  # codings on top of each other; nobody sends more
_ZSTD_WINDOW = 8 * 2**20  # bytes, RFC 9659
_ZSTD_SLICE = 256  # bytes in, at most 64 blocks of 128 KiB out


class Incomplete(Exception):
    """The stream ended before its end."""


class TooLarge(Exception):
    """It holds more than allowed."""


class Undecodable(Exception):
    """It is not what its coding says, or the coding is none of ours."""


def decoded(body: bytes, codings: str, max_bytes: int) -> bytes:
    """The document of a body.

    codings: of the Content-Encoding header, in the order they were applied (RFC 9110 8.4).
    Raises Incomplete, TooLarge, Undecodable.
    """
    names = [name for part in codings.split(",") if (name := part.strip().lower()) not in ("", "identity", "none")]
    if len(names) > _CHAIN:
        raise Undecodable(f"{len(names)} codings on top of each other")
    for name in reversed(names):
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise Undecodable(f"coding {name!r} is none of {ACCEPTED}")
        body = decoder(body, max_bytes)
    if len(body) > max_bytes:
        raise TooLarge
    return body


def _gzip(body: bytes, max_bytes: int) -> bytes:
    """One or more members (RFC 1952 2.2); what follows them and is none is padding."""
    parts: list[bytes] = []
    room = max_bytes
    while True:
        part, rest = _inflated(body, 16 + zlib.MAX_WBITS, room)
        parts.append(part)
        room -= len(part)
        if not rest.startswith(b"\x1f\x8b"):
            return b"".join(parts)
        body = rest


def _deflate(body: bytes, max_bytes: int) -> bytes:
    """With the zlib header that RFC 9110 wants, or bare as some servers send it."""
    bare = len(body) < 2 or body[0] & 0x0F != 8 or int.from_bytes(body[:2], "big") % 31
    return _inflated(body, -zlib.MAX_WBITS if bare else zlib.MAX_WBITS, max_bytes)[0]


def _inflated(body: bytes, window: int, max_bytes: int) -> tuple[bytes, bytes]:
    inflater = zlib.decompressobj(window)
    try:
        text = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise Undecodable(str(error)) from error
    if len(text) > max_bytes:
        raise TooLarge
    if not inflater.eof:
        raise Incomplete
    return text, inflater.unused_data


def _brotli(body: bytes, max_bytes: int) -> bytes:
    decompressor = brotli.Decompressor()
    try:
        text = bytes(decompressor.process(body, output_buffer_limit=max_bytes + 1))
        while len(text) <= max_bytes and not decompressor.is_finished():
            more = decompressor.process(b"", output_buffer_limit=max_bytes + 1 - len(text))
            if not more:
                break
            text += more
    except brotli.error as error:
        raise Undecodable(str(error)) from error
    if len(text) > max_bytes:
        raise TooLarge
    if not decompressor.is_finished():
        raise Incomplete
    return text


def _zstd(body: bytes, max_bytes: int) -> bytes:
    """One or more frames (RFC 8878 3.1), fed in slices, because the library bounds what goes in only."""
    parts: list[bytes] = []
    room = max_bytes
    decompressor = _frame()
    try:
        for start in range(0, len(body), _ZSTD_SLICE):
            piece = body[start : start + _ZSTD_SLICE]
            while piece:
                if decompressor.eof:
                    decompressor = _frame()
                parts.append(decompressor.decompress(piece))
                room -= len(parts[-1])
                if room < 0:
                    raise TooLarge
                piece = decompressor.unused_data if decompressor.eof else b""
    except zstandard.ZstdError as error:
        raise Undecodable(str(error)) from error
    if not decompressor.eof:
        raise Incomplete
    return b"".join(parts)


def _frame() -> "zstandard.ZstdDecompressionObj":  # a name that only the stubs have
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}

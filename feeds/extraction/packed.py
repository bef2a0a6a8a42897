"""Unpack a gzip archive that holds one document, as sitemaps are often published (sitemap.xml.gz).

Pure. What unpacks to more than MAX_UNPACKED is not read: a few kilobytes can hold gigabytes.
"""

import zlib

MAX_UNPACKED = 50 * 1024 * 1024  # bytes: what the sitemap protocol allows
_MOST_MEMBERS = 100  # archives put one after the other
_MAGIC = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS


class TooLarge(ValueError):
    """An archive that holds more than is read."""


def is_gzip(body: bytes) -> bool:
    return body.startswith(_MAGIC)


def unpacked(body: bytes) -> bytes:
    """What the first members of the archive hold together. Raises TooLarge, and ValueError for a broken or cut one."""
    parts: list[bytes] = []
    room = MAX_UNPACKED + 1
    while is_gzip(body) and len(parts) < _MOST_MEMBERS:
        member = zlib.decompressobj(_GZIP)
        try:
            parts.append(member.decompress(body, room))
        except zlib.error as error:
            raise ValueError(f"the gzip archive is broken ({error})") from error
        room -= len(parts[-1])
        if room <= 0:
            raise TooLarge(f"the gzip archive holds more than {MAX_UNPACKED:,} bytes")
        if not member.eof:
            raise ValueError("the gzip archive is cut off")
        body = member.unused_data
    return b"".join(parts)

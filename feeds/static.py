"""Feeds as files below a folder, for any web server or CDN: NAME.FORM and its .gz twin.

Called by `feeds.publish`. Each file is written whole or not at all; what does
not differ is left as it lies, so that its time stays. The folder mirrors the
paths of `links.feed`: it can be served as the root of site.url.
"""

import gzip
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from templates import links


def write(folder: str, name: str, bodies: Mapping[str, bytes], now: datetime) -> tuple[Path, ...]:
    """Write a feed's forms; returns the files that were written. Raises OSError."""
    written: list[Path] = []
    for form, body in bodies.items():
        plain, packed = _files(folder, name, form)
        if plain.is_file() and packed.is_file() and plain.read_bytes() == body:
            continue
        plain.parent.mkdir(parents=True, exist_ok=True)
        for path, data in ((packed, gzip.compress(body, 9, mtime=0)), (plain, body)):
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            fresh.write_bytes(data)
            os.utime(fresh, (now.timestamp(), now.timestamp()))
            fresh.replace(path)
            written.append(path)
    return tuple(written)


def remove(folder: str, names: Sequence[str]) -> None:
    """Remove the files of feeds that were closed."""
    for name in names:
        for form in links.FORMS:
            for path in _files(folder, name, form):
                path.unlink(missing_ok=True)


def _files(folder: str, name: str, form: str) -> tuple[Path, Path]:
    plain = Path(folder) / "feeds" / f"{quote(name, safe='')}.{form}"
    return plain, plain.with_name(plain.name + ".gz")

"""Keep the bytes of responses: compressed files beside the database, named by what they hold.

One folder for each source, one file for each content (SHA-256). A file is written
before the row that names it (state/raw.py) and removed after it, so that a row
without a file is rare and a file without a row harmless: `prune` takes it away.
No backup copies the folder: a response is kept to explain what happened lately,
not to be restored (docs/decisions/0015). Only the worker that holds a source writes in its folder.
"""

import hashlib
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import zstandard
from sqlalchemy import Connection

from state import raw
from state.raw import Raw
from state.store import Store, lies_beside

_LEVEL = 6  # 4 times smaller than the page at 100 MB/s
_END = ".zst"
_ORPHAN = 86_400  # seconds


def digest(body: bytes) -> str:
    """What a response is called."""
    return hashlib.sha256(body).hexdigest()


def folder(store: Store) -> Path:
    """Where the files lie; made with the first one."""
    return lies_beside(store.engine, "raw")


def write(store: Store, source: str, body: bytes) -> str:
    """Keep bytes; returns their name. Nothing is written where they are kept already. Raises OSError."""
    name = digest(body)
    file = _file(store, source, name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = file.with_name(f"{name}.{os.getpid()}.unfinished")
        unfinished.write_bytes(zstandard.ZstdCompressor(level=_LEVEL).compress(body))
        unfinished.replace(file)
    return name


def read(store: Store, one: Raw) -> bytes | None:
    """The bytes of a response; None where the file is gone or torn."""
    try:
        packed = _file(store, one.source, one.hash).read_bytes()
        body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=max(one.size, 1))
    except (OSError, zstandard.ZstdError):
        return None
    return body if digest(body) == one.hash else None


def prune(db: Connection, store: Store, gone: Collection[Raw], *, now: datetime) -> None:
    """Remove the files of responses that were taken out of the index, and those of the same sources that no row names.

    A file without a row may be one whose row is about to come: only those of yesterday go.
    """
    for source in sorted({one.source for one in gone}):
        named = {one.hash for one in raw.raws(db, source)}
        dropped = {one.hash for one in gone if one.source == source} - named
        for file in _files(folder(store) / source):
            name = file.name.partition(".")[0]
            if name in dropped or (name not in named and _age(file, now) > _ORPHAN):
                file.unlink(missing_ok=True)


def forget(store: Store, source: str) -> None:
    """Remove all files of a source that is watched no more."""
    for file in _files(folder(store) / source):
        file.unlink(missing_ok=True)


def _files(there: Path) -> list[Path]:
    return list(there.iterdir()) if there.is_dir() else []


def _age(file: Path, now: datetime) -> float:
    """Seconds since it was written; 0 for one that is gone already."""
    try:
        return now.timestamp() - file.stat().st_mtime
    except OSError:
        return 0


def _file(store: Store, source: str, name: str) -> Path:
    return folder(store) / source / f"{name}{_END}"

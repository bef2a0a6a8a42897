"""Read the mailbox that bounces, complaints and wishes to leave come to, and act on each mail once.

`parse_inbox` reads `mail.inbox`: a Maildir here, an IMAP server in mail/inbox_imap.py.
`read` goes through what is new there; each mail is one transaction, and is marked as
read only after that is committed, so that a crash in between only means that it is
read again, which changes nothing. Nothing is deleted: tidy the mailbox as you like.
Called by the scheduler's tick and by `tidings bounces read`, in a thread.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from mail import bounces, reports
from mail.reports import LARGEST, Report
from state.bounces import Noted
from state.errors import Misuse, UserError
from state.store import Store

MOST = 500  # mails in one call; what is left comes with the next
GROUP = 25  # mails that are marked as read at once

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail comes in. folder: of a Maildir, or of the IMAP mailbox. host: "" for a Maildir."""

    folder: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What came. kinds: how many of which kind (mail/reports.py); again: mails that were read before."""

    kinds: dict[str, int]
    again: int = 0
    notes: tuple[Noted, ...] = ()


class Mailbox(Protocol):
    """New mails, each with a name by which it is marked as read afterwards."""

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]: ...
    def done(self, names: Sequence[str]) -> None: ...
    def close(self) -> None: ...


def parse_inbox(text: str) -> Place:
    """The place of `mail.inbox`: a folder, maildir://FOLDER, imaps://user:password@host[:port][/mailbox], imap://….

    Raises Misuse.
    """
    shape = 'give a Maildir like "/var/mail/bounces", or "imaps://user:password@host/INBOX"'
    if "://" not in text:
        if not text.strip() or "@" in text:
            raise Misuse(f"mail.inbox is {text!r}; {shape}")
        return Place(text.removeprefix("maildir:"))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Misuse(f"mail.inbox is {_shown(text)!r} ({error}); {shape}") from error
    if parts.scheme == "maildir" and not parts.netloc and parts.path:
        return Place(unquote(parts.path))
    odd = parts.query or parts.fragment or re.search(r"[\x00-\x1f\x7f]", unquote(text))
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username or odd:
        raise Misuse(f"mail.inbox is {_shown(text)!r}; {shape}")
    encrypted = parts.scheme == "imaps"
    folder = unquote(parts.path.strip("/")) or "INBOX"
    user, password = unquote(parts.username), unquote(parts.password or "")
    return Place(folder, parts.hostname, port or (993 if encrypted else 143), user, password, encrypted)


def _shown(text: str) -> str:
    """A URL without its password."""
    return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1:…@", text)


def read(store: Store, mailbox: Mailbox, *, now: datetime, limit: int = MOST) -> Read:
    """Act on up to `limit` new mails. Raises UserError where the mailbox or the database cannot be used."""
    kinds: Counter[str] = Counter()
    again, done = 0, list[str]()
    notes: list[Noted] = []
    for name, raw in mailbox.unread(limit):
        note = take(store, raw, now=now)
        if note is None:
            again += 1
        else:
            kinds[note.kind] += 1
            notes.append(note)
        done.append(name)
        if len(done) >= GROUP:
            mailbox.done(done)
            done = []
    mailbox.done(done)
    return Read(dict(kinds), again, tuple(notes))


def take(store: Store, raw: bytes, *, now: datetime) -> Noted | None:
    """Act on one mail; None where it was read before. Raises UserError where the database cannot be written."""
    report = reports.read(raw)
    try:
        with store.write() as db:
            return bounces.take(db, report, now=now)
    except UserError:
        raise
    except Exception:  # the edge of one unit of work: this mail is listed, the next one is read
        log.exception("bounces", mail=report.key, kind=report.kind)
    lost = Report(
        "unknown", report.key, report.sender, report.subject, reason=f"a {report.kind} that failed: see the log"
    )
    with store.write() as db:
        return bounces.take(db, lost, now=now)


# ---- Maildir ----


class Maildir:
    """A folder with new/ and cur/ (one file a mail). Read mails move to cur/ with the flag S."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
            raise UserError(
                f"{folder} is no Maildir (it has no new/ and cur/); name the folder that the mail server delivers to"
            )
        self._folder = folder

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """The oldest first, by name."""
        found = [*self._names("new"), *(name for name in self._names("cur") if not _seen(name))]
        for name in sorted(found, key=lambda name: name.rpartition("/")[2])[:limit]:
            try:
                with (self._folder / name).open("rb") as file:
                    raw = file.read(LARGEST)
            except FileNotFoundError:
                continue  # somebody else read or moved it
            except OSError as error:
                raise UserError(
                    f"{self._folder / name} cannot be read ({error.strerror}); give it to the user of the service"
                ) from error
            yield name, raw

    def done(self, names: Sequence[str]) -> None:
        for name in names:
            unique, _, flags = name.rpartition("/")[2].partition(":2,")
            marked = "".join(sorted({*flags, "S"}))
            try:
                (self._folder / name).rename(self._folder / "cur" / f"{unique}:2,{marked}")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UserError(
                    f"{self._folder / name} cannot be marked as read ({error.strerror}); give the Maildir to the user "
                    "of the service"
                ) from error

    def close(self) -> None:
        """Nothing is held open."""

    def _names(self, part: str) -> list[str]:
        try:
            with os.scandir(self._folder / part) as entries:
                return [f"{part}/{one.name}" for one in entries if not one.name.startswith(".") and one.is_file()]
        except OSError as error:
            raise UserError(
                f"{self._folder / part} cannot be read ({error.strerror}); give it to the user of the service"
            ) from error


def _seen(name: str) -> bool:
    return "S" in name.rpartition("/")[2].partition(":2,")[2]

"""Proof-read an edition before its messages are queued: put one mail together, as a reader would get it, and lint it.

Pure: the reader, the key and the token of the sample are made up here and are nobody's.
Called by mail/digest.py, mail/editing.py and previews.
"""

from collections.abc import Iterable
from datetime import datetime

from mail.lint import Expected, faults
from mail.message import HOLES, assemble, hole, message_id
from mail.settings import Mailing
from state.keys import Key, Keys
from state.records import Edition, Entry, Message, Site
from templates.links import home

_ID = "sample0123456789"


def proof(
    edition: Edition, entries: Iterable[Entry], *, site: Site, mailing: Mailing, now: datetime, kind: str = "digest"
) -> tuple[str, ...]:
    """What is wrong with the mails of an edition; () if nothing is. entries: those in it, whose links it may carry."""
    keys = Keys((Key("k1", "token", b"proof" * 7, now),))
    row = Message(
        1, _ID, "reader@example.org", kind, "proof", edition.id, message_id(site, _ID, kind, "proof"), 1, "claimed", 0,
        1, now, now,
    )  # fmt: skip
    mail = assemble(row, edition=edition, payload="", keys=keys, site=site, settings=mailing, now=now)
    urls = {url for entry in entries for url in (entry.url, *(file.url for file in entry.record.enclosures))}
    expected = Expected(
        home(site).removesuffix("/"),
        urls,
        bulk=True,
        owner=b"\r\nList-Owner:" in mail.data,
        holes=tuple(hole(edition.id, purpose) for purpose in HOLES),
    )
    return faults(mail.data, expected)

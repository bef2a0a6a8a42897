"""Read new mails of an IMAP mailbox (RFC 3501), and mark them as read afterwards.

The standard library's client, in the caller's thread, each answer within TIMEOUT.
A mail is fetched with PEEK and only its beginning, so that neither a crash nor a
huge mail does harm. The surprising rule: without TLS the password is only given to
this machine; elsewhere the server must offer STARTTLS.
"""

import imaplib
import ipaddress
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress

from mail.inbox import Place
from mail.reports import LARGEST
from state.chunks import chunks
from state.errors import UserError

TIMEOUT = 30.0  # seconds for each answer
_TROUBLE = (imaplib.IMAP4.error, OSError, ValueError)


class Imap:
    """A mailbox that is held open. `close` it. Raises UserError for whatever the server does."""

    def __init__(self, place: Place, *, timeout: float = TIMEOUT) -> None:
        self._where = f"{place.host}:{place.port}"
        try:
            self._server = _connected(place, timeout)
        except UserError:
            raise
        except _TROUBLE as error:
            raise self._failed("cannot be reached", error) from error
        try:
            self._server.login(_checked(place.user), place.password)
        except _TROUBLE as error:
            self.close()
            raise self._failed(f"does not let {place.user!r} in", error) from error
        try:
            answer, said = self._server.select(_quoted(place.folder))
        except _TROUBLE as error:
            self.close()
            raise self._failed("broke off", error) from error
        if answer != "OK":
            self.close()
            raise UserError(f"mail.inbox: {self._where} has no mailbox {place.folder!r} ({_words(said)}); name another")

    def unread(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """The oldest first. name: the mail's UID."""
        for uid in self._search()[:limit]:
            raw = self._fetch(uid)
            if raw is not None:
                yield uid, raw

    def done(self, names: Sequence[str]) -> None:
        for some in chunks(names, 100):
            try:
                answer, said = self._server.uid("STORE", ",".join(some), "+FLAGS.SILENT", r"(\Seen)")
            except _TROUBLE as error:
                raise self._failed("broke off", error) from error
            if answer != "OK":
                raise UserError(
                    f"mail.inbox: {self._where} marks no mail as read ({_words(said)}); give the user that right"
                )

    def close(self) -> None:
        with suppress(*_TROUBLE):
            self._server.logout()
        with suppress(*_TROUBLE):
            self._server.shutdown()  # a connection that broke off is still held open

    def _search(self) -> list[str]:
        try:
            answer, said = self._server.uid("SEARCH", "UNSEEN")
        except _TROUBLE as error:
            raise self._failed("broke off", error) from error
        if answer != "OK":
            raise UserError(f"mail.inbox: {self._where} does not search ({_words(said)})")
        found = b" ".join(one for one in said if isinstance(one, bytes)).split()
        return sorted({uid.decode() for uid in found if uid.isdigit()}, key=int)

    def _fetch(self, uid: str) -> bytes | None:
        """The beginning of a mail, None where it is gone."""
        try:
            answer, said = self._server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        except _TROUBLE as error:
            raise self._failed("broke off", error) from error
        if answer != "OK":
            return None
        return next((one[1] for one in said if isinstance(one, tuple) and isinstance(one[1], bytes)), None)

    def _failed(self, what: str, error: Exception) -> UserError:
        return UserError(f"mail.inbox: {self._where} {what} ({_words([error])}); see mail.inbox in tidings.toml")


def _connected(place: Place, timeout: float) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if place.encrypted:
        return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=timeout)
    server = imaplib.IMAP4(place.host, place.port, timeout=timeout)
    if "STARTTLS" in server.capabilities:
        server.starttls(context)
    elif not _is_here(place.host):
        server.shutdown()
        raise UserError(
            f"mail.inbox: {place.host}:{place.port} offers no TLS, so the password is not given; write imaps://"
        )
    return server


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(user: str) -> str:
    """A name as IMAP quotes it."""
    return _quoted(user) if re.search(r'[\s"\\(){%*]', user) else user


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(said: Sequence[object]) -> str:
    """A server's or the library's words as one short line."""
    text = " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in said if one)
    return " ".join(text.split())[:200]

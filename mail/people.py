"""Make a new subscriber from what was given and what the site says. Pure but for the id."""

import re
import secrets
import string
from collections.abc import Callable, Mapping
from datetime import datetime

from mail import rhythm
from mail.addresses import Address
from state.errors import Misuse
from state.records import Site, Subscriber

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
NOTES = ("", "yes", "no")  # whether somebody hears that nothing was new; "" as the site's setting says
_LETTERS = string.ascii_lowercase + string.digits


def mint() -> str:
    """An id that nobody guesses: 16 of [a-z0-9]."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


def new(
    address: Address,
    given: Mapping[str, str | int | None],
    *,
    confirmed: bool,
    site: Site,
    now: datetime,
    mint: Callable[[], str] = mint,
) -> Subscriber:
    """A subscriber who was not known. given: at, weekday, monthday, timezone, language, note; None = the default.

    Raises Misuse for an hour, day, time zone, language or note that does not exist.
    """
    usual: dict[str, str | int] = {
        "at": rhythm.DAILY_AT,
        "weekday": rhythm.WEEKLY_ON,
        "monthday": rhythm.MONTHLY_ON,
        "timezone": site.timezone,
        "language": site.language,
    }
    chosen = {name: usual[name] if given.get(name) in (None, "") else given[name] for name in usual}
    at, timezone, language = str(chosen["at"]), str(chosen["timezone"]), str(chosen["language"])
    weekday, monthday = int(chosen["weekday"] or 0), int(chosen["monthday"] or 0)
    rhythm.checked(at, weekday, monthday, timezone)
    if not _LANGUAGE.fullmatch(language):
        raise Misuse(f"language {language!r} is not known; give a code like en or pt-BR (--language)")
    note = str(given.get("note") or "")
    if note not in NOTES:
        raise Misuse(f"note {note!r} is not known; give yes, no, or nothing for the site's setting")
    return Subscriber(
        id=mint(),
        email=address.email,
        state="confirmed" if confirmed else "pending",
        timezone=timezone,
        language=language,
        at=at,
        weekday=weekday,
        monthday=monthday,
        generation=1,
        created_at=now,
        confirmed_at=now if confirmed else None,
        note=note,
    )

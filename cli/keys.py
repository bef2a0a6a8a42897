"""Every key of tidings.toml: its type, its default and what it is for.

The one list from which the configuration is checked, the commented file of
`tidings init` is written and docs/configuration.md is made.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = 3650 * 86_400  # seconds
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Wrong(ValueError):
    """A value that a key cannot take; the message says what was expected."""


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("give text in quotes")
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    def number(value: object) -> int:
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Wrong(f"give a whole number from {low} to {high}")
        return value

    return number


def flag(value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise Wrong("give true or false")
    return value


def duration(value: object) -> int:
    """Seconds. Written 30s, 10m, 1h, 2d, or as a number of seconds."""
    seconds = -1
    if isinstance(value, str) and (written := re.fullmatch(r"([0-9]{1,12})([smhd]?)", value.strip())):
        seconds = int(written[1]) * UNITS[written[2] or "s"]
    elif isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    if not 0 <= seconds <= LONGEST:
        raise Wrong(f'give a duration like "30s", "10m", "1h" or "2d", at most {LONGEST // UNITS["d"]}d')
    return seconds


def some_time(value: object) -> int:
    """A duration that is not nothing."""
    if duration(value) == 0:
        raise Wrong('it cannot be 0; give a duration like "30s", "10m", "1h" or "2d"')
    return duration(value)


def texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Wrong('give a list of texts, like ["one", "two"]')
    return tuple(value)


def networks(value: object) -> tuple[str, ...]:
    wanted = 'give a list of networks, like ["127.0.0.0/8", "fd00::/8"]'
    if not isinstance(value, list):
        raise Wrong(wanted)
    for one in texts(value):
        try:
            ip_network(one)
        except ValueError as error:
            raise Wrong(f"{one!r} is no network ({error}); {wanted}") from error
    return texts(value)


def choice(*allowed: str) -> Callable[[object], str]:
    def one_of(value: object) -> str:
        if value not in allowed:
            raise Wrong("give one of " + ", ".join(f'"{word}"' for word in allowed))
        return str(value)

    return one_of


def zone(value: object) -> str:
    try:
        ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Wrong('give a time zone like "Asia/Phnom_Penh" or "UTC"') from error
    return text(value)


def language(value: object) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text(value)):
        raise Wrong('give a language tag like "en" or "km"')
    return text(value)


def base_url(value: object) -> str:
    if value == "":
        return ""
    address = urlsplit(text(value))
    odd = address.query or address.fragment or "@" in address.netloc or re.search(r"[\s\\]", text(value))
    if address.scheme not in ("http", "https") or not address.netloc or odd:
        raise Wrong('give the public address of the service, like "https://news.example.org"')
    return text(value).rstrip("/")


def web_url(value: object) -> str:
    if value != "" and urlsplit(text(value)).scheme not in ("http", "https"):
        raise Wrong('give an address like "https://example.org/about"')
    return text(value)


def proxy(value: object) -> str:
    address = urlsplit(text(value))
    if value != "" and (address.scheme not in ("http", "https") or not address.hostname):
        raise Wrong('give an address like "http://proxy.example:3128"')
    return text(value)


def smtp_url(value: object) -> str:
    if value == "":
        return ""
    address = urlsplit(text(value))
    try:
        bad = address.scheme not in ("smtp", "smtps") or not address.hostname or address.port == 0
    except ValueError:
        bad = True
    if bad:
        raise Wrong('give "smtp://host:port", "smtp://user:password@host:port" or "smtps://…"')
    return text(value)


def inbox(value: object) -> str:
    """A folder, or a URL that mail/inbox.py reads; an address says nothing about how to read it."""
    written = text(value)
    scheme = urlsplit(written).scheme if "://" in written else ""
    if ("@" in written and not scheme) or (scheme and scheme not in ("imap", "imaps", "maildir")):
        raise Wrong('give a Maildir like "/var/mail/bounces", or "imaps://user:password@host/INBOX"')
    return written


def mailbox(value: object) -> str:
    if value != "" and not re.fullmatch(r"[^\r\n\0<>]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+", text(value)):
        raise Wrong('give a mailbox like "News <news@example.org>"')
    return text(value)


@dataclass(frozen=True, slots=True)
class Key:
    """One key. default: as it would be written in TOML. about: a sentence for the admin."""

    section: str
    name: str
    check: Callable[[object], object]
    default: str
    about: str

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        return f"TIDINGS_{self.section}__{self.name}".upper()


KEYS = (
    Key("site", "title", text, '"tidings"', "The name people see in feeds, pages and mails."),
    Key(
        "site",
        "url",
        base_url,
        '""',
        "The public address, with its path if it has one: the only source of links. While it is empty, real mail is "
        "refused.",
    ),
    Key("site", "language", language, '"en"', "The language of pages and mails for people who chose none."),
    Key("site", "timezone", zone, '"UTC"', "The time zone of people who chose none."),
    Key("site", "contact", text, '""', "Where people can turn to: a mail address or a page."),
    Key("site", "postal_address", text, '""', "The postal address at the end of each mail; many countries want one."),
    Key(
        "state",
        "url",
        text,
        '"sqlite:///tidings.db"',
        "The database: an SQLite file, or postgresql://user@host/name?files=FOLDER with the folder of its stop-list.",
    ),
    Key(
        "state",
        "engine",
        choice("embedded"),
        '"embedded"',
        "What wakes the work. embedded: each process looks by itself for what is due.",
    ),
    Key(
        "mail",
        "smtp",
        smtp_url,
        '""',
        "The server that takes our mail. While it is empty, a built-in sink keeps what would be sent.",
    ),
    Key(
        "mail",
        "tls",
        choice("opportunistic", "required", "none"),
        '"opportunistic"',
        "Whether mail travels to that server encrypted; required sends nothing where it cannot.",
    ),
    Key("mail", "sender", mailbox, '""', "The From of every mail."),
    Key("mail", "reply_to", mailbox, '""', "Where answers go; empty: to the sender."),
    Key("mail", "bounce_domain", text, '""', "The domain of the addresses that bounces go to; empty: the sender's."),
    Key(
        "mail",
        "inbox",
        inbox,
        '""',
        "Where bounces, complaints and unsubscribes by mail arrive: a Maildir, or imaps://user:password@host/INBOX.",
    ),
    Key("mail", "connections", whole(1, 100), "4", "How many connections to the server at once."),
    Key("mail", "per_hour", whole(0, 10_000_000), "0", "At most so many messages an hour; 0: as many as there are."),
    Key("mail", "dkim_domain", text, '""', "The domain that signs mails: that of the sender, else it counts little."),
    Key("mail", "dkim_selector", text, '""', "The selector of the RSA key in the DNS; `tidings mail dkim` shows it."),
    Key(
        "mail",
        "dkim_key",
        text,
        '""',
        "The file of the RSA key that signs mails (PEM), or the key itself; empty: mails go unsigned, the relay signs.",
    ),
    Key("mail", "dkim_ed25519_selector", text, '""', "The selector of the Ed25519 key in the DNS."),
    Key("mail", "dkim_ed25519_key", text, '""', "The file of an Ed25519 key for a second, shorter signature."),
    Key(
        "mail",
        "in_doubt",
        choice("resend", "hold"),
        '"resend"',
        "What becomes of a message when nobody can know whether the server took it: once more with the same "
        "Message-ID, or held until you decide.",
    ),
    Key("mail", "give_up_after", duration, '"5d"', "How long a message is tried again before it is given up."),
    Key(
        "mail",
        "idempotency_header",
        text,
        '""',
        "The name of a header that carries a message's own key, for servers that drop a second one.",
    ),
    Key("digests", "window", duration, '"10m"', 'How long mail of the rhythm "now" is grouped.'),
    Key(
        "digests", "approval", flag, "false", "Whether editions wait until you approve them, by tidings digest approve."
    ),
    Key(
        "digests",
        "empty_note",
        flag,
        "false",
        "Whether weekly and monthly readers hear that nothing was new, unless they chose themselves.",
    ),
    Key(
        "digests",
        "templates",
        text,
        '""',
        "A folder with a digest.html or digest.txt of yours, used instead of ours; docs/templates.md says how.",
    ),
    Key(
        "poll", "contact_url", web_url, '""', "A page about you, told to the sites we read so that they can reach you."
    ),
    Key(
        "poll",
        "every",
        some_time,
        '"1h"',
        "How often a source is read that publishes about once a day; others more or less often, as they publish.",
    ),
    Key("poll", "min_every", some_time, '"10m"', "How often a source is read at most, in its own rhythm."),
    Key("poll", "max_every", some_time, '"1d"', "How long a source is left alone at most, in its own rhythm."),
    Key("poll", "gap", duration, '"2s"', "The pause between two requests to one host; a longer Crawl-delay wins."),
    Key(
        "poll",
        "proxy",
        proxy,
        '""',
        "The proxy that all sources are read through, like http://proxy.example:3128. Which private addresses a name "
        "leads to is then for the proxy to refuse.",
    ),
    Key(
        "poll",
        "downloads",
        choice("off", "show", "announce"),
        '"show"',
        "Whether files of entries are looked at now and then. One that was replaced at the same address is shown with "
        "its entry; with announce, whoever was mailed of the entry hears of it in their next digest.",
    ),
    Key("poll", "allow", networks, "[]", "Private networks that sources may live in; all others are refused."),
    Key(
        "poll", "max_bytes", whole(1_000, 10_000_000), "10_000_000", "The largest document that is read, decompressed."
    ),
    Key("poll", "timeout", some_time, '"60s"', "How long one fetch may take, from connect to the last byte."),
    Key("poll", "respect_robots", flag, "true", "Whether the robots.txt of a host is asked before it is read."),
    Key("web", "host", text, '"127.0.0.1"', "The address the pages are served on; 0.0.0.0 is every one."),
    Key("web", "port", whole(0, 65535), "8000", "The port the pages are served on; 0 takes a free one."),
    Key(
        "web",
        "trusted_proxies",
        networks,
        "[]",
        "Networks of the proxies in front, whose X-Forwarded-For says who a client is.",
    ),
    Key("web", "static_dir", text, '""', "A folder that feeds are also written to, for another web server."),
    Key("web", "form_origins", texts, "[]", "Sites whose own form may post to /subscribe, like https://example.org."),
    Key(
        "web",
        "metrics_token",
        text,
        '""',
        "The bearer token that a monitor must show to read /metrics; empty: only this machine may read it.",
    ),
    Key(
        "limits",
        "new_entries_hold",
        whole(1, 1_000_000),
        "200",
        "More new entries than this in one poll are published, but mailed only when you say so.",
    ),
    Key(
        "limits",
        "subscribe_per_hour",
        whole(0, 1_000_000),
        "20",
        "How many subscriptions one client may ask for in an hour; 0: as many as they like.",
    ),
    Key(
        "limits",
        "subscribe_total_per_hour",
        whole(0, 1_000_000),
        "1000",
        "How many subscriptions all clients together may ask for in an hour; 0: as many as they like.",
    ),
    Key(
        "limits",
        "keep_raw",
        duration,
        '"30d"',
        "How long the bytes of polls that brought something are kept, in a folder beside the database.",
    ),
    Key(
        "limits",
        "keep_unconfirmed",
        duration,
        '"7d"',
        "How long an address that nobody confirmed is kept.",
    ),
    Key(
        "admin",
        "email",
        mailbox,
        '""',
        "Who is mailed about alarms: at most once a day, only what is new or over. Empty: nobody.",
    ),
)
BY_PATH = {key.path: key for key in KEYS}

"""Ask the DNS what receivers will ask it about our mail: SPF, DMARC, DKIM, MX. The only importer of dnspython.

`findings` is pure: what the answers mean. A name server that cannot be reached, or that
does not know the top-level domain, is no fault of the domain's: then it is said that
nothing could be found out. Called by
`tidings doctor`. Sources: RFC 7208 (SPF), 7489 (DMARC), 6376 (DKIM), 7505 (null MX).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

import dns.exception
import dns.resolver

from state.checkup import Finding

LIFETIME = 5.0  # seconds for one question


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No name server answered. reason: for the admin."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose DNS is asked. domain: of the From; bounces: of MAIL FROM. selector, signs: of DKIM, or ""."""

    domain: str
    bounces: str
    selector: str = ""
    signs: str = ""

    def questions(self) -> dict[str, tuple[str, str]]:
        """What to ask, by what it is about: (name, type)."""
        asked = {
            "SPF": (self.bounces, "TXT"),
            "MX": (self.bounces, "MX"),
            "A": (self.bounces, "A"),
            "AAAA": (self.bounces, "AAAA"),
            "TOP": (self.domain.rpartition(".")[2], "NS"),
        }
        labels = self.domain.split(".")
        for up in range(max(1, len(labels) - 1)):  # the domain's own policy, else that of one above it
            asked[f"DMARC {up}"] = (".".join(["_dmarc", *labels[up:]]), "TXT")
        if self.selector:
            asked["DKIM"] = (f"{self.selector}._domainkey.{self.signs}", "TXT")
        return asked


Answers = Mapping[str, tuple[str, ...] | Unreachable]


def sender_of(mailbox: str, *, bounce_domain: str = "", dkim_domain: str = "", selector: str = "") -> Sender | None:
    """The domains of a sender, None where the mailbox names none."""
    domain = parseaddr(mailbox)[1].rpartition("@")[2].lower()
    if not domain:
        return None
    return Sender(domain, bounce_domain or domain, selector, dkim_domain or domain)


async def ask(
    sender: Sender, *, nameservers: Sequence[str] = (), port: int = 53, lifetime: float = LIFETIME
) -> Answers:
    """Put all questions, side by side. nameservers: addresses; none = those of this machine. lifetime: seconds."""
    asked = sender.questions()
    resolver = await asyncio.to_thread(_resolver, nameservers, port, lifetime)
    if isinstance(resolver, Unreachable):
        return dict.fromkeys(asked, resolver)
    found = await asyncio.gather(*(asyncio.to_thread(_ask, resolver, *question) for question in asked.values()))
    return dict(zip(asked, found, strict=True))


async def texts(
    name: str, *, nameservers: Sequence[str] = (), port: int = 53, lifetime: float = LIFETIME
) -> tuple[str, ...] | Unreachable:
    """The TXT records of one name; as `ask`."""
    resolver = await asyncio.to_thread(_resolver, nameservers, port, lifetime)
    if isinstance(resolver, Unreachable):
        return resolver
    top, found = await asyncio.gather(
        asyncio.to_thread(_ask, resolver, name.rpartition(".")[2], "NS"), asyncio.to_thread(_ask, resolver, name, "TXT")
    )
    if isinstance(found, Unreachable) or found or top:
        return found
    return Unreachable(f"the name server here does not know .{name.rpartition('.')[2]}")


def _resolver(nameservers: Sequence[str], port: int, lifetime: float) -> dns.resolver.Resolver | Unreachable:
    try:
        made = dns.resolver.Resolver(configure=not nameservers)
    except dns.exception.DNSException as error:
        return Unreachable(str(error))
    if nameservers:
        made.nameservers, made.port = list(nameservers), port
    made.lifetime = lifetime
    return made


def _ask(resolver: dns.resolver.Resolver, name: str, kind: str) -> tuple[str, ...] | Unreachable:
    """The records of a name; none where there are none."""
    try:
        answer = resolver.resolve(name, kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return Unreachable(" ".join(str(error).split())[:200] or type(error).__name__)
    if kind == "TXT":
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
    if kind == "MX":
        return tuple(str(record.exchange) for record in answer)
    return tuple(str(record) for record in answer)


# ---- what it means ----


def findings(sender: Sender, answers: Answers) -> tuple[Finding, ...]:
    """What receivers will make of it."""
    dead = next((one for one in answers.values() if isinstance(one, Unreachable)), None)
    if not dead and not answers["TOP"]:
        dead = Unreachable(f"the name server here does not know .{sender.domain.rpartition('.')[2]}")
    if dead:
        message = f"the DNS of {sender.domain} could not be reached, so nothing is known of it: {dead.reason}"
        return (Finding("DNS", "warning", message, "repeat where the internet can be reached"),)
    told = {name: one for name, one in answers.items() if not isinstance(one, Unreachable)}
    found = [_spf(sender, told["SPF"]), _dmarc(sender, told), _mx(sender, told)]
    return (*found, _dkim(sender, told.get("DKIM")))


def _spf(sender: Sender, texts: Sequence[str]) -> Finding:
    policies = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    of = f"SPF of {sender.bounces}"
    if not policies:
        do = f'publish a TXT record at {sender.bounces} that names your mail server, like "v=spf1 mx -all"'
        return Finding("DNS", "warning", f"{of} is missing: large receivers refuse such mail", do)
    if len(policies) > 1:
        return Finding("DNS", "broken", f"{of} stands {len(policies)} times, which voids it", "leave one record")
    if {"+all", "all"} & set(policies[0].lower().split()):
        return Finding("DNS", "warning", f"{of} lets everybody send: {policies[0]}", "end it with -all or ~all")
    return Finding("DNS", "ok", f"{of}: {policies[0]}")


def _dmarc(sender: Sender, answers: Mapping[str, Sequence[str]]) -> Finding:
    names = sorted((name for name in answers if name.startswith("DMARC ")), key=lambda name: int(name.split()[1]))
    for name in names:
        policies = [text for text in answers[name] if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(policies) == 1:
            return Finding("DNS", "ok", f"DMARC of {sender.domain}: {policies[0]}")
        if policies:
            message = f"DMARC of {sender.domain} stands {len(policies)} times, which voids it"
            return Finding("DNS", "broken", message, "leave one record")
    do = f'publish a TXT record at _dmarc.{sender.domain}, like "v=DMARC1; p=none; rua=mailto:…"'
    return Finding(
        "DNS", "warning", f"DMARC of {sender.domain} is missing: large receivers want it of who mails many", do
    )


def _mx(sender: Sender, answers: Mapping[str, Sequence[str]]) -> Finding:
    servers = answers["MX"]
    of = f"MX of {sender.bounces}"
    if "." in servers:
        do = "set mail.bounce_domain to a domain that takes mail"
        return Finding("DNS", "broken", f"{of} says that the domain takes no mail, so bounces are lost", do)
    if servers:
        return Finding("DNS", "ok", f"{of}: {', '.join(name.rstrip('.') for name in servers)}")
    if answers["A"] or answers["AAAA"]:
        return Finding("DNS", "ok", f"{of}: none, its own address takes mail")
    do = "give the domain an MX record, or set mail.bounce_domain"
    return Finding("DNS", "broken", f"{of} is missing, and it has no address: many receivers refuse such a sender", do)


def _dkim(sender: Sender, texts: Sequence[str] | None) -> Finding:
    if texts is None:
        return Finding("DNS", "ok", "DKIM: no selector is set here, so your mail server must sign", "")
    of = f"DKIM key {sender.selector}._domainkey.{sender.signs}"
    keys = [dict(_tag(tag) for tag in text.split(";") if "=" in tag) for text in texts]
    keys = [tags for tags in keys if "p" in tags]
    if not keys:
        return Finding(
            "DNS", "broken", f"{of} is missing: signatures cannot be checked", "publish the key, or sign with another"
        )
    if not keys[0]["p"]:
        return Finding("DNS", "broken", f"{of} is revoked", "sign with another key (mail.dkim_selector)")
    return Finding("DNS", "ok", f"{of} is published")


def _tag(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), "".join(value.split())

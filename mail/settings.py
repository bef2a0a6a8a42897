"""How mail leaves: [mail], [digests] and the part of [limits] that subscriptions need."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mailing:
    """smtp: "smtp://[user:password@]host:port" or "smtps://…"; "" = the built-in sink keeps what would be sent.

    sender, reply_to: mailboxes as in a header ("News <news@example.org>").
    bounce_domain: for VERP; "" = the sender's. connections: at once. per_hour: messages, 0 = no limit.
    dkim_key, dkim_ed25519_key: a file, or the key itself in PEM; "" = no such signature.
    give_up_after: seconds. idempotency_header: name of a header that carries the Message-ID's local part, or "".
    """

    smtp: str = ""
    tls: Literal["opportunistic", "required", "none"] = "opportunistic"
    sender: str = ""
    reply_to: str = ""
    bounce_domain: str = ""
    inbox: str = ""
    connections: int = 4
    per_hour: int = 0
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key: str = ""
    dkim_ed25519_selector: str = ""
    dkim_ed25519_key: str = ""
    in_doubt: Literal["resend", "hold"] = "resend"
    give_up_after: int = 5 * 86400
    idempotency_header: str = ""


@dataclass(frozen=True, slots=True)
class Keeping:
    """keep_unconfirmed: seconds that an address is kept whose owner was asked to confirm and did not."""

    keep_unconfirmed: int = 7 * 86400


@dataclass(frozen=True, slots=True)
class Digests:
    """window: seconds over which "now" mails are grouped. approval: editions wait for the admin.

    templates: folder of the admin's own, "" = ours.
    """

    window: int = 600
    approval: bool = False
    empty_note: bool = False
    templates: str = ""
